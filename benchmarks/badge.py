"""How long a badge takes in process, from a classification to SVG and to PNG: ``python benchmarks/badge.py``.

The bar is 50 ms (issue 8, "Must be shown"). The first badge, which reads the tables and imports Pillow, is told apart.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

BAR_MS = 50
ROUNDS = 40
CASES = Path(__file__).parent.parent / "corpus" / "cases"


def main() -> int:
    from openness.classifying import classify_all
    from openness.outputs.badge import STYLES, badge
    from openness.outputs.badge_png import png
    from openness.outputs.badge_svg import svg
    from openness.outputs.looks import looks
    from openness.rules import loader
    from openness.sources.endpoints import Access
    from openness.sources.live import LiveSources
    from openness.sources.model_reference import parse

    with LiveSources(Access.from_environment({}, offline=True)) as live:
        found = classify_all(parse(str(CASES / "open-base" / "model")), live, loader.load())[0].result
    started = time.perf_counter()
    png(badge(found))
    first = 1000 * (time.perf_counter() - started)
    spent: dict[str, list[float]] = {"svg": [], "png": []}
    for _ in range(ROUNDS):
        for variant in looks().variants:
            for style in STYLES:
                for name, draw in (("svg", svg), ("png", png)):
                    started = time.perf_counter()
                    draw(badge(found, variant, style, "2026-11-20"))
                    spent[name].append(1000 * (time.perf_counter() - started))
    for name, times in spent.items():
        times.sort()
        p99 = times[int(0.99 * len(times))]
        print(
            f"{name}: {len(times)} badges, median {statistics.median(times):.2f} ms, p99 {p99:.2f} ms, slowest {times[-1]:.2f} ms"
        )
    print(f"first badge {first:.1f} ms; bar {BAR_MS} ms; load {os.getloadavg()[0]:.1f}")
    return 0 if all(times[int(0.99 * len(times))] <= BAR_MS for times in spent.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
