"""What reading rows needs of the rules: patterns of files, words of lineage, beginnings of names that deserve a closer look."""

from __future__ import annotations

import re
from collections.abc import Iterable

from openness.evidence import model_repository
from openness.knowledge import lineage_words
from openness.packaged import packaged
from openness.rules.leaks import Leaks
from openness.rules.packaged_files import read_packaged
from openness.rules.releases import Releases, key_of
from openness.sweep.batch import Reading
from openness.sweep.files import FilePatterns

WEIGHTS = "parameters-final"


def reading(releases: Releases, leaks: Leaks) -> Reading:
    """The packaged rules as far as rows are read by them."""
    rows = read_packaged(packaged("rules") / "evidence" / "files.yaml")["files"]
    shows = tuple((row["path"], row.get("not", "")) for row in rows if row["where"] == "model" and row["component"] == WEIGHTS)
    words = lineage_words()
    files = FilePatterns(shows, model_repository.WEIGHTS.pattern, words.quantized_files)
    return Reading(files, words, name_heads(releases), leak_heads(leaks))


def name_heads(releases: Releases) -> str:
    """Matches the id (in lower case) of every model whose name could be that of a known release, by its first word or number."""
    names = [name for row in releases.rows for name in (*(id.rpartition("/")[2] for id in row.ids), *row.names)]
    first = {key.split()[0] for name in names if (key := key_of(name)) and key != " *"}
    words = {word for word in first if word.isalpha()}
    parts = [rf"(?:{_either(words)})(?:$|[^\pL])" if words else "", _either(first - words)]
    return rf"(?:^|/)[^\pL\d]*(?:{'|'.join(part for part in parts if part)})" if first else ""


def owner_heads(releases: Releases) -> str:
    """Matches every id (in lower case) of an owner who has released a known model."""
    owners = {owner for row in releases.rows for owner in row.owners}
    return f"^(?:{_either(owners)})/" if owners else ""


def leak_heads(leaks: Leaks) -> str:
    """Matches every id (in lower case) that the list of leaks could mean."""
    ids = {id.removesuffix("*") for row in leaks.rows for id in row.ids}
    names = {name.removesuffix("*") for row in leaks.rows for name in row.names}
    parts = [f"^(?:{_either(ids)})" if ids else "", f"(?:^|/)(?:{_either(names)})" if names else ""]
    return "|".join(part for part in parts if part)


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words))
