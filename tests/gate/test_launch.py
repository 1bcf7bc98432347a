"""Writing generated text, and telling a build that chats from one that completes."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from openness.gate.held_file import HeldFile
from openness.gate.launch import text_writer
from openness.gate.runner import has_chat_template

ROOT = Path(__file__).resolve().parents[2]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_the_text_as_it_is() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="")
    text_writer(stream)("é😀\x1b[31m\r\n\ud800")
    assert raw.getvalue() == "é😀\x1b[31m\r\n?".encode()


def test_a_terminal_gets_no_control_sequences_of_the_model() -> None:
    stream = Terminal()
    text_writer(stream)("a\tb\n\x1b]0;title\x07\x9b31m\r\u200dé")
    assert stream.getvalue() == "a\tb\n\\x1b]0;title\\x07\\x9b31m\u200dé"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("before", [24, (1 << 20) - 15, 3 << 20])
def test_a_chat_template_is_found_wherever_it_stands_in_the_header(tmp_path: Path, order: str, before: int) -> None:
    key = b"tokenizer.chat_template"
    path = tmp_path / "model.gguf"
    path.write_bytes(bytes(before) + struct.pack(order + "Q", len(key)) + key + struct.pack(order + "IQ", 8, 2) + b"{}")
    with HeldFile(path) as held:
        assert has_chat_template(held)


def test_a_longer_key_or_a_mention_is_no_chat_template(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(struct.pack("<Q", 32) + b"tokenizer.chat_template.tool_use" + struct.pack("<I", 8))
    with HeldFile(path) as held:
        assert not has_chat_template(held)


def test_the_parent_never_imports_the_native_library() -> None:
    program = (
        "import sys; from openness.gate.launch import choose; choose(); "
        "sys.exit(any(name.startswith('xllamacpp') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
