"""What a MODEL argument means: a Hub id (``owner/name``, ``owner/name@revision``), an address of the Hub or of GitHub,
``github:owner/repo``, a folder, or an evidence file. Nothing is fetched here, and an address is only taken apart.

What exists on this machine wins over a Hub id, as it does in transformers: ``./name`` is always the folder, an address
always the Hub. A name that could lead a request elsewhere is a UsageError; so is a host that is neither Hub nor GitHub.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from openness.errors import MissingInput, UsageError
from openness.printable import printable
from openness.sources.endpoints import HUB_HOSTS, Access, origin
from openness.sources.hub_names import RESERVED, is_hub_id, is_revision
from openness.sources.snapshot import Kind, Reference

FORMS = "give owner/name, owner/name@revision, an address on the Hub, github:owner/repo, a folder, or an evidence file"
MAX_ARGUMENT = 4096
#: GitHub: owners have letters, digits and single hyphens (39 at most; old ones may break that), names also ``_.``.
_GITHUB_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})/[\w.-]{1,100}", re.ASCII)
_VIEWS = frozenset({"tree", "blob", "resolve", "raw", "commit", "commits"})
_EVIDENCE_SUFFIXES = (".json", ".yaml", ".yml")
_BUILD_SUFFIXES = (".gguf", ".safetensors", ".bin", ".onnx", ".pt")


def parse(text: str, access: Access | None = None) -> Reference:
    """The reference that ``text`` means; ``access`` says which addresses are the Hub's (default: the environment).

    Raises UsageError for what cannot be meant and MissingInput for a path that is not there.
    """
    if not text or len(text) > MAX_ARGUMENT or not text.isprintable():
        raise UsageError(f"{_shown(text)} names no model; {FORMS}.")
    if text.startswith("github:"):
        return _github(text, text.removeprefix("github:"))
    head = text.partition("/")[0].lower()
    if "://" in text or (head in HUB_HOSTS | {"github.com"} and not Path(text).exists()):
        return _address(text, access or Access.from_environment())
    if text.startswith(("/", "./", "../", "~", ".\\")) or text in (".", "..") or _exists(text):
        return _local(text)
    name, at, revision = text.partition("@")
    if is_hub_id(name) and not name.lower().endswith((*_EVIDENCE_SUFFIXES, *_BUILD_SUFFIXES)):
        return Reference("hub-model", name, _revision(text, revision) if at else None, text)
    if text.count("/") > 1 or text.lower().endswith((*_EVIDENCE_SUFFIXES, *_BUILD_SUFFIXES)):
        raise MissingInput(f"There is no file or folder {_shown(text)}; {FORMS}.")
    raise UsageError(f"{_shown(text)} names no model; {FORMS}.")


def is_github_name(text: str) -> bool:
    """Whether ``text`` can be ``owner/repo`` on GitHub."""
    return bool(_GITHUB_NAME.fullmatch(text)) and text.rpartition("/")[2] not in (".", "..")


def linked(kind: Kind, name: str, revision: str | None = None) -> Reference | None:
    """The reference for a dataset, model or GitHub repository that a document names; None where it cannot be one."""
    valid = is_github_name(name) if kind == "github" else is_hub_id(name)
    if not valid or kind not in ("github", "hub-model", "hub-dataset") or not (revision is None or is_revision(revision)):
        return None
    return Reference(kind, name, revision, name)


def _revision(text: str, revision: str) -> str:
    if not is_revision(revision):
        raise UsageError(f"{_shown(text)}: {_shown(revision)} cannot be a revision; give a branch, a tag or a commit.")
    return revision


def _github(text: str, rest: str) -> Reference:
    name, at, revision = rest.partition("@")
    if not is_github_name(name):
        raise UsageError(f"{_shown(text)} names no GitHub repository; write github:owner/repo or github:owner/repo@revision.")
    return Reference("github", name, _revision(text, revision) if at else None, text)


def _address(text: str, access: Access) -> Reference:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        here = origin(parts)
    except ValueError:
        here = None
    if here is None or "@" in parts.netloc:
        raise UsageError(f"{_shown(text)} is not an address that can be used; {FORMS}.")
    if here[1] in ("github.com", "www.github.com"):
        return _on_github(text, parts)
    base = urlsplit(access.hub)
    if here == origin(base) and parts.path.startswith(f"{base.path}/"):
        return _on_hub(text, parts.path[len(base.path) :])
    if here[1] in HUB_HOSTS:
        return _on_hub(text, parts.path)
    raise UsageError(f"{_shown(text)} is neither on the Hub nor on GitHub, and no other host is contacted; {FORMS}.")


def _on_hub(text: str, path: str) -> Reference:
    parts = [part for part in path.split("/") if part]
    if parts and parts[0] == "datasets":
        raise UsageError(f"{_shown(text)} is a dataset, not a model; {FORMS}.")
    if not parts or parts[0].lower() in RESERVED:
        raise UsageError(f"{_shown(text)} is not the page of a model; {FORMS}.")
    length = 1 if len(parts) == 1 or parts[1] in _VIEWS else 2
    name = "/".join(parts[:length])
    if not is_hub_id(name):
        raise UsageError(f"{_shown(text)} is not the page of a model; {FORMS}.")
    return Reference("hub-model", name, _viewed(text, parts[length:]), text)


def _on_github(text: str, parts: SplitResult) -> Reference:
    path = [part for part in parts.path.split("/") if part]
    name = "/".join(path[:2]).removesuffix(".git")
    if not is_github_name(name):
        raise UsageError(f"{_shown(text)} names no GitHub repository; write github:owner/repo or github:owner/repo@revision.")
    return Reference("github", name, _viewed(text, path[2:]), text)


def _viewed(text: str, rest: list[str]) -> str | None:
    """The revision of an address such as ``…/tree/<revision>/…``."""
    return _revision(text, unquote(rest[1])) if len(rest) > 1 and rest[0] in _VIEWS else None


def _local(text: str) -> Reference:
    path = Path(text).expanduser() if text.startswith("~") else Path(text)
    try:
        if path.is_dir():
            return Reference("folder", str(path), None, text)
        if path.is_file() and path.suffix.lower() in _EVIDENCE_SUFFIXES:
            return Reference("evidence-file", str(path), None, text)
        there = path.exists()
    except (OSError, RuntimeError, ValueError):
        there = False
    if not there:
        raise MissingInput(f"There is no file or folder {_shown(text)}; {FORMS}.")
    if path.suffix.lower() in _BUILD_SUFFIXES:
        raise UsageError(f"{_shown(text)} is a build, not a repository; use: openness audit {_shown(text)}")
    raise UsageError(f"{_shown(text)} is neither a folder nor an evidence file (.json, .yaml); {FORMS}.")


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def _shown(text: str) -> str:
    """The text for a message; credentials in an address are left out."""
    return printable(re.sub(r"//[^/@]*@", "//…@", text), 120)
