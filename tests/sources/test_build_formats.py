"""Formats other than GGUF: what a sound file says, and what is wrong with one that is not. Everything is written by hand here."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.errors import BuildError, MissingInput, OpennessError
from openness.gate.held_build import held_build
from openness.sources import llamafile, onnx, safetensors
from openness.sources.build_format import format_of
from openness.sources.build_head import BuildHead
from openness.sources.build_layout import layout_of
from tests.builds import Build, Tensor, Value


def head_of(path: Path) -> BuildHead:
    with held_build(str(path)) as held:
        return held.head()


def safetensors_bytes(header: Any, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text)) + text + data


ONE = {"a.weight": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}}


def test_a_safetensors_header_gives_names_types_and_rows_first(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes({**ONE, "__metadata__": {"format": "pt"}}, bytes(12)))
    head = head_of(path)
    assert (head.format, head.tensor_types) == ("safetensors", {"F16": 1})
    assert head.tensors is not None and head.tensors.tensors["a.weight"].dims == (3, 2)
    assert head.claims["safetensors.format"] == "pt"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "ends after 0 bytes"),
        (struct.pack("<Q", 1 << 60) + b"{}", "claims"),
        (safetensors_bytes(b'["a"]' + b" " * 8), "brace"),
        (safetensors_bytes(b"{nonsense}"), "not JSON"),
        (safetensors_bytes(b"{" + b'"a":[' * 100_000), "not JSON"),
        (safetensors_bytes(b'{"a":{},"a":{}}'), "twice"),
        (safetensors_bytes({"a": 3}), "not described"),
        (safetensors_bytes({"a": {"dtype": "F17", "shape": [1], "data_offsets": [0, 2]}}), "unknown type"),
        (safetensors_bytes({"a": {"dtype": "F16", "shape": [-1], "data_offsets": [0, 2]}}), "no shape"),
        (safetensors_bytes({"a": {"dtype": "F16", "shape": [True], "data_offsets": [0, 2]}}), "no shape"),
        (safetensors_bytes({"a": {"dtype": "F16", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 2]}}), "size of its shape"),
        (safetensors_bytes(ONE, bytes(11)), "truncated"),
        (safetensors_bytes(ONE, bytes(13)), "belong to nothing"),
        (safetensors_bytes({"a": {"dtype": "U8", "shape": [2], "data_offsets": [1, 3]}}, bytes(3)), "hole"),
        (
            safetensors_bytes(
                {n: {"dtype": "U8", "shape": [2], "data_offsets": [i, i + 2]} for i, n in enumerate("ab")}, bytes(3)
            ),
            "overlaps",
        ),
    ],
)
def test_a_wrong_safetensors_header_is_one_sentence(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    with path.open("rb") as file, pytest.raises(BuildError, match=word) as caught:
        safetensors.read_header(file.fileno(), len(data))
    assert caught.value.message.isprintable()


def field(number: int, value: bytes | int) -> bytes:
    """A protocol-buffer field."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def onnx_bytes(*, kind: int = 1, external: str = "") -> bytes:
    tensor = field(1, 4) + field(2, kind) + field(8, b"weight") + field(9, bytes(16))
    if external:
        tensor += field(13, field(1, b"location") + field(2, external.encode())) + field(14, 1)
    graph = field(1, field(4, b"MatMul")) + field(2, b"main") + field(5, tensor)
    properties = field(14, field(1, b"license") + field(2, b"mit"))
    return field(1, 10) + field(2, b"pytorch") + field(3, b"2.9") + field(7, graph) + properties


def test_an_onnx_model_says_producer_types_and_properties(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_bytes(kind=10))
    with path.open("rb") as file:
        model = onnx.read_model(file.fileno(), path.stat().st_size)
    assert (model.producer, model.tensor_types, model.nodes) == ("pytorch 2.9", {"F16": 1}, 1)
    assert head_of(path).claims["general.license"] == "mit"


def test_weights_outside_of_an_onnx_model_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_bytes(external="model.onnx_data"))
    with pytest.raises(BuildError, match="not beside it"):
        head_of(path)
    (tmp_path / "model.onnx_data").write_bytes(bytes(16))
    with held_build(str(path)) as held:
        assert len(held.files) == 2
        assert held.head().format == "onnx"


