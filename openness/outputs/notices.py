"""The files that the duties of a verdict ask for, as data: license copies, notices, what to show, and a checklist of all duties.

Texts of licenses and notices are the user's own copies. Where there is none, a file says which text belongs there and where it is
published; no text is made up. What only a person can do stands in the checklist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from openness.outputs import markdown
from openness.printable import printable
from openness.records import AuditResult, Duty, Permission
from openness.rules.loader import Ruleset
from openness.rules.model import Clause, License

CHECKLIST = "DUTIES.md"
ATTRIBUTION = "ATTRIBUTION.txt"
CHANGES = "CHANGES.txt"
DISPLAY = "DISPLAY.txt"
NOTICE = "NOTICE"
#: Ending of a file that stands for a text which the user has no copy of.
MISSING = ".MISSING.txt"


class Copies(msgspec.Struct, frozen=True):
    """What the user has: license id → bytes of its text, and the notices that came with the model, in the order found."""

    licenses: Mapping[str, bytes] = {}
    notices: tuple[bytes, ...] = ()


class NoticeFile(msgspec.Struct, frozen=True):
    """One file to write: a plain name, its bytes, and the ids of the duties that it serves. ``missing``: it stands for a text."""

    name: str
    data: bytes
    duties: tuple[str, ...]
    missing: bool = False


class _Asked(msgspec.Struct, frozen=True):
    """One duty as it stands in the verdict, for these uses, with the clauses that ask for it."""

    text: str
    uses: tuple[str, ...]
    duties: tuple[Duty, ...]
    sources: tuple[tuple[License, Clause], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(duty.id for duty in self.duties)

    @property
    def kind(self) -> str:
        return self.sources[0][1].type if self.sources else ""


def notice_files(result: AuditResult, copies: Copies, ruleset: Ruleset) -> tuple[NoticeFile, ...]:
    """Every file that the duties of ``result`` ask for, the checklist first; duties of a use that is denied are left out."""
    asked = list(_asked(result, ruleset))
    files = [*_license_copies(asked, copies), *_notices(asked, copies), *_written_by_us(result, asked, ruleset)]
    return (NoticeFile(CHECKLIST, _checklist(result, asked, files).encode(), ()), *files)


def _asked(result: AuditResult, ruleset: Ruleset) -> Iterator[_Asked]:
    """Duties that say the same are one thing to do."""
    found: dict[str, tuple[dict[str, None], dict[Duty, None]]] = {}
    for use in result.uses:
        for duty in use.duties if use.verdict is not Permission.DENIED else ():
            uses, duties = found.setdefault(duty.text, ({}, {}))
            uses[use.use] = None
            duties[duty] = None
    for text, (uses, duties) in found.items():
        sources = tuple(source for duty in duties if (source := _source(duty, ruleset)) is not None)
        yield _Asked(text, tuple(uses), tuple(duties), sources)


def _source(duty: Duty, ruleset: Ruleset) -> tuple[License, Clause] | None:
    """The clause that a duty's id names: ``<license>/<clause type>/<number>``."""
    id, _, last = duty.id.partition("/")
    last = last.rpartition("/")[2]
    if id not in ruleset.license_ids or not last.isdigit():
        return None
    license = ruleset.license(id)
    number = int(last) - 1
    return (license, license.clauses[number]) if 0 <= number < len(license.clauses) else None


def _license_copies(asked: Sequence[_Asked], copies: Copies) -> Iterator[NoticeFile]:
    done: set[str] = set()
    for duty in (row for row in asked if row.kind == "LICENSE_COPY"):
        licenses = {license.id: license for license, _ in duty.sources if license.id not in done}
        done |= set(licenses)
        have = [id for id in licenses if id in copies.licenses]
        for id in have:
            yield NoticeFile(f"LICENSE-{plain_name(id)}.txt", copies.licenses[id], duty.ids)
        if licenses and not have:  # of a family one text is meant, and nobody knows here which
            first = next(iter(licenses))
            yield NoticeFile(
                f"LICENSE-{plain_name(first)}{MISSING}", _stand_in(list(licenses.values())).encode(), duty.ids, missing=True
            )


def _stand_in(rows: Sequence[License]) -> str:
    lines = ["The text of this license belongs here, in place of this file. No copy of it was found with the model.", ""]
    if len(rows) > 1:
        lines[0] = "The text of one of these versions belongs here, in place of this file: the one that came with the model."
    for license in rows:
        where = license.text.url or license.text.source or "its publisher"
        lines.append(f"- {license.title} ({license.spdx or license.id}): published at {printable(where, 400)}")
    lines += [
        "",
        "Put your copy beside the model as LICENSE and run the command again, for a new folder; or save the text here.",
    ]
    return "\n".join(lines) + "\n"


def _notices(asked: Sequence[_Asked], copies: Copies) -> Iterator[NoticeFile]:
    """Fixed lines, each in the file that its license names, and the notices of the original; one file where names collide."""
    lines: dict[str, tuple[str, list[bytes], list[str]]] = {}
    for duty in (row for row in asked if row.kind == "NOTICE_FILE"):
        fixed = [clause for _, clause in duty.sources if clause.params.get("text")]
        for clause in fixed:
            name = plain_name(str(clause.params.get("file") or NOTICE))
            _, parts, ids = lines.setdefault(name.casefold(), (name, [], []))
            line = f"{clause.params['text']}\n".encode()
            parts += [line] if line not in parts else []
            ids += [id for id in duty.ids if id not in ids]
        if not fixed and copies.notices:
            _, parts, ids = lines.setdefault(NOTICE.casefold(), (NOTICE, [], []))
            parts += [notice for notice in copies.notices if notice not in parts]
            ids += [id for id in duty.ids if id not in ids]
    for name, parts, ids in lines.values():
        joined = b"\n".join(part if part.endswith(b"\n") else part + b"\n" for part in parts)
        yield NoticeFile(name, joined, tuple(ids))


