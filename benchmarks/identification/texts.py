"""License texts at hand (ScanCode's data, the shared texts, an SPDX list), and which ids mean the same text.

Nothing is copied into the repository: the texts are read from the folders given on the command line.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from openness.evidence.license_text import decode

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)(.*)", re.DOTALL)
GNU = re.compile(r"((?:a|l)?gpl-\d\.\d|gfdl-\d\.\d)(?:\+|-plus|-only|-or-later)?")  # one text, whatever the grant says
SCANCODE_REF = "licenseref-scancode-"
WORD = re.compile(r"[^\W_]+")
COPYRIGHT_LINE = re.compile(r"^\W*(?:portions )?(?:copyright|\(c\)|©)[^\n]*(?:\d{4}|[<\[{])[^\n]*$", re.IGNORECASE | re.MULTILINE)
RULES = Path(__file__).resolve().parents[2] / "rules" / "licenses"
CREATIVE = re.compile(r"cc-by(?!.*(?:igo|-[a-z]{3}$))|cc0|cc-pddc", re.IGNORECASE)
# Licenses of models, data and services in ScanCode's data for which there is no rule file.
SCANCODE_AI = (
    "bigcode-open-rail-m-v1",
    "bigscience-open-rail-m",
    "bigscience-open-rail-m2",
    "bigscience-rail-1.0",
    "deepseek-la-1.0",
    "fair-ai-public-1.0",
    "fair-ai-public-1.0-sd",
    "gemini-api-additional-tos-2025",
    "gemma-pup-2024-02-21",
    "gemma-tou-2024-04-01",
    "gemma-tou-2025-03-24",
    "llama-4-cla-2025",
    "llama-4-license-2025",
    "moonshot-ai-modified-mit-2025",
    "mov-ai-1.0",
    "openmdw-1.0",
    "responsible-ai-source-1.0",
    "responsible-ai-source-1.1",
    "salesforce-ai-aup-2025",
    "salesforce-ai-ethics-2025",
    "stable-diffusion-2022-08-22",
    "the-stack-tos-2023-07",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A license text of one source; ``id`` is the name under which our index lists it."""

    id: str
    text: str
    source: str
    title: str
    spdx: str | None = None
    osi: bool = False

    @property
    def words(self) -> list[str]:
        return WORD.findall(self.text.casefold())


@dataclass
class Ids:
    """Names of one license: SPDX id, slug of a rule file, ScanCode key, and the names of texts with the same words."""

    parents: dict[str, str] = field(default_factory=dict)
    canonical: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str:
        while (parent := self.parents.get(name, name)) != name:
            name = parent
        return name

    def join(self, first: str, second: str) -> None:
        self.parents[self.find(second)] = self.find(first)
        self.parents.setdefault(first, first)
        self.parents.setdefault(second, second)

    def id_of(self, name: str) -> str:
        """The id of our index for an SPDX id, a slug or a ScanCode key."""
        return self.canonical.get(plain(name), plain(name))

    def classes(self) -> dict[str, frozenset[str]]:
        members: dict[str, set[str]] = defaultdict(set)
        for name in self.parents:
            members[self.find(name)].add(name)
        return {name: frozenset(members[self.find(name)]) for name in self.parents}


@dataclass
class Corpus:
    scancode: list[Known]
    shared: list[Known]
    spdx_list: list[Known]
    ids: Ids
    deprecated: frozenset[str] = frozenset()
    _classes: dict[str, frozenset[str]] = field(default_factory=dict)
    _streams: list[tuple[str, str]] = field(default_factory=list)

    def same_as(self, id: str) -> frozenset[str]:
        """Every name under which an identifier may answer for ``id``."""
        if not self._classes:
            self._classes = self.ids.classes()
        return self._classes.get(id, frozenset()) | {id}

    def all(self) -> list[Known]:
        return [*self.scancode, *self.shared, *self.spdx_list]

    def holding(self, text: str) -> frozenset[str]:
        """Names of the licenses that hold the words of ``text`` in one piece: a half text may be the half of several."""
        if not self._streams:
            self._streams = [(f" {' '.join(known.words)} ", known.id) for known in self.all()]
        stream = f" {' '.join(WORD.findall(text.casefold()))} "
        found = {id for words, id in self._streams if stream in words}
        return frozenset().union(*(self.same_as(id) for id in found))


def plain(name: str) -> str:
    """Lower case, without the prefixes that SPDX and ScanCode put before names of their own."""
    return name.lower().removeprefix(SCANCODE_REF).removeprefix("licenseref-")


def words_key(text: str) -> str:
    """Equal for texts with the same words, copyright lines with a year or a placeholder aside."""
    return hashlib.sha1(" ".join(WORD.findall(COPYRIGHT_LINE.sub("", text).casefold())).encode()).hexdigest()


