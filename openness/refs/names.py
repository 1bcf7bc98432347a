"""What a value names, given what its place means: a model or data set on the Hub, in Ollama's or Docker's catalog, a model
behind an API, a weight file, or nothing.

Nothing here looks at the place itself: the readers of the forms say what it ``means``, the words are data
(``rules/refs/names.yaml``, ``api_models.yaml``). ``means`` is ``hub`` (an id or a path), ``open`` (also a provider's name),
``ollama``, ``docker``, ``dataset``, ``api``, ``file`` (a weight file, nothing else), or ``address`` (only what carries its own
scheme or host).
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from openness.refs.api_names import api_names, is_api_model
from openness.refs.records import Kind
from openness.refs.tables import table, words
from openness.sources.hub_names import RESERVED, is_hub_id, is_revision

MAX_NAME = 300
#: The names of quantizations as llama.cpp and the Hub spell them, at the end of a file name or behind a colon.
QUANT = r"(?:UD-)?(?:I?Q\d[A-Z0-9_]*|T?Q\d_\d|MXFP4(?:_MOE)?|NVFP4|B?F16|FP16|F32|FP8)"
_QUANT = re.compile(QUANT, re.IGNORECASE)
_QUANT_IN_FILE = re.compile(rf"[-._]({QUANT})(?:-\d{{5}}-of-\d{{5}})?\.gguf$", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|hf-mirror\.com/|hf://|huggingface://|oci://hf\.co/)", re.IGNORECASE
)
_PART = r"[A-Za-z0-9_][\w.-]{0,95}"
_ID = re.compile(rf"{_PART}/{_PART}", re.ASCII)
_OLLAMA = re.compile(r"(?:[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*(?::[A-Za-z0-9][\w.-]*)?", re.ASCII)
_DOCKER = re.compile(r"(?:docker\.io/)?(ai/[a-z0-9][\w.-]*)(?::([\w.-]+))?", re.ASCII)
#: What a name has that a library completes with its own owner: several parts (``all-MiniLM-L6-v2``); one word is some setting.
_DEFAULT_OWNED = re.compile(r"(?=[^.]*[A-Za-z])[A-Za-z0-9]+(?:[-_][\w.]+)+", re.ASCII)
_VIEWS = frozenset({"resolve", "tree", "blob", "raw", "commit"})


class Named(msgspec.Struct, frozen=True):
    """``start`` and ``length``: where the name stands in the value."""

    kind: Kind
    model: str
    start: int
    length: int
    revision: str | None = None
    quant: str | None = None
    weight_file: str | None = None
    purl: str | None = None
    low: bool = False


class _Words(msgspec.Struct, frozen=True):
    not_owners: frozenset[str]
    place_owners: frozenset[str]
    place_shapes: re.Pattern[str]
    place_names: frozenset[str]
    place_starts: tuple[str, ...]
    endings: tuple[str, ...]
    weights: tuple[str, ...]
    providers: dict[str, tuple[str, ...]]
    models: dict[str, str]
    datasets: dict[str, str]
    builders: frozenset[str]
    pages: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = table("names")
    place = data["placeholders"]
    return _Words(
        frozenset(words(data["not_owners"])),
        frozenset(words(place["owners"])),
        re.compile(place["owner_shapes"], re.ASCII),
        frozenset(words(place["names"])),
        words(place["starts"]),
        words(data["file_endings"]),
        words(data["weight_endings"]),
        {owner: tuple(starts) for owner, starts in data["providers"].items()},
        {name: owner for owner, names in data["legacy_models"].items() for name in words(names)},
        {name: owner for owner, names in data["legacy_datasets"].items() for name in words(names)},
        frozenset(words(data["builders"])),
        RESERVED | frozenset(words(data["hub_pages"])),
    )


def named(value: str, means: str, default_owner: str | None = None) -> Named | None:
    """What ``value`` names at a place that means ``means``; None where it names nothing that can be looked up."""
    text = value.strip()
    if not text or len(value) > MAX_NAME or not text.isascii() or not text.isprintable() or " " in text:
        return None
    shift = value.index(text)
    found = _named(text, means, default_owner)
    return msgspec.structs.replace(found, start=found.start + shift) if found and shift else found


def _named(text: str, means: str, default_owner: str | None) -> Named | None:
    if match := _ADDRESS.match(text):
        return _address(text, match.end(), means)
    for prefix in ("huggingface/", "ollama/", "ollama_chat/", "ollama://", "hf:", "hf-hub:", "hf_hub:"):
        if text.startswith(prefix) and means in ("open", "hub", "address"):
            rest = _named(text[len(prefix) :], "hub" if prefix[0] == "h" else "ollama", None)
            if (
                rest is not None
                and (prefix[0] == "o" or "/" in rest.model)
                and text.count("/", len(prefix)) >= (prefix[0] == "h")
            ):
                return (
                    msgspec.structs.replace(rest, start=rest.start + len(prefix)) if prefix[0] == "h" or "://" in prefix else None
                )
    if means == "address":
        return None
    if means == "dataset":
        return _dataset(text)
    if means == "ollama":
        return _ollama(text)
    if means == "docker":
        return _docker(text)
    if means == "file":
        return (_in_repository(text) or _weight_file(text)) if text.lower().endswith(_words().weights) else None
    if means in ("open", "api") and is_api_model(text):
        return Named("api-model", text, 0, len(text))
    return None if means == "api" else _hub(text, means, default_owner)


def _hub(text: str, means: str, default_owner: str | None) -> Named | None:
    if text.lower().endswith(_words().weights):
        return _in_repository(text) or _weight_file(text)
    name, at, revision = text.partition("@")
    name, colon, quant = name.partition(":")
    if colon and "/" not in name and _ollama_tag().fullmatch(quant):
        return _ollama(text)
    if colon and not (_QUANT.fullmatch(quant) or quant == "latest"):
        return None
    if at and not is_revision(revision):
        return None
    if "/" not in name:
        if default_owner and is_api_model(name):
            return None
        owner = default_owner or _words().models.get(name)
        known = _words().models.get(name, owner)
        if owner is None or not is_hub_id(name) or (known == default_owner and not _DEFAULT_OWNED.fullmatch(name)):
            return None
        return None if _placeholder(owner, name) else _model(f"{known}/{name}", 0, len(name), revision or None, quant or None)
    if not _is_id(name) or (means == "open" and _is_routed(name)):
        return None
    return _model(name, 0, len(name), revision or None, quant or None)


def _in_repository(text: str) -> Named | None:
    """``owner/name-GGUF/file.gguf``, as LM Studio writes it: two parts and a file, and the second says what it holds."""
    whole, _, file = text.rpartition("/")
    if not whole.casefold().endswith("gguf") or not _is_id(whole):
        return None
    return _model(whole, 0, len(whole), None, None, file)


def _is_id(name: str) -> bool:
    """Whether ``name`` is an id that someone could have meant as one on the Hub."""
    if not _ID.fullmatch(name) or not is_hub_id(name):
        return False
    owner, _, rest = name.partition("/")
    known = _words()
    if owner.casefold() in known.not_owners or rest.casefold().endswith(known.endings) or _placeholder(owner, rest):
        return False
    return any(c.isalpha() for c in owner) and any(c.isalpha() for c in rest)


def _placeholder(owner: str, name: str) -> bool:
    known = _words()
    owner, name = owner.casefold(), name.casefold()
    return (
        owner in known.place_owners
        or name in known.place_names
        or owner.startswith(known.place_starts)
        or known.place_shapes.fullmatch(owner) is not None
        or name.startswith(known.place_starts)
    )


def _is_routed(name: str) -> bool:
    """Whether the first part says where a request goes, and not who published the model."""
    owner, _, rest = name.partition("/")
    released = _words().providers.get(owner)
    return is_api_model(rest) or (released is not None and not rest.startswith(released))


def _model(name: str, start: int, length: int, revision: str | None, quant: str | None, file: str | None = None) -> Named:
    quant = quant or (quant_of(file) if file else None)
    purl = f"pkg:huggingface/{name}" + (f"@{revision.replace('/', '%2F')}" if revision else "")
    return Named("model", name, start, length, revision, quant, file, purl, is_dummy(name))


def with_file(found: Named, file: str | None, revision: str | None) -> Named:
    """The same model with the file and the revision that stand beside it."""
    if found.kind == "dataset":
        return msgspec.structs.replace(found, revision=found.revision or revision)
    if found.kind != "model" or not (found.purl or "").startswith("pkg:huggingface/"):
        return found
    file = file if file and file.lower().endswith(_words().weights) else found.weight_file
    return _model(found.model, found.start, found.length, found.revision or revision, found.quant, file)


def is_dummy(name: str) -> bool:
    """Whether a model was made for tests: its owner or its own name says so."""
    owner, _, rest = name.partition("/")
    data = table("names")["dummies"]
    return owner.endswith(tuple(data["owner_endings"])) or rest.lower().startswith(tuple(data["name_starts"]))


def quant_of(file: str) -> str | None:
    """The quantization that the name of a GGUF file states."""
    match = _QUANT_IN_FILE.search(file)
    return match[1] if match else None


def _weight_file(text: str) -> Named | None:
    parts = text.split("/")
    if any(c in text for c in "<>{}$*|\"'`") or len(parts[-1]) < 6 or "path" in parts[:2] or "://" in text:
        return None
    if any(part.casefold().startswith(_words().place_starts) for part in parts):
        return None
    return Named("build-file", text, 0, len(text), quant=quant_of(text))


def _dataset(text: str) -> Named | None:
    name, at, revision = text.partition("@")
    if "/" not in name:
        owner = _words().datasets.get(name)
        return None if owner is None or name in _words().builders else Named("dataset", f"{owner}/{name}", 0, len(name))
    if not _is_id(name) or (at and not is_revision(revision)):
        return None
    return Named("dataset", name, 0, len(name), revision or None, low=is_dummy(name))


@lru_cache(maxsize=1)
def _ollama_tag() -> re.Pattern[str]:
    return re.compile(table("names")["ollama_tags"])


def _ollama(text: str) -> Named | None:
    name, colon, tag = text.partition(":")
    if not _OLLAMA.fullmatch(text) or text.endswith(_words().weights) or _placeholder(*name.rpartition("/")[::2]):
        return None
    if "/" in name and name.partition("/")[0] in _words().not_owners:
        return None
    return Named("model", text if colon else f"{name}:latest", 0, len(text), quant=tag if _QUANT.fullmatch(tag) else None)


def _docker(text: str) -> Named | None:
    match = _DOCKER.fullmatch(text)
    if not match:
        return None
    purl = f"pkg:docker/{match[1]}" + (f"@{match[2]}" if match[2] else "")
    return Named("model", match[1], match.start(1), len(match[0]) - match.start(1), match[2], None, None, purl)


def _address(text: str, start: int, means: str) -> Named | None:
    """An address on the Hub: ``owner/name``, with a view, a revision and a file where it has them."""
    path = re.split(r"[?#]", text[start:], maxsplit=1)[0]
    parts = path.rstrip("/").split("/")
    kind: Kind = "model"
    if parts[0] in ("models", "datasets", "buckets", "spaces", "kernels"):
        if parts[0] not in ("models", "datasets"):
            return None
        kind = "dataset" if parts[0] == "datasets" else kind
        start += len(parts.pop(0)) + 1
    if len(parts) < 2:
        return None
    owner, name = parts[0], parts[1]
    name, _, revision = name.partition("@")
    name, _, quant = name.partition(":")
    name = name.removesuffix(".git")
    if owner.casefold() in _words().pages or not _is_id(f"{owner}/{name}"):
        return None
    rest = parts[2:]
    if rest and rest[0] in _VIEWS:
        if len(rest) > 1 and is_revision(rest[1]):
            revision = revision or ("" if rest[1] == "main" else rest[1])
        rest = rest[2:]
    elif rest and not text.startswith(("hf://", "huggingface://")):
        return None  # discussions, community pages
    length = len(owner) + 1 + len(name)
    whole = f"{owner}/{name}"
    if kind == "dataset" or means == "dataset":
        return Named("dataset", whole, start, length, revision or None, low=is_dummy(whole))
    return _model(whole, start, length, revision or None, quant or None, "/".join(rest) or None)


def openers() -> tuple[str, ...]:
    """How names without ``owner/`` begin behind a quotation mark; whole names with the mark that ends them."""
    exact, starts, _ = api_names()
    whole = (*exact, *_words().models, *_words().datasets)
    return (*starts, *(f"{name}{mark}" for name in whole for mark in "\"'"))


def is_folder(owner: str) -> bool:
    """Whether the first part of ``a/b`` is a word that no owner has."""
    return owner.casefold() in _words().not_owners
