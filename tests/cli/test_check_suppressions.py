"""What settles a finding of ``openness check``: exceptions, comments, the baseline; and those without use."""

from __future__ import annotations

import datetime
import json

import pytest

from tests.cli.checked import locked, one, rules
from tests.cli.command import tiny_build
from tests.cli.project import POLICY, Project, load

EXCEPTION = '\n[[exceptions]]\nmodel = "acme/nc"\nallow = {allow}\nreason = "signed agreement"\n{more}'


@pytest.mark.parametrize(
    ("allow", "code"),
    [
        ('["product", "research-only"]', 0),
        ('["cc-by-nc-4.0", "research-only"]', 0),
        ('["denied-use", "category-not-allowed"]', 0),
        ('["product"]', 1),
        ('["hosted-api", "research-only"]', 1),
        ('["mit", "research-only"]', 1),
    ],
)
def test_an_exception_settles_what_it_allows(repo: Project, allow: str, code: int) -> None:
    locked(repo, load("acme/nc"), policy=POLICY + EXCEPTION.format(allow=allow, more=""))
    done = repo.check()
    assert done.code == code
    found = one(done)
    if code == 0:
        assert (found["verdict"], found["settled"]["by"], found["settled"]["reason"]) == (
            "permitted",
            "exception",
            "signed agreement",
        )
        assert found["settled"]["where"] == "openness.toml:6"


def test_an_expired_exception_no_longer_counts_and_is_named(repo: Project) -> None:
    allow = '["product", "research-only"]'
    locked(repo, load("acme/nc"), policy=POLICY + EXCEPTION.format(allow=allow, more="until = 2026-01-31\n"))
    done = repo.check()
    assert done.code == 1
    assert rules(done) == ["unused-allow", "unused-allow", "expired-exception"]
    assert "expired on 2026-01-31" in done.json["warnings"][-1]


def test_an_exception_counts_on_its_last_day(repo: Project) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    more = f"until = {today.isoformat()}\n"
    locked(repo, load("acme/nc"), policy=POLICY + EXCEPTION.format(allow='["product", "research-only"]', more=more))
    assert repo.check().code == 0


def test_exceptions_allows_and_baseline_entries_without_use_are_warnings(repo: Project) -> None:
    policy = 'use = ["product"]\n[allow]\nlicenses = ["apache-2.0", "mit"]\n' + EXCEPTION.format(allow='["product"]', more="")
    policy += '\n[[baseline]]\nfile = "app.py"\nmodel = "acme/open"\nrule = "denied-use"\n'
    locked(repo, load("acme/open"), policy=policy)
    done = repo.check()
    assert done.code == 0
    assert [(n["rule"], n["line"], n["severity"]) for n in done.json["notices"]] == [
        ("unused-allow", 3, "warning"),
        ("unused-exception", 5, "warning"),
        ("unused-baseline", 10, "warning"),
    ]
    assert done.json["warnings"][0] == "openness.toml:3: mit is allowed, a license that no model has in the lock."


def test_a_check_of_one_file_calls_nothing_unused_that_another_file_needs(repo: Project) -> None:
    policy = 'use = ["product"]\n[allow]\nlicenses = ["apache-2.0", "cc-by-nc-4.0"]\n' + EXCEPTION.format(
        allow='["product"]', more=""
    )
    policy += '\n[[baseline]]\nfile = "other.py"\nmodel = "acme/x"\nrule = "denied-use"\n'
    repo.python(load("acme/nc"), name="nc.py")
    locked(repo, load("acme/open"), policy=policy)
    assert rules(repo.check("app.py")) == []
    assert rules(repo.check()) == ["unused-baseline"]


