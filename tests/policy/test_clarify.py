"""``[[clarify]]``: reading it from openness.toml, and what it does to the facts of a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from openness.errors import UsageError
from openness.policy import clarify, file
from openness.records import Fact, Place, Standing
from openness.rules import loader

RULES = loader.load()
A, B = "a" * 64, "b" * 64
WHOLE = f'[[clarify]]\nlicense = "mit"\nfiles = [{{ path = "LICENSE", sha256 = "{A}" }}]\nreason = "read"\n'


def parsed(tmp_path: Path, text: str) -> tuple[clarify.Clarification, ...]:
    path = tmp_path / "openness.toml"
    path.write_text(text, "utf-8")
    return file.load(path, RULES).clarifications


def test_a_whole_table_is_read(tmp_path: Path) -> None:
    (one,) = parsed(tmp_path, WHOLE + 'model = "foo/*"\n')
    assert (one.number, one.license, one.reason, one.model) == (1, "mit", "read", "foo/*")
    assert one.files == (clarify.PinnedFile("LICENSE", A),)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("reason =", "resaon =", ["unknown key resaon", "reason"]),
        ("license =", "licence =", ["unknown key licence", "license"]),
        ("sha256 =", "sha265 =", ["unknown key sha265", "sha256"]),
        ("[[clarify]]", "[[clarfy]]", ["unknown key clarfy", "clarify"]),
        ('"mit"', '"apache-2.O"', ["apache-2.O", "apache-2.0"]),
        ('"mit"', '"gemma"', ["gemma", "several texts"]),
        ('"mit"', '""', ["license is missing"]),
        ('reason = "read"', "", ["reason is missing"]),
        (A, "abc", ["64 hexadecimal digits"]),
        ('path = "LICENSE"', 'path = "../LICENSE"', ["below its folder"]),
        ('path = "LICENSE"', 'path = "/etc/passwd"', ["below its folder"]),
        (f'[{{ path = "LICENSE", sha256 = "{A}" }}]', "[]", ["files is a list"]),
        (f'[{{ path = "LICENSE", sha256 = "{A}" }}]', '"LICENSE"', ["files is a list"]),
        ("[[clarify]]", "[clarify]", ["list of tables"]),
    ],
)
def test_what_is_wrong_is_a_usage_error_that_says_where(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        parsed(tmp_path, WHOLE.replace(old, new))
    assert all(word in raised.value.message for word in words), raised.value.message


# --- applied to facts ----------------------------------------------------------------------------------------------------


def one(license: str = "mit", sha256: str = A, model: str | None = None, *paths: str) -> clarify.Clarification:
    files = tuple(clarify.PinnedFile(path, sha256) for path in paths or ("LICENSE",))
    return clarify.Clarification(1, license, files, "read by a person", model)


def text_fact(value: object, claim: str = "license-text", name: str = "LICENSE", sha256: str = A) -> Fact:
    suffix = "" if claim == "license-text" else ":change"
    return Fact(f"text:{name}{suffix}", claim, value, "", Standing.TEXT, Place(f"/m/{name}", sha256=sha256))


CHANGE = {"verdict": "altered", "licenses": ("mit",), "added": [], "missing": 0, "clauses": []}
ALTERED = [text_fact(("mit",)), text_fact(CHANGE, "license-text-change")]
DIGESTS = {"LICENSE": ("/m/LICENSE", A)}


def test_an_altered_text_counts_as_the_named_license_with_the_standing_of_the_user() -> None:
    found = clarify.apply([one()], ALTERED, DIGESTS, ["m.gguf"])
    (fact,) = found.facts
    assert (fact.claim, fact.value, fact.standing) == ("license-clarified", "mit", Standing.USER)
    assert "read by a person" in found.findings[0].message
    assert (found.warnings, found.used) == ((), frozenset([1]))


def test_an_unknown_text_is_settled() -> None:
    found = clarify.apply([one()], [text_fact(None)], DIGESTS, ["m.gguf"])
    assert [fact.claim for fact in found.facts] == ["license-clarified"]


def test_another_hash_is_a_warning_with_both_and_leaves_the_facts() -> None:
    found = clarify.apply([one(sha256=B)], ALTERED, DIGESTS, ["m.gguf"])
    assert list(found.facts) == ALTERED
    (warning,) = found.warnings
    assert A in warning
    assert B in warning


def test_every_named_file_must_be_there_with_its_hash() -> None:
    both = one("mit", A, None, "LICENSE", "TERMS.txt")
    assert list(clarify.apply([both], ALTERED, DIGESTS, ["m.gguf"]).facts) == ALTERED
    digests = {**DIGESTS, "TERMS.txt": ("/m/TERMS.txt", B)}
    found = clarify.apply([both], ALTERED, digests, ["m.gguf"])
    assert list(found.facts) == ALTERED
    assert len(found.warnings) == 1


def test_a_known_text_stays_what_it_is() -> None:
    known = [text_fact(("llama-3.1",))]
    found = clarify.apply([one()], known, DIGESTS, ["m.gguf"])
    assert list(found.facts) == known
    assert "llama-3.1" in found.warnings[0]


def test_other_files_keep_their_say() -> None:
    other = text_fact(("llama-3.1",), name="LICENSE.llama", sha256=B)
    found = clarify.apply([one()], [*ALTERED, other], DIGESTS, ["m.gguf"])
    assert other in found.facts


@pytest.mark.parametrize(("model", "counts"), [("foo/*", True), ("M.GGUF", True), ("*.gguf", True), ("bar/*", False)])
def test_a_model_glob_is_held_against_hub_id_and_file_name(model: str, counts: bool) -> None:
    found = clarify.apply([one(model=model)], ALTERED, DIGESTS, ["m.gguf", "foo/m"])
    assert (found.used == frozenset([1])) is counts


def test_what_no_build_used_is_a_warning() -> None:
    (warning,) = clarify.unused([one()], frozenset())
    assert "not used" in warning
    assert list(clarify.unused([one()], frozenset([1]))) == []
