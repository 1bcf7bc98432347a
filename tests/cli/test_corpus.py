"""``openness corpus``, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.store.database import FILE, Database
from tests.cli.command import openness
from tests.store.test_database import filled


def test_without_a_store_there_is_nothing_to_say(tmp_path: Path) -> None:
    for verb in ("stats", "verify", "gc"):
        done = openness("corpus", verb, "--cache-dir", tmp_path / "none", home=tmp_path)
        assert (done.code, done.out) == (4, "") and "openness crawl" in done.err
    assert not (tmp_path / "none").exists()


def test_stats_counts_what_is_stored(tmp_path: Path) -> None:
    filled(tmp_path / "cache")
    done = openness("corpus", "stats", "--cache-dir", tmp_path / "cache", home=tmp_path)
    assert done.code == 0 and "3 hub-model" in done.out and "6 license" in done.out
    row = openness("corpus", "stats", "--format", "json", "--cache-dir", tmp_path / "cache", home=tmp_path).json
    assert row["schema"] == "openness/corpus-stats/1" and row["results"][0]["blobs"] == 4


def test_verify_exits_5_for_damage_and_0_after_the_repair(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache")
    command = ("corpus", "verify", "--cache-dir", str(tmp_path / "cache"))
    assert openness(*command, home=tmp_path).code == 0
    database = Database(path)
    database.execute("UPDATE blob SET data = x'78' WHERE id = 1")
    database.close()
    broken = openness(*command, home=tmp_path)
    assert broken.code == 5 and "--repair" in broken.out
    assert openness(*command, "--repair", home=tmp_path).code == 0
    assert openness(*command, home=tmp_path).code == 0


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"rubbish" * 1000)
    done = openness("corpus", "verify", "--cache-dir", tmp_path, home=tmp_path)
    assert done.code == 5 and len(done.err.splitlines()) == 1 and "move the file away" in done.err


def test_gc_removes_what_nothing_needs(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache")
    database = Database(path)
    database.execute("DELETE FROM snapshot WHERE name = 'a/m0'")
    database.close()
    row = openness("corpus", "gc", "--format", "json", "--cache-dir", tmp_path / "cache", home=tmp_path).json["results"][0]
    assert (row["blobs"], row["revisions"]) == (1, 0)


def test_export_names_the_extra_that_it_needs(tmp_path: Path) -> None:
    filled(tmp_path / "cache")
    blocked = tmp_path / "blocked"
    (blocked / "pyarrow").mkdir(parents=True)
    (blocked / "pyarrow" / "__init__.py").write_text("raise ImportError")
    done = openness(
        "corpus", "export", "-o", tmp_path / "out", "--cache-dir", tmp_path / "cache", home=tmp_path, PYTHONPATH=str(blocked)
    )
    assert done.code == 2 and "openness[hub]" in done.err and not (tmp_path / "out").exists()


def test_export_writes_both_tables(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    filled(tmp_path / "cache")
    done = openness("corpus", "export", "-o", tmp_path / "out", "--texts", "--cache-dir", tmp_path / "cache", home=tmp_path)
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["documents.parquet", "repositories.parquet"]
    rows = parquet.read_table(tmp_path / "out" / "repositories.parquet").to_pylist()
    assert [(row["id"], row["sha"], row["current"], len(row["documents"])) for row in rows] == [
        (f"a/m{n}", "a" * 40, True, 2) for n in range(3)
    ]
    texts = parquet.read_table(tmp_path / "out" / "documents.parquet").to_pylist()
    assert [row["data"] for row in texts if row["path"] == "LICENSE.1"] == [b"own 0", b"own 1", b"own 2"]
