"""The file under the store: what it survives, what it refuses, and what it says."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openness.errors import UsageError
from openness.sources.snapshot import Reference, RepositorySnapshot, document
from openness.store import upkeep
from openness.store.database import FILE, Database, StoreDamaged, StoreUnusable
from openness.store.schema import MIGRATIONS
from openness.store.snapshots import Store

TEXT = b"A license of our own making. " * 40


def snapshot(name: str, *texts: bytes, revision: str = "a" * 40) -> RepositorySnapshot:
    documents = tuple(document(f"LICENSE.{n}", "license", text, revision=revision) for n, text in enumerate(texts))
    return RepositorySnapshot("hub-model", name, name, revision, documents=documents)


def filled(folder: Path, count: int = 3) -> Path:
    with Store(folder / FILE) as store:
        for number in range(count):
            store.put(Reference("hub-model", f"a/m{number}"), snapshot(f"a/m{number}", TEXT, b"own %d" % number))
    return folder / FILE


def test_equal_texts_are_kept_once_and_packed(tmp_path: Path) -> None:
    database = Database(filled(tmp_path, 3))
    found = upkeep.stats(database)
    assert (found.blobs, found.documents, found.repositories) == (4, {"license": 6}, {"hub-model": 3})
    assert found.unpacked == len(TEXT) + 3 * len(b"own 0") and found.packed < found.unpacked / 5


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = filled(tmp_path / "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_transaction_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    with Store(tmp_path / FILE) as store:
        before = upkeep.content_digest(store.database)
        with contextlib.suppress(ZeroDivisionError), store.transaction():
            store.put(Reference("hub-model", "a/b"), snapshot("a/b", TEXT))
            raise ZeroDivisionError
        assert upkeep.content_digest(store.database) == before


# --- migrations


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path)
    later = (*MIGRATIONS, "CREATE TABLE later (x INTEGER);\nINSERT INTO later VALUES (7)")
    monkeypatch.setattr("openness.store.database.MIGRATIONS", later)
    for _ in range(2):
        with Store(path) as store:
            assert store.database.rows("SELECT x FROM later") == [(7,)]
            assert store.find(Reference("hub-model", "a/m1")) is not None


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(
            "openness.store.database.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE later (x);\nINSERT INTO nothing VALUES (1)")
        )
        with pytest.raises(sqlite3.OperationalError):
            Store(path)
    with Store(path) as store:
        assert store.database.rows("SELECT name FROM sqlite_schema WHERE name = 'later'") == []


def test_a_newer_schema_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(UsageError, match=r"upgrade openness"):
        Store(path)
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(UsageError, match="another program"):
        Store(tmp_path / "other.db")


# --- damage


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all, but long enough to be read" * 100)
    with pytest.raises(StoreDamaged, match="move the file away"):
        Store(tmp_path / FILE)


def test_a_cut_file_is_damaged(tmp_path: Path) -> None:
    path = filled(tmp_path, 40)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(StoreDamaged):
        upkeep.verify(Database(path))


def test_a_changed_document_is_never_given_and_can_be_dropped(tmp_path: Path) -> None:
    path = filled(tmp_path)
    database = Database(path)
    database.execute("UPDATE blob SET data = ?, codec = 0 WHERE size = ?", (TEXT.replace(b"own", b"odd"), len(TEXT)))
    with Store(path) as store:
        with pytest.raises(StoreDamaged, match=r"LICENSE\.0.*corpus verify --repair"):
            store.find(Reference("hub-model", "a/m1"))
        found = upkeep.verify(database)
        assert len(found.problems) == 4 and not found.repaired  # the text, and three repositories that have it
        assert upkeep.verify(database, repair=True).repaired
        assert upkeep.verify(database).problems == ()
        kept = store.find(Reference("hub-model", "a/m1"))
        assert kept is not None and [d.data for d in kept.snapshot.documents] == [b"own 1"]
        assert not kept.complete and kept.snapshot.absences[0].reason == "offline"


def test_a_record_that_cannot_be_read_is_dropped_whole(tmp_path: Path) -> None:
    database = Database(filled(tmp_path))
    database.execute("UPDATE snapshot SET body = x'00' WHERE name = 'a/m0'")
    assert len(upkeep.verify(database, repair=True).problems) == 1
    assert upkeep.verify(database).problems == ()
    assert upkeep.stats(database).repositories == {"hub-model": 2}


# --- no room, no right


FULL = """
import resource, sys
from pathlib import Path
from openness.errors import OpennessError
from openness.sources.snapshot import Reference
from openness.store.snapshots import Store
from tests.store.test_database import snapshot
import os
with Store(Path(sys.argv[1])) as store:
    store.put(Reference("hub-model", "a/first"), snapshot("a/first", b"kept"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    try:
        for number in range(500):
            store.put(Reference("hub-model", f"a/m{number}"), snapshot(f"a/m{number}", os.urandom(20_000)))
            print(number)
    except OpennessError as error:
        print(type(error).__name__, error.message)
"""


def test_a_full_disk_is_one_clear_error_and_loses_nothing_committed(tmp_path: Path) -> None:
    path = tmp_path / FILE
    command = [sys.executable, "-c", FULL, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *stored, last = done.stdout.splitlines()
    assert last.startswith("StoreFull") and "free some space" in last and str(path) in last
    with Store(path) as store:
        assert upkeep.verify(store.database).problems == ()
        names = {name for _, name in store.names()}
        assert names == {"a/first", *(f"a/m{number}" for number in stored)}
        store.put(Reference("hub-model", "a/more"), snapshot("a/more", TEXT))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreUnusable, match="cache-dir"):
        Store(tmp_path / FILE)


def test_a_path_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cache-dir"):
        Store(tmp_path / "file" / FILE)


# --- several processes

WRITER = """
import sys
from pathlib import Path
from openness.sources.snapshot import Reference
from openness.store.snapshots import Store
from tests.store.test_database import TEXT, snapshot
with Store(Path(sys.argv[1])) as store:
    for number in range(int(sys.argv[3])):
        name = f"{sys.argv[2]}/m{number}"
        store.put(Reference("hub-model", name), snapshot(name, TEXT, name.encode()))
        print(number, flush=True)
"""


def writer(path: Path, owner: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), owner, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / FILE
    running = [writer(path, owner, 150) for owner in ("a", "b")]
    assert [process.communicate()[0] and process.returncode for process in running] == [0, 0]
    with Store(path) as store:
        assert upkeep.verify(store.database).problems == ()
        assert upkeep.stats(store.database).repositories == {"hub-model": 300}
        assert upkeep.stats(store.database).blobs == 301


def test_a_killed_process_loses_nothing_that_it_committed(tmp_path: Path) -> None:
    path = tmp_path / FILE
    for round in range(4):
        process = writer(path, f"o{round}", 100_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 * round)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()[0].splitlines()
        with Store(path) as store:
            assert upkeep.verify(store.database).problems == ()
            have = {name for _, name in store.names()}
            assert {f"o{round}/m{number}" for number in [0, *said]} <= have


def test_a_store_that_another_process_is_making_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes its tables between two of our looks at the file."""
    connect = sqlite3.connect

    def traced(*words: object, **more: object) -> sqlite3.Connection:
        connection = connect(*words, **more)  # type: ignore[call-overload]

        def look(statement: str) -> None:
            if "sqlite_schema" in statement:
                monkeypatch.setattr(sqlite3, "connect", connect)
                connection.set_trace_callback(None)
                Database(tmp_path / FILE).close()

        connection.set_trace_callback(look)
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", traced)
    opened = Database(tmp_path / FILE)
    assert opened.rows("SELECT count(*) FROM boot") == [(0,)]
    opened.close()
