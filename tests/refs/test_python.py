"""Form ``python``: calls, constants, options, and what only looks like a reference."""

from __future__ import annotations

import pytest

from tests.refs.finding import models, references


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('AutoModel.from_pretrained("big-lab/one")', "big-lab/one"),
        ('AutoModel.from_pretrained(pretrained_model_name_or_path="big-lab/one")', "big-lab/one"),
        ('pipeline("text-generation", model="big-lab/one")', "big-lab/one"),
        ('pipeline("text-generation", "big-lab/one")', "big-lab/one"),
        ('SentenceTransformer("big-lab/one")', "big-lab/one"),
        ('SentenceTransformer("all-tiny-v1")', "sentence-transformers/all-tiny-v1"),
        ('PeftModel.from_pretrained(base, "big-lab/lora-one")', "big-lab/lora-one"),
        ('LLM("big-lab/one")', "big-lab/one"),
        ('from mlx_lm import load\nload("big-lab/one")', "big-lab/one"),
        ('import mlx_lm as m\nm.load("big-lab/one")', "big-lab/one"),
        ('AutoModel.from_pretrained("gpt2")', "openai-community/gpt2"),
        ('InferenceClient("big-lab/one")', "big-lab/one"),
        ('snapshot_download(repo_id="big-lab/one")', "big-lab/one"),
        ('HuggingFaceEmbeddings(model_name="big-lab/one")', "big-lab/one"),
        ('client.chat.completions.create(model="gpt-4o", messages=[])', "gpt-4o"),
        ('genai.GenerativeModel("gemini-1.5-pro")', "gemini-1.5-pro"),
        ('ollama.chat(model="llama3.2:1b")', "llama3.2:1b"),
        ('ChatOllama(model="llama3.2")', "llama3.2:latest"),
        ('c = ollama.Client()\nc.generate(model="llama3.2:1b")', "llama3.2:1b"),
        ('Llama(model_path="./weights/one.Q4_K_M.gguf")', "./weights/one.Q4_K_M.gguf"),
        ('completion(model="huggingface/big-lab/one")', "big-lab/one"),
        ('url = "https://huggingface.co/big-lab/one/resolve/main/one.bin"', "big-lab/one"),
        ('fs.open("hf://big-lab/one/config.json")', "big-lab/one"),
        ('subprocess.run(["vllm", "serve", "big-lab/one"])', "big-lab/one"),
        ('os.system("ollama pull llama3.2:1b")', "llama3.2:1b"),
        ('sys.argv = "run.py --model_name_or_path big-lab/one".split()', "big-lab/one"),
        ('arguments = ["--model_name_or_path", "big-lab/one"]', "big-lab/one"),
        ('parser.add_argument("--model", default="big-lab/one")', "big-lab/one"),
        ('@click.option("--model-id", default="big-lab/one")\ndef f(model_id): ...', "big-lab/one"),
        ('def f(model: str = typer.Option("big-lab/one")): ...', "big-lab/one"),
        ('class A:\n    model_name_or_path: str = field(default="big-lab/one")', "big-lab/one"),
        ('os.environ.get("MODEL_ID", "big-lab/one")', "big-lab/one"),
        ('os.environ["HF_MODEL"] = "big-lab/one"', "big-lab/one"),
        ('cfg = {"base_model": "big-lab/one"}', "big-lab/one"),
        ('MODELS = {"small": "big-lab/one"}', "big-lab/one"),
        ('def f(model_id="big-lab/one"): ...', "big-lab/one"),
        ('for model_id in ["big-lab/one"]: ...', "big-lab/one"),
        ('class DenseModels(Enum):\n    SMALL = "big-lab/one"', "big-lab/one"),
        ('D = {"a": {"en": "big-lab/one"}}\nmodel_name = D[kind][language]', "big-lab/one"),
        ('Config(labels_encoder="big-lab/one")', "big-lab/one"),
        ('MODEL_PRESETS = {"small": "big-lab/one"}', "big-lab/one"),
        ('class A:\n    HUGGINGFACE_PATHS = {"small": "big-lab/one"}', "big-lab/one"),
        ('ModelMeta(adapted_from="big-lab/one")', "big-lab/one"),
        ('tiktoken.encoding_for_model("gpt-4")', "gpt-4"),
        ('getattr(config, "model", "big-lab/one")', "big-lab/one"),
        ('Model(path="big-lab/one", revision="v1")', "big-lab/one"),
        ('resolve_model_reference(request, "big-lab/one")', "big-lab/one"),
        ('clipmodel = "big-lab/one"', "big-lab/one"),
        ('def f(segmentation: PipelineModel = "big-lab/one"): ...', "big-lab/one"),
        ('EncoderInfo(name="text-embedding-3-small")', "text-embedding-3-small"),
        ('import timm\ntimm.create_model("hf-hub:big-lab/one")', "big-lab/one"),
        ('config.model = config.model or "big-lab/one-GGUF/one.f16.gguf"', "big-lab/one-GGUF"),
        ('chat(model="llama3.2:1b")', "llama3.2:1b"),
        ('@pytest.mark.parametrize("model", ["big-lab/one"])\ndef test(model): ...', "big-lab/one"),
    ],
)
def test_a_place_that_takes_a_model_gives_its_name(code: str, expected: str) -> None:
    assert models("a.py", code) == [expected]


