"""Draws the files that a person reads for the count of references: a seeded sample of each project, before any reader has run.

``references/draws.csv`` says, for each part and project, how many files to take among those that mention a model at all and how
many among the rest, the largest size and what paths to leave out. The sample depends on nothing but these and the project's name,
so the same corpus gives the same files: ``--check`` holds them against ``references/files.csv`` and exits 1 when they differ.
The corpus is that of ``benchmarks/references.py``. Nothing of ``openness`` is used here: the draw must not know the readers.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

FACTS = Path(__file__).parent / "references"
SUFFIXES = frozenset(
    ".py .pyi .ipynb .sh .bash .slurm .ps1 .mk .yaml .yml .json .jsonc .toml .env .ini .cfg .properties .js .mjs .cjs .ts .mts "
    ".jsx .tsx .vue .svelte .rs .go .swift .java .kt .cs .cpp .cc .rb .md .mdx .qmd .modelfile .conf .example .tpl .j2".split()
)
NAMES = re.compile(r"^(Dockerfile|Containerfile|Makefile|justfile|Modelfile|\.env|env\.)", re.I)
# Written from the forms that docs/references.md names, wide on purpose: a file that only looks like one belongs in the sample.
MENTION = re.compile(
    r"""\bhf://|\bhf:|hf\.co/|huggingface\.co/(?!docs|blog|spaces|settings)|ollama|\.gguf"""
    r"""|\bmodel(_id|_name|_path|_name_or_path|s)?["']?\s*[=:]\s*f?["'][A-Za-z]"""
    r"""|(from_pretrained|load_dataset|hf_hub_download|snapshot_download|pipeline|Whisper\w*|Encoder|Transformer|TextEmbedding)"""
    r"""\(\s*\n?\s*["'][A-Za-z]|["'`=:\s][A-Za-z][\w.-]*/[A-Za-z][\w.]*-[\w.-]*\d[\w.-]*["'`,\s]"""
)
ARCHIVE_LIMIT = 60_000  # bytes: larger members of a source distribution are not even looked at
SMALLEST = 30  # bytes


def wanted(name: str, without: str) -> bool:
    base = name.rsplit("/", 1)[-1]
    return not re.search(without, name) and (Path(base).suffix.lower() in SUFFIXES or bool(NAMES.match(base)))


def contents(corpus: Path, package: str, version: str, without: str) -> Iterator[tuple[str, bytes]]:
    """The files of a source distribution or of a commit (there with ASCII names) that a person could be asked to read."""
    if package.startswith("github:"):
        git = corpus / package.removeprefix("github:").replace("/", "+")
        run = ["git", "--git-dir", str(git / ".git" if (git / ".git").is_dir() else git)]
        tree = subprocess.run([*run, "ls-tree", "-rz", "--name-only", version], capture_output=True, check=True).stdout.decode()
        for name in filter(None, tree.split("\0")):
            if name.isascii() and wanted(name, without):
                yield name, subprocess.run([*run, "show", f"{version}:{name}"], capture_output=True, check=True).stdout
        return
    with tarfile.open(next(corpus.rglob(f"{package}-{version}.tar.gz"))) as tar:
        for member in tar:
            name = member.name.partition("/")[2]
            if member.isfile() and member.size < ARCHIVE_LIMIT and name and wanted(name, without):
                file = tar.extractfile(member)
                yield name, file.read() if file else b""


def draw(corpus: Path, row: dict[str, str]) -> list[str]:
    """The sample of one project, sorted by path."""
    files = {
        name: data
        for name, data in contents(corpus, row["package"], row["version"], row["without"])
        if SMALLEST < len(data) <= int(row["largest"]) and b"\0" not in data
    }
    chance = random.Random("labels " + row["package"])
    mention = sorted(name for name, data in files.items() if MENTION.search(data.decode("utf-8", "replace")))
    taken = chance.sample(mention, min(int(row["mention"]), len(mention)))
    rest = sorted(set(files) - set(taken))
    return sorted(taken + chance.sample(rest, min(int(row["random"]), len(rest))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with the source distributions and git directories")
    parser.add_argument("--part", help="only this part")
    parser.add_argument("--check", action="store_true", help="compare with files.csv instead of printing")
    arguments = parser.parse_args()
    with (FACTS / "draws.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if arguments.part in (None, row["part"])]
    with (FACTS / "files.csv").open(encoding="utf-8", newline="") as file:
        listed = [(row["part"], row["package"], row["file"]) for row in csv.DictReader(file)]
    different = 0
    for row in rows:
        drawn = draw(arguments.corpus, row)
        if not arguments.check:
            print(*(f"{row['package']} {name}" for name in drawn), sep="\n")
            continue
        there = sorted(name for part, package, name in listed if (part, package) == (row["part"], row["package"]))
        different += drawn != there
        print(f"{row['part']} {row['package']}: {len(drawn)} drawn, {'the same' if drawn == there else 'NOT the same'} as listed")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
