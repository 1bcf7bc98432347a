"""A crawl from beginning to end: what is stored, in which order, at which cost, and what a second one asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.sources.live import LiveSources
from openness.sources.snapshot import Reference
from openness.store.database import FILE
from openness.store.snapshots import Store
from tests.crawl.crawling import cost, crawl, digest
from tests.crawl.worlds import card, generated, text
from tests.loopback import Loopback, Trap, World
from tests.sources.network import CODE, HERON, KESTREL, MERGED, QUICK, access

CORPUS = "heron-lab/heron-corpus"


def small() -> World:
    """Three models of one owner, a base model elsewhere, a dataset, code."""
    world = World()
    world.add("models", "a/little", {"README.md": card("mit"), "LICENSE": text("mit"), "config.json": "{}"}, downloads=5)
    fields = {"base_model": "b/base", "datasets": ["c/corpus"]}
    world.add("models", "a/much", {"README.md": card("other", code="d/code", **fields), "LICENSE": text("o")}, downloads=900)
    world.add("models", "a/plain", {"README.md": card("apache-2.0")}, downloads=70)
    world.add("models", "b/base", {"README.md": card("llama3.1"), "LICENSE": text("llama"), "USE_POLICY.md": text("policy")})
    world.add("datasets", "c/corpus", {"README.md": card("odc-by")})
    world.add("github", "d/code", {"README.md": "# Code\n", "LICENSE": text("code"), "train.py": "1\n"})
    return world


EVERYTHING = {"a/little", "a/much", "a/plain", "b/base", "c/corpus", "github:d/code"}


def test_what_is_asked_for_and_what_it_links_to_is_stored_as_the_sources_give_it(server: Loopback, tmp_path: Path) -> None:
    result = crawl(tmp_path, server, models=(HERON, KESTREL, MERGED))
    assert result.down == [] and result.states("stored") >= {HERON, KESTREL, MERGED, CORPUS, f"github:{CODE}"}
    with LiveSources(access(server), limits=QUICK) as live, Store(tmp_path / FILE) as store:
        for name, kind in ((HERON, "hub-model"), (KESTREL, "hub-model"), (CORPUS, "hub-dataset"), (CODE, "github")):
            reference = Reference(kind, name)  # type: ignore[arg-type]
            stored = store.find(reference)
            assert stored is not None and stored.complete and stored.snapshot == live.fetch(reference)


def test_an_owner_is_crawled_with_base_models_datasets_and_code(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        result = crawl(tmp_path, server, authors=("a",))
        assert result.states("stored") == EVERYTHING
        # one page for the owner's models, one description each for the base model and the dataset
        assert result.figures.requests == {"github": 5, "hub-api": 3, "hub-files": 3 + 2 + 1 + 3 + 1}
    with Store(tmp_path / FILE) as store:
        found = store.find(Reference("hub-model", "a/much"))
        assert found is not None and [d.path for d in found.snapshot.documents] == ["README.md", "LICENSE"]


def test_license_texts_come_first_by_popularity(tmp_path: Path) -> None:
    world = World()
    for number, downloads in enumerate((5, 900, 70, 300)):
        files = {"README.md": card("mit"), "LICENSE": text(str(number))}
        world.add("models", f"a/m{number}", files, downloads=downloads)  # type: ignore[arg-type]
    with Loopback(world) as server:
        crawl(tmp_path, server, authors=("a",))
        assert sum("/LICENSE" in line for line in server.lines()) == 4
    order = ["m1", "m3", "m2", "m0"]
    # several are under way at a time, so the order is that of the journal, from which they are begun one after the other
    with Store(tmp_path / FILE) as store:
        query = "SELECT name FROM item ORDER BY phase, rank DESC"
        assert [name for (name,) in store.database.rows(query)] == [f"a/{name}" for name in order]


def test_a_filter_and_a_limit_choose_models(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        assert set(crawl(tmp_path / "1", server, filters=("license:mit",)).accounts) == {"a/little"}
        assert set(crawl(tmp_path / "2", server, limit=1, authors=("a",)).accounts) & {
            "a/little",
            "a/plain",
            "a/much",
        } == {"a/much"}
        assert "a/much" in crawl(tmp_path / "3", server, limit=1).accounts


def test_pages_are_followed_to_the_end(tmp_path: Path) -> None:
    world = World()
    for number in range(25):
        world.add("models", f"a/m{number:02}", {"README.md": card("mit")})
    with Loopback(world, page=10) as server:
        assert len(crawl(tmp_path, server, authors=("a",)).states("stored")) == 25
        assert sum(line.startswith("GET /api/models?") for line in server.lines()) == 3


def test_a_moved_model_is_stored_under_its_new_name(tmp_path: Path) -> None:
    world = small()
    world.add("models", "old/name", moved_to="a/plain")
    with Loopback(world) as server:
        result = crawl(tmp_path, server, models=("old/name",))
        assert (result.accounts["old/name"].model, result.accounts["old/name"].state) == ("a/plain", "stored")


def test_each_absence_is_accounted_for_by_its_type(tmp_path: Path) -> None:
    world = World()
    world.add("models", "a/gated", {"README.md": card("other"), "LICENSE": text("l"), "config.json": "{}"}, gated="manual")
    world.add("models", "a/disabled", {"README.md": card("mit")}, disabled=True)
    world.add("models", "a/private", {"README.md": card("mit")}, private=True)
    with Loopback(world) as server:
        result = crawl(tmp_path, server, models=("a/gated", "a/disabled", "a/private", "a/nothing"))
    assert result.down == []
    assert {name: (account.state, account.reason) for name, account in result.accounts.items()} == {
        "a/gated": ("stored", None),
        "a/disabled": ("absent", "disabled"),
        "a/private": ("absent", "missing"),
        "a/nothing": ("absent", "missing"),
    }
    assert result.accounts["a/gated"].absences == {"config.json": "gated"}


# --- only allowed hosts


def test_no_other_host_is_ever_asked(tmp_path: Path, trap: Trap) -> None:
    world = small()
    links = f"[license]({trap.endpoint}/LICENSE) ![x]({trap.endpoint}/x.png) {trap.endpoint}/a/b"
    evil = card(
        "other", license_link=f"{trap.endpoint}/LICENSE", base_model=f"{trap.endpoint}/a/b", datasets=[f"{trap.endpoint}/d"]
    )
    world.add("models", "a/evil", {"README.md": evil + links})
    with Loopback(world) as server:
        server.fault("GET /a/little/resolve/.*/LICENSE", "redirect", to=f"{trap.endpoint}/LICENSE", times=99)
        server.fault("GET /api/models/b/base", "redirect", to=f"{trap.endpoint}/api/models/b/base", times=99)
        server.fault("GET /github/repos/d/code$", "redirect", to=f"{trap.endpoint}/repos/d/code", times=99)
        result = crawl(tmp_path, server, authors=("a",))
    assert result.accounts["a/little"].absences == {"LICENSE": "refused-host"}
    assert {result.accounts[name].reason for name in ("b/base", "github:d/code")} == {"refused-host"}
    assert result.accounts["a/evil"].state == "stored" and result.down == []


def test_a_next_page_elsewhere_is_not_followed(tmp_path: Path, trap: Trap) -> None:
    link = f'<{trap.endpoint}/api/models?cursor=x>; rel="next"'
    rows = b'[{"id": "a/plain"}]'
    with Loopback(small()) as server:
        server.fault(r"GET /api/models\?", "body", body=rows, headers={"Link": link}, times=99)
        result = crawl(tmp_path, server, authors=("a",))
    # what the page itself has is stored, and the listing is no whole one
    assert (result.states("stored"), result.down) == ({"a/plain"}, ["hub"])


def test_a_next_page_may_be_relative(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        headers = {"Link": '</api/models?author=b>; rel="next"'}
        server.fault(r"GET /api/models\?author=a", "body", body=b"[]", headers=headers, times=99)
        result = crawl(tmp_path, server, authors=("a",))
    assert (result.states("stored"), result.down) == ({"b/base"}, [])


# --- odd listings


def test_one_odd_row_costs_no_other(tmp_path: Path) -> None:
    world = small()
    good = b'{"id": "a/plain"}'  # no files, no commit: it is described on its own
    with Loopback(world) as server:
        rows = b'[{"id": "a/odd", "cardData": 1e999}, {"id": "../x"}, 7, ' + good + b"]"
        server.fault(r"GET /api/models\?", "body", body=rows, times=9)
        result = crawl(tmp_path, server, authors=("a",))
    assert result.states("stored") == {"a/plain"} and set(result.accounts) == {"a/plain"}


def test_a_row_that_nests_too_deep_costs_no_other(tmp_path: Path) -> None:
    deep = b'[{"id": "a/deep", "cardData": ' + b"[" * 5000 + b"]" * 5000 + b"}]"
    with Loopback(small()) as server:
        server.fault(r"GET /api/models\?.*cardData", "body", body=deep, times=99)
        assert crawl(tmp_path, server, authors=("a",)).states("stored") == EVERYTHING
        # in ever smaller pages, at last for the names alone, of which each is described on its own
        pages = [line for line in server.lines() if "/api/models?" in line]
        assert len(pages) == 5 and "cardData" not in pages[-1]


@pytest.mark.parametrize("status", [413, 422])
def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(tmp_path: Path, status: int) -> None:
    with Loopback(small()) as server:
        server.fault("limit=(1000|500)&", status=status, times=99)
        assert crawl(tmp_path, server, authors=("a",)).states("stored") == EVERYTHING
        assert ["limit=100&" in line for line in server.lines() if "/api/models?" in line] == [False, False, True]


def test_a_listing_that_leads_in_a_wide_circle_ends(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        for here, there in ("AB", "BC", "CA"):
            link = f'<{server.endpoint}/api/models?author=a&cursor={there}>; rel="next"'
            row = b'[{"id": "a/%s"}]' % {"A": b"plain", "B": b"much", "C": b"little"}[here]
            server.fault(rf"GET /api/models\?author=a.*cursor={here}", "body", body=row, headers={"Link": link}, times=99)
        first = {"Link": f'<{server.endpoint}/api/models?author=a&cursor=A>; rel="next"'}
        server.fault(r"GET /api/models\?", "body", body=b'[{"id": "b/base"}]', headers=first, times=99)
        assert crawl(tmp_path, server, authors=("a",)).states("stored") == EVERYTHING


def test_a_listing_that_leads_in_a_circle_ends(tmp_path: Path) -> None:
    with Loopback(small()) as server:
        here = f"{server.endpoint}/api/models?author=a&cursor=same"
        server.fault(r"GET /api/models\?", "body", body=b"[]", headers={"Link": f'<{here}>; rel="next"'}, times=99)
        crawl(tmp_path, server, authors=("a",))
        assert len(server.log) < 5


# --- again


def test_a_second_crawl_costs_a_twentieth(tmp_path: Path) -> None:
    world = generated(120)
    names = tuple(sorted(name for kind, name in world.repositories if kind == "models"))
    owners = tuple(sorted({name.partition("/")[0] for name in names}))
    with Loopback(world) as server:
        for folder, options in (("named", {"models": names}), ("owners", {"authors": owners})):
            crawl(tmp_path / folder, server, **options)  # type: ignore[arg-type]
            naive, before = cost(server), digest(tmp_path / folder)
            crawl(tmp_path / folder, server, **options)  # type: ignore[arg-type]
            assert cost(server) <= 0.05 * naive
            assert digest(tmp_path / folder) == before


def test_a_second_crawl_sees_what_has_changed_and_says_whose_license(tmp_path: Path) -> None:
    world = small()
    options = {"authors": ("a",), "models": ("b/base",)}
    with Loopback(world) as server:
        crawl(tmp_path, server, **options)  # type: ignore[arg-type]
        old = world.repositories["models", "a/little"].sha
        world.add(
            "models", "a/little", {"README.md": card("apache-2.0"), "LICENSE": text("new"), "config.json": "{}"}, downloads=5
        )
        world.add("models", "a/more", {"README.md": card("mit")})
        world.repositories["models", "b/base"].facts["disabled"] = True
        world.add("github", "d/code", {"README.md": "# Other\n"}, pushed_at="2026-05-05T00:00:00Z")
        server.log.clear()
        result = crawl(tmp_path, server, **options)  # type: ignore[arg-type]
    (change,) = result.accounts["a/little"].license_changes
    assert (change.before, change.what) == (old, ("license", "LICENSE"))
    assert [name for name, account in result.accounts.items() if account.license_changes] == ["a/little", "github:d/code"]
    assert result.accounts["b/base"].reason == "disabled" and result.accounts["a/more"].state == "stored"
    files = [line.partition("/resolve/")[0] for line in server.lines() if "/resolve/" in line]
    assert sorted(set(files)) == ["GET /a/little", "GET /a/more"]


def test_what_was_asked_without_a_token_is_asked_again_with_one(tmp_path: Path) -> None:
    world = World()
    world.add("models", "a/gated", {"README.md": card("other"), "config.json": "{}"}, gated="manual", allow=["granted"])
    with Loopback(world) as server:
        assert crawl(tmp_path, server, models=("a/gated",)).accounts["a/gated"].absences == {"config.json": "gated"}
        server.log.clear()
        assert crawl(tmp_path, server, models=("a/gated",), hf="granted").accounts["a/gated"].absences == {}
        assert sum("config.json" in line for line in server.lines()) == 1


def test_since_last_asks_only_for_what_changed(tmp_path: Path) -> None:
    world = World()
    for number in range(30):
        world.add("models", f"a/m{number:02}", {"README.md": card("mit")}, lastModified=f"2026-01-{number + 1:02}T00:00:00.000Z")
    with Loopback(world, page=10) as server:
        crawl(tmp_path, server, authors=("a",))
        world.add("models", "a/m03", {"README.md": card("other")}, lastModified="2099-01-01T00:00:00.000Z")
        server.log.clear()
        result = crawl(tmp_path, server, since_last=True)
        assert set(result.accounts) == {"a/m03"}
        assert len(result.accounts["a/m03"].license_changes) == 1
        assert len(server.lines()) == 2  # one page, whose other models are older, and the card


def test_since_last_asks_again_for_named_models(tmp_path: Path) -> None:
    world = small()
    with Loopback(world) as server:
        crawl(tmp_path, server, models=("a/plain",))
        world.add("models", "a/plain", {"README.md": card("mit")})
        assert len(crawl(tmp_path, server, since_last=True).accounts["a/plain"].license_changes) == 1
