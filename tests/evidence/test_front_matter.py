"""Front matter in the shapes that cards really have, and in those that an attacker would give it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.evidence import card, front_matter
from openness.printable import printable
from openness.sources.snapshot import document
from tests.evidence.cards import front

PLAIN = "license: apache-2.0\nbase_model: somelab/Falcor-7B"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"---\n{PLAIN}\n---\n# Title\n", None),
        (f"\ufeff---\r\n{PLAIN}\r\n---\r\n".replace("\n", "\r\n").replace("\r\r", "\r"), None),
        (f"---   \n{PLAIN}\n---\t\n", None),
        (f"----\n{PLAIN}\n...\n", None),
        (f"\n\n---\n{PLAIN}\n---\n", "blank lines stand before it"),
        (f"<!-- ---\n{PLAIN}\n--- -->\n", "it stands in an HTML comment"),
        (f"metadata\n{PLAIN}\n\n# Title\n", "its first line is the word metadata in place of three hyphens"),
        (f"---\n{PLAIN}\n\n# Title\nText: with a colon\n", "its closing line of three hyphens is missing"),
        (f"```yaml\n---\n{PLAIN}\n---\n```\n", "it stands in a block of code"),
        (f"{PLAIN}\n---\n# Title\n", "its first line of three hyphens is missing"),
    ],
)
def test_front_matter_is_read_in_every_shape_and_a_finding_says_what_is_wrong(text: str, problem: str | None) -> None:
    found, findings = front(text)
    assert found == {"license": ["apache-2.0"], "base-model": ["somelab/Falcor-7B"]}
    assert len(findings) == (problem is not None)
    assert all((problem or "") in finding.message for finding in findings)


@pytest.mark.parametrize(
    "broken",
    [
        "widget :\n- text: 'one\n",
        "tags:\n\t- tab\n",
        "title: a: b: c\n",
        "language: [en\n",
        "  indented: wrongly\n",
        "text: &anchor value\nother: *anchor\n",
        "evil: !!python/object/apply:os.system ['true']\n",
    ],
)
def test_keys_are_read_one_by_one_where_the_whole_is_no_yaml(broken: str) -> None:
    found, findings = front(f"---\nlicense: mit\n{broken}datasets:\n- somelab/corpus\nlicense_name: the-name\n---\n")
    assert found == {"license": ["mit"], "license-name": ["the-name"], "dataset": [["somelab/corpus"]]}
    assert "key by key" in findings[0].message


def test_a_key_that_stands_twice_makes_two_claims() -> None:
    found, findings = front("---\nlicense: mit\ntags: [a]\nlicense: cc-by-nc-4.0\n---\n")
    assert found == {"license": ["mit", "cc-by-nc-4.0"]}
    assert "the key license stands there more than once" in findings[0].message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Apache-2.0", {"license": ["Apache-2.0"]}),
        ("'mit'", {"license": ["mit"]}),
        ("[mit, cc-by-4.0]", {"license": [["mit", "cc-by-4.0"]]}),
        ("2", {"license": ["2"]}),
        ("{name: mit, url: 'https://example.org/l'}", {"license": ["mit"], "license-link": ["https://example.org/l"]}),
        ("\n- name: mit\n- name: cc0-1.0", {"license": [["mit", "cc0-1.0"]]}),
        ("null", {}),
        ("{}", {}),
        ("true", {}),
        ('"mit\\u202e"', {"license": ["mit\\u202e"]}),
    ],
)
def test_a_license_may_be_a_word_a_number_a_list_or_nested(value: str, expected: dict[str, list[object]]) -> None:
    assert front(f"---\nlicense: {value}\n---\n")[0] == expected


def test_an_alias_is_never_the_value_of_a_key() -> None:
    found, _ = front("---\nx: &l mit\nlicense: *l\nbase_model: [*l]\nlicense_name: !!str name\n---\n")
    assert found == {}


def test_the_territory_sign_is_read() -> None:
    assert front("---\nextra_gated_eu_disallowed: true\n---\n")[0] == {"eu-disallowed": [True]}


def test_a_thematic_break_or_plain_text_is_no_front_matter() -> None:
    assert front("# Title\n\nlicense: mit\n\n---\n") == ({}, [])
    assert front("Some text: with a colon\n\nmore\n") == ({}, [])


def test_the_line_of_a_fact_is_that_of_its_key() -> None:
    facts, _ = card.facts_of(document("README.md", "card", b"\n---\ntags:\n- a\nlicense: mit\n---\n"))
    assert [(fact.place.line, fact.quote) for fact in facts] == [(5, "license: mit")]


def test_what_the_hub_reads_otherwise_is_a_finding() -> None:
    file = document("README.md", "card", b"---\nlicense: mit\nbase_model: a/b\n---\n")
    facts, _ = card.facts_of(file)
    assert [f.rule for f in card.differences(file, facts, {"license": "apache-2.0", "base_model": "A/B"})] == ["card-as-on-hub"]
    assert list(card.differences(file, facts, None)) == []


SIZE = 5 << 20
SHAPES = {
    "bomb": "---\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 60)) + "license: mit\n---\n",
    "brackets": "---\nlicense: " + "[" * (SIZE - 20) + "\n---\n",
    "dashes": "---\nlicense:\n" + "- " * (SIZE // 2) + "\n---\n",
    "depth": "---\n" + "".join(" " * n + "a:\n" for n in range(3000)) + "license: mit\n---\n",
    "keys": "---\n" + "license: mit\n" * (SIZE // 13) + "---\n",
    "different keys": "---\n" + "".join(f"k{n}: v\n" for n in range(SIZE // 12)) + "---\n",
    "no end": "---\n" + "license: mit\n" * (SIZE // 13),
    "blanks": " " * SIZE,
    "line feeds": "\n" * SIZE,
    "fences": "---\n" * (SIZE // 4),
    "one line": "---\nlicense: " + "a" * SIZE + "\n---\n",
    "quotes": "---\nlicense: '" + "''" * (SIZE // 2) + "\n---\n",
    "comment": "<!-- " * (SIZE // 5),
    "control": "---\nlicense: \x00\x1b\u202e\n" + "\x00" * SIZE,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_card_of_any_shape_is_read_in_time_and_never_expanded(shape: str) -> None:
    began = time.process_time()
    found, _ = front(SHAPES[shape])
    assert time.process_time() - began < 4
    assert all(len(str(value)) < 50_000 for values in found.values() for value in values)


KEYS = st.sampled_from(["license", "license_name", "base_model", "datasets", "tags", "License ", "'license'"])
LINES = st.one_of(
    st.builds("{}: {}".format, KEYS, st.text(max_size=20)),
    st.builds("- {}".format, st.text(max_size=20)),
    st.sampled_from(["---", "...", "<!-- ---", "--- -->", "metadata", "", "# Title", "\t", "  - x", "```yaml"]),
    st.text(max_size=30),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14))
def test_no_lines_crash_and_every_quote_stands_on_its_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    data = text.encode("utf-8", "replace")
    facts, findings = card.facts_of(document("README.md", "card", data), further=True)
    whole = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    for fact in facts:
        assert printable(fact.quote, None) == fact.quote
        assert fact.place.line is not None
        stands = whole[fact.place.line - 1].strip()
        assert fact.quote.rstrip("…")[:5] in stands or not fact.quote.isascii() or "\\" in fact.quote
    assert all(printable(finding.message, None) == finding.message for finding in findings)


def test_a_known_key_is_found_beside_results_of_many_benchmarks() -> None:
    results = "model-index:\n" + "".join(f"- name: m{n}\n  results: [{{value: {n}}}]\n" for n in range(5000))
    found, findings = front(f"---\n{results}license: mit\n---\n")
    assert (found, findings) == ({"license": ["mit"]}, [])


def test_load_mapping_refuses_what_is_no_plain_mapping() -> None:
    assert front_matter.load_mapping("a: 1\nb: [x]") == {"a": 1, "b": ["x"]}
    for text in ("- a", "a: &x 1", "a: !!set {}", "a: " + "[" * 50 + "]" * 50, "a: [", ""):
        assert front_matter.load_mapping(text) is None
