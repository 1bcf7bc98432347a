"""The tables that names are looked up in, made once when the rules are compiled: names, addresses, spellings, SPDX ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from openness.rules import spelling
from openness.rules.license_urls import Sites, address_key

Licenses = Iterable[Mapping[str, Any]]
Table = dict[str, list[str]]
#: How SPDX begins the id of a license that is not on its list.
REFERENCE = "licenseref-"
SPACES = re.compile(r"[\s_]+")


def normalize(name: str) -> str:
    """Letter case, spaces, underscores and a leading LicenseRef- do not matter; versions and plus signs do."""
    name = name.strip().casefold()
    if name.startswith(REFERENCE):
        name = name.removeprefix(REFERENCE).removeprefix("scancode-")
    return SPACES.sub("-", name)


def alias_table(licenses: Licenses) -> Table:
    """Every name of the licenses (normalized) → ids; more than one id is a defect that lint reports."""
    table: Table = {}
    for data in licenses:
        for name in dict.fromkeys(map(normalize, _names(data))):
            table.setdefault(name, []).append(str(data["id"]))
    return table


def address_table(licenses: Licenses, sites: Sites) -> Table:
    """Every address of the licenses (in its one form) → ids."""
    table: Table = {}
    for data in licenses:
        for key in dict.fromkeys(address_key(url, sites) for url in data.get("aliases", {}).get("urls", ())):
            if key is not None:
                table.setdefault(key, []).append(str(data["id"]))
    return table


def _names(data: Mapping[str, Any]) -> list[str]:
    listed = (name for kind, names in data.get("aliases", {}).items() if kind != "urls" for name in names)
    return [str(data["id"]), str(data["spdx"]), *map(str, listed)]


def _titles(data: Mapping[str, Any]) -> list[str]:
    """The title, and the title without what stands in brackets behind it to tell versions apart."""
    title = str(data["title"])
    return [title, title.partition(" (")[0]]


def tables(
    licenses: list[Mapping[str, Any]],
    families: Mapping[str, Any],
    spdx: Mapping[str, Any],
    spellings: Mapping[str, Any],
    sites: Mapping[str, Any],
) -> dict[str, Any]:
    """All tables, from the license files and the contents of families, spdx_ids, spellings and license_urls.yaml."""
    words, forms = spelling.words_of(spellings), Sites.of(sites)
    names, addresses = alias_table(licenses), address_table(licenses, forms)
    official = _official(licenses, spdx)
    for name, ids in official.items():
        _add(names, normalize(name), ids)
    groups: dict[str, list[str]] = {}
    for name, family in families.items():
        address = address_key(name, forms)
        if address is None:
            groups[name] = list(map(str, family["candidates"]))
        else:
            _add(addresses, address, map(str, family["candidates"]))
    return {
        "names": names,
        "addresses": addresses,
        "worded": _spellings(licenses, official | groups, words),
        "versions": _versions(licenses, official, words),
        "vocabulary": _vocabulary(licenses, official | groups),
        "spdx": {str(id).casefold(): str(id) for id in spdx["licenses"]},
        "exceptions": [str(id).casefold() for id in spdx["exceptions"]],
    }


def joined_tables(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Two sets of tables as one: what a name means in either, it may mean."""
    found: dict[str, Any] = dict(one)
    for name in ("names", "addresses", "worded", "versions"):
        table = {key: list(ids) for key, ids in one[name].items()}
        for key, ids in other[name].items():
            _add(table, key, ids)
        found[name] = table
    return found | {"vocabulary": sorted({*one["vocabulary"], *other["vocabulary"]})}


def _official(licenses: Licenses, spdx: Mapping[str, Any]) -> Table:
    """Every SPDX id, today's and replaced ones → the ids of the rules that describe it, or itself in lower case."""
    described: Table = {}
    for data in licenses:
        for name in dict.fromkeys(str(n).casefold() for n in (data["spdx"], *data.get("aliases", {}).get("spdx", ()))):
            described.setdefault(name, []).append(str(data["id"]))
    table = {str(id): described.get(str(id).casefold(), [str(id).casefold()]) for id in spdx["licenses"]}
    for old, new in spdx["replaced"].items():
        table[str(old)] = list(dict.fromkeys(id for each in new for id in table[each]))
    return table


def _spellings(licenses: Licenses, others: Mapping[str, list[str]], words: spelling.Words) -> Table:
    """The words of every name and title → all ids that have them: whoever shares a spelling is a candidate."""
    table: Table = {}
    for data in licenses:
        for name in (*_names(data), *_titles(data)):
            _add(table, spelling.worded(normalize(name), words), [str(data["id"])])
    for name, ids in others.items():
        _add(table, spelling.worded(name, words), ids)
    table.pop("", None)
    return table


def _versions(licenses: Licenses, official: Mapping[str, list[str]], words: spelling.Words) -> Table:
    """What the versions of a license share in their titles and SPDX ids → the ids of all of them. Our own ids and the names
    that cards use do not count: they are often those of models, and models of one name have licenses of many names."""
    table: Table = {}
    named = [*((title, [str(data["id"])]) for data in licenses for title in _titles(data)), *official.items()]
    for name, ids in named:
        _add(table, spelling.without_numbers(spelling.key(name, words)), ids)
    return {key: ids for key, ids in table.items() if key}


def _vocabulary(licenses: Licenses, others: Iterable[str]) -> list[str]:
    """The words of all names, so that a misspelled one can be told from a word that merely looks like another."""
    names = [*others, *(name for data in licenses for name in (*_names(data), *_titles(data)))]
    return sorted({token for name in names for token in spelling.cut(name) if token.isalpha()})


def _add(table: Table, name: str, ids: Iterable[str]) -> None:
    known = table.setdefault(name, [])
    known.extend(id for id in ids if id not in known)
