"""``[[clarify]]`` in openness.toml as a user runs it, with audit and run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.cli.command import Done, openness, tiny_build
from tests.shared import license_text

APACHE = (Path(__file__).parent.parent.parent / "LICENSE").read_text("utf-8")
ADDED = "You may not use this work for commercial purposes."
ALTERED = f"{APACHE}\n{ADDED}\n"
UNKNOWN = "Pond License\n\nAnyone may skip this stone across any pond, provided that each skip is counted aloud by two people.\n"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def policy(folder: Path, license: str, sha: str, extra: str = "", path: str = "LICENSE") -> None:
    table = f'[[clarify]]\nlicense = "{license}"\nfiles = [{{ path = "{path}", sha256 = "{sha}" }}]\nreason = "legal read it"\n'
    (folder / "openness.toml").write_text(table + extra, "utf-8")


def audited(folder: Path, text: str, claim: str, *words: str, name: str = "LICENSE") -> Done:
    (folder / name).write_text(text, "utf-8")
    return openness("audit", tiny_build(folder, {"license": claim}), "--format", "json", *words, home=folder)


@pytest.mark.parametrize(("text", "license"), [(ALTERED, "apache-2.0"), (UNKNOWN, "mit")])
def test_a_confirmed_text_counts_as_the_license_and_the_finding_says_why(tmp_path: Path, text: str, license: str) -> None:
    policy(tmp_path, license, sha256(text))
    done = audited(tmp_path, text, license, "--use", "product")
    (result,) = done.json["results"]
    assert (done.code, result["verdict"], result["strength"]) == (0, "permitted-with-duties", "text")
    assert any("legal read it" in finding["message"] for finding in result["findings"])
    assert {fact["standing"] for fact in result["evidence"] if fact["claim"] == "license-clarified"} == {"user"}
    assert done.json["warnings"] == []


def test_another_hash_does_not_count_and_both_are_named(tmp_path: Path) -> None:
    policy(tmp_path, "apache-2.0", "0" * 64)
    done = audited(tmp_path, ALTERED, "apache-2.0", "--use", "product")
    assert (done.code, done.verdict) == (1, "denied")
    (warning,) = done.json["warnings"]
    assert sha256(ALTERED) in warning
    assert "0" * 64 in warning
    assert "warning" in done.err


def test_an_unused_one_is_a_warning(tmp_path: Path) -> None:
    policy(tmp_path, "mit", "0" * 64, path="TERMS.txt")
    done = audited(tmp_path, APACHE, "apache-2.0")
    assert done.code == 0
    assert "not used" in done.json["warnings"][0]


def test_a_stricter_known_text_in_another_file_is_not_overruled(tmp_path: Path) -> None:
    (tmp_path / "LICENSE-2").write_text(license_text("llama-3.1").read_text("utf-8"), "utf-8")
    policy(tmp_path, "mit", sha256(UNKNOWN))
    done = audited(tmp_path, UNKNOWN, "mit", "--use", "product")
    assert done.verdict == "unknown"
    assert done.json["results"][0]["contradictions"]


def test_a_known_text_cannot_be_made_another_license(tmp_path: Path) -> None:
    text = license_text("llama-3.1").read_text("utf-8")
    policy(tmp_path, "mit", sha256(text))
    done = audited(tmp_path, text, "llama3.1", "--use", "product")
    assert done.json["results"][0]["licenses"] == ["llama-3.1"]
    assert "llama-3.1" in done.json["warnings"][0]


def test_a_file_of_another_name_is_hashed_too(tmp_path: Path) -> None:
    policy(tmp_path, "mit", sha256(UNKNOWN), path="terms/POND.txt")
    (tmp_path / "terms").mkdir()
    done = audited(tmp_path, UNKNOWN, "mit", "--use", "product", name="terms/POND.txt")
    assert (done.code, done.json["results"][0]["strength"]) == (0, "text")


@pytest.mark.parametrize(("model", "code"), [("acme/*", 0), ("other/*", 1)])
def test_it_counts_for_the_named_model_only(tmp_path: Path, model: str, code: int) -> None:
    policy(tmp_path, "apache-2.0", sha256(ALTERED), f'model = "{model}"\n')
    assert audited(tmp_path, ALTERED, "apache-2.0", "--use", "product", "--model", "acme/pond").code == code


def test_an_unknown_key_is_a_usage_error_that_names_the_nearest(tmp_path: Path) -> None:
    policy(tmp_path, "apache-2.0", sha256(ALTERED), 'modle = "x"\n')
    done = audited(tmp_path, ALTERED, "apache-2.0")
    assert done.code == 2
    assert "did you mean model?" in done.err


def test_run_honors_it(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    (tmp_path / "LICENSE").write_text(ALTERED, "utf-8")
    words = ("run", build, "-p", "hello", "--use", "product", "--runner", "/bin/false")
    refused = openness(*words, home=tmp_path)
    assert (refused.code, "not started" in refused.err) == (1, True)
    policy(tmp_path, "apache-2.0", sha256(ALTERED))
    assert "the verdict does not allow it" not in openness(*words, home=tmp_path).err


def test_the_printed_question_shows_lines_that_settle_it_when_copied(tmp_path: Path) -> None:
    text = APACHE.replace("royalty-free", "royalty-based", 1)
    (tmp_path / "LICENSE").write_text(text, "utf-8")
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    shown = openness("audit", build, "--use", "product", home=tmp_path)
    assert shown.code == 3
    lines = [line.strip() for line in shown.out.splitlines()]
    start = lines.index("[[clarify]]")
    copied = "\n".join(lines[start : start + 4]).replace("…", "we asked the author")
    (tmp_path / "openness.toml").write_text(copied, "utf-8")
    assert openness("audit", build, "--use", "product", home=tmp_path).code == 0
