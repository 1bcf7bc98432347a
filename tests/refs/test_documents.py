"""Forms ``markdown``, ``notebook``, ``javascript``, ``source``, and those of weights."""

from __future__ import annotations

import json

import pytest

from openness.refs import find_in
from tests.refs.finding import models, references


def test_markdown_card_and_fenced_code() -> None:
    text = """
    ---
    base_model: big-lab/base
    datasets:
    - big-lab/data
    license: mit
    ---
    Prose with [a link](https://huggingface.co/big-lab/no) and `big-lab/no`.

    ```python
    A.from_pretrained("big-lab/one")
    ```

    1. Step

       ```bash
       $ vllm serve big-lab/two
       output of big-lab/no
       ```
    """
    assert models("README.md", text) == ["big-lab/base", "big-lab/data", "big-lab/one", "big-lab/two"]


def test_code_of_a_document_is_of_medium_confidence() -> None:
    (found,) = references("README.md", '```python\nA.from_pretrained("big-lab/one")\n```\n')
    assert found.confidence == "medium"


def test_doctest_prompts_are_taken_off() -> None:
    assert models("a.md", '```pycon\n>>> m = A.from_pretrained("big-lab/one")\n>>> m\nA("big-lab/no")\n```\n') == ["big-lab/one"]


def test_notebook_lines_are_those_of_the_file() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["A.from_pretrained('big-lab/no')"]},
        {
            "cell_type": "code",
            "source": ['M = "big-lab/one"\n', "A.from_pretrained(M)\n", "!hf download big-lab/two\n"],
            "outputs": [{"text": ["model='big-lab/no'"]}],
        },
        {"cell_type": "code", "source": ["%%bash\n", "ollama pull llama3.2:1b"]},
        {"cell_type": "code", "source": "%%writefile Modelfile\nFROM qwen3:4b\n"},
    ]
    text = json.dumps({"cells": cells}, indent=1)
    found = references("a.ipynb", text)
    assert [r.model for r in found] == ["big-lab/one", "big-lab/two", "llama3.2:1b", "qwen3:4b"]
    lines = text.split("\n")
    assert all(r.text in lines[r.line - 1] for r in found)


def test_a_cell_that_does_not_parse_leaves_the_others_alone() -> None:
    cells = [
        {"cell_type": "code", "source": "print 'x'\nA.from_pretrained('big-lab/one')"},
        {"cell_type": "code", "source": "A.from_pretrained('big-lab/two')"},
    ]
    assert models("a.ipynb", json.dumps({"cells": cells})) == ["big-lab/one", "big-lab/two"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('const p = await pipeline("feature-extraction", "big-lab/one");', ["big-lab/one"]),
        ('AutoModel.from_pretrained("big-lab/one", { dtype: "q4" })', ["big-lab/one"]),
        ('const ID = "big-lab/one";\nAutoModel.from_pretrained(ID);', ["big-lab/one"]),
        ('CreateMLCEngine("Llama-3.2-1B-Instruct-q4f16_1-MLC")', ["mlc-ai/Llama-3.2-1B-Instruct-q4f16_1-MLC"]),
        ('const selectedModel = "Llama-3.2-1B-Instruct-q4f16_1-MLC-1k";', ["mlc-ai/Llama-3.2-1B-Instruct-q4f16_1-MLC"]),
        ('wllama.loadModelFromHF("big-lab/one", "x-Q4_0.gguf")', ["big-lab/one"]),
        ('wllama.loadModelFromHF({ repo: "big-lab/one", file: "x-Q4_0.gguf" })', ["big-lab/one"]),
        ('hf.textGeneration({ model: "big-lab/one", inputs: "x" })', ["big-lab/one"]),
        ('ollama.chat({ model: "llama3.2", messages: [] })', ["llama3.2:latest"]),
        ('generateText({ model: openai("gpt-4o") })', ["gpt-4o"]),
        ('const model: string = process.env.MODEL ?? "big-lab/one";', ["big-lab/one"]),
        ('const url = "https://huggingface.co/big-lab/one/resolve/main/x.onnx";', ["big-lab/one"]),
        ("const modelId = `big-lab/one`;", ["big-lab/one"]),
        ('// pipeline("x", "big-lab/no")', []),
        ('/* model: "big-lab/no" */', []),
        ('import { pipeline } from "@xenova/transformers";', []),
        ('import x from "models/loader";', []),
        ('const x = "big-lab/one";', []),
        ('if (model === "big-lab/one") {}', []),
        ('fetch(u, { headers: { accept: "text/html" } })', []),
    ],
)
def test_javascript(code: str, expected: list[str]) -> None:
    assert models("a.ts", code) == expected