def find_scancode(python: str | None) -> Path | None:
    """The folder with ScanCode's license texts, asked of an interpreter in which ScanCode is installed."""
    code = "import importlib.util as u; print(u.find_spec('licensedcode').submodule_search_locations[0])"
    try:
        answer = subprocess.run([python or "python3", "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    folder = Path(answer) / "data" / "licenses"
    return folder if folder.is_dir() else None


def read_scancode(folder: Path | None, ids: Ids) -> Iterator[Known]:
    for path in sorted(folder.glob("*.LICENSE")) if folder else []:
        match = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
        head = yaml.load(match[1], Loader=LOADER) if match else {}
        if not match or head.get("is_deprecated") or head.get("is_exception") or len(match[2].split()) < 15:
            continue
        key, spdx = str(head["key"]), str(head.get("spdx_license_key") or "")
        listed = spdx if spdx and not spdx.lower().startswith("licenseref-") else None
        id = ids.canonical.setdefault(key, ids.canonical.get(plain(spdx), spdx.lower()) if listed else key)
        ids.join(id, key)
        yield Known(id, match[2], "scancode" if key == id else f"scancode:{key}", str(head.get("name", key)), listed)


def read_rules(folder: Path, ids: Ids) -> dict[str, str]:
    """Title of every rule file by its id; fills in which names mean which id."""
    titles: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        rule = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
        slug, spdx, aliases = str(rule["id"]), str(rule.get("spdx") or ""), rule.get("aliases") or {}
        id = slug if not spdx or spdx.startswith("LicenseRef-") else spdx.lower()
        titles[id] = str(rule.get("title") or id)
        for name in [slug, spdx or slug, *aliases.get("scancode", []), *aliases.get("spdx", [])]:
            ids.canonical.setdefault(plain(name), id)
            ids.join(id, plain(name))
    return titles


def read_shared(folder: Path | None, ids: Ids, titles: dict[str, str]) -> Iterator[Known]:
    for path in sorted(folder.glob("*.txt")) if folder else []:
        id = ids.id_of(path.stem)
        yield Known(id, decode(path.read_bytes()), "shared", titles.get(id, path.stem))


def read_spdx_list(folder: Path | None, ids: Ids) -> Iterator[Known]:
    """One JSON file for each license, as in the npm package ``spdx-license-list`` or SPDX's own ``json/details``."""
    for path in sorted(folder.glob("*.json")) if folder else []:
        record = json.loads(path.read_text(encoding="utf-8"))
        spdx, text = str(record.get("licenseId") or path.stem), record.get("licenseText")
        if not isinstance(text, str) or len(text.split()) < 15:
            continue
        id = ids.canonical.setdefault(spdx.lower(), spdx.lower())
        osi = bool(record.get("osiApproved") or record.get("isOsiApproved"))
        ids.join(id, spdx.lower())
        yield Known(id, text, "spdx-list", str(record.get("name", spdx)), spdx, osi)


def read_deprecated(folder: Path | None, ids: Ids) -> Iterator[str]:
    """Ids that SPDX declares deprecated (license-list-XML); joined with the id that SPDX puts in their place where it is one id
    and no expression."""
    for path in sorted(folder.glob("src/*.xml")) if folder else []:
        text = path.read_text(encoding="utf-8")
        found = re.search(r'<license\b[^>]*licenseId="([^"]+)"[^>]*>', text)
        if found and "deprecatedVersion" in found[0]:
            id = ids.id_of(found[1])
            yield id
            for heir in re.findall(r"<obsoletedBy>([\w.+-]+)</obsoletedBy>", text):
                ids.join(ids.id_of(heir), id)


def join_twins(texts: Iterable[Known], ids: Ids) -> None:
    """Texts with the same words are one license under two names."""
    first: dict[str, str] = {}
    for known in texts:
        ids.join(first.setdefault(words_key(known.text), known.id), known.id)


def read_corpus(
    scancode: Path | None, shared: Path | None, spdx_list: Path | None, spdx_xml: Path | None = None, rules: Path = RULES
) -> Corpus:
    ids = Ids()
    titles = read_rules(rules, ids)
    listed = list(read_spdx_list(spdx_list, ids))
    corpus = Corpus(list(read_scancode(scancode, ids)), list(read_shared(shared, ids, titles)), listed, ids)
    corpus.deprecated = frozenset(read_deprecated(spdx_xml, ids))
    join_twins(corpus.all(), ids)
    for name in list(ids.parents):
        if match := GNU.fullmatch(name):
            ids.join(match[1], name)
    return corpus


def unique(texts: Iterable[Known]) -> list[Known]:
    first: dict[tuple[str, str], Known] = {}
    for known in texts:
        first.setdefault((known.id, words_key(known.text)), known)
    return list(first.values())


def clean_texts(corpus: Corpus) -> list[tuple[str, Known]]:
    """Unchanged texts with their family: ``osi``, ``cc`` or ``ai``."""
    listed = {known.id: known for known in corpus.spdx_list}
    open_ids = {known.id for known in corpus.spdx_list if known.osi}
    ai = {known.id for known in corpus.shared if known.id not in listed}
    ai |= {corpus.ids.id_of(key) for key in SCANCODE_AI}
    ai |= {id for id in listed if id.startswith(("cdla-", "c-uda", "o-uda", "odbl", "odc-by", "pddl", "openmdw"))}
    chosen: list[tuple[str, Known]] = []
    for known in unique([*corpus.scancode, *corpus.shared]):
        spdx_text = listed.get(known.id)
        if spdx_text and len(known.words) < len(spdx_text.words) / 2:
            continue  # ScanCode keeps the notice of some licenses, not their text
        if known.id in ai:
            chosen.append(("ai", known))
        elif known.source != "shared" and known.id in open_ids:
            chosen.append(("osi", known))
        elif known.source != "shared" and CREATIVE.match(known.id):
            chosen.append(("cc", known))
    return chosen
