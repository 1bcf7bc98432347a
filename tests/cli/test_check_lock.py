"""``openness check`` against a lock that the real ``openness lock`` wrote: of another revision, day, question, or edited."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest

from tests.cli.checked import locked, one, rules
from tests.cli.project import Project, add, load
from tests.shared import license_text


def dated(repo: Project, day: str) -> None:
    """The lock with the evidence of another day, and a digest that fits."""
    import msgspec

    from openness.policy import lock

    path = repo.folder / "openness.lock"
    found = lock.read(path)
    assert found is not None
    lock.write(path, msgspec.structs.replace(found, models=tuple(msgspec.structs.replace(m, date=day) for m in found.models)))


def test_a_revision_that_is_not_locked_is_unknown(repo: Project) -> None:
    locked(repo, load("acme/open"))
    repo.python(load("acme/open", ', revision="other"'))
    done = repo.check()
    assert (done.code, one(done)["rule"]) == (3, "revision-not-locked")


def test_the_commit_that_was_read_is_known_when_it_is_pinned_later(repo: Project) -> None:
    locked(repo, load("acme/open"))
    sha = repo.server.world.repositories["models", "acme/open"].sha
    repo.python(load("acme/open", f', revision="{sha}"'))
    done = repo.check()
    assert (done.code, one(done)["hits"]) == (0, [])


def test_a_branch_is_said_and_fails_only_where_pins_are_required(repo: Project) -> None:
    locked(repo, load("acme/open"))
    done = repo.check()
    assert (done.code, [hit["rule"] for hit in one(done)["hits"]]) == (0, ["unpinned"])
    locked(repo, load("acme/open"), policy='[check]\npinned = "require"\n')
    done = repo.check()
    assert (done.code, one(done)["rule"], one(done)["policy_line"]) == (1, "unpinned", "openness.toml:2")
    assert repo.server.world.repositories["models", "acme/open"].sha in one(done)["fix"]


def test_old_evidence_is_stale(repo: Project) -> None:
    locked(repo, load("acme/open"), policy="[lock]\nmax_age_days = 30\n")
    assert repo.check().code == 0
    day = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=31)
    dated(repo, day.isoformat())
    done = repo.check()
    assert (done.code, one(done)["rule"], one(done)["policy_line"]) == (3, "stale", "openness.toml:2")
    assert "31 days" in one(done)["message"]


def test_other_uses_or_facts_than_the_locks_are_another_question(repo: Project) -> None:
    locked(repo, load("acme/open"))
    repo.write("openness.toml", 'use = ["hosted-api"]\n')
    done = repo.check()
    assert (done.code, one(done)["rule"]) == (3, "other-question")
    repo.lock()
    assert repo.check().code == 0


def test_a_denial_for_other_reasons_stands_beside_another_question(repo: Project) -> None:
    locked(repo, load("acme/open"))
    repo.write("openness.toml", 'use = ["hosted-api"]\n[allow]\nlicenses = ["mit"]\n')
    done = repo.check()
    assert (done.code, one(done)["rule"]) == (1, "license-not-allowed")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("research-only", "fully-open"),
        lambda text: text.replace('"rules"', '"rule"'),
        lambda text: text[: len(text) // 2],
        lambda text: "<<<<<<< HEAD\n" + text,
        lambda text: "",
        lambda text: "[]",
        lambda text: re.sub('"digest".*', '"digest": "sha256:0"', text),
    ],
)
def test_a_lock_that_was_edited_or_cut_fails_the_check_as_a_whole(repo: Project, spoil: Any) -> None:
    locked(repo, load("acme/nc"))
    path = repo.folder / "openness.lock"
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    done = repo.run("check")
    assert (done.code, done.out) == (5, "")
    assert "openness.lock" in done.err
    assert "Traceback" not in done.err


def test_what_the_store_has_seen_since_is_held_against_the_lock_on_request(repo: Project) -> None:
    text = license_text("apache-2.0").read_bytes()
    add(repo.server.world, "acme/text", "license: apache-2.0", LICENSE=text)
    locked(repo, load("acme/text"), policy='use = ["product"]\n')
    assert repo.check("--store").code == 0
    add(repo.server.world, "acme/text", "license: apache-2.0\ntags: [new]", LICENSE=text)
    repo.run("classify", "acme/text", "--refresh")
    assert repo.check().code == 0
    done = repo.check("--store")
    assert (done.code, one(done)["rule"]) == (3, "moved")
    add(repo.server.world, "acme/text", "license: apache-2.0", LICENSE=text + b"\nNot for birds.\n")
    repo.run("classify", "acme/text", "--refresh")
    done = repo.check("--store")
    assert (done.code, one(done)["rule"]) == (1, "license-changed")
    assert "LICENSE of acme/text is another text" in one(done)["message"]


def test_a_lock_of_a_stranger_cannot_reach_the_terminal(repo: Project) -> None:
    locked(repo, load("acme/nc"), load("acme/none"))
    import msgspec

    from openness.policy import lock

    path = repo.folder / "openness.lock"
    text = path.read_text("utf-8").replace("Only purposes", "\\u001b[31m\\nOnly").replace("no license evidence", "\\u202e")
    plain = json.loads(text)
    plain.pop("digest")
    lock.write(path, msgspec.convert(plain, lock.Lock))
    done = repo.run("check")
    assert done.code == 1
    assert "\\x1b[31m\\nOnly" in done.out
    assert not {"\x1b", "\u202e"} & set(done.out)


def test_the_lock_says_that_it_was_made_with_other_rules(repo: Project) -> None:
    locked(repo, load("acme/open"), policy='use = ["product"]\n')
    import msgspec

    from openness.policy import lock

    path = repo.folder / "openness.lock"
    found = lock.read(path)
    assert found is not None
    lock.write(path, msgspec.structs.replace(found, rules="2020-01-01"))
    done = repo.check()
    assert (done.code, rules(done)) == (0, ["other-rules"])
