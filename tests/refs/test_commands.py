"""Forms ``shell``, ``makefile``, ``dockerfile``, ``modelfile``, ``dotenv``: command lines and assignments."""

from __future__ import annotations

import pytest

from tests.refs.finding import models, references


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("vllm serve big-lab/one --port 8000", "big-lab/one"),
        ("vllm serve --port 8000 big-lab/one", "big-lab/one"),
        ("hf download big-lab/one", "big-lab/one"),
        ("huggingface-cli download big-lab/one --local-dir x", "big-lab/one"),
        ("git clone https://huggingface.co/big-lab/one", "big-lab/one"),
        ("git clone https://huggingface.co/big-lab/one.git target", "big-lab/one"),
        ("wget -O x https://huggingface.co/big-lab/one/resolve/main/x.bin", "big-lab/one"),
        ("ollama run llama3.2:1b", "llama3.2:1b"),
        ("ollama pull llama3.2", "llama3.2:latest"),
        ("ollama run hf.co/big-lab/one-GGUF:Q4_K_M", "big-lab/one-GGUF"),
        ("docker model run ai/smollm2:360M", "ai/smollm2"),
        ("docker model pull hf.co/big-lab/one-GGUF", "big-lab/one-GGUF"),
        ("llama-server -hf big-lab/one-GGUF:Q4_K_M", "big-lab/one-GGUF"),
        ("llama-cli --hf-repo big-lab/one-GGUF --hf-file one.Q8_0.gguf", "big-lab/one-GGUF"),
        ("llama-cli -m weights/one.Q8_0.gguf", "weights/one.Q8_0.gguf"),
        ("mlx_lm.generate --model big-lab/one", "big-lab/one"),
        ("python -m mlx_lm.generate --model big-lab/one", "big-lab/one"),
        ("lm_eval --model hf --model_args pretrained=big-lab/one,dtype=auto", "big-lab/one"),
        ("text-generation-launcher --model-id big-lab/one", "big-lab/one"),
        ("docker run -e MODEL_ID=big-lab/one image:latest", "big-lab/one"),
        ("export MODEL_ID=big-lab/one", "big-lab/one"),
        ("MODEL_ID=big-lab/one ./start.sh", "big-lab/one"),
        ("python train.py model.path=big-lab/one", "big-lab/one"),
        ('python train.py \\\n  --model_name_or_path "big-lab/one" \\\n  --x', "big-lab/one"),
        ("M=big-lab/one\nvllm serve $M", "big-lab/one"),
        ("vllm serve ${M:-big-lab/one}", "big-lab/one"),
        ('models=(\n  "big-lab/one"\n)', "big-lab/one"),
        ("for m in big-lab/one; do hf download $m; done", "big-lab/one"),
        ("python - <<EOF\nA.from_pretrained('big-lab/one')\nEOF", "big-lab/one"),
        ("""curl -d '{"model": "big-lab/one"}' http://localhost""", "big-lab/one"),
        ("llm -m gpt-4o hello", "gpt-4o"),
    ],
)
def test_a_command_line_gives_the_model_that_it_takes(line: str, expected: str) -> None:
    assert models("a.sh", line) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "# vllm serve big-lab/one",
        "ls # vllm serve big-lab/one",
        "docker run vllm/vllm-openai:latest",
        "git clone https://github.com/big-lab/one",
        "pip install big-lab/one",
        "cd src/train",
        "vllm serve $UNSET",
        "vllm serve <your-model>",
        "vllm serve ./local",
        "huggingface-cli upload big-lab/mine .",
        "curl -H 'Content-Type: application/json' x",
        "echo big-lab/one",
        "cat <<EOF\nvllm serve big-lab/one\nEOF",
    ],
)
def test_other_command_lines_give_none(line: str) -> None:
    assert models("a.sh", line) == []


def test_quant_and_revision_of_command_lines() -> None:
    one, two, three = references(
        "a.sh", "llama-cli -hf big-lab/one:Q4_K_M\nhf download big-lab/two --revision v1\nhf download big-lab/three x-Q8_0.gguf\n"
    )
    assert (one.quant, two.revision, three.weight_file, three.quant) == ("Q4_K_M", "v1", "x-Q8_0.gguf", "Q8_0")


def test_a_data_set_of_a_command_line() -> None:
    found = references("a.sh", "hf download big-lab/data --repo-type dataset\npython t.py --dataset_name big-lab/more\n")
    assert [(r.kind, r.model) for r in found] == [("dataset", "big-lab/data"), ("dataset", "big-lab/more")]


