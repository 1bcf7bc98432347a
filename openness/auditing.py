"""The path of an audit: header and neighbors of an open build → facts → rules → verdict. Files are read, nothing is fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from openness.errors import GGUFError
from openness.evidence import build_claims, card, license_text, lineage
from openness.printable import printable
from openness.records import Absent, AuditResult, Build, BuildIdentity, Fact, Finding, Place, Standing
from openness.rules import releases
from openness.rules.loader import Ruleset
from openness.rules.model import Clause, License
from openness.sources import folder
from openness.verdict import audit as verdicts

if TYPE_CHECKING:
    from openness.evidence.quotes import Copy
    from openness.policy.clarify import Clarification, Clarified
    from openness.sources.snapshot import Source


class OpenBuild(msgspec.Struct, frozen=True):
    """A build held open by the caller: what is read goes through ``descriptor``, so it is the file that was hashed."""

    descriptor: int
    path: str
    size: int
    sha256: str | None


class Audited(msgspec.Struct, frozen=True):
    """A result, with the error that stopped the reading of the build, if any. ``warnings`` are about the policy; ``used`` are
    the numbers of its clarifications that counted or were warned of."""

    result: AuditResult
    error: GGUFError | None = None
    warnings: tuple[str, ...] = ()
    used: frozenset[int] = frozenset()


def audit_build(
    build: OpenBuild,
    question: verdicts.Question,
    ruleset: Ruleset,
    *,
    model: str | None = None,
    clarifications: Sequence[Clarification] = (),
    index_files: tuple[Path, ...] = (),
    source: Source | None = None,
) -> Audited:
    """Audit one build for the stated uses. ``model`` is the hub id that the user says it is; ``clarifications`` are texts that
    a person confirmed; ``index_files`` are indexes of the user's own license texts; ``source`` answers for Hub models (the local
    store), where there is one.

    A build that cannot be read gives ``unknown`` with the error beside it; it never raises for what is in the file.
    """
    try:
        record, facts = _read_build(build)
    except GGUFError as error:
        empty = Build(printable(build.path, None), build.sha256, build.size, "unknown", hashed=build.sha256 is not None)
        return Audited(verdicts.unreadable(empty, question, error.message), error)
    beside, findings, documents = _beside(Path(build.path), ruleset, index_files)
    facts += beside
    facts += _base_licenses(facts, source, ruleset)
    identity = _identity(build, model)
    if model is not None:
        place = Place("--model")
        facts.append(Fact("user:model", "model", printable(model), f"--model {printable(model)}", Standing.USER, place))
        if source is not None:
            from openness.model_terms import facts_of_model

            facts += facts_of_model(model, source, ruleset)
    clarified = _clarified(clarifications, facts, build, documents, identity)
    result = verdicts.audit(
        record,
        clarified.facts,
        question,
        ruleset,
        identity=identity,
        findings=[*findings, *clarified.findings],
        quoter=_quoter(documents, index_files),
    )
    return Audited(result, None, clarified.warnings, clarified.used)


def _clarified(
    clarifications: Sequence[Clarification],
    facts: list[Fact],
    build: OpenBuild,
    documents: list[tuple[folder.Document, str]],
    identity: BuildIdentity,
) -> Clarified:
    """The facts with what a person confirmed; files that a clarification names beside those read anyway are hashed here."""
    from openness.policy import clarify

    digests = {document.name: (document.path, document.sha256) for document, _ in documents}
    path = Path(build.path)
    for file in (file for one in clarifications for file in one.files if file.path not in digests):
        try:
            data = folder.read_regular(path.parent / file.path, folder.MAX_DOCUMENT)
        except folder.NotRead:
            continue
        digests[file.path] = (str(path.parent / file.path), hashlib.sha256(data).hexdigest())
    names = [path.name, *([identity.model] if identity.model else [])]
    return clarify.apply(clarifications, facts, digests, names)


def _read_build(build: OpenBuild) -> tuple[Build, list[Fact]]:
    from openness.sources import gguf

    header = gguf.read_header(build.descriptor)
    claims = gguf.general_claims(header)
    record = Build(
        path=printable(build.path, None),
        sha256=build.sha256,
        size=build.size,
        format="gguf",
        architecture=gguf.architecture(header),
        tensor_types=gguf.tensor_types(header),
        claims=build_claims.shown_claims(claims),
        hashed=build.sha256 is not None,
    )
    return record, list(build_claims.facts_of(claims, record.path, build.sha256))


def _beside(
    path: Path, ruleset: Ruleset, index_files: tuple[Path, ...]
) -> tuple[list[Fact], list[Finding], list[tuple[folder.Document, str]]]:
    """Facts and findings of the documents beside the build, and the license texts with their fact ids, for quoting."""
    facts: list[Fact] = []
    findings: list[Finding] = []
    texts: list[tuple[folder.Document, str]] = []
    for number, document in enumerate(folder.neighbors(path), 1):
        if isinstance(document, Absent):
            message = f"{printable(document.what)} was not read: {printable(document.reason)}."
            findings.append(Finding(f"not-read:{number}", "neighbor-not-read", "info", message))
        elif document.kind == "card":
            new_facts, new_findings = card.facts_of(document)
            facts += new_facts
            findings += new_findings
        elif document.kind == "license":
            from openness import identifying

            identified = identifying.identify_document(
                document.data,
                known=ruleset.texts,
                judged=ruleset.license_ids.__contains__,
                further=identifying.further_indexes(index_files),
            )
            facts += license_text.facts_of(document, identified.found, identified.clauses)
            texts.append((document, f"text:{document.name}"))
        elif document.kind == "adapter":
            base = card.adapter_base(document)
            facts += [base] if base else []
    return facts, findings, texts


def _base_licenses(facts: list[Fact], source: Source | None, ruleset: Ruleset) -> list[Fact]:
    """Licenses of the base models that the facts name: from the store, else from the table of models. They only lower."""
    bases = {lineage.hub_id(name) for fact in facts if fact.claim == "base-model" for name in lineage.names(fact.value)}
    named = sorted(base for base in bases if base is not None)
    if not named:
        return []
    stored: list[Fact] = []
    if source is not None:
        from openness.model_terms import facts_of_bases

        stored = list(facts_of_bases(named, source, ruleset))
    answered = {fact.id.removeprefix("store:") for fact in stored}
    known = releases.load()
    place = Place(f"corpus/{releases.FILE}")
    rows = [(base, row) for base in named if base not in answered and (row := known.of_id(base))]
    return stored + [
        Fact(f"corpus:{base}", "base-license", list(row.licenses), f"{base}: {', '.join(row.licenses)}", Standing.NAME, place)
        for base, row in rows
    ]


def _identity(build: OpenBuild, model: str | None) -> BuildIdentity:
    if model is not None:
        return BuildIdentity(model=printable(model), basis="user", match="none", confidence=0.0)
    cached = folder.cached_repository(Path(build.path))
    if cached is not None:
        return BuildIdentity(model=cached.model, basis="metadata", match="none", confidence=0.5)
    return BuildIdentity()


def _quoter(
    texts: list[tuple[folder.Document, str]], index_files: tuple[Path, ...]
) -> Callable[[License, Clause], tuple[str, str] | None]:
    """Quotes a clause from the first document in which it stands."""
    copies: list[tuple[Copy, str]] = []

    def quote(license: License, clause: Clause) -> tuple[str, str] | None:
        if texts and not copies:
            from openness import identifying
            from openness.evidence.quotes import Copy

            indexes = (identifying.packaged_index(), *identifying.further_indexes(index_files))
            copies.extend((Copy(document.data, index), fact_id) for index in indexes for document, fact_id in texts)
        for copy, fact_id in copies:
            found = copy.quote(license.text.sha256, clause.lines)
            if found:
                return found[0], fact_id
        return None

    return quote