@pytest.mark.parametrize("cut", [1, 5, 20, 40])
def test_a_cut_onnx_model_is_one_sentence(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_bytes()[:-cut])
    with pytest.raises(BuildError):
        head_of(path)


READERS: dict[str, Callable[[int, int], object]] = {
    "safetensors": safetensors.read_header,
    "onnx": onnx.read_model,
    "llamafile": llamafile.inner_builds,
    "format": lambda fd, size: format_of(fd, size, "x.onnx"),
}
SEEDS = {
    "safetensors": safetensors_bytes(ONE, bytes(12)),
    "onnx": onnx_bytes(),
    "llamafile": b"\x7fELF" + b"PK\x05\x06" + bytes(18),
    "format": b"GGUF",
}


@pytest.mark.parametrize("name", sorted(READERS))
@given(data=st.data())
@settings(max_examples=150, deadline=2000)
def test_no_reader_answers_damaged_bytes_with_anything_but_its_error(
    name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.one_of(st.binary(max_size=300), st.just(SEEDS[name]))))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8)):
        if at < len(content):
            content[at] = byte
    descriptor = os.memfd_create("x")
    try:
        os.write(descriptor, content)
        try:
            READERS[name](descriptor, len(content))
        except OpennessError as error:
            assert error.message.isprintable()  # noqa: PT017
    finally:
        os.close(descriptor)


GGUF = Build(metadata={"general.architecture": Value("string", "llama")}, tensors=[Tensor("token_embd.weight", (32, 2))]).encode()


def test_the_build_inside_a_llamafile_is_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "model.llamafile"
    path.write_bytes(b"\x7fELF" + bytes(5000))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(".args", "-m model.gguf")
        archive.writestr("model.gguf", GGUF, zipfile.ZIP_STORED)
    head = head_of(path)
    assert (head.format, head.architecture) == ("llamafile", "llama")
    assert head.gguf_start > 5000


def test_a_compressed_build_inside_a_llamafile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.llamafile"
    path.write_bytes(b"\x7fELF" + bytes(100))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model.gguf", GGUF, zipfile.ZIP_DEFLATED)
    with pytest.raises(BuildError, match="compressed"):
        head_of(path)


@pytest.mark.parametrize("data", [b"\x80\x04\x95rubbish", b"PK\x03\x04" + bytes(26) + b"archive/data.pkl" + bytes(64)])
def test_a_pickle_is_named_and_never_loaded(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(data + bytes(64))
    with pytest.raises(BuildError, match="pickle") as caught:
        head_of(path)
    assert caught.value.code == "pickle"


def shard(no: int, count: int, tensors: int = 2) -> bytes:
    split = {
        "split.no": Value("uint16", no),
        "split.count": Value("uint16", count),
        "split.tensors.count": Value("int32", tensors),
    }
    metadata = {"general.architecture": Value("string", "llama"), **split}
    return Build(metadata=metadata, tensors=[Tensor(f"blk.{no}.x", (32,))]).encode()


def test_all_shards_of_a_split_build_are_held_and_counted(tmp_path: Path) -> None:
    for no in range(2):
        (tmp_path / f"m-0000{no + 1}-of-00002.gguf").write_bytes(shard(no, 2))
    with held_build(str(tmp_path / "m-00002-of-00002.gguf")) as held:
        assert [Path(file.path).name for file in held.files] == ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]
        assert held.head().tensor_types == {"F32": 2}
        assert len(held.sha256()) == 64


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    (tmp_path / "m-00001-of-00003.gguf").write_bytes(shard(0, 3))
    with (
        pytest.raises(BuildError, match=r"m-00002-of-00003\.gguf and 1 more"),
        held_build(str(tmp_path / "m-00001-of-00003.gguf")),
    ):
        pass


def test_shards_in_the_wrong_places_are_refused(tmp_path: Path) -> None:
    for no in range(2):
        (tmp_path / f"m-0000{no + 1}-of-00002.gguf").write_bytes(shard(1 - no, 2))
    with pytest.raises(BuildError, match="is not part 1 of 2"):
        head_of(tmp_path / "m-00001-of-00002.gguf")


