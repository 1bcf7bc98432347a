"""The parts of a crawl on their own: links, selections, the journal's leases, hosts that are down."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.crawl.hosts import FAILURES, FIRST_FAILURES, PAUSES, Host
from openness.crawl.journal import DESCRIBE, LEASE_SECONDS, REST, TEXTS, TRIES, Journal
from openness.crawl.links import MOST_CODE, links_of
from openness.crawl.selection import Listing, Selection, read_list, selection
from openness.errors import UsageError
from openness.sources.snapshot import HubFields, Reference, RepositorySnapshot, document
from openness.store.database import FILE, Database
from tests.store.keeping import Clock

# --- links


def snapshot(card: dict[str, Any] | None = None, text: str = "", bases: tuple[str, ...] = ()) -> RepositorySnapshot:
    documents = (document("README.md", "card", text.encode()),)
    return RepositorySnapshot("hub-model", "a/b", "a/b", documents=documents, hub=HubFields(card_data=card, base_models=bases))


def names(found: list[Reference]) -> list[str]:
    return [f"{reference.kind}:{reference.name}" for reference in found]


def test_base_models_datasets_and_code_are_linked_once() -> None:
    card = {"base_model": ["c/base", "C/Base"], "datasets": "d/data"}
    text = "[code](https://github.com/e/code.git), https://github.com/e/code/tree/main. https://github.com/features/x"
    found = links_of(snapshot(card, text, bases=("c/base", "f/other")))
    assert names(found) == ["hub-model:c/base", "hub-model:f/other", "hub-dataset:d/data", "github:e/code"]


@pytest.mark.parametrize(
    "value", [None, 3, {"x": 1}, [["a/b"]], "../x", "a/b/c", "https://evil.example/a/b", "a/b ; rm", "A/B", "gpt2"]
)
def test_what_is_no_other_repository_is_no_link(value: Any) -> None:
    assert links_of(snapshot({"base_model": value})) == []


def test_a_card_that_links_everything_is_cut() -> None:
    text = " ".join(f"https://github.com/owner/repository-{number}" for number in range(500))
    assert len(links_of(snapshot({}, text))) == MOST_CODE


@given(st.binary(max_size=300), st.recursive(st.none() | st.text(max_size=20) | st.integers(), st.lists, max_leaves=10))
def test_no_card_breaks_the_links(text: bytes, value: Any) -> None:
    found = RepositorySnapshot(
        "hub-model", "a/b", "a/b", documents=(document("README.md", "card", b"github.com/" + text),),
        hub=HubFields(card_data={"base_model": value, "datasets": value}),
    )  # fmt: skip
    for reference in links_of(found):
        assert ".." not in reference.name and reference.name.isascii()


# --- selections


def test_the_same_selection_has_the_same_key_in_any_order() -> None:
    assert selection(("a/b", "c/d"), (), (), None).key == selection(("c/d", "a/b", "a/b"), (), (), None).key
    assert selection(("a/b",), (), (), None).key != selection(("a/b@v1.0",), (), (), None).key


def test_what_the_options_mean_together() -> None:
    assert selection((), ("a", "b"), ("x",), 5).listings == (Listing("a", ("x",), 5), Listing("b", ("x",), 5))
    assert selection((), (), ("x", "y"), None).listings == (Listing(None, ("x", "y"), None),)
    assert selection((), (), (), 5).listings == (Listing(None, (), 5),)
    assert [r.name for r in selection(("a/b", "c/d"), (), (), 1).references] == ["a/b"]
    assert not selection((), (), (), None, since_last=True)


def test_since_last_alone_is_all_that_was_crawled() -> None:
    earlier = [selection(("a/b",), ("c",), (), None).key, selection(("a/b", "d/e"), (), (), None).key]
    joined = Selection(since_last=True).joined(earlier)
    assert ([r.name for r in joined.references], joined.listings) == (["a/b", "d/e"], (Listing("c"),))


def test_a_list_file_is_one_id_a_line() -> None:
    assert read_list("a/b # x\r\n\n#\n c/d", "f") == ("a/b", "c/d")
    with pytest.raises(UsageError, match="f, line 2"):
        read_list("a/b\nc d\n", "f")


# --- the journal


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / FILE)
    yield opened
    opened.close()


KINDS = ("hub-model", "github")


def journal(database: Database, clock: Clock, *models: str) -> Journal:
    found = Journal(database, clock)
    found.open(selection(models, (), (), None))
    return found


def test_work_is_claimed_once_by_phase_and_popularity(database: Database) -> None:
    clock = Clock(1000.0)
    own = journal(database, clock)
    own.add(Reference("hub-model", "a/rest"), REST, rank=99)
    own.add(Reference("hub-model", "a/some"), TEXTS, rank=1)
    own.add(Reference("hub-model", "a/many"), TEXTS, rank=2)
    own.add(Reference("hub-dataset", "a/data"), TEXTS, rank=9)
    claimed = [work.name if (work := own.claim(KINDS)) else None for _ in range(4)]
    assert claimed == ["a/many", "a/some", "a/rest", None]


def test_a_lease_ends_with_its_time_and_not_before(database: Database) -> None:
    clock = Clock(1000.0)
    mine, other = journal(database, clock, "a/b"), journal(database, clock, "a/b")
    assert mine.claim(KINDS) is not None and other.claim(KINDS) is None
    clock.now += LEASE_SECONDS - 1
    mine.renew()
    clock.now += LEASE_SECONDS - 1
    assert other.claim(KINDS) is None
    clock.now += 2
    assert other.claim(KINDS) is not None


def test_a_lease_ends_with_its_process(database: Database, tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from openness.crawl.journal import Journal
from openness.crawl.selection import selection
from openness.store.database import Database
journal = Journal(Database(Path({str(tmp_path / FILE)!r})))
journal.open(selection(("a/b",), (), (), None))
assert journal.claim(("hub-model",)) is not None
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    own = Journal(database)
    own.open(selection(("a/b",), (), (), None))
    assert own.resumed and own.claim(KINDS) is not None


def test_a_restart_of_the_machine_ends_every_lease(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(1000.0)
    assert journal(database, clock, "a/b").claim(KINDS) is not None
    clock.now = 5.0
    assert journal(database, clock, "a/b").claim(KINDS) is None
    monkeypatch.setattr("openness.store.quotas.boot", lambda: "another")
    assert journal(database, clock, "a/b").claim(KINDS) is not None


def test_what_fails_is_tried_again_later_and_not_for_ever(database: Database) -> None:
    clock = Clock(1000.0)
    own = journal(database, clock, "a/b")
    for _ in range(TRIES - 1):
        work = own.claim(KINDS)
        assert work is not None and own.retry(work, "unreachable", "x", phase=DESCRIBE, wait=None)
        assert own.claim(KINDS) is None and (own.waits() or 0) > 0
        clock.now += 1000
    work = own.claim(KINDS)
    assert work is not None and not own.retry(work, "unreachable", "x", phase=DESCRIBE, wait=None)


def test_a_run_that_was_not_finished_goes_on_and_a_finished_one_begins_anew(database: Database) -> None:
    clock = Clock(1000.0)
    first = journal(database, clock, "a/b", "c/d")
    work = first.claim(KINDS)
    assert work is not None
    first.finish(work, "stored")
    again = journal(database, clock, "c/d", "a/b")
    assert (again.resumed, again.run, again.counts()) == (True, first.run, {"queued": 1, "stored": 1})
    again.close()
    assert not journal(database, clock, "a/b", "c/d").resumed


# --- hosts


def test_a_host_is_closed_after_failures_in_a_row_and_looked_at_after_pauses() -> None:
    clock = Clock(0.0)
    host = Host(clock)
    host.answered()
    for _ in range(FAILURES - 1):
        host.failed()
    host.answered()
    for _ in range(FAILURES):
        assert host.open
        host.failed()
    for pause in PAUSES:
        assert not host.open and not host.given_up
        clock.now += pause
        assert host.open
        host.asked()
        assert not host.open  # one look at a time
        host.failed()
    assert host.given_up and not host.open


def test_a_host_that_never_answered_is_given_up_sooner() -> None:
    clock = Clock(0.0)
    host = Host(clock)
    for _ in range(FIRST_FAILURES):
        host.failed()
    assert not host.open
    clock.now += PAUSES[0]
    host.asked()
    host.failed()
    assert host.given_up


def test_a_host_that_is_back_is_open() -> None:
    clock = Clock(0.0)
    host = Host(clock)
    for _ in range(FIRST_FAILURES):
        host.failed()
    clock.now += PAUSES[0]
    host.asked()
    host.answered()
    assert host.open and not host.given_up