@pytest.mark.parametrize(
    "code",
    [
        'x = "big-lab/one"',
        '# AutoModel.from_pretrained("big-lab/one")',
        'def f():\n    """AutoModel.from_pretrained("big-lab/one")"""',
        'AutoModel.from_pretrained("your-org/your-model")',
        'AutoModel.from_pretrained("path/to/model")',
        'AutoModel.from_pretrained("./local/model")',
        'AutoModel.from_pretrained("outputs/checkpoint-100")',
        'AutoModel.from_pretrained("<model>")',
        'AutoModel.from_pretrained(f"{unknown}/one")',
        'completion(model="openai/gpt-4o")',
        'completion(model="anthropic/claude-3-haiku-20240307")',
        'completion(model="bedrock/meta.llama3")',
        'requests.get(url, headers={"Accept": "text/html"})',
        'response(media_type="image/png")',
        'if model == "big-lab/one": ...',
        'model.push_to_hub("big-lab/mine")',
        'TrainingArguments(hub_model_id="big-lab/mine")',
        'print("see https://huggingface.co/big-lab/one for more")',
        'raise ValueError("gpt-4 is not supported")',
        'docker.run("vllm/vllm-openai:latest")',
        'load_dataset("json", data_files="x.json")',
        'date = "2024/01"',
        'Entry(path="big-lab/one")',
        'Model(output_path="big-lab/one")',
        'info = Info(name="command")',
        'SentenceTransformer("tei")',
        'class Paths(Enum):\n    SMALL = "big-lab/one"',
        'TOKENS = {"big-lab/one": ["yes", "no"]}',
    ],
)
def test_what_only_looks_like_a_reference_is_none(code: str) -> None:
    assert models("a.py", code) == []


def test_constants_are_put_together_and_placed_where_they_are_written() -> None:
    found = references(
        "a.py",
        """
        ORG = "big-lab"
        FULL = "big-lab/two"
        AutoModel.from_pretrained(f"{ORG}/one")
        AutoModel.from_pretrained(FULL)
        AutoModel.from_pretrained("big-lab/" + "three")
        AutoModel.from_pretrained("big-lab/four" if small else "big-lab/five")
        """,
    )
    assert [(r.model, r.line, r.column) for r in found] == [
        ("big-lab/two", 2, 9),
        ("big-lab/one", 3, 29),
        ("big-lab/three", 5, 28),
        ("big-lab/four", 6, 28),
        ("big-lab/five", 6, 57),
    ]


