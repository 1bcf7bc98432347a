"""What a code repository shows: by the paths in its tree, and by the instructions in its README."""

from __future__ import annotations

import json

import jsonschema
import pytest

from openness.evidence import code_readme, code_repository, dataset_repository
from openness.packaged import packaged as folder
from openness.records import Absent
from openness.rules import loader
from openness.sources.snapshot import FileEntry, HubFields, RepositorySnapshot, document
from tests.evidence.cards import packaged

RULES = folder("rules") / "evidence"


@pytest.mark.parametrize("name", ["files", "code_words", "card_words"])
def test_the_rules_have_their_shape(name: str) -> None:
    schema = json.loads((RULES / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.validate(loader.read_yaml(RULES / f"{name}.yaml"), schema)


def shown(*paths: str) -> dict[str, str]:
    return {row.component: row.availability for row in packaged().files.shown([FileEntry(path) for path in paths], "code")}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("train.py", {"training-code": "published"}),
        ("src/pretrain_gpt.py", {"training-code": "published"}),
        ("scripts/train/run.sh", {"training-code": "published"}),
        ("finetune/finetune.py", {"training-code": "partial"}),
        ("configs/example_training/toy.yaml", {"training-code": "partial", "model-metadata": "partial"}),
        ("scripts/prepare_corpus.py", {"data-preprocessing-code": "published"}),
        ("tools/preprocess_data.py", {"data-preprocessing-code": "published"}),
        ("eval/run.py", {"evaluation-code": "published"}),
        ("benchmark_speed.py", {"evaluation-code": "published"}),
        ("generate.py", {"inference-code": "published"}),
        ("web_demo.py", {"inference-code": "published"}),
        ("run_model.py", {"inference-code": "published"}),
        # words stand alone: no PPO in support, no CLI in clip, no chat in a name
        ("src/support_tools.py", {}),
        ("openclip/constants.py", {}),
        ("fastchat/constants.py", {}),
        ("falcor/tokenizer.py", {}),
        # what says nothing of the repository: tests, other people's code, examples with somebody's framework
        ("tests/test_train.py", {}),
        ("third_party/megatron/train.py", {}),
        ("examples/framework/sft.yaml", {}),
        ("README.md", {}),
        ("assets/train.png", {}),
    ],
)
def test_a_path_shows_what_its_words_say(path: str, expected: dict[str, str]) -> None:
    assert shown(path) == expected


def repository(files: tuple[str, ...], readme: str, *, complete: bool = True) -> dict[str, list[str]]:
    snapshot = RepositorySnapshot(
        "github", "somelab/falcor", "somelab/falcor", files=tuple(map(FileEntry, files)), files_complete=complete,
        documents=(document("README.md", "readme", readme.encode()),),
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for fact in code_repository.read(snapshot, packaged()).facts:
        found.setdefault(fact.claim.removeprefix("component:"), []).append(fact.value["availability"])
    return found


TRAINING = "# Falcor\n\n## Training\n\n```sh\ntorchrun --nproc 8 train.py\n```\n"
RUNNING = "# Falcor\n\n## Pretrained and fine-tuned models\n\n```sh\ntorchrun chat.py\n```\n\n## Quick start\n\n```python\npipeline('x')\n```\n"


def test_a_release_page_shows_no_code() -> None:
    assert repository(("README.md", "LICENSE", "assets/logo.png"), "# Falcor\n\nSee the paper.\n") == {}


def test_instructions_count_as_a_part_where_the_files_were_not_seen() -> None:
    assert repository((), TRAINING, complete=False) == {"training-code": ["partial"]}


def test_instructions_describe_where_the_files_show_no_such_code() -> None:
    assert repository(("README.md",), TRAINING) == {"training-code": ["described"]}


def test_files_decide_over_instructions() -> None:
    assert repository(("README.md", "train.py"), TRAINING) == {"training-code": ["published"]}


def test_a_section_on_tuned_models_is_no_instruction_to_train() -> None:
    assert repository((), RUNNING, complete=False) == {"inference-code": ["partial"]}


def test_commands_of_other_people_are_no_instructions_for_code_that_is_here() -> None:
    text = "## Fine-tuning\n\n```sh\nllamafactory-cli train examples/sft.yaml\n```\n"
    assert list(code_readme.facts_of(document("README.md", "readme", text.encode()), packaged().code, listed=False)) == []


CARD = "---\nlicense: cc-by-nc-4.0\n---\n# Corpus\n\n" + "What it holds and where it comes from. " * 20


def dataset(*paths: str, gated: str = "no", card: str = CARD, absent: str = "") -> dict[str, str]:
    snapshot = RepositorySnapshot(
        "hub-dataset", "somelab/corpus", "somelab/corpus", files=tuple(map(FileEntry, paths)), hub=HubFields(gated=gated),
        documents=(document("README.md", "card", card.encode()),) if card else (),
        absent=Absent("somelab/corpus", absent) if absent else None,
    )  # fmt: skip
    found = dataset_repository.read(snapshot, packaged())
    return {fact.claim: fact.value["availability"] if isinstance(fact.value, dict) else fact.value for fact in found.facts}


def test_a_dataset_shows_its_data_its_card_and_its_license() -> None:
    assert dataset("README.md", "data/train-00000.parquet") == {
        "license": "cc-by-nc-4.0", "component:data": "published", "component:data-card": "published",
    }  # fmt: skip


def test_gated_data_are_gated_and_a_script_alone_is_a_part() -> None:
    assert dataset("data/train.parquet", gated="manual")["component:data"] == "gated"
    assert dataset("README.md", "corpus.py")["component:data"] == "partial"


def test_an_empty_dataset_and_a_card_of_a_template_show_nothing() -> None:
    assert dataset("README.md", ".gitattributes", card="---\nlicense: mit\n---\n") == {"license": "mit"}
    empty = "---\nlicense: mit\n---\n# Dataset Card\n" + "## Dataset Description\n\n[More Information Needed]\n" * 12
    assert "component:data-card" not in dataset("README.md", card=empty)