def test_a_name_from_a_variable_stands_where_the_variable_is_set() -> None:
    (found,) = references("a.sh", 'for model in "big-lab/one"; do\n  run --model_args "pretrained=${model},x=1"\ndone\n')
    assert (found.line, found.column) == (1, 15)


def test_makefile() -> None:
    text = "MODEL ?= big-lab/one # ours\n# OTHER_MODEL = big-lab/no\nserve:\n\t@vllm serve $(MODEL) --tokenizer big-lab/two\n\t-ollama pull llama3.2:1b\n"
    assert [(r.model, r.line) for r in references("Makefile", text)] == [
        ("big-lab/one", 1),
        ("big-lab/two", 4),
        ("llama3.2:1b", 5),
    ]


def test_dockerfile() -> None:
    text = """
    FROM vllm/vllm-openai:latest
    # RUN hf download big-lab/no
    ARG MODEL=big-lab/one
    ENV MODEL_ID big-lab/two
    RUN pip install x && \\
        # a comment between
        hf download big-lab/three
    RUN <<EOF
    hf download $MODEL
    EOF
    CMD ["--model", "big-lab/four"]
    """
    assert models("Dockerfile", text) == ["big-lab/one", "big-lab/two", "big-lab/three", "big-lab/four"]


def test_modelfile() -> None:
    text = '''
    # FROM big-lab/no
    FROM llama3.2:1b
    ADAPTER ./adapter.gguf
    SYSTEM """
    FROM no-model
    """
    '''
    assert [(r.kind, r.model) for r in references("Modelfile", text)] == [
        ("model", "llama3.2:1b"),
        ("build-file", "./adapter.gguf"),
    ]


def test_modelfile_with_a_repository_on_the_hub() -> None:
    (found,) = references("prod.modelfile", "FROM hf.co/big-lab/one-GGUF:Q4_K_M\n")
    assert (found.model, found.quant) == ("big-lab/one-GGUF", "Q4_K_M")


def test_dotenv() -> None:
    assert models(".env", "# MODEL=big-lab/no\nMODEL_ID=big-lab/one\nOPENAI_MODEL=gpt-4o\nHOME_PATH=a-dir/b-dir\n") == [
        "big-lab/one",
        "gpt-4o",
    ]


def test_a_program_given_as_an_argument_is_read_as_python() -> None:
    found = references("run.sh", """python3 -c "from x import A; A.from_pretrained('big-lab/one')"\n""")
    assert [(r.model, r.line, r.column) for r in found] == [("big-lab/one", 1, 49)]


def test_a_revision_among_the_arguments_of_a_model() -> None:
    (found,) = references("run.sh", "lm_eval --model hf --model_args pretrained=big-lab/one,revision=step100,dtype=float\n")
    assert (found.model, found.revision) == ("big-lab/one", "step100")


def test_an_address_made_of_a_known_repository_is_no_second_reference() -> None:
    text = 'REPO_ID="big-lab/one"\nBASE="https://huggingface.co/${REPO_ID}/resolve/main"\ncurl -o a "${BASE}/a.gguf"\n'
    assert [(r.model, r.line) for r in references("run.sh", text)] == [("big-lab/one", 1)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('npx -y some-tool chat --prompt "hi" hf:big-lab/one-GGUF:Q8_0', "big-lab/one-GGUF"),
        ("some-tool pull hf://big-lab/one", "big-lab/one"),
        ("some-tool run ollama://llama3.2:1b", "llama3.2:1b"),
        ("pip install https://huggingface.co/big-lab/one/resolve/main/one.whl", "big-lab/one"),
        ("some-tool --ckpt_file ckpts/one/model_1.safetensors", "ckpts/one/model_1.safetensors"),
    ],
)
def test_a_scheme_or_a_weight_file_tells_in_any_command(line: str, expected: str) -> None:
    assert models("a.sh", line) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "echo hf://big-lab/one",
        "some-tool --dataset mbpp",
        "some-tool --ckpt_file settings.yaml",
        "pip install git+https://huggingface.co/big-lab/one",
        "some-tool hf:version",
    ],
)
def test_other_words_of_an_unknown_command_are_none(line: str) -> None:
    assert models("a.sh", line) == []


def test_a_program_of_the_table_may_name_a_data_set_without_an_owner() -> None:
    assert models("a.sh", "trl sft --dataset imdb") == ["stanfordnlp/imdb"]
