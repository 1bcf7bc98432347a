"""How long the classification of a stored model takes in process, offline, after start: ``python -m benchmarks.classify_speed``.

The gold mirror is fetched once into a temporary store through the loopback Hub; then every model is classified from the store
alone, three times over with caches of the process warm. The bar is 150 ms (issue 4, "Must be shown").
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.gold import served_mirror

BAR_MS = 150
ROUNDS = 3


def main() -> int:
    from openness.classifying import classify
    from openness.rules import loader
    from openness.sources.endpoints import Access
    from openness.sources.live import LiveSources
    from openness.sources.model_reference import parse
    from openness.store.stored_sources import StoredSources

    ruleset = loader.load()
    with tempfile.TemporaryDirectory() as cache:
        with served_mirror() as (endpoint, ids):
            os.environ |= {"HF_ENDPOINT": endpoint, "GITHUB_API_URL": f"{endpoint}/github"}
            references = [parse(id) for id in ids]
            with LiveSources(Access.from_environment()) as live, StoredSources(Path(cache), live) as source:
                for reference in references:
                    classify(reference, source, ruleset)
        spent: list[float] = []
        for _ in range(ROUNDS):
            # a new source each round: nothing is answered from the memory of the last one
            offline = Access.from_environment(offline=True)
            with LiveSources(offline) as live, StoredSources(Path(cache), live, offline=True) as source:
                for reference in references:
                    started = time.perf_counter()
                    classify(reference, source, ruleset)
                    spent.append(1000 * (time.perf_counter() - started))
    spent.sort()
    print(
        f"{len(spent)} classifications: median {statistics.median(spent):.1f} ms, p99 {spent[int(0.99 * len(spent))]:.1f} ms, "
        f"slowest {spent[-1]:.1f} ms; bar {BAR_MS} ms"
    )
    return 0 if spent[int(0.99 * len(spent))] <= BAR_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
