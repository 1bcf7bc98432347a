"""Load the rules: a compiled JSON when it matches the YAML files beside it, else the YAML files themselves.

The compiled file is made when the package is built (``build_rules.py``) and exists only for speed: parsing some 200 YAML
files costs seconds, and an audit needs two or three of them. It is used only while the name and size of every rule file are
those it was made from, so an edited or added file is never missed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, KeysView, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules import reading, spelling
from openness.rules.license_urls import Sites
from openness.rules.model import ClauseType, License, Vocabulary
from openness.rules.name_tables import joined_tables, tables

COMPILED = "compiled.json"
#: Raised whenever the shape of the compiled rules changes, so that a file of another shape is not used.
SHAPE = 3
#: A rule file beyond this is refused before it is parsed (aliases in YAML can grow without bound).
MAX_RULE_FILE = 1 << 20
#: Files about openness, and patterns for unknown texts, which an audit rarely needs: they are read when asked for.
DEFINITIONS = frozenset(
    {
        "components.yaml",
        "limits.yaml",
        "license_lists.yaml",
        "dimensions.yaml",
        "categories.yaml",
        "clause_patterns.yaml",
        "would_change.yaml",
        "check.yaml",
    }
)


def rule_files(root: Path) -> Iterator[tuple[str, Path, int]]:
    """(name relative to root, path, size) of every rule file, sorted."""
    for relative in ("", "licenses"):
        folder = root / relative
        if not folder.is_dir():
            continue
        with os.scandir(folder) as entries:
            names = (entry for entry in entries if entry.name.endswith(".yaml") and entry.name not in DEFINITIONS)
            found = sorted((entry.name, entry.stat().st_size) for entry in names)
        for name, size in found:
            yield (f"{relative}/{name}" if relative else name), folder / name, size


def read_yaml(path: Path) -> Any:
    """One YAML file as plain data. Raises RuleError on anything that is not a mapping of plain values."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if path.stat().st_size > MAX_RULE_FILE:
            raise RuleError(f"The rule file {path} is larger than {MAX_RULE_FILE} bytes; split it.")
        data = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - a safe loader, the C one where it exists
    except OSError as error:
        raise RuleError(f"The rule file {path} cannot be read ({error.strerror}); check --rules.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise RuleError(f"The rule file {path}{line} is not valid YAML; correct it and run `openness rules lint`.") from None
    if not isinstance(data, dict):
        raise RuleError(f"The rule file {path} must hold a mapping of fields; see docs/rules.md.")
    return reading.plain(data)


def compile_rules(root: Path) -> dict[str, Any]:
    """Everything under ``root`` as one plain structure, with the names and sizes of the files it came from."""
    files = {name: size for name, _, size in rule_files(root)}
    licenses = {}
    for name, path, _ in rule_files(root):
        if name.startswith("licenses/"):
            data = read_yaml(path)
            licenses[str(data.get("id"))] = data
    families, sites = read_yaml(root / "families.yaml"), read_yaml(root / "license_urls.yaml")
    spellings = read_yaml(root / "spellings.yaml")
    return {
        "shape": SHAPE,
        "files": files,
        "clauses": read_yaml(root / "clauses.yaml"),
        "uses": read_yaml(root / "uses.yaml"),
        "families": families,
        "licenses": {id: json.dumps(data, ensure_ascii=False) for id, data in sorted(licenses.items())},
        "texts": text_table(licenses.values()),
        "tables": tables(list(licenses.values()), families["families"], read_yaml(root / "spdx_ids.yaml"), spellings, sites),
        "spellings": spellings,
        "sites": sites,
    }


def text_table(licenses: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Hash over the words of each text that was read whole → license id."""
    read = (data for data in licenses if data["text"]["status"] == "whole" and data["text"].get("exact") != "no")
    return {data["text"]["words_sha256"]: data["id"] for data in read if "words_sha256" in data["text"]}


class Ruleset:
    """Rules as loaded; license records are made on demand."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        self._compiled = compiled
        self._licenses: dict[str, License] = {}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return reading.vocabulary(self._compiled["uses"])

    @cached_property
    def types(self) -> dict[str, ClauseType]:
        return reading.clause_types(self._compiled["clauses"], self._compiled["uses"]["sets"])

    @cached_property
    def license_ids(self) -> KeysView[str]:
        """The ids of the licenses that have rules, sorted."""
        licenses: Mapping[str, Any] = self._compiled["licenses"]
        return licenses.keys()

    @property
    def names(self) -> Mapping[str, list[str]]:
        """Normalized name → license ids; SPDX ids without rules here included."""
        return self._table("names")

    @property
    def addresses(self) -> Mapping[str, list[str]]:
        """Address of a license text, in its one form (``license_urls``) → license ids."""
        return self._table("addresses")

    @property
    def worded(self) -> Mapping[str, list[str]]:
        """The words of a name (``spelling.worded``) → license ids."""
        return self._table("worded")

    @cached_property
    def spellings(self) -> dict[str, list[str]]:
        """What all certain spellings of a name share (``spelling.key``) → license ids."""
        found: dict[str, dict[str, None]] = {}
        for words, ids in self.worded.items():
            found.setdefault(spelling.joined(words.split(" ")), {}).update(dict.fromkeys(ids))
        return {key: list(ids) for key, ids in found.items()}

    @property
    def versions(self) -> Mapping[str, list[str]]:
        """What all versions of a license share (``spelling.without_numbers``) → the ids of all of them."""
        return self._table("versions")

    @property
    def spdx(self) -> Mapping[str, str]:
        """SPDX license id in lower case → as SPDX writes it."""
        spdx: Mapping[str, str] = self._compiled["tables"]["spdx"]
        return spdx

    @cached_property
    def exceptions(self) -> frozenset[str]:
        """SPDX exception ids, in lower case."""
        return frozenset(self._compiled["tables"]["exceptions"])

    @cached_property
    def name_words(self) -> frozenset[str]:
        """The words of all known names."""
        return frozenset(self._compiled["tables"]["vocabulary"])

    @cached_property
    def words(self) -> spelling.Words:
        """What matters in a name and what does not (``rules/spellings.yaml``)."""
        return spelling.words_of(self._compiled["spellings"])

    @cached_property
    def sites(self) -> Sites:
        """Forms of addresses and sites that hold licenses."""
        return Sites.of(self._compiled["sites"])

    def _table(self, name: str) -> Mapping[str, list[str]]:
        table: Mapping[str, list[str]] = self._compiled["tables"][name]
        return table

    @property
    def texts(self) -> Mapping[str, str]:
        """Hash over the words of a license text (``evidence.license_text.words_sha256``) → license id."""
        texts: Mapping[str, str] = self._compiled["texts"]
        return texts

    @property
    def families(self) -> Mapping[str, Any]:
        """Tags that name a family of licenses → candidates and why (``rules/families.yaml``)."""
        families: Mapping[str, Any] = self._compiled["families"]["families"]
        return families

    @property
    def version(self) -> str:
        """The date of the rules, as the envelope's ``tool.rules`` prints it."""
        return str(self._compiled["clauses"]["verified"])

    def license(self, id: str) -> License:
        """The license with this id; one that SPDX lists and no rules describe has no clauses and no text that was read, so
        that every use of it is unknown. Raises KeyError for an unknown id."""
        if id not in self._licenses:
            if id in self._compiled["licenses"] or id not in self.spdx:
                data = msgspec.json.decode(self._compiled["licenses"][id])
                self._licenses[id] = reading.license_record(data, self._compiled["uses"]["sets"])
            else:
                self._licenses[id] = reading.without_rules(id, self.spdx[id], self.version)
        return self._licenses[id]


def load(extra: Iterable[Path] = ()) -> Ruleset:
    """The packaged rules, plus licenses of further folders, which may add but not replace.

    Raises RuleError for a malformed file or an id that is already taken.
    """
    compiled = _packaged_rules()
    for folder in extra:
        compiled = _with_extra(compiled, folder)
    return Ruleset(compiled)


def _packaged_rules() -> dict[str, Any]:
    root = packaged("rules")
    try:
        compiled: dict[str, Any] = msgspec.json.decode((root / COMPILED).read_bytes())
        if compiled["files"] == {name: size for name, _, size in rule_files(root)} and compiled.get("shape") == SHAPE:
            return compiled
    except (OSError, msgspec.DecodeError, KeyError):
        pass
    return compile_rules(root)


def _with_extra(compiled: dict[str, Any], folder: Path) -> dict[str, Any]:
    from openness.rules import schema

    if not folder.is_dir():
        raise RuleError(f"The rules folder {folder} does not exist; give --rules a folder with licenses/*.yaml.")
    found = {}
    for name, path, _ in rule_files(folder):
        if name not in compiled["files"] or name.startswith("licenses/"):
            data = read_yaml(path)
            problems = schema.license_problems(data, compiled["clauses"], compiled["uses"])
            if problems:
                raise RuleError(f"The rule file {path}: {problems[0]}; see `openness rules lint --rules {folder}`.")
            if data["id"] in compiled["licenses"] or data["id"] in found:
                raise RuleError(f"The rule file {path} repeats the license id {data['id']}; choose another id.")
            found[data["id"]] = data
    licenses = compiled["licenses"] | {id: json.dumps(data, ensure_ascii=False) for id, data in found.items()}
    texts = compiled["texts"] | text_table(found.values())
    nothing: dict[str, Any] = {"licenses": [], "exceptions": [], "replaced": {}}
    added = tables(list(found.values()), {}, nothing, compiled["spellings"], compiled["sites"])
    return compiled | {"licenses": licenses, "texts": texts, "tables": joined_tables(compiled["tables"], added)}