@pytest.mark.parametrize("comment", ["  # openness: ignore[denied-use, category-not-allowed] paid license", None])
def test_a_comment_with_a_reason_settles_where_it_stands(repo: Project, comment: str | None) -> None:
    above = "# openness: ignore[denied-use] paid license\n# openness: ignore[category-not-allowed] paid license\n"
    locked(repo, *([above, load("acme/nc")] if comment is None else [load("acme/nc", comment=comment)]))
    done = repo.check()
    assert (done.code, one(done)["settled"]["by"], one(done)["settled"]["reason"]) == (0, "ignore", "paid license")
    assert rules(done) == ["unused-allow", "unused-allow"]


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("  # openness: ignore[denied-use]", "no reason"),
        ("  # openness: ignore paid", "names no rule"),
        ("  # openness: ignore[denied-uze] paid", "did you mean denied-use?"),
    ],
)
def test_a_comment_that_is_not_valid_ignores_nothing_and_fails(repo: Project, comment: str, word: str) -> None:
    locked(repo, load("acme/open", comment=comment))
    done = repo.check("app.py")
    assert done.code == 1
    (notice,) = [notice for notice in done.json["notices"] if notice["rule"] == "bad-ignore"]
    assert (notice["file"], notice["line"]) == ("app.py", 2)
    assert word in notice["message"]


def test_a_comment_that_ignores_nothing_is_a_warning(repo: Project) -> None:
    locked(repo, load("acme/open", comment="  # openness: ignore[denied-use] paid"), policy='use = ["product"]\n')
    done = repo.check()
    assert (done.code, rules(done)) == (0, ["unused-ignore"])


def test_a_baseline_accepts_what_is_there_and_not_what_is_new(repo: Project) -> None:
    locked(repo, load("acme/nc"))
    assert repo.check().code == 1
    done = repo.run("check", "--write-baseline")
    assert (done.code, "2 entries added to the baseline in openness.toml" in done.err) == (0, True)
    text = (repo.folder / "openness.toml").read_text("utf-8")
    assert text.startswith(POLICY)
    assert text.count("[[baseline]]") == 2
    found = one(repo.check())
    assert (found["verdict"], found["settled"]["by"]) == ("denied", "baseline")
    repo.python("\n\n", load("acme/nc"))  # the line moved
    assert repo.check().code == 0
    repo.python(load("acme/nc"), name="new.py")
    assert repo.check().code == 1
    again = repo.run("check", "--write-baseline", "app.py")
    assert "0 entries" in again.err


def test_a_baseline_in_pyproject_is_a_table_of_the_tool(repo: Project) -> None:
    (repo.folder / "openness.toml").unlink()
    repo.write("pyproject.toml", '[project]\nname = "x"\n\n[tool.openness]\nuse = ["product"]')
    repo.python(load("acme/nc"))
    repo.lock()
    assert repo.run("check", "--write-baseline").code == 0
    assert "[[tool.openness.baseline]]" in (repo.folder / "pyproject.toml").read_text("utf-8")


def test_no_baseline_is_written_of_models_that_were_never_looked_at(repo: Project) -> None:
    repo.python(load("acme/nc"))
    done = repo.run("check", "--write-baseline")
    assert done.code == 2
    assert "openness lock" in done.err
    assert (repo.folder / "openness.toml").read_text("utf-8") == POLICY


def test_a_clarification_that_no_model_needs_is_a_warning(repo: Project) -> None:
    pin = f'files = [{{ path = "LICENSE", sha256 = "{"0" * 64}" }}]'
    locked(repo, load("acme/open"), policy=f'use = ["product"]\n[[clarify]]\nlicense = "mit"\n{pin}\nreason = "read"\n')
    done = repo.check()
    assert (done.code, rules(done)) == (0, ["unused-clarification"])


def test_audit_honors_an_exception_for_a_model_that_the_user_names(repo: Project) -> None:
    build = tiny_build(repo.folder, {"license": "cc-by-nc-4.0"})
    assert repo.run("audit", build, "--model", "acme/nc").code == 1
    repo.write("openness.toml", POLICY + EXCEPTION.format(allow='["product"]', more=""))
    done = repo.run("audit", build, "--model", "acme/nc", "--format", "json")
    assert (done.code, json.loads(done.out)["results"][0]["uses"][0]["verdict"]) == (0, "permitted-with-duties")
    assert any(finding["rule"] == "exception" for finding in one(done)["findings"])
    assert repo.run("audit", build).code == 1  # a name of a file is none
    assert repo.run("audit", build, "--model", "acme/other").code == 1
