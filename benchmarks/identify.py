"""Identification side by side: our identifier and the peers that are installed, on the very same texts, in one run.

    python -m benchmarks.identify                                  # everything, ours on all texts, peers on a fixed sample
    python -m benchmarks.identify --build --peers none --half dev --failures 5
    python -m benchmarks.identify --peers none --only altered --kinds
    python -m benchmarks.identify --leave-one-out --cross-source --peers none

The bench is built from texts at hand and never written to disk: ScanCode's license data (found through --scan-python or given
with --scancode), a folder of <id>.txt (--license-texts), an SPDX list as JSON files (--spdx-list, for example the npm package
``spdx-license-list``: ``npm pack spdx-license-list``, unpack, ``package/licenses``). Every random choice is seeded by the name
of the text, so the sets are the same in each run; ``--half`` keeps half of them unseen while tuning.

How to install the peers:

    python3 -m venv .peers/light && .peers/light/bin/pip install pyaskalono licenseclassifier
    python3 -m venv .peers/scancode && .peers/scancode/bin/pip install scancode-toolkit 'pluggy<1.6'
    apt-get install ruby-licensee

What counts. top-1: the license first, for texts with several all of them, where the text holds one. altered passed: an altered
text called unchanged (ours: any verdict exact, same or multiple; a peer: the id of the plain license without a log or coverage
of its own that says otherwise). benign accepted: right and without reservation. false positives: a license named for a text
without one; mentions: the same for a text that only names one. A license within a readme or a model card counts for top-1 only.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.identification import crossing, negatives, real, report
from benchmarks.identification.bench import GROUPS, build
from benchmarks.identification.items import Item, sample
from benchmarks.identification.peers import PEERS, Run, command_of, run
from benchmarks.identification.texts import Corpus, find_scancode, read_corpus

#: Beside the checkout, as for the tests.
SHARED = Path(__file__).parents[2] / "shared"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sources = parser.add_argument_group("texts")
    sources.add_argument("--scancode", type=Path, help="folder with ScanCode's *.LICENSE files (default: asked of --scan-python)")
    sources.add_argument("--license-texts", type=Path, default=SHARED / "license-texts", help="folder of <id>.txt")
    sources.add_argument("--spdx-list", type=Path, default=None, help="folder of <SPDX id>.json with licenseText")
    sources.add_argument(
        "--spdx-xml", type=Path, default=None, help="SPDX's license-list-XML, for --cross-source and deprecated ids"
    )
    sources.add_argument("--negatives", type=Path, action="append", help="folder of documents without license; may be repeated")
    sources.add_argument(
        "--real", type=Path, action="append", help="folder in which license files are looked for; may be repeated"
    )
    parser.add_argument("--index", type=Path, help="our index (default: the one of the package)")
    parser.add_argument(
        "--build", action="store_true", help="build our index anew from the texts at hand, with the code as it is"
    )
    parser.add_argument("--half", choices=["dev", "held-out", "all"], default="all")
    parser.add_argument(
        "--only", action="append", choices=GROUPS, metavar="GROUP", help=f"one of {', '.join(GROUPS)}; may be repeated"
    )
    parser.add_argument("--limit", type=int, help="a fixed sample of that many texts")
    parser.add_argument("--benign-each", type=int, default=8, help="benign variants of a text that is no twin (default 8)")
    parser.add_argument("--places-each", type=int, default=4, help="places for each clause in each base text (default 4)")
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated, or none")
    parser.add_argument(
        "--peer-python", default=".peers/light/bin/python", help="interpreter with pyaskalono and licenseclassifier"
    )
    parser.add_argument("--scan-python", default=".peers/scancode/bin/python", help="interpreter with scancode-toolkit")
    parser.add_argument(
        "--peer-limit", type=int, default=400, help="texts for each peer, about as many of every group; 0 for all (default 400)"
    )
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="show up to N failed texts of each group")
    parser.add_argument("--kinds", action="store_true", help="our figures for every kind of text")
    parser.add_argument("--leave-one-out", action="store_true", help="every AI license against an index without it")
    parser.add_argument("--cross-source", action="store_true", help="one source's texts against an index of the other's")
    parser.add_argument("--sets", action="store_true", help="only say how many texts each set has")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    return parser.parse_args()


def folders_of(options: argparse.Namespace, scancode: Path | None) -> list[Path]:
    return [folder for folder in (scancode, options.license_texts, options.spdx_list) if folder and folder.is_dir()]


def peer_runs(options: argparse.Namespace, items: list[Item]) -> list[Run]:
    """Ours on everything, each peer on the same fixed sample; one after the other, so that none slows another down."""
    runs = [run("openness", command_of("openness", sys.executable, sys.executable, options.index), items)]
    chosen = sample([item for item in items if item.group != "real"], options.peer_limit or None)
    for tool in [] if options.peers == "none" else options.peers.split(","):
        print(f"{tool}: {len(chosen)} texts", file=sys.stderr)
        runs.append(run(tool, command_of(tool, options.peer_python, options.scan_python, None), chosen))
    return runs


def further(options: argparse.Namespace, corpus: Corpus, scancode: Path | None) -> list[Run]:
    """The tests that need indexes of their own."""
    folders = folders_of(options, scancode)
    found: list[Run] = []
    if options.leave_one_out:
        found.append(Run("leave-one-out", crossing.leave_one_out(corpus, folders), 0.0, 0.0))
    if options.cross_source:
        if scancode is None or options.spdx_list is None or not options.spdx_list.is_dir():
            found.append(Run("cross-source", [], 0.0, 0.0, "needs ScanCode's data and --spdx-list"))
        else:
            found.append(
                Run("cross-source", crossing.cross_source(corpus, scancode, options.spdx_list, options.spdx_xml), 0.0, 0.0)
            )
    return found


def as_text(options: argparse.Namespace, runs: list[Run], others: list[Run]) -> str:
    parts = []
    if runs:
        parts += [report.table(report.comparison(runs)), *([report.by_group(runs)] if len(runs) > 1 else [])]
        parts.append(report.groups_table(runs[0].rows, options.kinds))
    for extra in others:
        parts.append(f"{extra.tool}: {extra.problem}" if extra.problem else report.groups_table(extra.rows, True))
    if options.failures:
        parts += [report.failures(entry.rows, options.failures) for entry in [*runs[:1], *others]]
    return "\n\n".join(parts)


def as_json(runs: list[Run], others: list[Run]) -> dict[str, Any]:
    failed = [report.as_record(row) for entry in [*runs[:1], *others] for row in entry.rows if row.failed]
    return {"tools": report.comparison(runs), "further": report.comparison(others), "failures": failed}


def main() -> int:
    options = arguments()
    scancode = options.scancode or find_scancode(options.scan_python)
    corpus = read_corpus(scancode, options.license_texts, options.spdx_list, options.spdx_xml)
    if not corpus.all():
        print("no license texts at hand: give --scancode, --license-texts or --spdx-list", file=sys.stderr)
        return 2
    alone = (options.leave_one_out or options.cross_source) and not options.only
    items: list[Item] = []
    if not alone:
        places, folders = options.negatives or negatives.default_folders(), options.real or real.default_folders()
        only = set(options.only or ())
        items = build(
            corpus,
            half=options.half,
            only=only,
            each=options.benign_each,
            places=options.places_each,
            negative=places,
            real_folders=folders,
        )
        items = sample(items, options.limit)
    if options.sets:
        for group in GROUPS:
            print(f"{group:<10} {sum(item.group == group for item in items):>6}")
        return 0
    with tempfile.NamedTemporaryFile(suffix=".bin") as built:
        if options.build:
            built.write(crossing.index_bytes(folders_of(options, scancode), corpus))
            built.flush()
            options.index = Path(built.name)
        runs = peer_runs(options, items) if items else []
    others = further(options, corpus, scancode)
    print(
        json.dumps(as_json(runs, others), ensure_ascii=False, indent=1)
        if options.format == "json"
        else as_text(options, runs, others)
    )
    if runs and runs[0].problem:
        return 2
    return int(
        any(row.failed for entry in runs[:1] for row in entry.rows if row.item.group in ("altered", "negative", "mention"))
    )


if __name__ == "__main__":
    sys.exit(main())
