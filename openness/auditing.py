"""The path of an audit: header and neighbors of an open build → facts → rules → verdict. Files are read, nothing is fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from openness import build_identity
from openness.build_identity import Identified
from openness.errors import BuildError
from openness.evidence import build_claims
from openness.printable import printable
from openness.records import AuditResult, Build, BuildFile, BuildIdentity, Fact, Finding, Place, Standing
from openness.rules.loader import Ruleset
from openness.rules.model import Clause, License
from openness.sources import folder
from openness.verdict import audit as verdicts
from openness.verdict import identity_terms

if TYPE_CHECKING:
    from openness.documents_beside import Beside
    from openness.evidence.quotes import Copy
    from openness.policy.clarify import Clarification, Clarified
    from openness.sources.build_head import BuildHead, Part
    from openness.sources.build_layout import Layout
    from openness.sources.snapshot import Source


#: Roles of files that are no model by themselves, in words.
PARTS_OF_MODELS = {
    "lora": "a LoRA adapter",
    "mmproj": "a projector for pictures or sound (mmproj)",
    "draft": "a draft model for speculative decoding",
    "control-vector": "a control vector",
    "imatrix": "an importance matrix",
}


class OpenBuild(msgspec.Struct, frozen=True):
    """A build held open by the caller: what is read goes through ``descriptor``, so it is the file that is hashed.

    ``hashes`` gives its sha256 when that is first needed, so that the header can be read while the file is hashed. Of several
    files ``parts`` are all, and ``layout`` says how they lie. ``fingerprints`` is the folder with the user's own table.
    """

    descriptor: int
    path: str
    size: int
    hashes: Callable[[], Hashes]
    parts: tuple[Part, ...] = ()
    layout: Layout | None = None
    fingerprints: Path | None = None


class Hashes(msgspec.Struct, frozen=True):
    """The sha256 of a build, None where it was not hashed. Of several files ``files`` are all, with theirs."""

    sha256: str | None
    files: tuple[BuildFile, ...] = ()


class Audited(msgspec.Struct, frozen=True):
    """A result, with the error that stopped the reading of the build, if any. ``warnings`` are about the policy; ``used`` are
    the numbers of its clarifications that counted or were warned of."""

    result: AuditResult
    error: BuildError | None = None
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
        head = _read_head(build)
        identified = _identify(build, head, model, source, ruleset)
        record = _record(build, head)
        facts = list(build_claims.facts_of(head.claims, record.path, record.sha256))
    except BuildError as error:
        format = "pickle" if error.code == "pickle" else "unknown"
        sha256 = build.hashes().sha256
        empty = Build(printable(build.path, None), sha256, build.size, format, hashed=sha256 is not None)
        return Audited(verdicts.unreadable(empty, question, error.message), error)
    beside, findings, documents = _beside(Path(build.path), ruleset, index_files)
    facts += beside
    facts += _base_licenses(facts, source, ruleset)
    facts += identified.facts
    findings += [*identified.findings, *_about_build(head)]
    identity = identified.identity
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
    result = identity_terms.with_doubts(result, _doubts(record, Path(build.path), identified, clarified.facts, model, ruleset))
    return Audited(result, None, clarified.warnings, clarified.used)


def _doubts(
    record: Build, path: Path, identified: Identified, facts: Sequence[Fact], model: str | None, ruleset: Ruleset
) -> list[identity_terms.Doubt]:
    """What the identity contradicts of what is said of the build, by its maker or by the user."""
    identity, family = identified.identity, identified.family
    evidence = tuple(fact.id for fact in identified.facts)
    found = []
    if identified.proven:
        what = f"its weights are those of {identified.weights_of}"
        found.append(
            identity_terms.contradicted_license(
                facts, [identified.proven], ruleset, what=what, own=identified.exact, evidence=evidence
            )
        )
    elif identity.basis != "sha256" and family is not None and family.firm:
        what = f"it is shaped and tokenized like {' or '.join(family.families)}"
        stacks = list(dict.fromkeys(row.licenses for row in family.rows))
        found.append(identity_terms.contradicted_license(facts, stacks, ruleset, what=what, own=False))
    if model is not None and identity.basis in ("sha256", "weights") and identity.model is not None:
        found.append(identity_terms.another_model(model, identity))
    stated = folder.stated_sha256(path)
    if stated is not None and record.sha256 not in (None, stated):
        found.append(identity_terms.Doubt("identity", f"Its store names it by the sha256 {stated}, and it has another one."))
    return [doubt for doubt in found if doubt is not None]


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


def _read_head(build: OpenBuild) -> BuildHead:
    from openness.sources.build_head import Part, read_head
    from openness.sources.build_layout import Layout

    path = Path(build.path)
    parts = build.parts or (Part(build.descriptor, build.path, build.size),)
    return read_head(parts, build.layout or Layout(path, (path,), path.parent))


def _record(build: OpenBuild, head: BuildHead) -> Build:
    hashes = build.hashes()
    return Build(
        path=printable(build.path, None),
        sha256=hashes.sha256,
        size=build.size,
        format=head.format,
        architecture=head.architecture,
        tensor_types=head.tensor_types,
        claims=build_claims.shown_claims(head.claims),
        hashed=hashes.sha256 is not None,
        role=head.role,
        files=hashes.files,
    )


def _identify(build: OpenBuild, head: BuildHead, model: str | None, source: Source | None, ruleset: Ruleset) -> Identified:
    cached = folder.cached_repository(Path(build.path))
    return build_identity.identify(
        head,
        lambda: hashes.sha256 if len((hashes := build.hashes()).files) < 2 else None,
        build.descriptor,
        ruleset,
        said=model,
        cached=cached.model if cached is not None else None,
        source=source,
        own=build.fingerprints,
    )


def _about_build(head: BuildHead) -> list[Finding]:
    """What a person should know of the file besides its terms: that it is no model by itself, what its chat template does."""
    from openness.evidence import chat_template

    found = chat_template.findings(head)
    if head.role in PARTS_OF_MODELS:
        message = f"This file is {PARTS_OF_MODELS[head.role]}; it is used with a base model, whose own terms bind as well."
        found.append(Finding("role", "build-role", "info", message))
    return found


def _beside(path: Path, ruleset: Ruleset, index_files: tuple[Path, ...]) -> Beside:
    """What the documents beside the build say; what reads them is loaded only where there are any."""
    documents = folder.neighbors(path)
    first = next(documents, None)
    if first is None:
        return [], [], []
    from openness.documents_beside import read_documents

    return read_documents(chain([first], documents), ruleset, index_files)


def _base_licenses(facts: list[Fact], source: Source | None, ruleset: Ruleset) -> list[Fact]:
    """Licenses of the base models that the facts name: from the store, else from the table of models. They only lower."""
    said = [fact.value for fact in facts if fact.claim == "base-model"]
    if not said:
        return []
    from openness.evidence import lineage
    from openness.rules import releases

    bases = {lineage.hub_id(name) for value in said for name in lineage.names(value)}
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
