"""``[[clarify]]`` in ``openness.toml``: a person has read a file beside a build and says which license its text counts as.

A clarification is pinned to the sha256 of every file it names. It may settle a text that was changed or is not known; it never
makes a known text another license, and never touches what another file says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from openness.errors import UsageError
from openness.policy.document import Cursor
from openness.printable import printable
from openness.records import Fact, Finding, Place, Standing
from openness.rules import expressions

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

KEYS = ("model", "license", "files", "reason")
FILE_KEYS = ("path", "sha256")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEXT_CLAIMS = frozenset({"license-text", "license-text-change", "license-text-clauses"})


class PinnedFile(msgspec.Struct, frozen=True):
    """A file beside the build, by its path from the build's folder, as it was read."""

    path: str
    sha256: str


class Clarification(msgspec.Struct, frozen=True):
    """One ``[[clarify]]`` table. ``number`` counts from 1; ``model`` is a glob on the hub id or the build's file name."""

    number: int
    license: str
    files: tuple[PinnedFile, ...]
    reason: str
    model: str | None = None

    @property
    def name(self) -> str:
        return f"[[clarify]] {self.number} ({printable(self.license, 80)})"


class Clarified(msgspec.Struct, frozen=True):
    """Facts with the clarifications in place. ``used`` are the numbers of those that counted, or were warned of."""

    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    used: frozenset[int] = frozenset()


def parse(tables: Sequence[Cursor], ruleset: Ruleset) -> tuple[Clarification, ...]:
    """The ``clarify`` tables of a policy. Raises UsageError naming the line, the table and what is wrong in it."""
    return tuple(_one(number, table, ruleset) for number, table in enumerate(tables, 1))


def _one(number: int, table: Cursor, ruleset: Ruleset) -> Clarification:
    table.table(KEYS)
    where = f"{table.where}: {table.name}"
    license = table.required("license", 'name the license that the text counts as, such as license = "mit"')
    reason = table.required("reason", f"say why the text counts as {printable(license, 80)}")
    model = table.get("model")
    _check_license(where, license, ruleset)
    return Clarification(number, license, _files(where, table.get("files")), reason, model.text() if model else None)


def _check_license(where: str, license: str, ruleset: Ruleset) -> None:
    for term in expressions.terms(expressions.parse(license, ruleset)):
        found = term.resolved
        if len(found.ids) == 1 and not found.corrected:
            continue
        name = printable(found.name, 80)
        if found.ids and not found.corrected:
            raise UsageError(f"{where}: license {name} names several texts ({', '.join(found.ids)}); name one of them.")
        near = " or ".join(found.ids) or found.nearest
        hint = f"did you mean {near}?" if near else "see `openness license list`."
        raise UsageError(f"{where}: no license is known as {name}; {hint}")


def _files(where: str, files: Cursor | None) -> tuple[PinnedFile, ...]:
    if files is None or not files.value:
        raise UsageError(f'{where}: files is a list such as [{{ path = "LICENSE", sha256 = "…" }}].')
    pinned = []
    for file in files.tables():
        file.table(FILE_KEYS)
        path, sha256 = file.value.get("path"), file.value.get("sha256")
        if not isinstance(path, str) or not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise UsageError(f"{where}: a path in files is the name of a file beside the build, below its folder.")
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256.lower()):
            raise UsageError(f"{where}: sha256 of {printable(path, 80)} is not 64 hexadecimal digits; see `sha256sum`.")
        pinned.append(PinnedFile(str(PurePosixPath(path)), sha256.lower()))
    return tuple(pinned)


def apply(
    clarifications: Sequence[Clarification],
    facts: Sequence[Fact],
    digests: Mapping[str, tuple[str, str]],
    names: Sequence[str],
) -> Clarified:
    """The facts of one build with what a person confirmed in the place of what was recognized. A pure function.

    ``digests``: path from the build's folder → (document as facts name it, sha256) of the files that could be read; ``names``:
    the build's file name, and its hub id where known.
    """
    kept, findings, warnings, used = list(facts), [], [], set()
    for one in clarifications:
        if one.model is not None and not any(fnmatchcase(name.casefold(), one.model.casefold()) for name in names):
            continue
        problems = [*_mismatches(one, digests), *_known_texts(one, kept, digests)]
        if problems:
            warnings += problems
            used.add(one.number)
        elif all(file.path in digests for file in one.files):
            documents = {digests[file.path][0] for file in one.files}
            said = [fact for fact in kept if fact.claim == "license-text-change" and fact.place.document in documents]
            kept = [fact for fact in kept if fact.claim not in _TEXT_CLAIMS or fact.place.document not in documents]
            kept += _confirmed(one, digests)
            findings.append(_finding(one, said))
            used.add(one.number)
    return Clarified(tuple(kept), tuple(findings), tuple(warnings), frozenset(used))


def _mismatches(one: Clarification, digests: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for file in one.files:
        found = digests.get(file.path)
        if found is not None and found[1] != file.sha256:
            yield (
                f"{one.name} does not count: {printable(found[0], None)} has sha256 {found[1]}, and {file.sha256} was confirmed; "
                "read the file again and correct openness.toml."
            )


def _known_texts(one: Clarification, facts: Sequence[Fact], digests: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """A whole known text is what it is."""
    changed = {fact.place.document for fact in facts if fact.claim == "license-text-change"}
    documents = {digests[file.path][0] for file in one.files if file.path in digests}
    for fact in facts:
        if fact.claim == "license-text" and fact.value and fact.place.document in documents - changed:
            ids = " AND ".join(fact.value)
            document = printable(fact.place.document, None)
            yield f"{one.name} does not count: {document} is the known text of {ids}, which needs none."


def _confirmed(one: Clarification, digests: Mapping[str, tuple[str, str]]) -> Iterator[Fact]:
    for file in one.files:
        document, sha256 = digests[file.path]
        place = Place(document, sha256=sha256)
        quote = f"{printable(one.license, 80)}: {printable(one.reason, 300)}"
        yield Fact(f"text:{file.path}", "license-clarified", one.license, quote, Standing.USER, place)


def _finding(one: Clarification, said: Sequence[Fact]) -> Finding:
    files = " and ".join(printable(file.path, 80) for file in one.files)
    counts = "count" if len(one.files) > 1 else "counts"
    was = "".join(f" It reads as {' AND '.join(fact.value['licenses'])} with changes, which are set aside." for fact in said[:1])
    message = f"{files} {counts} as {printable(one.license, 80)}, as openness.toml says: {printable(one.reason, 300)}.{was}"
    message = message.replace("..", ".")
    return Finding(f"clarified:{one.number}", "clarified", "info", message, tuple(f"text:{file.path}" for file in one.files))


def unused(clarifications: Sequence[Clarification], used: frozenset[int]) -> Iterator[str]:
    """A warning for each clarification that no build of this run had a use for."""
    for one in clarifications:
        if one.number not in used:
            files = ", ".join(printable(file.path, 80) for file in one.files)
            model = f"fits the model {printable(one.model, 80)} and " if one.model else ""
            yield f"{one.name} was not used: no build here {model}has {files} beside it."
