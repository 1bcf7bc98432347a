"""Which files of a repository are worth reading, in which order, and how many; and the loop that reads them.

Only names decide here. A repository may hold a thousand files called LICENSE; what is left out is said, never silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from openness.records import Absent
from openness.sources.snapshot import PASSING, Document, FileEntry, RepositorySnapshot

#: Cards of up to 5 MB are promised to be read; no license text or configuration known here reaches a tenth of that.
MAX_DOCUMENT = 5 << 20
#: All documents of one repository together: a handful of the largest.
MAX_TOTAL = 24 << 20
#: Listings longer than this are cut: GitHub's own limit, and ten times the largest model repository known here.
MAX_FILES = 100_000
MAX_PATH = 1024

#: Reasons that lie in the moment and not in what is asked for.
TRANSIENT = frozenset({"rate-limited", "offline", "unreachable"})
#: What an absence calls a listing that stopped short.
LISTING = "file list"

#: Kinds in the order of their worth: when the number is limited, the first come first.
ORDER = (
    "card", "readme", "license", "notice", "policy", "adapter", "merge",
    "config", "pipeline", "generation", "tokenizer", "prose",
)  # fmt: skip
#: Kinds that the Hub serves even where it asks for an agreement first (hub-docs pull request 1274).
OPEN_KINDS = frozenset({"card", "license", "policy", "notice"})

_PRE = r"(.*[\W_])?"
_POST = r"([\W_].*)?"
_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "license",
        re.compile(rf"{_PRE}((un)?licen[cs]es?|copying){_POST}|{_PRE}terms[\W_]of[\W_](use|service){_POST}|terms{_POST}", re.I),
    ),
    ("notice", re.compile(rf"{_PRE}(notices?|attributions?|copyright|third[\W_]?party){_POST}", re.I)),
    ("policy", re.compile(rf"{_PRE}(use[\W_]?policy|acceptable[\W_]?use|usage[\W_]?polic(y|ies)){_POST}", re.I)),
)
#: Suffixes of what has a name like a license and is none: code, configuration, pictures, signatures.
_NO_TEXT = re.compile(
    r"\.(py|pyi|ipynb|js|ts|css|c|cc|cpp|h|hpp|cu|rs|go|java|sh|json|jsonl|ya?ml|toml|cfg|csv|tsv|png|jpe?g|gif|svg|webp|pdf"
    r"|docx?|zip|gz|sig|asc|bin|gguf|safetensors|pt|onnx|npz?|spdx)",
    re.IGNORECASE,
)
_CARDS = re.compile(r"readme\.md|model_?card\.md|dataset_?card\.md", re.IGNORECASE)
_README = re.compile(r"readme(\.(rst|txt|markdown|adoc|org))?", re.IGNORECASE)
_EXACT = {
    "config.json": "config", "params.json": "config", "model_index.json": "pipeline", "generation_config.json": "generation",
    "adapter_config.json": "adapter", "tokenizer_config.json": "tokenizer",
    "mergekit_config.yml": "merge", "mergekit_config.yaml": "merge", "mergekit_moe_config.yml": "merge",
}  # fmt: skip
#: Prose that says how to take part in a project, not what was released.
_HOUSE_RULES = re.compile(
    r"(changelog|changes|contributing|code_of_conduct|security|support|pull_request_template|authors|todo)\.md", re.I
)
#: Folders whose licenses are those of somebody else's code, and hidden ones.
_FOREIGN = re.compile(
    r"third[-_]?party|3rd[-_]?party|vendor(ed)?|node_modules|site-packages|externals?|extern|deps|submodules|\..*", re.I
)
#: Longer names are not looked into: no license file has one.
MAX_NAME = 100


class Wanted(msgspec.Struct, frozen=True):
    """How much is read of one repository. A crawl asks for less than a classification."""

    kinds: frozenset[str] = frozenset(ORDER)
    most: int = 48
    document_bytes: int = MAX_DOCUMENT
    total_bytes: int = MAX_TOTAL


def kind_of(path: str) -> str | None:
    """The kind of document that a path names, or None for a file that is not read.

    Configurations count in the root only: those in subfolders belong to parts (a text encoder, an example).
    """
    folder, _, name = path.rpartition("/")
    folders = folder.split("/") if folder else []
    if len(name) > MAX_NAME or len(folders) > 2 or any(_FOREIGN.fullmatch(part) for part in folders):
        return None
    if not folders:
        if _CARDS.fullmatch(name):
            return "card"
        if _README.fullmatch(name):
            return "readme"
        if found := _EXACT.get(name.lower()):
            return found
    _, dot, suffix = name.rpartition(".")
    if not (dot and _NO_TEXT.fullmatch(dot + suffix)):
        for kind, pattern in _NAMES:
            if pattern.fullmatch(name):
                return kind
    return "prose" if suffix.lower() == "md" and not _HOUSE_RULES.fullmatch(name) else None


def selection(files: Iterable[FileEntry], wanted: Wanted) -> tuple[list[tuple[FileEntry, str]], list[Absent]]:
    """The files to read with their kinds, best first, and what the limits leave out."""
    found = [(file, kind) for file in files if (kind := kind_of(file.path)) in wanted.kinds and kind is not None]
    found.sort(key=lambda pair: (ORDER.index(pair[1]), pair[0].path.count("/"), pair[0].path))
    chosen: list[tuple[FileEntry, str]] = []
    absences: list[Absent] = []
    room = wanted.total_bytes
    for file, kind in found:
        size = file.size or 0
        if size > wanted.document_bytes:
            absences.append(Absent(file.path, "too-large", f"{size} bytes, more than {wanted.document_bytes}"))
        elif len(chosen) == wanted.most or size > room:
            limit = f"{wanted.most} documents, {wanted.total_bytes} bytes"
            absences.append(Absent(file.path, "too-large", f"beyond what is read of one repository ({limit})"))
        else:
            chosen.append((file, kind))
            room -= size
    return chosen, absences


def gather(
    chosen: Iterable[tuple[FileEntry, str]],
    read: Callable[[FileEntry, str], Document | Absent],
    have: Mapping[str, Document | Absent] = MappingProxyType({}),
) -> tuple[list[Document], list[Absent]]:
    """Read each, except what is there already by its path; stop asking where the answer is known.

    A host that is out of quota or cut off will not give the next file either, nor will one that failed twice in a row;
    a repository that wants an agreement before its configuration wants it for all of that kind.
    """
    documents: list[Document] = []
    absences: list[Absent] = []
    closed: Absent | None = None
    gated: Absent | None = None
    failures = 0
    for file, kind in chosen:
        known = closed or (gated if kind not in OPEN_KINDS else None)
        there = have.get(file.path)
        answer = there or (msgspec.structs.replace(known, what=file.path) if known else read(file, kind))
        if isinstance(answer, Document):
            documents.append(answer)
            failures = 0 if there is None else failures
            continue
        absences.append(answer)
        if there is not None:
            continue
        failures = failures + 1 if answer.reason == "unreachable" else 0
        if answer.reason in ("offline", "rate-limited", "disabled") or failures == 2:
            closed = answer
        elif answer.reason == "gated" and kind not in OPEN_KINDS:
            gated = answer
    return documents, absences


def settled(head: RepositorySnapshot, known: RepositorySnapshot | None) -> dict[str, Document | Absent]:
    """What need not be asked for again, by path: the bytes of a commit never change, and a refusal that is no passing one
    stands while the host says the same of the repository."""
    if known is None or known.revision is None or known.revision != head.revision:
        return {}
    found: dict[str, Document | Absent] = {document.path: document for document in known.documents}
    before, now = known.hub, head.hub
    same = (before.gated, before.disabled, before.private) == (now.gated, now.disabled, now.private) if before and now else True
    if same and known.absent == head.absent:
        for absent in known.absences:
            if absent.reason not in PASSING:
                found.setdefault(absent.what, absent)
    return found


def listing_stands(snapshot: RepositorySnapshot) -> bool:
    """Whether asking again at the same commit would give the same file list: it is whole, or cut or garbled by its host."""
    reasons = [absent.reason for absent in snapshot.absences if absent.what == LISTING]
    return snapshot.files_complete or bool(reasons and not TRANSIENT & set(reasons))


def plain_path(path: object) -> bool:
    """Whether a listing names a file that can be asked for without surprise: relative, no dots, no control characters."""
    if not isinstance(path, str) or not path or len(path) > MAX_PATH or not path.isprintable() or "\\" in path:
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))
