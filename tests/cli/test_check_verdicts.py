"""What ``openness check`` says of a model: the verdict by the policy, its reason, and the output that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.policy.check_rules import check_rules
from tests.cli.checked import locked, one
from tests.cli.project import POLICY, Project, add, load
from tests.test_docs import validate


def test_a_permitted_model_passes_and_nothing_is_asked_of_any_host(repo: Project) -> None:
    locked(repo, load("acme/open"))
    requests = len(repo.server.log)
    done = repo.check()
    validate(done.json, "check.schema.json")
    found = one(done)
    assert (done.code, found["verdict"], found["rule"], found["policy_line"]) == (0, "permitted-with-duties", None, None)
    assert (found["reference"]["file"], found["reference"]["line"]) == ("app.py", 2)
    assert len(repo.server.log) == requests


def test_a_forbidden_use_is_denied_with_its_place_the_policy_line_and_the_chain(repo: Project) -> None:
    locked(repo, load("acme/nc"))
    done = repo.check()
    validate(done.json, "check.schema.json")
    found = one(done)
    assert (done.code, found["verdict"], found["rule"], found["policy_line"]) == (1, "denied", "denied-use", "openness.toml:1")
    assert "acme/nc may not be used for product: cc-by-nc-4.0" in found["message"]
    assert [step["kind"] for step in found["chain"]] == ["card", "license", "clause"]
    assert found["chain"][0]["place"]["line"] == 2
    assert found["chain"][0]["place"]["revision"] == repo.server.world.repositories["models", "acme/nc"].sha
    assert {hit["rule"] for hit in found["hits"] if hit["counts"]} == {"denied-use", "category-not-allowed"}


def test_text_output_points_at_the_name_in_the_line(repo: Project) -> None:
    locked(repo, load("acme/nc"))
    done = repo.run("check")
    lines = done.out.splitlines()
    at = lines.index(" --> app.py:2:32")
    assert lines[at + 2] == '2 | A = AutoModel.from_pretrained("acme/nc")'
    assert lines[at + 3].index("^") == lines[at + 2].index("acme/nc")
    assert "  = policy: openness.toml:1" in lines
    assert any(line.startswith("  = help: ") for line in lines)
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "1 reference in 1 file of 1 read: 1 denied."
    assert "\x1b[" in repo.run("check", "--color", "always").out


@pytest.mark.parametrize(("unverified", "code"), [("", 3), ('unverified = "warn"\n', 3), ('unverified = "deny"\n', 1)])
def test_a_model_that_is_not_locked_is_unknown(repo: Project, unverified: str, code: int) -> None:
    repo.write("openness.toml", unverified + POLICY)
    repo.python(load("acme/open"))
    done = repo.check()
    found = one(done)
    assert (done.code, found["verdict"], found["rule"]) == (code, "unknown", "not-locked")
    assert "lock" in found["message"]
    assert found["policy_line"] == ("openness.toml:1" if code == 1 else None)


def test_many_models_that_are_not_locked_are_one_finding_with_every_place(repo: Project) -> None:
    repo.python(*[load(f"acme/new-{number % 4}") for number in range(6)])
    out = repo.run("check").out
    assert out.count("not-locked") == 1
    assert "6 references to 4 models not in" in out
    assert all(f" --> app.py:{line}:32  acme/new-{(line - 2) % 4}\n" in out for line in range(2, 8))
    assert repo.run("check", "--verbose").out.count("warning[not-locked]") == 6
    assert len(repo.check().json["results"]) == 6


def test_without_a_policy_the_least_use_is_asked(repo: Project) -> None:
    (repo.folder / "openness.toml").unlink()
    repo.python(load("acme/nc"))
    repo.lock()
    done = repo.check()
    assert done.json["policy"] is None
    assert one(done)["message"].endswith("may be used for internal.") == (done.code == 0)


@pytest.mark.parametrize(
    ("policy", "rule", "line"),
    [
        ('[allow]\ncategories = ["fully-open"]\n', "category-not-allowed", 2),
        ('[allow]\nlicenses = [\n  "mit",\n]\n', "license-not-allowed", 2),
        ('[allow]\nsub_labels = ["use-restricted"]\n', "sub-label-not-allowed", 2),
    ],
)
def test_what_is_not_allowed_is_denied_by_that_line(repo: Project, policy: str, rule: str, line: int) -> None:
    locked(repo, load("acme/open"), policy=policy)
    done = repo.check()
    assert (done.code, one(done)["rule"], one(done)["policy_line"]) == (1, rule, f"openness.toml:{line}")


def test_a_license_that_is_listed_by_another_name_is_allowed(repo: Project) -> None:
    locked(repo, load("acme/open"), policy='[allow]\nlicenses = ["Apache 2.0"]\n')
    assert repo.check().code == 0


def test_an_inherited_license_must_be_allowed_too(repo: Project) -> None:
    add(repo.server.world, "acme/child", "license: mit\nbase_model: acme/open")
    locked(repo, load("acme/child"), policy='use = ["internal"]\n[allow]\nlicenses = ["mit"]\n')
    found = one(repo.check())
    assert found["rule"] == "license-not-allowed"
    assert "apache-2.0 by way of acme/open" in found["message"]


@pytest.mark.parametrize(("deny", "code"), [("", 3), ('unverified = "deny"\n', 1)])
def test_a_model_without_a_license_is_unverified(repo: Project, deny: str, code: int) -> None:
    locked(repo, load("acme/none"), policy=deny + 'use = ["internal"]\n')
    done = repo.check()
    assert (done.code, one(done)["verdict"], one(done)["rule"]) == (code, "unknown", "unverified")


def test_a_fact_that_decides_is_asked_for(repo: Project) -> None:
    locked(repo, load("acme/llama"), policy='use = ["product"]\n')
    done = repo.check()
    found = one(done)
    assert (done.code, found["verdict"], found["rule"]) == (3, "needs-answer", "needs-answer")
    assert "mau_at_release" in found["fix"]


@pytest.mark.parametrize(
    ("policy", "code", "verdict", "line"),
    [
        ("", 3, "unknown", None),
        ('api_models = "deny"\n', 1, "denied", "openness.toml:1"),
        ('[allow]\napi_models = "deny"\n', 1, "denied", "openness.toml:2"),
        ('api_models = "allow"\n', 0, "permitted", None),
    ],
)
def test_a_model_behind_an_api_is_as_the_policy_says(
    repo: Project, policy: str, code: int, verdict: str, line: str | None
) -> None:
    repo.write("openness.toml", policy)
    repo.write("a.py", 'client.chat.completions.create(model="gpt-4o", messages=[])\n')
    done = repo.check()
    found = one(done)
    assert (done.code, found["verdict"], found["policy_line"]) == (code, verdict, line)
    assert found["rule"] == (None if code == 0 else "api-model")


def test_data_sets_are_reported_and_judged_only_where_the_policy_lists_licenses(repo: Project) -> None:
    repo.write("d.py", 'from datasets import load_dataset\nd = load_dataset("acme/data")\n')
    repo.lock()
    done = repo.check("d.py")
    assert (done.code, one(done)["reference"]["kind"], one(done)["rule"]) == (0, "dataset", None)
    for license, code in (("cc0-1.0", 1), ("cc-by-4.0", 0)):
        repo.write("openness.toml", f'use = ["product"]\n[datasets]\nlicenses = ["{license}"]\n')
        done = repo.check("d.py")
        assert (done.code, one(done)["rule"]) == (code, "dataset-not-allowed" if code else None)


def test_evidence_below_the_demand_is_weak(repo: Project) -> None:
    locked(repo, load("acme/open"), policy='use = ["product"]\n[evidence]\nproduct = "text"\n')
    done = repo.check()
    assert (done.code, one(done)["rule"]) == (3, "weak-evidence")
    assert "text or better is asked" in one(done)["message"]


def test_a_model_that_could_not_be_looked_up_is_unresolved(repo: Project) -> None:
    repo.write("run.sh", "ollama run llama3.2:1b\n")
    locked(repo, load("acme/absent"), policy='use = ["product"]\n')
    done = repo.check()
    assert done.code == 3
    assert [(row["rule"], row["verdict"]) for row in done.json["results"]] == [("unresolved", "unknown")] * 2


def test_every_rule_is_seen_at_work_here() -> None:
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_check_*.py"))
    assert [rule for rule in check_rules() if f'"{rule}"' not in text] == []


def test_the_worst_of_many_wins(repo: Project) -> None:
    locked(repo, load("acme/nc"), load("acme/open"))
    repo.python(load("acme/nc"), load("acme/open"), load("acme/new"))
    assert repo.check().code == 1
