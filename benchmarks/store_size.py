"""What a model costs in the store: bytes and processor time for its row of a listing, and for its documents.

    python -m benchmarks.store_size [--models 20000] [--seed 1]

Made-up models with the sizes of real ones (research: a front matter of some 825 bytes, 4 % with a license text, of which few
are different ones). The figures are what docs/scale.md multiplies.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from openness.sources.snapshot import FileEntry, HubFields, Reference, RepositorySnapshot, document
from openness.store import upkeep
from openness.store.database import FILE
from openness.store.snapshots import Store

WORDS = [f"word{number}" for number in range(4000)]
LICENSES = ("apache-2.0", "mit", "llama3.1", "other", "openrail", None, None, None, None, None)
FILES = ("README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
#: Different license texts; the rest of those that have one have one of these.
TEXTS = 500


def prose(chooser: random.Random, size: int) -> str:
    """Words of a skewed frequency, as language has, up to so many bytes."""
    found: list[str] = []
    length = 0
    while length < size:
        word = WORDS[min(int(chooser.paretovariate(0.9)), len(WORDS)) - 1]
        found.append(word)
        length += len(word) + 1
    return " ".join(found)


def head(chooser: random.Random, number: int) -> RepositorySnapshot:
    """A row of a listing."""
    name = f"owner-{int(chooser.paretovariate(1.1))}/model-{number}-{chooser.choice(WORDS)}"
    license = chooser.choice(LICENSES)
    card = {
        "language": ["en"],
        "library_name": "transformers",
        "tags": chooser.sample(WORDS, 6),
        "model_text": prose(chooser, 450),
    }
    if license:
        card["license"] = license
    tags = tuple(chooser.sample(WORDS, 8))
    files = tuple(FileEntry(path) for path in FILES)
    created = "2026-01-01T00:00:00.000Z"
    hub = HubFields(author=name.partition("/")[0], gated="no", tags=tags, card_data=card, created=created)
    commit = f"{chooser.getrandbits(160):040x}"
    url = f"https://huggingface.co/{name}"
    return RepositorySnapshot("hub-model", name, name, commit, url, created, files=files, hub=hub)


def with_documents(chooser: random.Random, found: RepositorySnapshot, text: str) -> RepositorySnapshot:
    base = f"{found.url}/resolve/{found.revision}"
    documents = (
        document("README.md", "card", prose(chooser, 3000).encode(), revision=found.revision, url=f"{base}/README.md"),
        document("LICENSE", "license", text.encode(), revision=found.revision, url=f"{base}/LICENSE"),
    )
    return msgspec.structs.replace(found, documents=documents)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chooser = random.Random(arguments.seed)
    texts = [prose(chooser, 9000) for _ in range(TEXTS)]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / FILE) as store:
        heads = [head(chooser, number) for number in range(arguments.models)]
        rows = _timed("row of a listing", store, heads)
        chosen = [with_documents(chooser, found, chooser.choice(texts)) for found in heads[: arguments.models // 10]]
        _timed("card and license text", store, chosen, before=rows)
        store.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        began = time.process_time()
        for found in chosen[:1000]:
            assert store.find(Reference("hub-model", found.name)) is not None
        each = 1000 * (time.process_time() - began) / min(len(chosen), 1000)
        print(f"one stored model with its documents is read in {each:.2f} ms CPU")
        stats = upkeep.stats(store.database)
        print(f"{stats.blobs} different documents, {stats.unpacked} bytes, packed {stats.packed}")
    return 0


def _timed(what: str, store: Store, snapshots: list[RepositorySnapshot], before: int = 0) -> int:
    """Store them, 1000 in a transaction as the crawl does; the size of the file afterwards."""
    began = time.process_time()
    for start in range(0, len(snapshots), 1000):
        with store.transaction():
            for found in snapshots[start : start + 1000]:
                store.put(Reference("hub-model", found.name), found)
    spent = time.process_time() - began
    store.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = os.path.getsize(store.database.path)
    each, cpu = (size - before) / len(snapshots), 1000 * spent / len(snapshots)
    print(f"{what}: {len(snapshots)} stored, {each:.0f} bytes and {cpu:.2f} ms CPU each")
    return size


if __name__ == "__main__":
    sys.exit(main())
