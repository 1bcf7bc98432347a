"""In process, in a pool and on a Dask cluster a sweep gives the same bytes, also when workers are killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openness.errors import UsageError
from openness.rules import loader
from openness.sweep import execution, source_table
from openness.sweep.source_table import Layout, Part
from openness.sweep.sweeping import WAITING, Where, sweep
from tests.sweep.tables import random_rows, table

GROUPS = 8


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row group is a part of its own."""
    monkeypatch.setattr(source_table, "MOST_ROWS", 50)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return table(tmp_path_factory.mktemp("table") / "in.parquet", random_rows(4, 50 * GROUPS))


@pytest.fixture(scope="module")
def expected(source: Path) -> bytes:
    target = source.with_name("expected.parquet")
    sweep(source, target, loader.load(), Where(), lambda *_: None)
    return target.read_bytes()


def dying_once(table: Layout, part: Part, reading: Any) -> Any:
    """Reads a row group; the first process to read the fourth is killed."""
    if part.first == 3:
        try:
            os.open(f"{table.path}.died", os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return READ(table, part, reading)


READ = execution.read_part


@pytest.fixture
def killing(source: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(execution, "read_part", dying_once)
    mark = Path(f"{source}.died")
    mark.unlink(missing_ok=True)
    yield mark
    mark.unlink(missing_ok=True)


def test_a_pool_with_a_killed_worker_gives_the_same_bytes(source: Path, expected: bytes, killing: Path, tmp_path: Path) -> None:
    sweep(source, tmp_path / "out.parquet", loader.load(), Where(workers=2), lambda *_: None)
    assert killing.exists()
    assert (tmp_path / "out.parquet").read_bytes() == expected


def test_a_cluster_with_a_killed_worker_gives_the_same_bytes(
    source: Path, expected: bytes, killing: Path, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed", reason="needs openness[cluster]")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        sweep(source, tmp_path / "out.parquet", loader.load(), Where(cluster=cluster.scheduler_address), lambda *_: None)
    assert killing.exists()
    assert (tmp_path / "out.parquet").read_bytes() == expected


def always_dying(table: Layout, part: Part, reading: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def test_workers_that_always_die_are_an_error_and_leave_no_output(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "read_part", always_dying)
    with pytest.raises(execution.WorkersLost, match="died"):
        sweep(source, tmp_path / "out.parquet", loader.load(), Where(workers=1), lambda *_: None)
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_is_not_there_is_a_usage_error(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs openness[cluster]")
    monkeypatch.setattr(execution, "CONNECT", 1)
    with pytest.raises(UsageError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        sweep(source, tmp_path / "out.parquet", loader.load(), Where(cluster="tcp://127.0.0.1:9"), lambda *_: None)


def test_a_worker_with_another_version_of_openness_is_an_error(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "read_part", of_another_version)
    with pytest.raises(execution.WorkersLost, match=r"0\.0\.0-other"):
        sweep(source, tmp_path / "out.parquet", loader.load(), Where(workers=1), lambda *_: None)
    assert list(tmp_path.iterdir()) == []


def of_another_version(table: Layout, part: Part, reading: Any) -> Any:
    return "0.0.0-other", READ(table, part, reading)[1]


def test_a_cluster_without_workers_is_waited_for_a_while_and_then_an_error(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="needs openness[cluster]")
    monkeypatch.setattr(execution, "PATIENCE", 0.5)
    monkeypatch.setattr(execution, "LOOK", 0.2)
    told: list[str] = []
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        where = Where(cluster=cluster.scheduler_address)
        with pytest.raises(execution.WorkersLost, match="no worker at"):
            sweep(source, tmp_path / "out.parquet", loader.load(), where, lambda step, *_: told.append(step))
    assert WAITING in told
    assert list(tmp_path.iterdir()) == []


def test_workers_of_a_cluster_that_always_die_are_an_error(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="needs openness[cluster]")
    monkeypatch.setattr(execution, "read_part", always_dying)
    monkeypatch.setattr(execution, "MOST_DEATHS", 0)
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        pytest.raises(execution.WorkersLost, match="KilledWorker"),
    ):
        sweep(source, tmp_path / "out.parquet", loader.load(), Where(cluster=cluster.scheduler_address), lambda *_: None)
    assert list(tmp_path.iterdir()) == []
