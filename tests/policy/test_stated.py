"""What openness.toml may say: where it is found, its keys and types, and errors that name file, line and nearest key."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.errors import UsageError
from openness.policy import document, stated, template
from openness.policy.check_rules import check_rules
from openness.policy.file import of
from openness.policy.names import check_names
from openness.policy.stated import Stated, Word
from openness.rules import loader

ROOT = Path(__file__).parents[2]
SCHEMA: Any = json.loads((ROOT / "docs" / "schemas" / "openness-toml.schema.json").read_text("utf-8"))
WHOLE = """\
use = ["product", "internal"]
unverified = "deny"
api_models = "allow"

[declare]
mau = 20000
region = ["US", "CA"]
registered = true

[evidence]
product = "text"

[allow]
categories = ["fully-open", "source-available"]
licenses = ["Apache-2.0", "mit"]
sub_labels = ["open-weights"]

[datasets]
licenses = ["cc-by-4.0"]

[check]
exclude = ["tests/*"]
confidence = "medium"
pinned = "require"

[lock]
max_age_days = 90

[[exceptions]]
model = "pkg:huggingface/acme/x"
allow = ["research-only", "product", "CC-BY-NC-4.0", "denied-use", "LicenseRef-acme-rl"]
reason = "signed agreement"
until = 2027-03-01

[[clarify]]
license = "apache-2.0"
files = [{ path = "LICENSE", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }]
reason = "read"

