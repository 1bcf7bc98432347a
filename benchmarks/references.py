"""Precision and recall of the reference readers against a count by hand, per form, per part and overall.

``references/files.csv`` lists the files that were read by a person (package, version, sha256 of the source distribution, or the
commit of a GitHub repository), ``references/references.csv`` every reference in them: line, model, kind. A reference that is
found counts as right when file, line, model and kind are those of the count; everything else that is found is wrong, and what
is not found is missed. ``references/non_references.csv`` lists values that only look like references, with the reason, and
``references/unsettled.csv`` places that the definition does not settle: what is found there is neither right nor wrong.
No code of the projects is here: ``--corpus`` is a folder with the source distributions (``NAME-VERSION.tar.gz``, anywhere below)
and, for GitHub, git directories named ``owner+name``. Exit 1 below the bars.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import subprocess
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from openness.refs import find_in
from openness.refs.files import form_of

FACTS = Path(__file__).parent / "references"
BARS = {"precision": 0.97, "recall": 0.95}
Key = tuple[int, str, str]


def rows(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(corpus: Path, package: str, version: str, sha256: str, files: list[str]) -> Iterator[tuple[str, bytes]]:
    """The files of a source distribution or of a commit. Raises SystemExit when the corpus lacks it or has another one."""
    if package.startswith("github:"):
        folder = corpus / package.removeprefix("github:").replace("/", "+")
        folders = [folder, *corpus.glob(f"*/{folder.name}")]
        place = next((f for f in folders if (f / ".git").is_dir() or (f / "HEAD").is_file()), None)
        if place is None:
            raise SystemExit(f"{package} is not in {corpus}; clone it there as {folder.name}.")
        git = place / ".git" if (place / ".git").is_dir() else place
        for name in files:
            yield (
                name,
                subprocess.run(["git", "--git-dir", git, "show", f"{version}:{name}"], capture_output=True, check=True).stdout,
            )
        return
    archive = next(corpus.rglob(f"{package}-{version}.tar.gz"), None)
    if archive is None:
        raise SystemExit(f"{package}-{version}.tar.gz is not in {corpus}; get it with: pip download --no-deps --no-binary :all:")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
        raise SystemExit(f"{archive} is not the source distribution that was counted.")
    with tarfile.open(archive) as tar:
        for name in files:
            member = tar.extractfile(f"{package}-{version}/{name}")
            yield name, member.read() if member else b""


class Tally:
    def __init__(self) -> None:
        self.right = self.wrong = self.missed = 0

    def line(self, name: str) -> str:
        found, there = self.right + self.wrong, self.right + self.missed
        precision, recall = self.right / found if found else 1.0, self.right / there if there else 1.0
        return f"{name:<50} {there:5} counted  {found:5} found  precision {precision:.3f}  recall {recall:.3f}"

    @property
    def passes(self) -> bool:
        found, there = self.right + self.wrong, self.right + self.missed
        return self.right >= BARS["precision"] * found and self.right >= BARS["recall"] * there


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with the source distributions and git directories")
    parser.add_argument("--part", help="only this part of the count")
    parser.add_argument("--project", action="append", help="only this package or github:owner/name; may be repeated")
    parser.add_argument("--verbose", action="store_true", help="list what is wrong and what is missed")
    arguments = parser.parse_args()
    truth: dict[tuple[str, str, str], set[Key]] = defaultdict(set)
    for row in rows("references.csv"):
        truth[row["part"], row["package"], row["file"]].add((int(row["line"]), row["model"], row["kind"]))
    tempting: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for row in rows("non_references.csv"):
        tempting[row["part"], row["package"], row["file"]].add(int(row["line"]))
    unsettled: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for row in rows("unsettled.csv"):
        unsettled[row["part"], row["package"], row["file"]].add(int(row["line"]))
    wanted: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for row in rows("files.csv"):
        if arguments.part in (None, row["part"]) and (not arguments.project or row["package"] in arguments.project):
            wanted[row["part"], row["package"], row["version"], row["sha256"]].append(row["file"])
    tallies: dict[str, Tally] = defaultdict(Tally)
    files: Counter[str] = Counter()
    taken = there = 0
    for (part, package, version, sha256), names in sorted(wanted.items()):
        for name, data in contents(arguments.corpus, package, version, sha256, names):
            counted = truth[part, package, name]
            found = {(r.line, r.model, r.kind) for r in find_in(name, data)}
            found = {key for key in found if key in counted or key[0] not in unsettled[part, package, name]}
            form = form_of(name) or "not read"
            files[part] += 1
            there += len(tempting[part, package, name])
            taken += len(tempting[part, package, name] & {line for line, _, _ in found - counted})
            for tally in (tallies[f"form {form}"], tallies[f"part {part}"], tallies[f"project {package}"], tallies["overall"]):
                tally.right += len(found & counted)
                tally.wrong += len(found - counted)
                tally.missed += len(counted - found)
            if arguments.verbose:
                for what, keys in (("wrong ", found - counted), ("missed", counted - found)):
                    for key in sorted(keys):
                        print(f"{what} {part} {package} {name}:{key[0]} {key[1]} ({key[2]})")
    for name, tally in sorted(tallies.items()):
        print(tally.line(name))
    print("files read by hand:", dict(files))
    print(f"{there} listed values that only look like references, {taken} of them taken for one")
    return int(not tallies["overall"].passes)


if __name__ == "__main__":
    sys.exit(main())