def test_a_constant_used_often_is_one_reference() -> None:
    assert models("a.py", 'M = "big-lab/one"\nA.from_pretrained(M)\nB.from_pretrained(M)\n') == ["big-lab/one"]


def test_attributes_of_a_class_and_of_parsed_options_are_resolved() -> None:
    code = """
    class A:
        checkpoint_source = "big-lab/one"
        def go(self):
            AutoModel.from_pretrained(self.checkpoint_source)
    parser.add_argument("--weights-from", default="big-lab/two")
    AutoModel.from_pretrained(args.weights_from)
    """
    assert models("a.py", code) == ["big-lab/one", "big-lab/two"]


def test_a_function_that_hands_its_argument_on_takes_a_model() -> None:
    code = """
    def start(what):
        return LLM(what)
    start("big-lab/one")
    other("big-lab/two")
    """
    assert models("a.py", code) == ["big-lab/one"]


def test_a_chosen_entry_of_a_table_is_the_only_one() -> None:
    code = """
    T = {"a": "big-lab/one", "b": "big-lab/two"}
    AutoModel.from_pretrained(T["b"])
    """
    assert models("a.py", code) == ["big-lab/two"]


def test_revision_and_weight_file_stand_beside_the_name() -> None:
    (found,) = references("a.py", 'hf_hub_download("big-lab/one-GGUF", "one.Q5_K_M.gguf", revision="abc123")')
    assert (found.revision, found.weight_file, found.quant) == ("abc123", "one.Q5_K_M.gguf", "Q5_K_M")
    assert found.purl == "pkg:huggingface/big-lab/one-GGUF@abc123"


def test_a_commit_beside_a_plain_keyword_tells_that_it_holds_a_repository() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    found = references(
        "a.py", f'Entry(path="big-lab/one", revision="{commit}", onnx_path="big-lab/two", onnx_revision="{commit}")'
    )
    assert [(r.model, r.revision, r.confidence) for r in found] == [
        ("big-lab/one", commit, "high"),
        ("big-lab/two", commit, "high"),
    ]


def test_data_sets_are_references_of_their_own_kind() -> None:
    found = references(
        "a.py",
        'load_dataset("big-lab/data")\nhf_hub_download("big-lab/more", "x.csv", repo_type="dataset")\nload_dataset("glue", "mrpc")',
    )
    assert [(r.kind, r.model) for r in found] == [
        ("dataset", "big-lab/data"),
        ("dataset", "big-lab/more"),
        ("dataset", "nyu-mll/glue"),
    ]


def test_a_repository_beside_a_subset_is_one_of_a_data_set() -> None:
    (found,) = references("a.py", 'Task(hf_repo="big-lab/data", hf_subset="default")')
    assert found.kind == "dataset"


def test_confidence_says_how_telling_the_place_is() -> None:
    found = references(
        "a.py", 'A.from_pretrained("big-lab/one")\nmodel = "big-lab/two"\nA.from_pretrained("hf-internal-testing/three")'
    )
    assert [r.confidence for r in found] == ["high", "medium", "low"]


def test_columns_count_characters_not_bytes() -> None:
    (found,) = references("a.py", 'é = "äöü"; A.from_pretrained("big-lab/one")')
    assert found.column == 31


def test_a_file_that_does_not_parse_is_read_by_its_tokens() -> None:
    code = """
    print "python two"
    # A.from_pretrained("big-lab/no")
    a = A.from_pretrained("big-lab/one")
    MODEL = "big-lab/two"
    other("big-lab/no")
    """
    assert models("a.py", code) == ["big-lab/one", "big-lab/two"]


def test_settings_written_in_a_program_are_read() -> None:
    code = """
    config_yaml = \"\"\"
    base_model: big-lab/one
    \"\"\"
    """
    assert models("a.py", code) == ["big-lab/one"]
