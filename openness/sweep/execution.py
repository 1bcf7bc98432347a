"""Where rows are read: in this process, in a pool of processes, or on a Dask cluster. The driver gets the same batches in the
same order from each of them, and a worker that dies costs time, not rows.
"""

from __future__ import annotations

import concurrent.futures
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any

from openness import __version__
from openness.errors import OpennessError, UsageError
from openness.sweep.batch import Batch, Reading
from openness.sweep.rows import RowReader
from openness.sweep.source_table import Layout, Part, batches

#: How often a pool is made anew before a part of a table that kills its worker is given up.
MOST_DEATHS = 5
#: Seconds for which a cluster may be without any worker, and between two looks at it.
PATIENCE, LOOK = 300, 2.0
#: Seconds in which a scheduler has to answer.
CONNECT = 15


class WorkersLost(OpennessError):
    """Workers died again and again, or the cluster is not what it must be."""

    code = "workers-lost"


def read_part(table: Layout, part: Part, reading: Reading) -> tuple[str, list[Batch]]:
    """One part of a table, in whatever process; with the version of openness that read it."""
    reader = RowReader(reading)
    return __version__, [reader.read(batch) for batch in batches(table, part, table.columns)]


def in_process(table: Layout, reading: Reading) -> Iterator[Batch]:
    """All batches, one after the other."""
    reader = RowReader(reading)
    for part in table.parts:
        for batch in batches(table, part, table.columns):
            yield reader.read(batch)


def pooled(table: Layout, reading: Reading, workers: int) -> Iterator[Batch]:
    """All batches from ``workers`` processes. Raises WorkersLost where they die again and again."""
    import multiprocessing

    def pool() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))

    yield from _ordered(table, reading, pool, 2 * workers, lambda future: future.result())


def clustered(table: Layout, reading: Reading, address: str, waits: Callable[[], None]) -> Iterator[Batch]:
    """All batches from the workers of the Dask cluster at ``address``; ``waits`` is told when there is none to wait for.

    Raises UsageError where there is no cluster, WorkersLost where its workers are gone for good.
    """
    with _client(address) as client:
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        def present() -> int:
            return len(client.scheduler_info(n_workers=-1)["workers"]) if client.status == "running" else 0

        def result(future: Future[Any]) -> Any:
            return _patiently(future, present, waits, address)

        ahead = 4 * max(1, present())
        try:
            yield from _ordered(table, reading, lambda: client.get_executor(retries=MOST_DEATHS, pure=False), ahead, result)
        except (KilledWorker, CommClosedError, concurrent.futures.CancelledError) as error:
            raise WorkersLost(
                f"The workers of the cluster at {address} died, or its scheduler is gone ({type(error).__name__}); "
                "look at its log, then run the sweep again."
            ) from None


def _patiently(future: Future[Any], present: Callable[[], int], waits: Callable[[], None], address: str) -> Any:
    """The result, as long as there are workers. A cluster that is just being made may have none for a while."""
    last = time.monotonic()
    while True:
        try:
            return future.result(timeout=LOOK)
        except TimeoutError:
            if future.done():
                raise
        if present():
            last = time.monotonic()
        elif time.monotonic() - last > PATIENCE:
            raise WorkersLost(f"There has been no worker at {address} for {PATIENCE} s; start one with: dask worker {address}")
        else:
            waits()


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "`sweep --cluster` sends work to a Dask cluster with dask.distributed, which is not installed; run: "
            "pip install 'openness[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=f"{CONNECT}s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise UsageError(
            f"There is no Dask scheduler at {address} ({type(error).__name__}); start one with: dask scheduler"
        ) from None
    try:
        yield client
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _ordered(
    table: Layout, reading: Reading, make: Callable[[], Executor], ahead: int, result: Callable[[Future[Any]], Any]
) -> Iterator[Batch]:
    """The batches of all parts in order. Only ``ahead`` parts are under way or waiting, so that memory stays bounded."""
    executor = make()
    waiting: dict[int, Future[tuple[str, list[Batch]]]] = {}
    deaths = 0
    following = current = 0
    parts = table.parts
    try:
        while current < len(parts):
            try:
                while following < len(parts) and len(waiting) < ahead:
                    waiting[following] = executor.submit(read_part, table, parts[following], reading)
                    following += 1
                version, batches = result(waiting[current])
            except (BrokenProcessPool, concurrent.futures.BrokenExecutor):
                deaths += 1
                if deaths > MOST_DEATHS:
                    raise WorkersLost(
                        f"Workers died {deaths} times while row group {parts[current].first} of {table.path} was read (out of "
                        "memory?); use fewer --workers."
                    ) from None
                executor.shutdown(wait=False)
                executor = make()
                lost = [at for at, future in waiting.items() if not _whole(future)]
                for at in lost:
                    waiting[at] = executor.submit(read_part, table, parts[at], reading)
                continue
            if version != __version__:
                raise WorkersLost(
                    f"A worker has openness {version}, this is {__version__}; install the same one on all machines."
                )
            del waiting[current]
            deaths = 0
            current += 1
            yield from batches
    finally:
        for future in waiting.values():
            future.cancel()
        with suppress(OSError, RuntimeError):
            executor.shutdown(wait=False)


def _whole(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def usable_workers(wanted: int) -> int:
    """The number of processes to start; more than there are rows to read or cores would only wait."""
    return max(1, min(wanted, 4 * (os.cpu_count() or 1)))
