"""One run of a check: files → references → rules → result. It reads sources, policy and lock, and reaches for nothing else."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from openness.checking import ignores, judging, notices
from openness.checking.context import Context, Newer
from openness.checking.reading import ReadFile, prefix_of, read_for
from openness.checking.settling import Settlers
from openness.errors import ExitCode
from openness.policy.check_rules import check_rules
from openness.policy.checked import CheckedReference, CheckResult, Hit, Notice
from openness.policy.lock import Lock, LockedModel
from openness.policy.names import Names, check_baseline
from openness.policy.stated import CONFIDENCES, Stated
from openness.printable import printable
from openness.records import Permission, worst
from openness.refs.records import Reference

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

MAX_BESIDE = 4 << 20


class Setting(msgspec.Struct, frozen=True):
    """What a run is held against. ``root`` is the folder of the lock, ``cache`` where digests of weight files are remembered,
    ``newer`` asks the local store, where that is wanted."""

    stated: Stated
    names: Names
    lock: Lock | None
    lock_name: str
    root: Path
    cache: Path
    today: datetime.date
    newer: Callable[[LockedModel], Newer | None] | None = None


def names_of(stated: Stated, lock: Lock | None, ruleset: Ruleset | None) -> Names | None:
    """The licenses that the policy names: from the lock while the policy is the one that it was made for, else from the rules
    (None: they are needed). Raises UsageError for a name that does not exist."""
    if stated.document is None:
        return Names({})
    if lock is not None and lock.policy.sha256 == stated.names_digest:
        check_baseline(stated)
        return Names(lock.policy.licenses)
    if ruleset is None:
        return None
    from openness.policy.clarify import parse
    from openness.policy.names import check_names

    found = check_names(stated, ruleset)
    parse(stated.clarify, ruleset)
    return found


def check(paths: Sequence[Path], setting: Setting, *, whole: bool) -> CheckResult:
    """Check files and folders; names are relative to the current folder. ``whole``: they are all of the repository."""
    missing = tuple(str(path) for path in paths if not path.exists() and not path.is_symlink())
    there = [path for path in paths if str(path) not in missing]
    stated, context, prefix = setting.stated, _context(setting), prefix_of(setting.root)
    files = read_for(stated, there, prefix)
    settlers = Settlers(
        stated.exceptions,
        setting.names.allowed(stated.exceptions),
        stated.baseline,
        {found.file: found.ignores for found in files if found.ignores},
        setting.today,
        prefix,
    )
    checked = [each for found in files for each in _checked(found, context, settlers)]
    read = frozenset(found.file for found in files if found.was_read)
    said = [*notices.policy_notices(context, setting.names, settlers, read, whole=whole)]
    said += ignores.notices(settlers.ignores, frozenset(settlers.used_ignores))
    said += [_not_read(skipped.file, skipped.reason) for found in files for skipped in found.skipped]
    return CheckResult(
        references=tuple(checked),
        notices=tuple(said),
        skipped=tuple(skipped for found in files for skipped in found.skipped),
        missing=missing,
        policy=stated.path,
        lock=setting.lock_name if setting.lock is not None else None,
        rules=setting.lock.rules if setting.lock is not None else "",
        files=len(read),
    )


def _context(setting: Setting) -> Context:
    stated, names = setting.stated, setting.names
    return Context(
        stated,
        setting.lock,
        setting.lock_name,
        setting.today,
        None if stated.licenses is None else names.ids(stated.licenses),
        None if stated.dataset_licenses is None else names.ids(stated.dataset_licenses),
        lambda file: _digest(setting.root / file, setting.cache),
        lambda file: _beside(setting, file),
        lambda reference: _build_file(reference, setting.root),
        setting.newer or (lambda entry: None),
    )


def _digest(path: Path, cache: Path) -> str | None:
    from openness.locking.builds import digest  # only where weights lie in the repository

    return digest(path, cache)


def _beside(setting: Setting, file: str) -> Mapping[str, str]:
    """sha256 of the documents beside a weight file that the lock names."""
    entry = next((build for build in setting.lock.builds if build.file == file), None) if setting.lock else None
    folder = (setting.root / file).parent
    found = {}
    for name in entry.beside if entry else ():
        path = folder / name
        if path.is_file() and path.stat().st_size <= MAX_BESIDE:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _build_file(reference: Reference, root: Path) -> str | None:
    """The name in the lock of the weight file that a reference names; None where the file is not here."""
    from openness.locking.builds import POINTER, file_of, relative

    if (reference.revision or "").startswith(POINTER):
        return relative(Path(reference.file), root)
    found = file_of(reference, Path())
    return relative(found, root) if found is not None else None


def _checked(found: ReadFile, context: Context, settlers: Settlers) -> list[CheckedReference]:
    least = CONFIDENCES.index(context.stated.confidence)
    return [
        conclude(reference, context, settlers, found.lines.get(reference.line, ""))
        for reference in found.references
        if CONFIDENCES.index(reference.confidence) >= least
    ]


def conclude(reference: Reference, context: Context, settlers: Settlers, line: str) -> CheckedReference:
    """A reference with the hit that decides, all others behind it."""
    entry = judging.entry_of(reference, context)
    names = [entry.renamed] if entry is not None and entry.renamed else []
    hits = sorted(settlers.settle(reference, judging.judge(reference, context), names=names), key=_rank)
    deciding = next((hit for hit in hits if hit.counts or hit.settled), None)
    counting = [hit.verdict for hit in hits if hit.counts or (hit.settled and hit.settled.by == "baseline")]
    licenses = tuple(dict.fromkeys(printable(license.id, 80) for license in entry.licenses)) if entry else ()
    return CheckedReference(
        reference=reference,
        verdict=worst(counting) if counting else _passing(reference, context, hits),
        rule=deciding.rule if deciding else None,
        policy_line=deciding.policy_line if deciding else None,
        message=deciding.message if deciding else judging.passing(reference, context),
        severity=deciding.severity if deciding else None,
        fix=deciding.fix if deciding else "",
        chain=deciding.chain if deciding else (),
        settled=deciding.settled if deciding else None,
        hits=tuple(hits),
        source_line=line,
        category=printable(entry.category, 40) if entry and entry.category else None,
        licenses=licenses,
    )


def _rank(hit: Hit) -> tuple[bool, bool, int]:
    """What counts first, then what is settled, then what is only said; within these the worst exit code."""
    order = (ExitCode.DENIED, ExitCode.CANNOT_SAY, ExitCode.OK)
    return not hit.counts, hit.settled is None and not hit.counts, order.index(hit.exit_code)


def _passing(reference: Reference, context: Context, hits: Sequence[Hit]) -> Permission:
    """The verdict of a reference that nothing holds up."""
    if any(hit.settled for hit in hits):
        return Permission.PERMITTED
    return judging.verdict_of(reference, context)


def _not_read(file: str, reason: str) -> Notice:
    return Notice("not-read", "note", f"{file} was not read: {reason}.", file, fix=check_rules()["not-read"].fix)
