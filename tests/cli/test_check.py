"""``openness check`` as a user runs it: offline, against a policy and a lock that the real ``openness lock`` wrote."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openness.policy.check_rules import check_rules
from tests.cli.command import Done, tiny_build
from tests.cli.project import POLICY, Project, add, load, project
from tests.shared import license_text
from tests.test_docs import validate


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Project]:
    with project(tmp_path) as made:
        yield made


def one(done: Done) -> Any:
    (result,) = done.json["results"]
    return result


def rules(done: Done) -> list[str]:
    return [notice["rule"] for notice in done.json["notices"]]


def locked(repo: Project, *lines: str, policy: str = POLICY) -> None:
    """A repository with these lines, locked."""
    repo.write("openness.toml", policy)
    repo.python(*lines)
    repo.lock()


def dated(repo: Project, day: str) -> None:
    """The lock with the evidence of another day, and a digest that fits."""
    import msgspec

    from openness.policy import lock

    path = repo.folder / "openness.lock"
    found = lock.read(path)
    assert found is not None
    lock.write(path, msgspec.structs.replace(found, models=tuple(msgspec.structs.replace(m, date=day) for m in found.models)))


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


def test_data_sets_are_reported_and_judged_only_where_the_policy_lists_licenses(repo: Project) -> None:
    repo.write("d.py", 'from datasets import load_dataset\nd = load_dataset("acme/data")\n')
    repo.lock()
    done = repo.check("d.py")
    assert (done.code, one(done)["reference"]["kind"], one(done)["rule"]) == (0, "dataset", None)
    for license, code in (("cc0-1.0", 1), ("cc-by-4.0", 0)):
        repo.write("openness.toml", f'use = ["product"]\n[datasets]\nlicenses = ["{license}"]\n')
        done = repo.check("d.py")
        assert (done.code, one(done)["rule"]) == (code, "dataset-not-allowed" if code else None)


def test_a_missing_path_is_named_and_the_rest_is_checked(repo: Project) -> None:
    locked(repo, load("acme/nc"))
    alone = repo.run("check", "absent.py")
    assert (alone.code, alone.out) == (4, "")
    assert "There is no file or folder absent.py" in alone.err
    both = repo.check("absent.py", "app.py")
    assert both.code == 1
    assert both.json["errors"][0]["input"] == "absent.py"
    repo.python(load("acme/open"))
    assert repo.check("absent.py", "app.py").code == 3


def test_a_file_that_is_not_read_is_nothing_to_check(repo: Project) -> None:
    (repo.folder / "a.bin").write_bytes(bytes(range(256)))
    (repo.folder / "b.py").write_bytes(b"\x00\x01 from_pretrained('acme/nc')")
    assert repo.check("a.bin").code == 4
    done = repo.check("b.py")
    assert (done.code, rules(done)) == (4, ["not-read"])
    assert repo.run("check", "a.bin", "--nothing-ok").code == 0
    assert repo.run("check", "absent", "--nothing-ok").code == 4


def test_a_file_without_models_passes(repo: Project) -> None:
    repo.write("plain.py", "print(1)\n")
    done = repo.run("check", "plain.py")
    assert (done.code, done.out) == (0, "No model is named in 1 file read.\n")


def test_a_check_from_a_subfolder_uses_the_policy_above(repo: Project) -> None:
    repo.python(load("acme/nc"), name="sub/a.py")
    repo.write("openness.toml", POLICY + '[check]\nexclude = ["sub/skip/*"]\n')
    repo.python(load("acme/nc"), name="sub/skip/b.py")
    repo.lock()
    done = repo.check(cwd=repo.folder / "sub")
    assert (done.code, one(done)["reference"]["file"]) == (1, "a.py")
    assert repo.run("check", "--write-baseline", cwd=repo.folder / "sub").code == 0
    assert 'file = "sub/a.py"' in (repo.folder / "openness.toml").read_text("utf-8")
    assert repo.check().code == 0


def test_references_of_less_confidence_can_be_left_out(repo: Project) -> None:
    locked(repo, policy='[check]\nconfidence = "high"\n')
    repo.write("notes.md", "---\nbase_model: acme/nc\n---\n")
    repo.write("a.yaml", "model: acme/nc\n")
    with_all = repo.run("check", "--policy", "other.toml") if (repo.folder / "other.toml").exists() else None
    assert with_all is None
    assert {row["reference"]["confidence"] for row in repo.check().json["results"]} <= {"high"}


def test_a_weight_file_is_checked_by_its_digest(repo: Project) -> None:
    build = tiny_build(repo.folder, {"license": "apache-2.0"})
    (repo.folder / "LICENSE").write_bytes((Path(__file__).parents[2] / "LICENSE").read_bytes())
    repo.lock()
    done = repo.check()
    assert (done.code, one(done)["verdict"]) == (0, "permitted-with-duties")
    (repo.folder / "LICENSE").write_text("Other terms.\n")
    assert (repo.check().code, one(repo.check())["rule"]) == (1, "license-changed")
    build.write_bytes(build.read_bytes() + b"\x00")
    done = repo.check()
    assert (done.code, one(done)["rule"]) == (3, "unknown-build")


def test_a_weight_file_that_is_not_here_is_said(repo: Project) -> None:
    repo.write("run.sh", "llama-cli -m models/a.gguf -p hi\n")
    repo.lock()
    done = repo.check()
    assert (done.code, one(done)["verdict"], one(done)["hits"][0]["rule"]) == (0, "unknown", "unknown-build")
    repo.write("openness.toml", 'unverified = "deny"\n')
    repo.lock()
    assert repo.check().code == 1


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


def test_a_clarification_that_no_model_needs_is_a_warning(repo: Project) -> None:
    pin = f'files = [{{ path = "LICENSE", sha256 = "{"0" * 64}" }}]'
    locked(repo, load("acme/open"), policy=f'use = ["product"]\n[[clarify]]\nlicense = "mit"\n{pin}\nreason = "read"\n')
    done = repo.check()
    assert (done.code, rules(done)) == (0, ["unused-clarification"])


def test_every_rule_is_seen_at_work_here() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [rule for rule in check_rules() if f'"{rule}"' not in text] == []


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


def test_many_files_are_read_by_several_processes_in_order(repo: Project) -> None:
    for number in range(620):
        repo.python(load("acme/open"), name=f"m{number:03}.py") if number % 100 == 0 else repo.write(
            f"m{number:03}.py", "x = 1\n"
        )
    repo.lock()
    done = repo.check()
    assert done.code == 0
    assert [row["reference"]["file"] for row in done.json["results"]] == [f"m{n:03}.py" for n in range(0, 620, 100)]
    assert done.json["files"] == 620


def test_the_worst_of_many_wins(repo: Project) -> None:
    locked(repo, load("acme/nc"), load("acme/open"))
    repo.python(load("acme/nc"), load("acme/open"), load("acme/new"))
    assert repo.check().code == 1


def test_a_name_full_of_control_characters_cannot_reach_the_terminal(repo: Project) -> None:
    repo.write("\x1b[31mevil.py", 'AutoModel.from_pretrained("acme/nc")  # \x1b]0;title\x07\n')
    done = repo.run("check")
    assert "\x1b" not in done.out + done.err


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


def test_audit_honors_an_exception_for_a_model_that_the_user_names(repo: Project) -> None:
    build = tiny_build(repo.folder, {"license": "cc-by-nc-4.0"})
    assert repo.run("audit", build, "--model", "acme/nc").code == 1
    repo.write("openness.toml", POLICY + EXCEPTION.format(allow='["product"]', more=""))
    done = repo.run("audit", build, "--model", "acme/nc", "--format", "json")
    assert (done.code, json.loads(done.out)["results"][0]["uses"][0]["verdict"]) == (0, "permitted-with-duties")
    assert any(finding["rule"] == "exception" for finding in one(done)["findings"])
    assert repo.run("audit", build).code == 1  # a name of a file is none
    assert repo.run("audit", build, "--model", "acme/other").code == 1