def test_other_sources() -> None:
    rust = 'let r = api.model("big-lab/one".to_string()); // model: "big-lab/no"\nlet u = "https://huggingface.co/big-lab/two";\nlet x = "big-lab/no";\n'
    assert models("a.rs", rust) == ["big-lab/two"]
    assert models("a.swift", 'let c = ModelConfiguration(id: "big-lab/one")\nlet modelId = "big-lab/two"\n') == ["big-lab/two"]


def test_an_lfs_pointer_gives_the_digest_of_the_build() -> None:
    data = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 123\n"
    (found,) = find_in("weights/one.Q4_K_M.gguf", data)
    assert (found.kind, found.model, found.quant, found.form) == (
        "build-file",
        "weights/one.Q4_K_M.gguf",
        "Q4_K_M",
        "lfs-pointer",
    )
    assert (found.revision, found.line, found.column) == ("sha256:" + "ab" * 32, 2, 5)
    assert found.purl == "pkg:generic/one.Q4_K_M.gguf?checksum=sha256:" + "ab" * 32


def test_a_weight_file_is_a_reference_to_itself() -> None:
    (found,) = find_in("one.safetensors", b"\x08\x00\x00\x00\x00\x00\x00\x00{}")
    assert (found.kind, found.model, found.form) == ("build-file", "one.safetensors", "weight-file")


def test_other_binaries_are_no_weights_unless_they_are_pointers() -> None:
    assert find_in("data.bin", b"\x00\x01\x02") == []


def test_a_dvc_file_stands_for_its_weights() -> None:
    (found,) = find_in("weights/one.gguf.dvc", b"outs:\n- md5: 0123456789abcdef0123456789abcdef\n  path: one.gguf\n")
    assert (found.model, found.revision, found.line, found.column) == (
        "weights/one.gguf",
        "md5:0123456789abcdef0123456789abcdef",
        3,
        9,
    )


def test_a_revision_among_the_options_of_a_javascript_call() -> None:
    (found,) = references("a.ts", 'await AutoModel.from_pretrained("big-lab/one", { dtype: "q8", revision: "v1" });\n')
    assert (found.model, found.revision) == ("big-lab/one", "v1")


def test_command_lines_in_a_python_block_are_read_as_such() -> None:
    text = """
    ```python
    !pip install https://huggingface.co/big-lab/one/resolve/main/one.whl
    model = AutoModel.from_pretrained("big-lab/two")
    if missing:
        !hf download big-lab/three
    ```
    """
    assert models("a.md", text) == ["big-lab/one", "big-lab/two", "big-lab/three"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('const path = await getModelFile("one-Q4_K_M.gguf");', ["one-Q4_K_M.gguf"]),
        ('const model = loadModel("big-lab/one");', ["big-lab/one"]),
        ('const text = readFile("one-Q4_K_M.gguf"); const user = getUser("big-lab/one");', []),
        ('const model = getModel("User");', []),
    ],
)
def test_a_function_named_for_a_model_takes_one_in_javascript(code: str, expected: list[str]) -> None:
    assert models("a.ts", code) == expected