def _written_by_us(result: AuditResult, asked: Sequence[_Asked], ruleset: Ruleset) -> Iterator[NoticeFile]:
    """What can be said from the build itself: what it is, under which licenses, that it was changed, what has to be shown."""
    credit = [
        row for row in asked if row.kind == "NOTICE_FILE" and not any(clause.params.get("text") for _, clause in row.sources)
    ]
    if credit:
        yield NoticeFile(ATTRIBUTION, _attribution(result, ruleset).encode(), tuple(id for row in credit for id in row.ids))
    changed = [row for row in asked if row.kind == "CHANGE_STATEMENT"]
    if changed:
        yield NoticeFile(CHANGES, _changes(result).encode(), tuple(id for row in changed for id in row.ids))
    shown = [row for row in asked if row.kind in ("DISPLAY", "NAME_PREFIX")]
    if shown:
        yield NoticeFile(DISPLAY, _display(shown).encode(), tuple(id for row in shown for id in row.ids))


def _attribution(result: AuditResult, ruleset: Ruleset) -> str:
    claims = result.build.claims

    def claim(*keys: str) -> str:
        return next((printable(str(claims[key]), 200) for key in keys if claims.get(key)), "")

    blank = "[not stated in the file: fill in as the creator asks]"
    rows = [
        ("Model", result.identity.model or claim("general.name", "name") or blank),
        ("Creator", claim("general.author", "author", "general.organization", "organization") or blank),
        ("Source", claim("general.source.url", "source.url", "general.url", "url", "general.repo_url", "repo_url") or blank),
    ]
    for id in result.licenses:
        license = ruleset.license(id)
        rows.append(("License", f"{license.title}, {license.text.url or blank}"))
    return "".join(f"{name}: {value}\n" for name, value in rows)


def _changes(result: AuditResult) -> str:
    build = result.build
    types = ", ".join(f"{count} {name}" for name, count in sorted(build.tensor_types.items(), key=lambda row: -row[1]))
    of = f" of {result.identity.model}" if result.identity.model else " of the original model"
    return (
        f"The file {printable(build.path.rpartition('/')[2], 200)} is a changed version{of}.\n"
        f"Format: {build.format}. Tensors by number type: {types or 'not known'}.\n"
        "Changed by: [fill in]\nDate of the change: [fill in]\nTool and further changes: [fill in]\n"
    )


def _display(asked: Sequence[_Asked]) -> str:
    lines = []
    for row in asked:
        for license, clause in row.sources:
            if text := clause.params.get("text"):
                where = clause.params.get("where") or "where the public sees it"
                lines.append(f'Show, as {license.id} {clause.section} asks: "{text}"\nWhere: {where}\n')
            if prefix := clause.params.get("prefix"):
                lines.append(f'Begin the name of what you publish, as {license.id} {clause.section} asks, with: "{prefix}"\n')
    return "\n".join(dict.fromkeys(lines))


def _checklist(result: AuditResult, asked: Sequence[_Asked], files: Sequence[NoticeFile]) -> str:
    lines = ["# Duties", "", f"Build: {markdown.text(result.build.path.rpartition('/')[2])}", ""]
    lines += [f"sha256: {result.build.sha256}", ""] if result.build.sha256 else []
    for use in result.uses:
        note = "" if use.verdict.passes or use.verdict is Permission.DENIED else " (these duties hold once that is settled)"
        note = " (its duties are not listed: fulfilling them does not permit it)" if use.verdict is Permission.DENIED else note
        lines.append(f"- {use.use}: {use.verdict}{note}")
    lines += ["", "## To do", ""] if asked else ["", "Nothing has to be done for these uses."]
    for row in asked:
        serving = [file for file in files if set(row.ids) & set(file.duties)]
        lines.append(f"- [ ] {markdown.text(row.text, None)}")
        where = ", ".join(dict.fromkeys(f"{license.id} {clause.section}" for license, clause in row.sources))
        lines.append(f"  - asked by {markdown.text(where, 600)}, for {', '.join(row.uses)}")
        lines += [f"  - {_said(file)}" for file in serving]
        lines += [] if serving else [f"  - {_by_hand(row)}"]
    return "\n".join([*lines, "", "Not legal advice.", ""])


def _said(file: NoticeFile) -> str:
    if file.missing:
        return f"MISSING: put the text in place of `{file.name}`, which says where it is published"
    unfinished = "; fill in what it leaves open" if file.name in (ATTRIBUTION, CHANGES) else ""
    return f"see `{file.name}`{unfinished}"


def _by_hand(row: _Asked) -> str:
    return "no NOTICE of the original was found beside the build" if row.kind == "NOTICE_FILE" else "to be done by you"


def plain_name(name: str) -> str:
    """A file name of harmless characters, never hidden, never a path."""
    return re.sub(r"[^A-Za-z0-9.+_-]+", "-", name).lstrip(".-")[:80] or "unnamed"
