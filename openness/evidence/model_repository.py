"""A model repository of the Hub, or a folder laid out like one, as facts: its files, card, license texts and lineage.

Pure: the snapshot was fetched before, and nothing that it names is fetched here. What other repositories matter is said as links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from openness.evidence import base_names, card, license_text, lineage, merge_config, model_card, release_statements
from openness.evidence.base_names import LineageWords
from openness.evidence.card_license import NamedLicense, Names
from openness.evidence.card_links import Owner
from openness.evidence.card_words import CardWords
from openness.evidence.clauses import DetectedClause
from openness.evidence.code_readme import CodeWords
from openness.evidence.file_rules import FileRules
from openness.evidence.identify import Identification
from openness.evidence.repository_evidence import Link, LinkKind, RepositoryEvidence
from openness.printable import printable
from openness.records import Fact, Finding, Place, Standing
from openness.sources.model_reference import linked
from openness.sources.snapshot import PASSING, Document, RepositorySnapshot

#: Identifies a license text: what it is, and the clauses in words that are not known.
Identify = Callable[[bytes], tuple[Identification, tuple[DetectedClause, ...]]]
#: Links followed of one repository, of each kind. Bases all count, so that none is dropped unsaid: the walk has its own bound.
MOST_LINKS = 40
MOST_BASES = base_names.MAX_NAMES
LICENSE_TAG = "license:"
WEIGHTS = re.compile(r"\.(?:safetensors|gguf|ggml|bin|pth?|onnx|ckpt)$", re.IGNORECASE)
HUB_FILE = re.compile(r"(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/(?:blob|raw|resolve)/([^/]+)/([^?#]+)")
GITHUB_FILE = re.compile(r"github\.com/([\w.-]+/[\w.-]+)/(?:blob|raw)/([^/]+)/([^?#]+)")


NO_CODE_WORDS = CodeWords()


def no_names(text: str) -> tuple[NamedLicense, ...]:
    """Finds no license in any text: for readers that have no rules at hand."""
    return ()


def whole(card: bytes) -> bytes:
    """A card as it is: for readers that have no rules at hand."""
    return card


class Reader(msgspec.Struct, frozen=True):
    """What reading evidence needs beside the documents: rules as data, and the identification of license texts.

    ``unblocked`` empties the lines that openness itself wrote into a card."""

    words: CardWords
    files: FileRules
    identify: Identify
    lineage: LineageWords
    names: Names = no_names
    code: CodeWords = NO_CODE_WORDS
    unblocked: Callable[[bytes], bytes] = whole


def read(snapshot: RepositorySnapshot, reader: Reader) -> RepositoryEvidence:
    """The evidence of a ``hub-model`` or ``folder`` snapshot."""
    found = RepositoryEvidence(
        snapshot.kind, snapshot.name, snapshot.requested, snapshot.revision, snapshot.url, snapshot.date,
        absent=snapshot.absent, absences=snapshot.absences,
    )  # fmt: skip
    facts: list[Fact] = [*_listed(snapshot, reader), *_hub_facts(snapshot)]
    findings: list[Finding] = []
    for document in snapshot.documents:
        new_facts, new_findings = _document_facts(document, reader, snapshot)
        facts += new_facts
        findings += new_findings
    facts += release_statements.hashes(snapshot.files, Place("file list", snapshot.url, snapshot.revision))
    facts += _quantized(snapshot, reader.lineage)
    if not any(document.kind == "card" for document in snapshot.documents):
        facts += _stated_on_hub(snapshot)
    elif not any(fact.claim == "license" for fact in facts):
        facts += _tagged_license(snapshot)
    return msgspec.structs.replace(
        found,
        facts=tuple(facts),
        findings=tuple(findings),
        links=tuple(links_of(facts, snapshot, reader.lineage)),
        complete=_complete(snapshot, facts),
    )


def _complete(snapshot: RepositorySnapshot, facts: list[Fact]) -> bool:
    """Was everything seen that could speak? Then what is not stated was looked for."""
    unseen = any(absence.reason in PASSING or absence.reason in ("gated", "too-large") for absence in snapshot.absences)
    # a folder without weights holds somebody's selection of documents: what is not in it may be elsewhere
    whole = snapshot.kind != "folder" or any(fact.id == "files:parameters-final" for fact in facts)
    return snapshot.absent is None and snapshot.files_complete and not unseen and whole


def _listed(snapshot: RepositorySnapshot, reader: Reader) -> Iterator[Fact]:
    gated = snapshot.hub is not None and snapshot.hub.gated not in (None, "no")
    place = Place("file list", snapshot.url, snapshot.revision)
    for shown in reader.files.shown(snapshot.files, "model"):
        availability = "gated" if gated and shown.availability == "published" else shown.availability
        quote = printable(f"{shown.count} file{'s' * (shown.count != 1)}: {', '.join(shown.examples)}", 160)
        value = {"availability": availability, "kind": "files", "address": ""}
        yield Fact(f"files:{shown.component}", f"component:{shown.component}", value, quote, Standing.CARD, place)


def _quantized(snapshot: RepositorySnapshot, words: LineageWords) -> Iterator[Fact]:
    """A hint that this is a re-upload in another number format: the ending of its name, or the kind of all its weight files."""
    name = snapshot.name.rpartition("/")[2]
    weights = [file.path for file in snapshot.files if WEIGHTS.search(file.path)]
    formats = [path for path in weights if re.search(words.quantized_files, path, re.IGNORECASE)]
    if words.marks_quantization(name) or (weights and len(formats) == len(weights)):
        quote = printable(formats[0] if formats else name, 160)
        place = Place("file list" if formats else "name", snapshot.url, snapshot.revision)
        yield Fact("files:quantized", "quantized-hint", True, quote, Standing.NAME, place)


def _hub_facts(snapshot: RepositorySnapshot) -> Iterator[Fact]:
    hub = snapshot.hub
    if hub is None:
        return
    place = Place("Hub API", snapshot.url, snapshot.revision)
    if hub.gated not in (None, "no"):
        yield Fact("hub:gated", "gated", hub.gated, f"gated: {hub.gated}", Standing.CARD, place)
    if hub.disabled:
        yield Fact("hub:disabled", "disabled", True, "disabled: true", Standing.CARD, place)
    if hub.eu_disallowed:
        yield Fact("hub:eu-disallowed", "eu-disallowed", True, "extra_gated_eu_disallowed: true", Standing.CARD, place)
    if hub.base_models:
        value = [printable(name) for name in hub.base_models]
        quote = printable(f"base models: {', '.join(hub.base_models)}", 160)
        yield Fact("hub:base-model", "base-model", value, quote, Standing.CARD, place)
        if hub.relation:
            relation = printable(hub.relation, 40)
            yield Fact("hub:relation", "relation", relation, f"relation: {relation}", Standing.CARD, place)


def _stated_on_hub(snapshot: RepositorySnapshot) -> Iterator[Fact]:
    """What the Hub has of a card that is not at hand: the front matter as it parsed it, and its tag of the license. It makes the
    tag of the front matter, so that the two differ only where one of them is of another revision, or was meddled with."""
    if snapshot.hub is not None and snapshot.hub.card_data:
        yield from card.facts_of_data(snapshot.hub.card_data, Place("Hub API", snapshot.url, snapshot.revision))
    yield from _tagged_license(snapshot)


def _tagged_license(snapshot: RepositorySnapshot) -> Iterator[Fact]:
    """The license as the Hub took it from a card that is not at hand (its answer still carries the tag)."""
    tags = snapshot.hub.tags if snapshot.hub else ()
    found = [tag.removeprefix(LICENSE_TAG) for tag in tags if tag.startswith(LICENSE_TAG)]
    if found:
        place = Place("Hub API", snapshot.url, snapshot.revision)
        value = found[0] if len(found) == 1 else found
        yield Fact("hub:license", "license", value, printable(f"tags: {LICENSE_TAG}{found[0]}", 160), Standing.CARD, place)


def owner_of(snapshot: RepositorySnapshot) -> Owner:
    """Whose card it is; a folder has a name and no owner."""
    owner, slash, name = snapshot.name.rstrip("/").rpartition("/")
    return Owner(owner if snapshot.kind == "hub-model" else "", name if slash else owner or name)


def _card_facts(document: Document, reader: Reader, snapshot: RepositorySnapshot) -> tuple[list[Fact], list[Finding]]:
    """Front matter and prose of a card, and where the Hub reads the front matter otherwise."""
    front = card.read(document)
    facts, findings = card.facts_of(document, further=True, found=front)
    findings += card.differences(document, facts, snapshot.hub.card_data if snapshot.hub else None)
    prose = model_card.facts_of(document, reader.words, owner_of(snapshot), reader.names, skipped=front.end)
    history = release_statements.facts_of(document, reader.lineage)
    return [*facts, *prose, *history], [*findings, *model_card.cut(document)]


def _document_facts(document: Document, reader: Reader, snapshot: RepositorySnapshot) -> tuple[list[Fact], list[Finding]]:
    if document.kind in ("card", "readme"):
        # the hash stays that of the whole document
        document = msgspec.structs.replace(document, data=reader.unblocked(document.data))
        return _card_facts(document, reader, snapshot)
    if document.kind in ("license", "policy"):
        return license_facts(document, reader), []
    if document.kind == "adapter":
        base, revision = card.adapter_base(document), lineage.adapter_revision(document)
        return [fact for fact in (base, revision) if fact], []
    if document.kind == "merge":
        merged = merge_config.facts_of(document)
        return merged, [] if merged else [merge_config.unread(document)]
    if document.kind == "notice":
        return [notice_fact(document)], []
    return [], []


def notice_fact(document: Document) -> Fact:
    """That a notice file travels with the repository; duties ask for it."""
    text = license_text.decode(document.data)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    place = Place(document.path, document.url, document.revision, document.sha256, 1)
    return Fact(
        f"notice:{document.name}",
        "notice",
        printable(" ".join(text[:4000].split()), 2000),
        printable(first, 120),
        Standing.TEXT,
        place,
    )


def license_facts(document: Document, reader: Reader) -> list[Fact]:
    """What a license file holds; its facts say what it covers where its name does (code, data, weights)."""
    found, clauses = reader.identify(document.data)
    scope = reader.files.scope(document.path)
    facts = license_text.facts_of(document, found, clauses)
    if document.kind == "policy" or (found.licenses and all(license.kind == "policy" for license in found.licenses)):
        # a use policy travels with its license, which names it; by itself it grants nothing and is no license
        facts = [msgspec.structs.replace(fact, claim=fact.claim.replace("license-text", "use-policy")) for fact in facts]
    elif not found.licenses and found.mentions:
        value = list(found.mentions)
        quote = printable(f"names {', '.join(value)}", 160)
        facts.append(Fact(f"mention:{document.name}", "license-mention", value, quote, Standing.TEXT, facts[0].place))
    if scope:
        facts = [msgspec.structs.replace(fact, claim=f"{fact.claim}:{scope}") for fact in facts]
    return [msgspec.structs.replace(fact, place=msgspec.structs.replace(fact.place, url=document.url)) for fact in facts]


def links_of(facts: list[Fact], snapshot: RepositorySnapshot, words: LineageWords) -> Iterator[Link]:
    """The repositories that the facts name, each once a kind, within bounds. Of two that name one base, one may say how."""
    found: dict[tuple[str, str, str], Link] = {}
    counts: dict[str, int] = {}
    for link in _all_links(facts, words):
        key = (link.kind, link.target.name.casefold(), link.path)
        itself = link.target.kind == snapshot.kind and link.target.name.casefold() == snapshot.name.casefold()
        if key in found:
            relation = found[key].relation or link.relation
            target = link.target if link.target.revision else found[key].target
            found[key] = msgspec.structs.replace(found[key], relation=relation, target=target)
        elif not itself and counts.get(link.kind, 0) < (MOST_BASES if link.kind == "base" else MOST_LINKS):
            found[key] = link
            counts[link.kind] = counts.get(link.kind, 0) + 1
    yield from found.values()


def _all_links(facts: list[Fact], words: LineageWords) -> Iterator[Link]:
    relation = next((str(fact.value).strip().casefold() for fact in facts if fact.claim == "relation"), "")
    pinned = {fact.id.removesuffix(":revision"): str(fact.value) for fact in facts if fact.claim == "base-revision"}
    for fact in facts:
        if fact.claim in ("base-model", "base-stated", "teacher-stated"):
            yield from _model_links(fact, relation, words, pinned.get(fact.id))
        elif fact.claim == "dataset":
            for name in lineage.names(fact.value):
                if target := linked("hub-dataset", name):
                    yield Link("dataset", target, fact.id)
        elif fact.claim == "license-link" and isinstance(fact.value, str):
            yield from _license_file(fact)
        elif fact.claim.startswith("component:") and isinstance(fact.value, dict):
            yield from _component_link(fact)


def _model_links(fact: Fact, relation: str, words: LineageWords, revision: str | None) -> Iterator[Link]:
    """Models that a fact names by id or address. What it names otherwise stays in the fact, for the verdict to look at."""
    listed = fact.claim == "base-model"
    named = base_names.listed(fact.value, words) if listed else base_names.stated(str(fact.value), words)
    head = fact.id.partition(":")[0]
    own = head if head in ("adapter", "merge") else relation if listed else ""
    if listed and not own and len(named) > 1:
        own = "merge"  # as the Hub reads a list of bases
    kind: LinkKind = "teacher" if fact.claim == "teacher-stated" else "base"
    for name in named:
        if name.id and (target := linked("hub-model", name.id, revision) or linked("hub-model", name.id)):
            yield Link(kind, target, fact.id, own)


def _license_file(fact: Fact) -> Iterator[Link]:
    for pattern, kind in ((HUB_FILE, "hub-model"), (GITHUB_FILE, "github")):
        match = pattern.search(str(fact.value))
        if match:
            target = linked("github" if kind == "github" else "hub-model", match[1])
            if target:
                yield Link("license-file", target, fact.id, path=match[3].replace("%20", " "))


def _component_link(fact: Fact) -> Iterator[Link]:
    address = str(fact.value.get("address", ""))
    repository, dataset = model_card.repository(address), model_card.dataset(address)
    if repository and (target := linked("github", repository)):
        yield Link("code", target, fact.id)
    elif dataset and (target := linked("hub-dataset", dataset)):
        yield Link("dataset", target, fact.id)
