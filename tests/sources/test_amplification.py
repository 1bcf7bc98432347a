"""Small files made to cost much: each reader stays below two CPU seconds and 200 MB whatever the file claims."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builds import Array, Build, Tensor, Value

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

_READ = """
import json, os, sys, time
from pathlib import Path
from tests.fuzz.targets import look_at
from openness.errors import OpennessError
from openness.gate.held_build import held_build
start = time.process_time()
try:
    with held_build(sys.argv[1]) as held:
        look_at(held.head(), held.files[0].fileno())
    said = ""
except OpennessError as error:
    said = error.message
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024
print(json.dumps([time.process_time() - start, peak, said]))
"""
ARCH = {"general.architecture": Value("string", "llama")}


def varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found, value = found + bytes([value & 127 | 128]), value >> 7
    return found + bytes([value])


def onnx(piece: bytes, megabytes: int) -> bytes:
    graph = piece * ((megabytes << 20) // len(piece))
    return bytes([8, 1, 0x3A]) + varint(len(graph)) + graph


def safetensors(header: bytes, data: int = 0) -> bytes:
    return len(header).to_bytes(8, "little") + header + bytes(data)


def many_tensors(count: int) -> bytes:
    entry = '"model.layers.{0}.input_layernorm.weight":{{"dtype":"F16","shape":[1],"data_offsets":[{1},{2}]}}'
    header = "{" + ",".join(entry.format(i, 2 * i, 2 * i + 2) for i in range(count)) + "}"
    return safetensors(header.encode(), 2 * count)


CASES: dict[str, tuple[str, object]] = {
    "onnx-nodes": ("x.onnx", lambda: onnx(b"\x0a\x00", 8)),
    "onnx-weights": ("x.onnx", lambda: onnx(b"\x2a\x02\x10\x01", 8)),
    "safetensors-tensors": ("x.safetensors", lambda: many_tensors(60_000)),
    "safetensors-tables": ("x.safetensors", lambda: safetensors(b'{"a":[' + b"{}," * 2_700_000 + b"1]}")),
    "safetensors-lists": ("x.safetensors", lambda: safetensors(b'{"a":[' + b"[]," * 2_700_000 + b"1]}")),
    "safetensors-texts": ("x.safetensors", lambda: safetensors(b'{"a":[' + b'"ab",' * 1_600_000 + b"1]}")),
    "safetensors-keys": ("x.safetensors", lambda: safetensors(b"{" + b",".join(b'"%x":1' % i for i in range(750_000)) + b"}")),
    "safetensors-nesting": ("x.safetensors", lambda: safetensors(b'{"a":' + b"[" * 200_000)),
    "gguf-keys": ("x.gguf", lambda: Build({**ARCH, **{f"general.k{i}": Value("string", "v") for i in range(60_000)}}, [Tensor("a")])),
    "gguf-tensors": ("x.gguf", lambda: Build(ARCH, [Tensor(f"blk.{i % 99}.attn_norm_{i}.weight", (1,)) for i in range(60_000)])),
    "gguf-tokens": ("x.gguf", lambda: Build({**ARCH, "tokenizer.ggml.tokens": Array("string", ["abc"] * 2_000_000)}, [Tensor("a")])),
    "gguf-texts": ("x.gguf", lambda: Build({**ARCH, **{f"general.k{i}": Value("string", "v" * 5_000_000) for i in range(12)}}, [Tensor("a")])),
    "gguf-vectors": ("x.gguf", lambda: Build(ARCH, [Tensor(f"blk.{i}.attn_norm.weight", (1 << 18,), 1) for i in range(200)])),
    "gguf-templates": ("x.gguf", lambda: Build({**ARCH, **{f"tokenizer.chat_template.{i}": Value("string", "{{" * 99_999) for i in range(100)}}, [Tensor("a")])),
}  # fmt: skip


def cost(path: Path) -> tuple[float, float, str]:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, megabytes, said = json.loads(done.stdout)
    return seconds, megabytes, said


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_file_made_to_cost_much_does_not(tmp_path: Path, name: str) -> None:
    file, make = CASES[name]
    made = make()  # type: ignore[operator]
    (tmp_path / file).write_bytes(made.encode() if isinstance(made, Build) else made)
    seconds, megabytes, said = cost(tmp_path / file)
    assert seconds < 2
    assert megabytes < 200
    assert said == "" or said.isprintable()


def test_the_table_of_an_mlc_folder_made_to_cost_much_does_not(tmp_path: Path) -> None:
    (tmp_path / "mlc-chat-config.json").write_text("{}")
    (tmp_path / "tensor-cache.json").write_bytes(b'{"records":[' + b"{}," * 5_000_000 + b"{}]}")
    seconds, megabytes, said = cost(tmp_path)
    assert seconds < 2
    assert megabytes < 200
    assert "tensor-cache.json" in said
