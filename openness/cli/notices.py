"""``audit --write-notices DIR``: the files that the duties ask for, written where nothing is in their way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openness.cli.common import Settings
from openness.errors import UsageError
from openness.printable import printable
from openness.records import Permission

if TYPE_CHECKING:
    from openness.auditing import Audited
    from openness.outputs.notices import Copies, NoticeFile
    from openness.records import AuditResult
    from openness.rules.loader import Ruleset


def write(folder: Path, audits: Sequence[tuple[str, Audited]], ruleset: Ruleset, settings: Settings) -> None:
    """Write the files for each audited build (its path as given, its result): into ``folder``, or a folder each in it.

    Nothing is written unless everything can be: a file that is there with other content is a UsageError that names it.
    """
    from openness.outputs.notices import notice_files

    wanted = [(path, audited) for path, audited in audits if audited.error is None]
    planned: dict[Path, NoticeFile] = {}
    for path, audited in wanted:
        target = folder if len(audits) == 1 else folder / _folder_name(path, audited)
        found = notice_files(audited.result, copies_of(Path(path), audited.result, settings), ruleset)
        planned |= {target / file.name: file for file in found}
        if all(use.verdict is Permission.DENIED for use in audited.result.uses):
            click.echo(f"openness: {printable(path)}: denied, so that there are no duties to fulfil", err=True)
    _check(planned)
    for target, file in planned.items():
        _create(target, file.data)
    _tell(folder, planned)


def _folder_name(path: str, audited: Audited) -> str:
    from openness.outputs.notices import plain_name

    return f"{plain_name(Path(path).name)}-{(audited.result.build.sha256 or 'unhashed')[:8]}"


def copies_of(build: Path, result: AuditResult, settings: Settings) -> Copies:
    """License texts and notices beside the build; texts of the store where the audit named them as evidence."""
    from openness.outputs.notices import Copies
    from openness.records import Absent
    from openness.sources import folder

    beside = [found for found in folder.neighbors(build) if not isinstance(found, Absent)]
    texts = {found.sha256: found.data for found in beside if found.kind == "license"}
    licenses: dict[str, bytes] = {}
    for fact in result.evidence:
        if fact.claim == "license-text" and fact.place.sha256:
            data = texts.get(fact.place.sha256) or _stored(fact.place.sha256, settings)
            if data is not None:
                licenses |= {str(id): data for id in fact.value if str(id) not in licenses}
    return Copies(licenses, tuple(found.data for found in beside if found.kind == "notice"))


def _stored(digest: str, settings: Settings) -> bytes | None:
    from openness.store.database import FILE

    if not (settings.cache / FILE).exists():
        return None
    from openness.errors import OpennessError
    from openness.store import blobs
    from openness.store.snapshots import Store

    try:
        with Store(settings.cache / FILE) as store:
            rows = store.database.rows("SELECT id FROM blob WHERE sha256 = ?", (bytes.fromhex(digest),))
            return blobs.get(store.database, int(str(rows[0][0]))) if rows else None
    except (OpennessError, ValueError):
        return None  # without the store's copy the file that stands for the text says what to do


def _check(planned: dict[Path, NoticeFile]) -> None:
    from openness.sources.folder import MAX_DOCUMENT, NotRead, read_regular

    for path, file in planned.items():
        if not os.path.lexists(path):
            continue
        try:
            same = not path.is_symlink() and read_regular(path, MAX_DOCUMENT) == file.data
        except NotRead:
            same = False
        if not same:
            raise UsageError(
                f"--write-notices: {printable(str(path))} is there already with other content, and nothing was written; "
                "move it away or name another folder."
            )


def _create(path: Path, data: bytes) -> None:
    """A new file; one that is there was found to be the same. Nothing is written through a link."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
    except FileExistsError:
        return
    except OSError as error:
        raise UsageError(f"--write-notices: {printable(str(path))} cannot be written ({error.strerror}).") from None
    with open(descriptor, "wb") as file:
        file.write(data)


def _tell(folder: Path, planned: dict[Path, NoticeFile]) -> None:
    click.echo(f"openness: wrote {len(planned)} files to {printable(str(folder))}; begin with DUTIES.md", err=True)
    for path, file in planned.items():
        if file.missing:
            click.echo(f"openness: a license text is missing: {printable(str(path))} says which and where it is", err=True)
