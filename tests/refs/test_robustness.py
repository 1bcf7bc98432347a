"""Hostile and broken files: no crash, bounded time, places that are right, what is skipped is said."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.refs import MAX_FILE, Reference, Skipped, find, find_in
from openness.refs.source_text import SourceText, decode

NAMES = ("a.py", "a.ipynb", "a.sh", "Makefile", "Dockerfile", "Modelfile", "a.yaml", "compose.yaml", "a.json", "a.toml", ".env", "a.ts", "a.rs", "a.md", "a.dvc", "a.gguf")  # fmt: skip
#: Pieces of which texts are made that come close to references in every form.
PIECES = [
    "model", "MODEL_ID", "base_model", "datasets", "from_pretrained", "pipeline", "vllm serve ", "ollama run ", "FROM ", "RUN ", "hf download ", "models:",
    "big-lab/one", "org/näme", "gpt-4o", "llama3:8b", "https://huggingface.co/big-lab/two/resolve/main/x.gguf", "hf://big-lab/three", "x.Q4_0.gguf",
    "(", ")", "[", "]", "{", "}", '"', "'", "`", '"""', "'''", ":", ": ", "=", ",", "\n", "\n  - ", "\n\t", " ", "\\", "\\\n", "$", "${", "$M", "#", "//", "/*", "*/",
    "<<EOF\n", "EOF\n", "```python\n", "```\n", "---\n", "é", "😀", "\r\n", "\r", "\x0c", "\u2028", "def f(model=", "f\"{", "+", "if x else", "--model ", "&x ", "*x", "!", "%%bash\n", "|", ">-",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_text_breaks_a_reader_and_every_place_holds_the_name(name: str, text: str) -> None:
    source = SourceText(text)
    for found in find_in(name, text.encode()):
        if found.form == "weight-file":
            continue
        assert 1 <= found.line <= len(source.starts)
        assert source.text.startswith(found.text, source.starts[found.line - 1] + found.column - 1)
        assert found.text or found.model


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NAMES), st.binary(max_size=300))
def test_no_bytes_break_a_reader(name: str, data: bytes) -> None:
    assert isinstance(find_in(name, data + b"model from_pretrained FROM ```"), list)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="äb\n\r\x0c\u2028 x", max_size=60))
def test_offsets_and_places_agree(text: str) -> None:
    source = SourceText(text)
    for offset in range(len(text)):
        line, column = source.place(offset)
        assert source.starts[line - 1] + column - 1 == offset


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "model = " + "(" * 50_000),
        ("a.py", "model = [" + '"big-lab/one",' * 60_000),
        ("a.py", "m0 = 'a'\n" + "".join(f"m{i} = {' + '.join([f'm{i - 1}'] * 15)}\n" for i in range(1, 12)) + "A.from_pretrained(m11)\n# 'big-lab/one'\n"),
        ("a.py", "é = 1; " + "; ".join(f"model{i} = 'big-lab/m{i}x'" for i in range(20_000))),
        ("a.ts", 'model: "' + '\\"' * 500_000),
        ("a.ts", "model " + "`" * 200_001),
        ("a.ts", "pipeline" + "(" * 300_000),
        ("a.json", '{"model": "' + '\\"' * 500_000),
        ("a.json", '{"model":' + "[" * 500_000),
        ("a.toml", 'model = """' + '\\"""' * 200_000),
        ("a.yaml", "model: " + "[" * 200_000),
        ("a.yaml", "- " * 100_000 + "model"),
        ("a.yaml", "model: x\n" + " " * 2_000_000 + "x"),
        ("a.yaml", "a: &a [x,x]\n" + "".join(f"b{i}: &b{i} [*a,*a]\n" for i in range(5000)) + "model: big-lab/one\n"),
        ("a.sh", "vllm serve model " + '"' + '\\"' * 400_000),
        ("a.sh", "model " + "${a:-" * 200_000),
        ("a.sh", "model\n" + "cat <<EOF\n" * 50_000),
        ("a.md", "```python\n" * 100_000),
        ("a.md", " " * 1_000_000 + "```"),
        ("a.md", "```python\n" + "x = 'big-lab/one'\n" * 50_000),
        ("Dockerfile", "RUN model \\\n" * 100_000),
        ("Makefile", "model\n" + "\t@" * 200_000),
        ("Modelfile", "FROM " + "x" * 2_000_000),
        ("a.ipynb", '{"cells":[' + '{"cell_type":"code","source":["model=1\\n"]},' * 30_000),
    ],
)  # fmt: skip
def test_time_is_bounded(name: str, text: str) -> None:
    started = time.process_time()
    find_in(name, text.encode())
    assert time.process_time() - started < 15  # some seconds on a busy machine; a quadratic reader takes minutes


def test_a_chain_of_aliases_does_not_grow() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    found = find_in("a.yaml", (bomb + "model: big-lab/one\n").encode())
    assert [r.model for r in found] == ["big-lab/one"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = '# é\nmodel = "big-lab/one"\n'
    (found,) = find_in("a.py", text.encode(encoding))
    assert (found.line, found.column) == (2, 10)


def test_binary_data_is_no_text() -> None:
    assert decode(b"model\x00") is None


def test_line_ends_of_every_kind_count_once() -> None:
    (found,) = find_in("a.py", b'x = 1\r\ny = 2\r\nmodel = "big-lab/one"\r\n')
    assert (found.line, found.column) == (3, 10)


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_bytes(b"model = 1\n" + b"#" * MAX_FILE)
    (tmp_path / "one.py").write_text('A.from_pretrained("big-lab/one")')
    (tmp_path / "binary.py").write_bytes(b"model ollama\x00")
    (tmp_path / "link.py").symlink_to(tmp_path / "one.py")
    found = list(find([tmp_path], tmp_path))
    assert [(f.file, f.reason) for f in found if isinstance(f, Skipped)] == [
        ("binary.py", "a binary file"),
        ("large.py", "larger than 5,000,000 bytes"),
        ("link.py", "a link or a special file"),
    ]
    assert [f.file for f in found if isinstance(f, Reference)] == ["one.py"]


def test_a_missing_file_is_said_and_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('A.from_pretrained("big-lab/one")')
    first, second = find([tmp_path / "gone.py", tmp_path / "one.py"], tmp_path)
    assert isinstance(first, Skipped) and isinstance(second, Reference)


def test_folders_of_others_are_not_entered(tmp_path: Path) -> None:
    for folder in ("node_modules", ".git", "src"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text('A.from_pretrained("big-lab/one")')
    assert [f.file for f in find([tmp_path], tmp_path)] == ["src/a.py"]


def test_a_large_weight_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "one.Q8_0.gguf"
    with path.open("wb") as file:
        file.write(b"GGUF")
        file.truncate(1 << 40)  # sparse: reading it would take minutes
    (found,) = find([path], tmp_path)
    assert isinstance(found, Reference) and found.quant == "Q8_0"
