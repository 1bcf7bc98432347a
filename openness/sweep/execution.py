"""Where rows are read: in this process, in a pool of processes, or on a Dask cluster. The driver gets the same batches in the
same order from each of them, and a worker that dies costs time, not rows.
"""

from __future__ import annotations

import concurrent.futures
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any

from openness import __version__
from openness.errors import OpennessError, UsageError
from openness.sweep import columns
from openness.sweep.batch import Batch, Reading
from openness.sweep.columns import Layout
from openness.sweep.rows import RowReader

#: How often a pool is made anew before a group of rows that kills its worker is given up.
MOST_DEATHS = 5


class WorkersLost(OpennessError):
    """Workers died again and again, or the cluster is not what it must be."""

    code = "workers-lost"


def read_group(table: Layout, group: int, reading: Reading) -> tuple[str, list[Batch]]:
    """One row group, in whatever process; with the version of openness that read it."""
    reader = RowReader(reading)
    return __version__, [reader.read(batch) for batch in columns.batches(table, group, table.columns)]


def in_process(table: Layout, reading: Reading) -> Iterator[Batch]:
    """All batches, one after the other."""
    reader = RowReader(reading)
    for group in range(table.groups):
        for batch in columns.batches(table, group, table.columns):
            yield reader.read(batch)


def pooled(table: Layout, reading: Reading, workers: int) -> Iterator[Batch]:
    """All batches from ``workers`` processes. Raises WorkersLost where they die again and again."""
    import multiprocessing

    def pool() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))

    yield from _ordered(table, reading, pool, ahead=2 * workers)


def clustered(table: Layout, reading: Reading, address: str) -> Iterator[Batch]:
    """All batches from the workers of the Dask cluster at ``address``. Raises UsageError where there is none."""
    with _client(address) as client:
        workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        yield from _ordered(table, reading, lambda: client.get_executor(retries=MOST_DEATHS, pure=False), ahead=4 * workers)


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
        client = Client(address, timeout="15s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise UsageError(
            f"There is no Dask scheduler at {address} ({type(error).__name__}); start one with: dask scheduler"
        ) from None
    try:
        yield client
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _ordered(table: Layout, reading: Reading, make: Callable[[], Executor], ahead: int) -> Iterator[Batch]:
    """The batches of all groups in order. Only ``ahead`` groups are under way or waiting, so that memory stays bounded."""
    executor = make()
    waiting: dict[int, Future[tuple[str, list[Batch]]]] = {}
    deaths = 0
    following = group = 0
    try:
        while group < table.groups:
            try:
                while following < table.groups and len(waiting) < ahead:
                    waiting[following] = executor.submit(read_group, table, following, reading)
                    following += 1
                version, batches = waiting[group].result()
            except (BrokenProcessPool, concurrent.futures.BrokenExecutor):
                deaths += 1
                if deaths > MOST_DEATHS:
                    raise WorkersLost(
                        f"Workers died {deaths} times while row group {group} of {table.path} was read (out of memory?); "
                        "use fewer --workers."
                    ) from None
                executor.shutdown(wait=False)
                executor = make()
                lost = [at for at, future in waiting.items() if not _whole(future)]
                for at in lost:
                    waiting[at] = executor.submit(read_group, table, at, reading)
                continue
            if version != __version__:
                raise WorkersLost(
                    f"A worker has openness {version}, this is {__version__}; install the same one on all machines."
                )
            del waiting[group]
            deaths = 0
            group += 1
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
