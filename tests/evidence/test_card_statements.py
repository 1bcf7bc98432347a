"""What a card's lines, sections, links and sentences state of components: by what each link is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.evidence.card_links import Owner
from openness.evidence.license_text import lines_of
from openness.printable import printable
from tests.evidence.cards import claims, components, packaged, prose

HUB, GIT = "https://huggingface.co", "https://github.com"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{GIT}/somelab/llm-trainer", "published"),  # a name that says training
        (f"{GIT}/otherlab/framework", "partial"),  # somebody's code, named as the training code
        (f"{GIT}/somelab/Falcor", "described"),  # the page of the release: may hold anything
        (f"{GIT}/somelab/falcor-inference", None),
        (f"{GIT}/somelab/Falcor/tree/main/train", "published"),
        (f"{GIT}/somelab/Falcor/tree/main/inference", None),
        (f"{GIT}/otherlab/framework/blob/main/docs/finetune.md", "partial"),
        (f"{GIT}/somelab", "partial"),  # all repositories of the publisher
        (f"{GIT}/stranger", None),
        (f"{GIT}/somelab/Falcor/issues/5", None),
        (f"{GIT}/somelab/Falcor/blob/main/LICENSE", None),
        (f"{HUB}/somelab/Falcor-7B", None),
        (f"{HUB}/spaces/somelab/demo", None),
        ("https://arxiv.org/abs/2401.00001", None),
        ("https://example.org/code", None),
    ],
)
def test_training_code_is_worth_what_its_link_is(address: str, expected: str | None) -> None:
    assert components(f"- Training code: {address}\n").get("training-code") == expected


def test_documented_code_of_the_release_page_is_published() -> None:
    text = f"- Training code: {GIT}/somelab/Falcor\n- Code documentation: {GIT}/somelab/Falcor/blob/main/TRAIN.md\n"
    assert components(text)["training-code"] == "published"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{HUB}/datasets/somelab/corpus", "published"),
        ("https://zenodo.org/records/1", "published"),
        ("https://www.tensorflow.org/datasets/catalog/c4", "published"),
        ("https://data.somelab.org/v1", "published"),
        (f"{GIT}/somelab/falcor/blob/main/data/train.jsonl", "published"),
        (f"{HUB}/collections/somelab/data-1", "partial"),
        (f"{HUB}/somelab/Falcor-7B#training-data", "partial"),
        (f"{GIT}/otherlab/corpus-tools", "partial"),
        ("https://arxiv.org/pdf/2401.00001", "described"),
        (f"{GIT}/somelab/falcor/blob/main/paper.pdf", "described"),
        (f"{HUB}/somelab/Falcor-7B/discussions/2", None),
        (f"{HUB}/somelab/Falcor-7B", None),
        ("https://example.org/about", None),
    ],
)
def test_training_data_is_worth_what_its_link_is(address: str, expected: str | None) -> None:
    assert components(f"- Training data: {address}\n").get("datasets") == expected


def test_data_of_one_stage_is_a_part_until_the_other_is_published_too() -> None:
    tuning = f"- Fine-tuning data: {HUB}/datasets/somelab/chats\n"
    assert components(tuning)["datasets"] == "partial"
    assert components(f"- Pre-training data: {HUB}/datasets/somelab/web\n{tuning}")["datasets"] == "published"


@pytest.mark.parametrize(
    "text",
    [
        f"## Training Data\n\nWe used [this corpus]({HUB}/datasets/somelab/corpus).\n",
        f"## Training\n### Training data\n#### Details\n- {HUB}/datasets/somelab/corpus\n",
        f"**Training data:**\n- {HUB}/datasets/somelab/corpus\n",
        f"Training data:\n- {HUB}/datasets/somelab/corpus\n",
        f'<h2>Training Data</h2>\n<p><a href="{HUB}/datasets/somelab/corpus">corpus</a></p>\n',
        f"<table><tr><td>Training data</td><td><a href='{HUB}/datasets/somelab/corpus'>x</a></td></tr></table>\n",
        f"| Training data | {HUB}/datasets/somelab/corpus |\n",
        f"The model was trained on [corpus]({HUB}/datasets/somelab/corpus).\n",
        f"[Training data]({HUB}/datasets/somelab/corpus) | [Demo](https://example.org)\n",
        f"## 训练数据\n\n{HUB}/datasets/somelab/corpus\n",
        f"模型在 {HUB}/datasets/somelab/corpus 上训练。\n",
        f"- 学習データ: {HUB}/datasets/somelab/corpus\n",
        f"- 학습 데이터: {HUB}/datasets/somelab/corpus\n",
        f"- Données d'entraînement : {HUB}/datasets/somelab/corpus\n",
        f"- Trainingsdaten: {HUB}/datasets/somelab/corpus\n",
        f"- Datos de entrenamiento: {HUB}/datasets/somelab/corpus\n",
        f"- Dados de treinamento: {HUB}/datasets/somelab/corpus\n",
        f"- Обучающие данные: {HUB}/datasets/somelab/corpus\n",
    ],
)
def test_training_data_is_found_in_labels_sections_tables_and_sentences(text: str) -> None:
    assert components(text)["datasets"] == "published"


def test_known_data_sets_by_name_are_a_list_of_sources() -> None:
    assert components("The model was trained on The Pile and FineWeb-Edu.\n") == {"data-sources": "partial"}
    assert components("- Builds on: SkyPile\n") == {"data-sources": "partial"}
    assert components("- Builds on: Falcor-1\n") == {}


@pytest.mark.parametrize(
    ("text", "component"),
    [
        ("We do not release the training data.", "datasets"),
        ("The training dataset will not be made publicly available.", "datasets"),
        ("It was trained on a proprietary dataset.", "datasets"),
        ("- Training data: not disclosed", "datasets"),
        ("- Training data: internal", "datasets"),
        ("The training code is not released.", "training-code"),
        ("We won't open-source the training code.", "training-code"),
        ("训练数据未公开。", "datasets"),
        ("学習データは非公開です。", "datasets"),
        ("학습 데이터는 비공개입니다.", "datasets"),
        ("Les données d'entraînement ne seront pas publiées.", "datasets"),
        ("Die Trainingsdaten sind nicht öffentlich.", "datasets"),
        ("Los datos de entrenamiento no son públicos.", "datasets"),
        ("Обучающие данные не раскрываются.", "datasets"),
    ],
)
def test_what_is_withheld_is_said_to_be(text: str, component: str) -> None:
    assert components(text + "\n") == {component: "withheld"}


@pytest.mark.parametrize(
    "text",
    [
        "No proprietary data was used.",
        "The model was not trained on any private data.",
        "Do not send personal data that is private data of others.",
        "The evaluation data is not public.",
        "Unlike others, whose training data is not released, we publish ours.",
    ],
)
def test_denials_are_not_taken_for_withheld_data(text: str) -> None:
    assert "datasets" not in components(text + "\n")


REVIEWED = {"research-paper": "published", "peer-reviewed-paper": "published"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[![arXiv](https://img.shields.io/badge/arXiv-2401.1-red)](https://arxiv.org/abs/2401.00001)\n",
            {"research-paper": "published"},
        ),
        ("[Paper](https://aclanthology.org/2024.acl-long.1/) | [Demo](https://x.org)\n", REVIEWED),
        ("- Technical report: https://example.org/report.pdf\n", {"technical-report": "published"}),
        ("- Paper: https://example.org/blog/falcor\n", {"research-paper": "partial"}),
        ("- Paper: https://openreview.net/forum?id=1\n", REVIEWED),
        (
            "We use LoRA, see the [paper](https://arxiv.org/abs/2106.09685), which adds few weights to a frozen model in each layer.\n",
            {},
        ),
    ],
)
def test_papers_are_published_and_pages_are_a_part(text: str, expected: dict[str, str]) -> None:
    assert components(text) == expected


def test_libraries_that_run_the_model_are_not_its_code() -> None:
    text = f"It is supported by [a server]({GIT}/vendor/server), whose code also runs other models.\n"
    assert components(text) == {}
    assert components(f"- Code: {GIT}/somelab/falcor\n") == {"inference-code": "published"}


def test_running_text_makes_training_code_of_the_publishers_own_repositories_only() -> None:
    assert components(f"We release the training code at {GIT}/somelab/framework.\n")["training-code"] == "published"
    assert components(f"It uses the training framework {GIT}/vendor/framework.\n")["training-code"] == "described"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"This model is a fine-tuned version of [base]({HUB}/otherlab/Base-7B).\n", ("base-stated", "otherlab/Base-7B")),
        (f"GGUF conversion of [base]({HUB}/otherlab/Base-7B/tree/main).\n", ("base-stated", "otherlab/Base-7B")),
        ("- Base model: otherlab/Base-7B\n", ("base-stated", "otherlab/Base-7B")),
        ("- 基座模型：otherlab/Base-7B\n", ("base-stated", "otherlab/Base-7B")),
        (f"It was distilled from [big]({HUB}/otherlab/Big-70B).\n", ("teacher-stated", "otherlab/Big-70B")),
        ("The answers were generated by GPT-4.\n", ("teacher-stated", "GPT-4")),
    ],
)
def test_bases_and_teachers_are_claims(text: str, expected: tuple[str, str]) -> None:
    assert claims(text) == [expected]


SETTINGS = "- learning_rate: 1e-4\n- train_batch_size: 8\n- optimizer: AdamW\n- num_epochs: 3\n- warmup: 100\n- weight_decay: 0.1\n- seed: 42\n"


@pytest.mark.parametrize(
    "text",
    [
        f"Download a quantized version of it such as [x]({HUB}/otherlab/Falcor-7B-GGUF).\n",
        f"This model card is based on the [card]({HUB}/otherlab/Base-7B) of another lab.\n",
        "| base | 74 M |\n",
    ],
)
def test_what_is_made_of_the_model_is_no_base_of_it(text: str) -> None:
    assert claims(text) == []


def test_a_recipe_is_published_by_how_much_is_told() -> None:
    words = "The following settings were used for the training of this model on our machines.\n"
    assert components(f"## Training procedure\n\n{words}{SETTINGS}")["training-recipe"] == "published"
    assert components(f"## Training procedure\n\n{words}- learning_rate: 1e-4\n- seed: 3\n")["training-recipe"] == "partial"
    assert "training-recipe" not in components(SETTINGS)


TEXT = "It does what it does well enough, and this sentence tells so in more than sixty letters.\n"


def test_a_card_is_a_summary_by_what_it_tells() -> None:
    whole = "".join(
        f"## {title}\n{TEXT}" for title in ("Description", "Uses", "How to use", "Evaluation", "Limitations", "Training")
    )
    assert components(whole)["model-card"] == "published"
    assert components(whole)["usage-information"] == "published"
    assert components(f"## Description\n{TEXT}## Limitations\n{TEXT}")["model-card"] == "partial"
    empty = "".join(f"## {title}\n\n[More Information Needed]\n" for title in ("Uses", "Evaluation", "Limitations", "Training"))
    assert components(empty) == {}


PIECES = st.sampled_from(
    ["# License", "## Training data", "- License: MIT", "| a | b |", "<tr><td>", "</td></tr>", "```", "<!--", "-->", "[x](", "](https://",
     "https://huggingface.co/datasets/a/b", "trained on", "仅供研究", "**Paper** ", "===", "---", "<a href='https://x.org'>", "\u202e", "\x00", "\t"]
)  # fmt: skip
LINES = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=5).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14))
def test_no_prose_crashes_and_every_quote_stands_on_its_line(lines: list[str]) -> None:
    text = "\n".join(lines).encode("utf-8", "replace").decode()
    whole = lines_of(text)
    for fact in prose(text):
        assert fact.place.line is not None
        assert fact.quote == printable(whole[fact.place.line - 1].strip(), 160)
        assert printable(fact.quote, None) == fact.quote


MEGABYTES = 5 << 20


@pytest.mark.parametrize(
    "piece",
    ["<a href=", "<tr>", "<td>x", "[a](https://", "![", "<!--", "-->", "License: MIT\n", "trained on The Pile. ", "```\n", "| License | MIT |\n",
     "commercial ", "not ", "# Training data\n", "This model is released under the MIT license.\n", "** **", "a: ", "许可", "https://github.com/a/b "],
)  # fmt: skip
def test_prose_of_any_shape_is_read_in_time(piece: str) -> None:
    text = piece * (MEGABYTES // len(piece.encode()))
    packaged()
    began = time.process_time()
    prose(text, Owner("a", "b"))
    assert time.process_time() - began < 4
