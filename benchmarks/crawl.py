"""A crawl of a made-up hub that is killed again and again, crawled again, held to quotas, and disturbed; and what it costs.

    python -m benchmarks.crawl [--models 220] [--kills 22] [--seed 1]

Bars (issue 5, DESIGN.md section 9): after ``kill -9`` at 20 random points or more the store is that of an undisturbed crawl;
a second crawl costs at most 5 % of the first (a 304 counts a tenth); no request over an announced quota, none to another host.
Needs a checkout: the loopback server is that of the tests. Exit 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from openness.store import upkeep
from openness.store.database import FILE, Database
from tests.crawl.crawling import cost, crawl, digest
from tests.crawl.processes import finished, kill_points, killed_at, started
from tests.crawl.worlds import generated
from tests.loopback import Loopback, Trap
from tests.sources.network import QUICK

AGAIN = 0.05
KINDS = ("status", "truncate", "reset", "redirect")


def killed(server: Loopback, folder: Path, words: tuple[str, ...], kills: int, seed: int) -> bool:
    """A crawl that is killed so many times ends as one that is left alone."""
    owners = tuple(word for word in words if word != "--author")
    crawl(folder / "calm", server, authors=owners)
    whole = len(server.log)
    points = kill_points(kills, max(2 * whole // (kills + 4), 4), seed)
    began = time.monotonic()
    while_running = sum(killed_at(server, folder / "killed", point, *words) for point in points)
    code, _, err = finished(started(server, folder / "killed", *words))
    same = digest(folder / "killed") == digest(folder / "calm")
    spent = len(server.log) - whole
    print(f"kill -9: {while_running} of {kills} while it ran, in {time.monotonic() - began:.0f} s;")
    print(f"  {spent} requests in all against {whole} undisturbed; exit {code} {err.strip()}; content identical: {same}")
    return same and code == 0 and while_running >= min(kills, 20)


def again(server: Loopback, folder: Path, authors: tuple[str, ...], models: tuple[str, ...]) -> bool:
    """A second crawl, by owner and by name."""
    good = True
    for name, options in (("by owner", {"authors": authors}), ("by name", {"models": models})):
        server.log.clear()
        crawl(folder / name, server, **options)  # type: ignore[arg-type]
        first, before = cost(server), digest(folder / name)
        costs = []
        for _ in range(2):
            crawl(folder / name, server, **options)  # type: ignore[arg-type]
            costs.append(cost(server))
        share = max(costs) / first
        good &= share <= AGAIN and digest(folder / name) == before
        print(f"again, {name}: {first:.0f} requests first, then {costs[0]:.1f} and {costs[1]:.1f}: {100 * share:.1f} % (bar 5 %)")
    return good


def paced(server: Loopback, folder: Path, authors: tuple[str, ...], calm: str) -> bool:
    """Quotas that are spent many times over."""
    server.log.clear()
    server.state.quota, server.state.window = {"api": 20, "resolvers": 60, "github": 20}, 2
    began = time.monotonic()
    crawl(folder / "paced", server, authors=authors, limits=msgspec.structs.replace(QUICK, patience_seconds=300))
    server.state.quota = {}
    over, same = len(server.state.over), digest(folder / "paced") == calm
    sent, seconds = len(server.log), time.monotonic() - began
    print(f"quotas: {sent} requests in {seconds:.0f} s, {over} over the quota; content identical: {same}")
    return over == 0 and same


def disturbed(server: Loopback, folder: Path, authors: tuple[str, ...], calm: str, seed: int) -> bool:
    """Random faults on a fifth of all requests, some of them to a host that is not allowed."""
    chooser = random.Random(seed)
    with Trap() as trap:
        for number in range(150):
            match = f"model-{number:03}|corpus-{number % 10}$|train-{number % 8}$"
            kind = chooser.choice(KINDS[:3])
            server.fault(match, kind, status=chooser.choice((429, 500, 502, 503, 408)), headers={"Retry-After": "0"})
        crawl(folder / "rough", server, authors=authors)
        same = digest(folder / "rough") == calm
        server.fault("resolve/.*/README.md", "redirect", to=f"{trap.endpoint}/x", times=10**6)
        crawl(folder / "trap", server, authors=authors)
        server.state.faults.clear()
        print(f"faults: content identical: {same}; requests to a host that is not allowed: {len(trap.lines())}")
        return same and not trap.lines()


def costs(server: Loopback, folder: Path, authors: tuple[str, ...]) -> None:
    """Processor time and bytes for each repository."""
    server.log.clear()
    began, wall = time.process_time(), time.monotonic()
    crawl(folder / "cost", server, authors=authors)
    spent, wall = time.process_time() - began, time.monotonic() - wall
    database = Database(folder / "cost" / FILE)
    upkeep.collect(database)
    found = upkeep.stats(database)
    database.close()
    count = found.revisions
    each, documents, cpu = found.size / count, found.packed / count, 1000 * spent / count
    print(f"cost: {count} repositories, {len(server.log)} requests, {wall:.1f} s, {cpu:.1f} ms CPU each (with the server's)")
    print(f"  {each:.0f} bytes each, of which {documents:.0f} documents")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=220)
    parser.add_argument("--kills", type=int, default=22)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    world = generated(arguments.models, arguments.seed)
    models = tuple(sorted(name for kind, name in world.repositories if kind == "models"))
    authors = tuple(sorted({name.partition("/")[0] for name in models}))
    words = tuple(word for owner in authors for word in ("--author", owner))
    with tempfile.TemporaryDirectory() as name, Loopback(world, page=25) as server:
        folder = Path(name)
        good = killed(server, folder, words, arguments.kills, arguments.seed)
        calm = digest(folder / "calm")
        good &= again(server, folder, authors, models)
        good &= paced(server, folder, authors, calm)
        good &= disturbed(server, folder, authors, calm, arguments.seed)
        costs(server, folder, authors)
    print("all bars met" if good else "a bar was missed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