def test_a_shard_under_another_name_is_no_whole_build(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(shard(0, 2))
    with pytest.raises(BuildError, match="part 1 of 2"):
        head_of(tmp_path / "m.gguf")


CONFIG = {"model_type": "mistral", "hidden_size": 4096, "num_hidden_layers": 32, "_name_or_path": "acme/base"}


@pytest.mark.parametrize(
    ("more", "format"),
    [
        ({}, "safetensors"),
        ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, "gptq"),
        ({"quantization_config": {"quant_method": "awq"}}, "awq"),
        ({"quantization_config": {"quant_method": "exl2"}}, "exl2"),
        ({"quantization": {"group_size": 64, "bits": 4}}, "mlx"),
        ({"quantization_config": {"quant_method": "evil\x1b[31m"}}, "safetensors"),
    ],
)
def test_a_folder_says_how_it_is_quantized(tmp_path: Path, more: dict[str, Any], format: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**CONFIG, **more}))
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes(ONE, bytes(12)))
    head = head_of(tmp_path)
    assert (head.format, head.architecture, head.shapes["block_count"]) == (format, "llama", 32)
    assert head.claims["general.base_model.0.name"] == "acme/base"


def test_an_index_names_the_parts_and_nothing_outside_the_folder(tmp_path: Path) -> None:
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../../etc/passwd"}}))
    with pytest.raises(BuildError, match="own folder"):
        layout_of(tmp_path)
    index.write_text(json.dumps({"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}}))
    (tmp_path / "part-1.safetensors").write_bytes(safetensors_bytes(ONE, bytes(12)))
    with pytest.raises(BuildError, match=r"part-2\.safetensors"):
        layout_of(tmp_path)


def test_an_mlc_folder_is_read_by_its_table(tmp_path: Path) -> None:
    record = {"name": "model.norm.weight", "shape": [4], "dtype": "float16", "format": "raw", "nbytes": 8, "byteOffset": 0}
    table = {"records": [{"dataPath": "params_shard_0.bin", "nbytes": 8, "records": [record]}]}
    (tmp_path / "mlc-chat-config.json").write_text(json.dumps({"model_type": "llama", "quantization": "q4f16_1"}))
    (tmp_path / "ndarray-cache.json").write_text(json.dumps(table))
    (tmp_path / "params_shard_0.bin").write_bytes(bytes(8))
    head = head_of(tmp_path)
    assert (head.format, head.architecture, head.tensor_types) == ("mlc", "llama", {"F16": 1})
    record["byteOffset"] = 4
    (tmp_path / "ndarray-cache.json").write_text(json.dumps(table))
    with pytest.raises(BuildError, match="does not fit"):
        head_of(tmp_path)


@pytest.mark.parametrize(
    ("metadata", "role"),
    [
        ({"general.type": "adapter", "adapter.type": "lora"}, "lora"),
        ({"general.architecture": "clip"}, "mmproj"),
        ({"general.architecture": "controlvector"}, "control-vector"),
        ({"general.architecture": "eagle3"}, "draft"),
        ({"general.architecture": "llama"}, "model"),
    ],
)
def test_files_beside_models_are_named_as_such(tmp_path: Path, metadata: dict[str, str], role: str) -> None:
    values = {key: Value("string", value) for key, value in metadata.items()}
    (tmp_path / "x.gguf").write_bytes(Build(metadata=values, tensors=[Tensor("a", (32,))]).encode())
    assert head_of(tmp_path / "x.gguf").role == role


def test_a_lora_in_safetensors_is_an_adapter(tmp_path: Path) -> None:
    names = {"base.layers.0.q_proj.lora_A.weight": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}}
    (tmp_path / "adapter_model.safetensors").write_bytes(safetensors_bytes(names, bytes(12)))
    assert head_of(tmp_path / "adapter_model.safetensors").role == "lora"


def test_a_folder_with_several_builds_is_no_build(tmp_path: Path) -> None:
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).write_bytes(GGUF)
    with pytest.raises(BuildError, match="2 builds"):
        layout_of(tmp_path)


def test_a_folder_without_a_build(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        layout_of(tmp_path)
