"""What a second crawl asks of names that moved, that lead to nothing, that are switched off; and that it still sees each change."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.crawl import again
from tests.crawl.crawling import cost, crawl, digest
from tests.crawl.test_crawl import small
from tests.crawl.worlds import card
from tests.loopback import Loopback, World

NAMES = ("a/plain", "a/little", "a/gone", "a/lost", "old/name")


def odd() -> World:
    """Two models of one owner, two names of theirs that lead to nothing, one name that moved."""
    world = small()
    world.add("models", "old/name", moved_to="a/plain")
    return world


def api(server: Loopback) -> list[tuple[str, int]]:
    return [(entry.path.partition("?")[0], entry.status) for entry in server.log if entry.path.startswith("/api/")]


def test_names_that_led_to_nothing_are_accounted_for_by_their_owners_list(tmp_path: Path) -> None:
    with Loopback(odd()) as server:
        crawl(tmp_path, server, models=NAMES)
        before = digest(tmp_path)
        for status in (200, 304):  # the list is new, then unchanged
            server.log.clear()
            result = crawl(tmp_path, server, models=NAMES)
            assert result.states("absent") == {"a/gone", "a/lost"} and digest(tmp_path) == before
            assert {result.accounts[name].reason for name in ("a/gone", "a/lost")} == {"missing"}
            assert api(server) == [("/api/models", status)]


def test_a_name_that_leads_somewhere_again_is_found_in_the_list(tmp_path: Path) -> None:
    with Loopback(odd()) as server:
        for _ in range(3):
            crawl(tmp_path, server, models=NAMES)
        server.world.add("models", "a/gone", {"README.md": card("mit")})
        result = crawl(tmp_path, server, models=NAMES)
        assert result.accounts["a/gone"].state == "stored" and result.accounts["a/gone"].documents == 1
        assert result.states("absent") == {"a/lost"}


def test_a_list_that_is_not_whole_accounts_for_nothing(tmp_path: Path) -> None:
    with Loopback(odd(), page=2) as server:
        crawl(tmp_path, server, models=NAMES)
        server.log.clear()
        assert crawl(tmp_path, server, models=NAMES).states("absent") == {"a/gone", "a/lost"}
        assert {("/api/models/a/gone", 401), ("/api/models/a/lost", 401)} <= set(api(server))


def test_after_a_week_each_name_is_asked_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(odd()) as server:
        crawl(tmp_path, server, models=NAMES)
        server.log.clear()
        monkeypatch.setattr(again, "LASTING_SECONDS", -1)
        crawl(tmp_path, server, models=NAMES)
        assert {("/api/models/a/gone", 401), ("/api/models/old/name", 307)} <= set(api(server))


def test_a_name_that_moved_is_asked_for_under_its_new_one(tmp_path: Path) -> None:
    with Loopback(odd()) as server:
        crawl(tmp_path, server, models=("old/name",))
        server.log.clear()
        assert crawl(tmp_path, server, models=("old/name",)).accounts["old/name"].model == "a/plain"
        assert api(server) == [("/api/models/a/plain", 304)]
        server.world.add("models", "a/plain", {"README.md": card("mit")})
        (change,) = crawl(tmp_path, server, models=("old/name",)).accounts["old/name"].license_changes
        assert change.what == ("license",)


@pytest.mark.parametrize("both", [("old/name",), ("old/name", "a/plain")])
def test_a_name_that_moved_on_or_came_back_is_followed(tmp_path: Path, both: tuple[str, ...]) -> None:
    with Loopback(odd()) as server:
        crawl(tmp_path, server, models=both)
        server.world.add("models", "a/plain", moved_to="a/newest")
        server.world.add("models", "a/newest", {"README.md": card("mit")})
        for _ in range(2):
            found = crawl(tmp_path, server, models=both).accounts["old/name"]
            assert (found.model, found.state, found.documents) == ("a/newest", "stored", 1)
        del server.world.repositories["models", "a/newest"], server.world.repositories["models", "a/plain"]
        server.world.add("models", "old/name", {"README.md": card("mit")})
        found = crawl(tmp_path, server, models=both).accounts["old/name"]
        assert (found.model, found.state) == ("old/name", "stored")


def test_code_that_moved_and_code_that_is_empty_cost_one_condition_each(tmp_path: Path) -> None:
    world = small()
    world.add("github", "d/old", moved_to="d/code")
    world.add("github", "d/empty", empty=True)
    names = ("github:d/old", "github:d/empty")
    with Loopback(world) as server:
        crawl(tmp_path, server, models=names)
        server.log.clear()
        crawl(tmp_path, server, models=names)
        assert [(entry.path, entry.status) for entry in server.log] == [
            ("/github/repos/d/empty", 304),
            ("/github/repos/d/code", 304),
        ]


def test_what_is_switched_off_is_not_asked_for_where_the_list_says_so(tmp_path: Path) -> None:
    world = small()
    world.repositories["models", "a/little"].facts.update(disabled=True, listed=True)
    with Loopback(world) as server:
        for folder, options in (("owner", {"authors": ("a",)}), ("named", {"models": ("a/little", "a/plain", "a/much")})):
            crawl(tmp_path / folder, server, **options)
            naive, before = cost(server), digest(tmp_path / folder)
            result = crawl(tmp_path / folder, server, **options)
            assert result.accounts["a/little"].reason == "disabled"
            assert digest(tmp_path / folder) == before and cost(server) < naive / 4
