"""What people write where a base model belongs, and which words say that a model was leaked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.evidence import base_names, lineage, merge_config, release_statements
from openness.evidence.base_names import BaseName
from openness.knowledge import lineage_words
from openness.sources.snapshot import document

WORDS = lineage_words()


def named(text: str) -> list[str]:
    return [base.id or base.text for base in base_names.stated(text, WORDS)]


@pytest.mark.parametrize(
    "text",
    ["", "n/a", "N/A", "Unknown", "unclear", "None.", "-", "?", "TBD", "[More Information Needed]", "trained from scratch"],
)
def test_words_for_nothing_name_no_base(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("open-field/grain", ["open-field/grain"]),
        ("[Grain](https://huggingface.co/open-field/grain)", ["open-field/grain"]),
        ("[open-field/grain](https://example.org/x)", ["open-field/grain"]),
        ("https://huggingface.co/open-field/grain/tree/main", ["open-field/grain"]),
        ("Grain 7B and Reed 2", ["Grain 7B", "Reed 2"]),
        ("Grain (7B), Reed", ["Grain", "Reed"]),
        ("`Grain-7B`", ["Grain-7B"]),
        ("Grain A?", ["Grain A"]),
    ],
)
def test_the_bases_of_a_line_of_prose(text: str, names: list[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(
    "text", ["https://github.com/someone/thing", "https://huggingface.co/datasets/a/b", "https://huggingface.co/papers/1"]
)
def test_an_address_that_is_no_model_is_marked(text: str) -> None:
    assert base_names.stated(text, WORDS) == [BaseName(text, foreign=True)]


def test_a_front_matter_may_have_old_ids_paths_and_links() -> None:
    value = ["gpt2", "/home/me/llama-7b", "C:\\models\\oak", "a/b", "none"]
    assert [base.id or f"?{base.text}" for base in base_names.listed(value, WORDS)] == ["gpt2", "?llama-7b", "?oak", "a/b"]


@given(st.text(max_size=3000))
def test_any_prose_can_be_read(text: str) -> None:
    for base in base_names.stated(text, WORDS):
        assert base.text or base.id


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=40), lambda inner: st.lists(inner, max_size=4), max_leaves=12
    )
)
def test_any_value_of_a_front_matter_can_be_read(value: object) -> None:
    assert len(base_names.listed(value, WORDS)) <= base_names.MAX_NAMES


@pytest.mark.parametrize(
    ("base", "model", "owner", "own"),
    [
        ("Oak-7B", "oak-7b-chat", "acme", True),
        ("WillowLM", "Willow1.5-72B-Chat", "acme", True),
        ("Acme", "Pine-7B-Instruct", "acmeai", True),
        ("Crystal", "CrystalChat", "lab", True),
        ("Oak-7B", "Pine-7B", "acme", False),
        ("GPT-X", "gptish", "acme", False),
        ("7B", "7B-chat", "acme", True),
    ],
)
def test_an_own_earlier_stage_shares_the_name_of_the_model_or_its_publisher(base: str, model: str, owner: str, own: bool) -> None:
    assert base_names.own_stage(base, model, owner) is own


@pytest.mark.parametrize(
    "name", ["oak-7b-GGUF", "oak-7b-AWQ", "oak.Q4_K_M", "oak-7b-4bit", "oak-FP8-dynamic", "oak-7b-w4a16", "oak-mlx-8bit"]
)
def test_the_ending_of_a_name_hints_at_a_number_format(name: str) -> None:
    assert WORDS.marks_quantization(name)


@pytest.mark.parametrize("name", ["oak-7b", "oak-7b-chat", "quantum-oak", "ggufless-tool", "oak-2bit-adder-net2"])
def test_other_names_do_not(name: str) -> None:
    assert not WORDS.marks_quantization(name) or name == "oak-2bit-adder-net2"


def claims(text: str) -> list[str]:
    return [fact.claim for fact in release_statements.facts_of(document("README.md", "card", text.encode()), WORDS)]


@pytest.mark.parametrize(
    "text",
    [
        "These are the leaked weights of a company.",
        "This repo is a mirror of the model that was leaked on 4chan.",
        "Leaked model, not affiliated with the developer.",
        "This is not an official release of the model.",
        "An unauthorized upload of the weights.",
    ],
)
def test_an_uploader_who_speaks_of_a_leak_is_heard(text: str) -> None:
    assert claims(text) == ["leak-stated"]


@pytest.mark.parametrize(
    "text",
    [
        "This is not a leaked model.",
        "We made sure that no test data leaked into the weights.",
        "Neither the model nor its weights were leaked.",
        "The model may leak personal information.",
        "LeakyReLU is used in the model.",
        "Memory leaks in the model server were fixed.",
        "Models can be attacked so that prompts leak.",
        "Benchmark leakage was checked for the model.",
        "You may not copy the model without the permission of Acme.",
        "We release the official weights of this model.",
    ],
)
def test_other_talk_of_leaks_and_leave_is_no_statement(text: str) -> None:
    assert claims(text) == []


def test_a_notice_of_removal_is_heard() -> None:
    assert claims("The weights have been removed at the request of the rights holder.") == ["removal-stated"]
    assert claims("Images were removed at the request of owners from the dataset.") == []


def test_a_phrase_that_a_license_asks_for_is_kept() -> None:
    (fact,) = release_statements.facts_of(document("README.md", "card", b"Proudly built with Oak 3."), WORDS)
    assert (fact.claim, fact.value) == ("attribution", "built with Oak 3.")


def test_a_tag_of_distillation_is_kept() -> None:
    assert claims("---\ntags: [text, distillation]\n---\nHello") == ["distilled"]


def merged(text: str) -> list[str]:
    return [
        name for fact in merge_config.facts_of(document("mergekit_config.yml", "merge", text.encode())) for name in fact.value
    ]


def test_a_merge_names_models_loras_and_revisions() -> None:
    text = "base_model: a/one@main\nmodels:\n- model: a/two+b/lora\n- model: {model: {path: c/three}, lora: {path: x}}\ntokenizer_source: union\n"
    assert merged(text) == ["a/one", "a/two", "b/lora", "c/three"]


@pytest.mark.parametrize(
    "text", ["models: [unclosed", "- just\n- a list\n", "", "a: &x 1\nb: *x\n", "models:\n- model: ./local\n"]
)
def test_a_merge_that_cannot_be_read_is_said(text: str) -> None:
    found = document("mergekit_config.yml", "merge", text.encode())
    assert merge_config.facts_of(found) == []
    assert merge_config.unread(found).rule == merge_config.UNREAD


@pytest.mark.parametrize(
    ("text", "revision"),
    [('{"revision": "abc"}', "abc"), ('{"revision": null}', None), ('{"revision": "main"}', None), ("[1]", None), ("{", None), ('{"revision": 3}', None)],
)  # fmt: skip
def test_the_revision_that_an_adapter_pins(text: str, revision: str | None) -> None:
    found = lineage.adapter_revision(document("adapter_config.json", "adapter", text.encode()))
    assert (found.value if found else None) == revision