[[baseline]]
file = "a.py"
model = "acme/y"
rule = "license-not-allowed"
"""


def loaded(folder: Path, text: str, name: str = "openness.toml") -> Stated:
    (folder / name).write_text(text, "utf-8")
    return stated.load(folder / name)


def checked(folder: Path, text: str) -> Stated:
    found = loaded(folder, text)
    of(found, loader.load())
    return found


def said(word: Word | None) -> tuple[str, str] | None:
    """The text and the place of a word."""
    return None if word is None else (word.text, word.where)


def plain(value: Any) -> Any:
    """TOML data as JSON has them."""
    return json.loads(json.dumps(value, default=str))


def test_every_key_is_read_with_its_line(tmp_path: Path) -> None:
    found = checked(tmp_path, WHOLE)
    path = found.path
    assert [said(word) for word in found.uses] == [("product", f"{path}:1"), ("internal", f"{path}:1")]
    assert [word.text for word in found.declare] == ["mau=20000", "region=US,CA", "registered=yes"]
    assert found.declare[1].where == f"{path}:7"
    assert said(found.evidence["product"]) == ("text", f"{path}:11")
    assert said(found.unverified) == ("deny", f"{path}:2")
    assert said(found.api_models) == ("allow", f"{path}:3")
    assert (found.exclude[0].text, found.confidence, said(found.pinned), found.max_age_days) == (
        "tests/*",
        "medium",
        ("require", f"{path}:24"),
        90,
    )
    (excepted,) = found.exceptions
    assert (excepted.model, excepted.reason, str(excepted.until), excepted.where) == (
        "acme/x",
        "signed agreement",
        "2027-03-01",
        f"{path}:29",
    )
    assert found.baseline[0].rule == "license-not-allowed"


def test_the_whole_policy_fits_the_published_schema() -> None:
    jsonschema.validate(plain(tomllib.loads(WHOLE)), SCHEMA)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ((), stated.KEYS),
        (("allow",), stated.ALLOW_KEYS),
        (("exceptions",), stated.EXCEPTION_KEYS),
        (("baseline",), stated.BASELINE_KEYS),
        (("check",), stated.CHECK_KEYS),
        (("lock",), stated.LOCK_KEYS),
        (("datasets",), stated.DATASET_KEYS),
        (("clarify",), ("model", "license", "files", "reason")),
    ],
)
def test_the_schema_has_the_keys_that_the_program_reads(path: tuple[str, ...], keys: tuple[str, ...]) -> None:
    place = SCHEMA
    for key in path:
        place = place["properties"][key]
    place = place.get("items", place)
    assert set(place["properties"]) == set(keys)
    assert place["additionalProperties"] is False


def test_the_schema_has_the_words_that_the_program_reads() -> None:
    rules = loader.load()
    assert SCHEMA["$defs"]["use"]["enum"] == list(rules.vocabulary.uses)
    assert SCHEMA["$defs"]["unverified"]["enum"] == list(stated.UNVERIFIED)
    assert SCHEMA["$defs"]["api_models"]["enum"] == list(stated.API_MODELS)
    assert SCHEMA["properties"]["evidence"]["additionalProperties"]["enum"] == list(stated.STRENGTHS)
    assert SCHEMA["properties"]["check"]["properties"]["confidence"]["enum"] == list(stated.CONFIDENCES)
    assert SCHEMA["properties"]["check"]["properties"]["pinned"]["enum"] == list(stated.PINNED)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("usse = []", 1, ["unknown key usse", "did you mean use?"]),
        ("[allow]\ncategoriez = []", 2, ["allow", "categoriez", "did you mean categories?"]),
        ('use = [\n "internal",\n "prodct",\n]', 3, ["prodct", "did you mean product?"]),
        ("use = 3", 1, ["use is a list of texts, not a number"]),
        ("use = [3]", 1, ["use[1] is a text", "not a number"]),
        ("[declare]\nmau = 3\nmauu = 3", 3, ["declare.mauu", "did you mean mau?"]),
        ('[declare]\nregion = ["US", "XX"]', 2, ["region", "XX"]),
        ("declare = 3", 1, ["declare is a table, not a number"]),
        ('unverified = "denny"', 1, ['"denny" is not known', "did you mean deny?"]),
        ("unverified = true", 1, ["unverified is a text", "not true or false"]),
        ('unverified = "deny"\n[allow]\nunverified = "warn"', 3, ["allow.unverified says otherwise", "openness.toml:1"]),
        ('[allow]\ncategories = ["fully-opn"]', 2, ["fully-opn", "did you mean fully-open?"]),
        ('[allow]\ncategories = ["unverified"]', 2, ["unverified cannot be allowed as such"]),
        ('[allow]\nsub_labels = ["open-weight"]', 2, ["did you mean open-weights?"]),
        ('[allow]\nlicenses = [\n"mit",\n"Apache-2.o"]', 4, ["no license is known as Apache-2.o", "apache-2.0"]),
        ('[evidence]\nproduct = "txt"', 2, ['"txt" is not known', "did you mean text?"]),
        ('[evidence]\nproducts = "text"', 2, ["products", "did you mean product?"]),
        ("[lock]\nmax_age_days = 0", 2, ["lock.max_age_days is a whole number of at least 1"]),
        ("[lock]\nmax_age_days = true", 2, ["whole number"]),
        ('[check]\nconfidence = "hihg"', 2, ["did you mean high?"]),
        ("exceptions = 3", 1, ["list of tables", "[[exceptions]]"]),
        ('[[exceptions]]\nmodel = "a"\nallow = ["product"]', 1, ["[[exceptions]] 1: reason is missing"]),
        ('[[exceptions]]\nallow = ["product"]\nreason = "r"', 1, ["model is missing"]),
        ('[[exceptions]]\nmodel = "a"\nreason = "r"', 1, ["has no allow"]),
        ('[[exceptions]]\nmodel = "a"\nallow = ["prodct"]\nreason = "r"', 3, ["prodct", "did you mean"]),
        ('[[exceptions]]\nmodel = "a"\nallow = ["product"]\nreason = "r"\nuntil = "soon"', 5, ["until is a day such as"]),
        ('[[exceptions]]\nmodel = "a"\nallow = ["product"]\nreason = "r"\nuntl = 2027-01-01', 5, ["did you mean until?"]),
        ('[[baseline]]\nfile = "a"\nmodel = "b"\nrule = "denied-uze"', 1, ["denied-uze", "did you mean denied-use?"]),
        ('[[baseline]]\nfile = "a"\nmodel = "b"', 1, ["rule is missing", "--write-baseline"]),
    ],
)
def test_what_is_wrong_is_a_usage_error_with_file_line_and_the_nearest(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    with pytest.raises(UsageError) as raised:
        checked(tmp_path, text)
    assert f"openness.toml:{line}: " in raised.value.message
    assert all(word in raised.value.message for word in words), raised.value.message


@pytest.mark.parametrize("text", ["use = [", 'use = "\xff"', "a = " + "[" * 3000 + "]" * 3000, "x = 1\nx = 2"])
def test_what_is_no_toml_is_a_usage_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "openness.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match="not valid TOML"):
        stated.load(tmp_path / "openness.toml")


def test_a_policy_that_is_named_and_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        stated.load(tmp_path / "absent.toml")


def test_the_nearest_policy_upward_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "openness.toml").write_text('use = ["product"]')
    (tmp_path / "a" / "pyproject.toml").write_text('[project]\nname = "openness-user"\n')
    monkeypatch.chdir(inner)
    assert [word.text for word in stated.load(None).uses] == ["product"]
    (tmp_path / "a" / "openness.toml").write_text('use = ["research"]')
    assert [word.text for word in stated.load(None).uses] == ["research"]


def test_a_table_of_pyproject_counts_and_its_lines_are_those_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.openness]\nuse = ["product"]\n\n[tool.openness.allow]\nlicenses = ["mit"]\n'
    )
    monkeypatch.chdir(tmp_path)
    found = stated.load(None)
    assert [said(word) for word in found.uses] == [("product", "pyproject.toml:5")]
    assert [said(word) for word in found.licenses or ()] == [("mit", "pyproject.toml:8")]


def test_a_pyproject_without_the_table_is_no_policy(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'openness'\n")
    assert document.find(tmp_path) != tmp_path / "pyproject.toml"
    with pytest.raises(UsageError, match=re.escape("no table [tool.openness]")):
        stated.load(tmp_path / "pyproject.toml")


def test_the_digest_follows_the_names_and_not_how_they_are_laid_out(tmp_path: Path) -> None:
    one = loaded(tmp_path, 'use = ["product"]\n[allow]\nlicenses = ["mit", "x11"]\n').names_digest
    assert loaded(tmp_path, '# a comment\n\nuse = [\n  "product",\n]\nallow.licenses = ["x11", "mit"]\n').names_digest == one
    more = 'unverified = "deny"\n[[baseline]]\nfile = "a"\nmodel = "b"\nrule = "denied-use"\n'
    assert loaded(tmp_path, 'use = ["product"]\nallow.licenses = ["mit", "x11"]\n' + more).names_digest == one
    assert loaded(tmp_path, 'use = ["product"]\n[allow]\nlicenses = ["mit"]\n').names_digest != one
    assert loaded(tmp_path, 'use = ["product", "internal"]\n[allow]\nlicenses = ["mit", "x11"]\n').names_digest != one


def test_a_license_name_of_an_exception_stands_for_its_id(tmp_path: Path) -> None:
    found = loaded(tmp_path, WHOLE)
    names = check_names(found, loader.load())
    assert names.allowed(found.exceptions)[1] >= {"cc-by-nc-4.0", "research-only", "product", "LicenseRef-acme-rl"}
    assert names.ids(found.licenses or ()) == {"apache-2.0", "mit"}


@pytest.mark.parametrize(
    ("model", "name", "revision", "fits"),
    [
        ("acme/x", "acme/x", None, True),
        ("acme/x", "Acme/X", "main", True),
        ("acme/*", "acme/y", None, True),
        ("acme/x", "acme/xy", None, False),
        ("acme/x@v1", "acme/x", "v1", True),
        ("acme/x@v1", "acme/x", None, False),
        ("llama3.2:*", "llama3.2:1b", None, True),
    ],
)
def test_which_model_an_exception_is_for(tmp_path: Path, model: str, name: str, revision: str | None, fits: bool) -> None:
    text = f'[[exceptions]]\nmodel = "{model}"\nallow = ["product"]\nreason = "r"\n'
    assert loaded(tmp_path, text).exceptions[0].fits(name, revision) is fits


def test_the_template_is_a_valid_policy_with_and_without_its_examples(tmp_path: Path) -> None:
    rules = loader.load()
    means = {id: use.means for id, use in rules.vocabulary.uses.items()}
    text = template.render(template.Answers(["product"], means, ["fully-open"], declare={"mau": "5"}))
    assert [word.text for word in checked(tmp_path, text).uses] == ["product"]
    without_signs = re.sub(r"^#(?=[a-z\[])", "", text, flags=re.MULTILINE)
    found = checked(tmp_path, without_signs)
    jsonschema.validate(plain(found.data), SCHEMA)
    assert set(found.data) == set(stated.KEYS) - {"baseline"}


def test_the_rules_of_check_fit_their_schema() -> None:
    from openness.packaged import read_quick

    jsonschema.validate(
        read_quick(ROOT / "rules" / "check.yaml"), json.loads((ROOT / "rules" / "check.schema.json").read_text("utf-8"))
    )
    assert len(check_rules()) == len(read_quick(ROOT / "rules" / "check.yaml")["rules"])


SCALARS = (
    st.none().map(lambda _: True)
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=4)
    | st.dates()
    | st.sampled_from(["deny", "mit", "product", "2027-01-01"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["model", "allow", "reason", "until", "files", "licenses", "exclude", "path", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*stated.KEYS, "x"]), VALUES, max_size=4))
def test_any_values_are_read_or_refused_with_a_place(data: dict[str, Any]) -> None:
    text = "".join(f"{key} = {toml(value)}\n" for key, value in data.items())
    read = document.PolicyDocument(Path("openness.toml"), "openness.toml", text, tomllib.loads(text))
    assert re.match(r"openness\.toml:\d+: ", refusal(read) or "openness.toml:1: ")


def refusal(read: document.PolicyDocument) -> str | None:
    """What is said against a policy."""
    try:
        of(stated.stated(read), loader.load())
    except UsageError as error:
        return error.message
    return None


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
