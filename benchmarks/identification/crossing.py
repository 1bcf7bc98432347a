"""Indexes built for the test: without one AI license (none may be taken for another), and from one source alone."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .items import Item
from .score import Row, run_ours
from .texts import LOADER, Corpus, Known, clean_texts

if TYPE_CHECKING:
    from openness.evidence.license_index import LicenseIndex
    from openness.sources.license_folders import LicenseText

WORD_LISTS = Path(__file__).resolve().parents[2] / "corpus"


def word_lists() -> dict[str, Any]:
    """What the build needs besides the texts."""
    names = {"restrictive": "restrictive_words.yaml", "equivalent": "equivalent_words.yaml", "standard": "standard_wording.yaml"}
    return {key: yaml.load((WORD_LISTS / name).read_text("utf-8"), Loader=LOADER) for key, name in names.items()}


def names_of(corpus: Corpus) -> dict[str, str]:
    """Lower-cased names → id, with the prefixes under which the sources list them."""
    known = dict(corpus.ids.canonical)
    for name, id in corpus.ids.canonical.items():
        known[f"licenseref-{name}"] = known[f"licenseref-scancode-{name}"] = id
    return known


@cache
def _texts(folder: Path) -> list[LicenseText]:
    from openness.sources.license_folders import license_texts

    return list(license_texts(folder))


def index_bytes(folders: Iterable[Path], corpus: Corpus, exclude: frozenset[str] = frozenset()) -> bytes:
    """An index of the texts in some folders, by the code as it is now."""
    from openness.evidence.index_build import build

    texts = [text for folder in folders for text in _texts(folder)]
    return build(texts, word_lists(), names_of(corpus), exclude)


def index_of(folders: Iterable[Path], corpus: Corpus, exclude: frozenset[str] = frozenset()) -> LicenseIndex:
    from openness.evidence.license_index import LicenseIndex

    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(index_bytes(folders, corpus, exclude))
        file.flush()
        return LicenseIndex.open(Path(file.name))


def _pairs(known: Known) -> frozenset[tuple[str, str]]:
    words = known.words
    return frozenset(pairwise(words))


def batches(texts: list[Known], names: Mapping[str, frozenset[str]], limit: float = 0.25) -> list[list[Known]]:
    """Texts that share few pairs of words can be left out together: the nearest kin of each is still in the index."""
    pairs = {id(known): _pairs(known) for known in texts}
    found: list[list[Known]] = []

    def apart(known: Known, other: Known) -> bool:
        one, two = pairs[id(known)], pairs[id(other)]
        return not (names[known.id] & names[other.id]) and 2 * len(one & two) < limit * (len(one) + len(two))

    for known in texts:
        for batch in found:
            if all(apart(known, other) for other in batch):
                batch.append(known)
                break
        else:
            found.append([known])
    return found


def leave_one_out(corpus: Corpus, folders: list[Path]) -> list[Row]:
    """Every AI license against an index that has no text of that license under any of its names."""
    first: dict[str, Known] = {}
    for family, known in clean_texts(corpus):
        if family == "ai":
            first.setdefault(known.id, known)
    names = {id: corpus.same_as(id) for id in first}
    rows: list[Row] = []
    groups = batches(list(first.values()), names)
    for number, batch in enumerate(groups, 1):
        exclude = frozenset().union(*(names[known.id] for known in batch))
        print(f"leave-one-out: index {number} of {len(groups)}, {len(batch)} licenses left out", file=sys.stderr)
        items = [Item(f"leave-one-out/{known.id}@{known.source}", "leave-one-out", "ai", known.text) for known in batch]
        rows += run_ours(items, index_of(folders, corpus, exclude))
    return rows


def _alike(known: Known, other: Known) -> bool:
    """Two transcriptions of one text; a notice, a translation or another edition under the same id is none."""
    one, two = _pairs(known), _pairs(other)
    return len(one & two) >= 0.7 * min(len(one), len(two)) and 0.5 <= len(one) / max(1, len(two)) <= 2


def _comparable(texts: Iterable[Known], corpus: Corpus, within: list[Known]) -> Iterator[Known]:
    """Texts that the other source has too."""
    others: dict[str, list[Known]] = {}
    for other in within:
        others.setdefault(other.id, []).append(other)
    for known in texts:
        if known.spdx and any(_alike(known, other) for id in corpus.same_as(known.id) for other in others.get(id, [])):
            yield known


def cross_source(corpus: Corpus, scancode: Path | None, spdx_list: Path, spdx_xml: Path | None = None) -> list[Row]:
    """One source's texts against an index of another's: SPDX's transcription and ScanCode's both ways, and the texts of a package
    of SPDX's list against SPDX's own XML. Ids that SPDX declares deprecated are no licenses of their own."""
    rows: list[Row] = []
    ways = [
        ("scancode-index", scancode, corpus.scancode, corpus.spdx_list),
        ("spdx-index", spdx_list, corpus.spdx_list, corpus.scancode),
        ("xml-index", spdx_xml, corpus.spdx_list, corpus.spdx_list),
        ("xml-index-scancode", spdx_xml, corpus.spdx_list, corpus.scancode),
    ]
    for label, folder, inside, outside in ways:
        if folder is None or not inside or not outside:
            continue
        texts = [known for known in _comparable(outside, corpus, inside) if known.id not in corpus.deprecated]
        items = [Item(f"cross/{label}/{known.id}", "cross", label, known.text, (corpus.same_as(known.id),)) for known in texts]
        rows += run_ours(items, index_of([folder], corpus))
    return rows
