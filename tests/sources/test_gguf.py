"""The GGUF header reader on sound files of our own making, and on descriptors that are none."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openness.errors import GGUFError
from openness.sources import exact_read, gguf, gguf_bytes
from tests import builds
from tests.builds import Array, Build, Tensor, Value
from tests.sources.reading import MODEL, TOKENS, opened, read

# --- What a header says ----------------------------------------------------------------------------------------------


def test_scalars_and_strings_come_with_their_values() -> None:
    numbers = {"uint8": 255, "int8": -1, "uint16": 65535, "int16": -2, "uint32": 1 << 31, "int32": -3}
    numbers |= {"uint64": 1 << 63, "int64": -(1 << 63)}
    header = read(Build({f"a.{kind}": Value(kind, number) for kind, number in numbers.items()}))
    assert header.metadata == {f"a.{kind}": number for kind, number in numbers.items()}
    header = read(Build({"a": Value("float32", 0.5), "b": Value("float64", 0.1), "c": Value("string", "text")}))
    assert header.metadata == {"a": 0.5, "b": 0.1, "c": b"text"}


def test_a_bool_is_a_bool() -> None:
    metadata = read(Build({"yes": Value("bool", 1), "no": Value("bool", 0)})).metadata
    assert metadata["yes"] is True
    assert metadata["no"] is False


def test_strings_stay_bytes_whatever_is_in_them() -> None:
    hostile = b"\xff\xfe\x1b[31m\0\xe2\x80\xae"
    assert read(Build({"general.name": Value("string", hostile)})).metadata["general.name"] == hostile


def test_big_arrays_are_skipped_and_known_by_position() -> None:
    build = MODEL.encode()
    array = read(build).arrays["tokenizer.ggml.tokens"]
    stored = b"".join(builds.text(token).encode("<") for token in TOKENS)
    assert (array.element_type, array.count, array.values) == ("string", 5, None)
    assert build[array.start : array.end] == stored


def test_only_named_arrays_are_hashed() -> None:
    header = read(MODEL, hash_arrays=("tokenizer.ggml.token_type", "no.such.key"))
    assert header.arrays["tokenizer.ggml.token_type"].sha256 == hashlib.sha256(struct.pack("<5i", 1, 2, 3, 4, 5)).hexdigest()
    assert header.arrays["tokenizer.ggml.tokens"].sha256 is None


def test_small_string_arrays_of_general_keys_are_kept() -> None:
    def values(items: list[str], key: str = "general.datasets") -> Any:
        return read(Build({key: Array("string", items)})).arrays[key].values

    assert values(["a", "", "ü"]) == (b"a", b"", "ü".encode())
    assert values(["x"] * 64) == (b"x",) * 64
    assert values(["x"] * 65) is None
    assert values(["x" * 4096]) == (b"x" * 4096,)
    assert values(["x" * 4096, "y"]) is None
    assert values(["a"], "tokenizer.ggml.tokens") is None


def test_tensors_have_name_shape_type_offset_and_size() -> None:
    first, second, third = read(MODEL).tensors
    assert first == gguf.Tensor("token_embd.weight", (256, 5), 12, "Q4_K", 0, 5 * 144)
    assert second == gguf.Tensor("blk.0.attn_norm.weight", (256,), 0, "F32", 736, 1024)
    assert third == gguf.Tensor("output.weight", (32, 2, 2), 8, "Q8_0", 1760, 4 * 34)


def test_tensors_may_stand_in_any_order() -> None:
    header = read(Build(tensors=[Tensor("b", offset=128), Tensor("a", offset=0)]))
    assert [(tensor.name, tensor.offset) for tensor in header.tensors] == [("b", 128), ("a", 0)]


@pytest.mark.parametrize("alignment", [8, 32, 64, 4096])
def test_the_data_starts_at_the_next_multiple_of_the_alignment(alignment: int) -> None:
    build = Build({"a": Value("uint8", 1)}, [Tensor("t"), Tensor("u")], alignment=alignment)
    header = read(build)
    assert header.data_start % alignment == 0
    assert 0 <= header.data_start - header.header_end < alignment
    assert header.trailing == 0


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("byte_order", ["little", "big"])
def test_versions_2_and_3_in_both_byte_orders_read_the_same(version: int, byte_order: str) -> None:
    header = read(Build(MODEL.metadata, MODEL.tensors, version=version, byte_order=byte_order))
    assert (header.version, header.byte_order) == (version, byte_order)
    assert header.metadata == read(MODEL).metadata
    assert header.tensors == read(MODEL).tensors
    assert header.arrays["llama.attention.head_count"].values == (4, 8)


def test_trailing_bytes_are_reported_not_refused() -> None:
    assert read(MODEL.encode() + b"PK\x03\x04 an archive").trailing == 15
    assert read(Build({"a": Value("uint8", 1)}, tail=bytes(1000))).trailing > 900


def test_the_padding_of_the_last_tensor_may_be_missing() -> None:
    build = Build(tensors=[Tensor("t", (33,))])
    assert read(Build(tensors=build.tensors, cut=-28)).trailing == 0


def test_a_file_without_tensors_needs_no_padding() -> None:
    header = read(Build({"general.architecture": Value("string", "llama")}))
    assert header.tensors == ()
    assert header.file_size == header.header_end < header.data_start
    assert header.trailing == 0


def test_an_empty_header_is_sound() -> None:
    assert read(Build()).metadata == {}


# --- What is derived -------------------------------------------------------------------------------------------------


def test_tensor_types_are_counted_most_frequent_first() -> None:
    header = read(Build(tensors=[Tensor("a", (256,), 12), Tensor("b"), Tensor("c")]))
    assert list(gguf.tensor_types(header).items()) == [("F32", 2), ("Q4_K", 1)]


def test_architecture_is_printable_or_none() -> None:
    assert gguf.architecture(read(MODEL)) == "llama"
    assert gguf.architecture(read(Build())) is None
    assert gguf.architecture(read(Build({"general.architecture": Value("uint32", 7)}))) is None
    assert gguf.architecture(read(Build({"general.architecture": Value("string", "a\x1b[2J")}))) == "a\\x1b[2J"


def test_shapes_are_the_integers_of_the_architecture() -> None:
    assert gguf.shapes(read(MODEL)) == {"block_count": 2, "attention.head_count": (4, 8)}
    assert gguf.shapes(read(Build({"llama.block_count": Value("uint32", 2)}))) == {}


def test_general_claims_are_all_general_keys() -> None:
    assert gguf.general_claims(read(MODEL)) == {
        "general.architecture": b"llama",
        "general.name": b"Tiny Llama",
        "general.license": b"apache-2.0",
        "general.license.link": b"https://example.org/LICENSE",
        "general.base_model.count": 1,
        "general.base_model.0.name": b"Parent",
        "general.tags": (b"chat", b"en"),
    }


def test_the_tokenizer_hash_covers_lengths_and_bytes_of_the_tokens() -> None:
    stored = b"".join(struct.pack("<Q", len(token)) + token.encode() for token in TOKENS)
    header = read(MODEL, hash_arrays=(gguf.TOKENS,))
    assert gguf.tokenizer_hash(header) == hashlib.sha256(stored).hexdigest()
    assert gguf.tokenizer_hash(read(Build())) is None
    with pytest.raises(ValueError, match="hash_arrays"):
        gguf.tokenizer_hash(read(MODEL))


def test_a_prefix_of_an_array_can_be_hashed_afterwards() -> None:
    with opened(MODEL.encode()) as fd:
        header = gguf.read_header(fd)
        stored = b"".join(struct.pack("<Q", len(token)) + token.encode() for token in TOKENS[:3])
        assert gguf.array_sha256(fd, header, gguf.TOKENS, 3) == hashlib.sha256(stored).hexdigest()
        types = struct.pack("<2i", 1, 2)
        assert gguf.array_sha256(fd, header, "tokenizer.ggml.token_type", 2) == hashlib.sha256(types).hexdigest()
        with pytest.raises(ValueError, match="5 elements"):
            gguf.array_sha256(fd, header, gguf.TOKENS, 6)


# --- Split files -----------------------------------------------------------------------------------------------------


def split_keys(no: int, count: int, tensors: int) -> dict[str, builds.Entry]:
    return {
        "split.no": Value("uint16", no),
        "split.count": Value("uint16", count),
        "split.tensors.count": Value("int32", tensors),
    }


def test_a_shard_says_which_one_it_is_and_only_its_own_tensors_are_checked() -> None:
    header = read(Build(split_keys(1, 3, 100), [Tensor("t")]))
    assert header.split == gguf.Split(no=1, count=3, tensors=100)


def test_a_whole_file_and_a_merged_one_are_no_split() -> None:
    assert read(MODEL).split is None
    assert read(Build(split_keys(0, 0, 1), [Tensor("t")])).split is None


def test_shard_names_follow_from_any_one_of_them() -> None:
    names = ["x-00001-of-00003.gguf", "x-00002-of-00003.gguf", "x-00003-of-00003.gguf"]
    assert all(gguf.shard_names(name, 3) == names for name in names)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("x.gguf", 3),
        ("x-00001-of-00003.gguf", 2),
        ("x-00000-of-00003.gguf", 3),
        ("x-00004-of-00003.gguf", 3),
        ("x-1-of-3.gguf", 3),
        ("x-00001-of-00003.gguf.part", 3),
        ("x-٠٠٠٠١-of-00003.gguf", 3),
    ],
)
def test_a_name_outside_the_convention_has_no_siblings(name: str, count: int) -> None:
    assert gguf.shard_names(name, count) is None


# --- The descriptor --------------------------------------------------------------------------------------------------


def test_the_descriptor_is_neither_moved_nor_closed() -> None:
    with opened(MODEL.encode()) as fd:
        os.lseek(fd, 7, os.SEEK_SET)
        gguf.read_header(fd, hash_arrays=(gguf.TOKENS,))
        assert os.lseek(fd, 0, os.SEEK_CUR) == 7


def test_reading_by_seeking_gives_the_same_and_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Windows uses, where there is no ``pread``."""
    monkeypatch.setattr(gguf_bytes, "pread", exact_read.pread_by_seeking)
    with opened(MODEL.encode()) as fd:
        os.lseek(fd, 7, os.SEEK_SET)
        assert gguf.read_header(fd) == read(MODEL)
        assert os.lseek(fd, 0, os.SEEK_CUR) == 7


def test_strings_longer_than_the_window_are_crossed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(MODEL, hash_arrays=(gguf.TOKENS,))
    for window in (1, 8, 9, 13, 64):
        monkeypatch.setattr(gguf_bytes, "WINDOW", window)
        assert read(MODEL, hash_arrays=(gguf.TOKENS,)) == expected


@contextmanager
def fifo(folder: Path) -> Iterator[int]:
    path = folder / "pipe"
    os.mkfifo(path)
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield fd
    finally:
        os.close(fd)


@pytest.mark.skipif(os.name != "posix", reason="pipes and folders cannot be opened like this elsewhere")
@pytest.mark.parametrize(
    ("special", "named"),
    [(fifo, "pipe"), (opened, "folder"), (lambda _: opened(Path("/dev/zero")), "device")],
    ids=["pipe", "folder", "device"],
)
def test_what_is_no_regular_file_is_refused_without_blocking(special: Callable[[Path], Any], named: str, tmp_path: Path) -> None:
    with special(tmp_path) as fd, pytest.raises(GGUFError, match=f"not a regular file.*{named}"):
        gguf.read_header(fd)


def test_a_descriptor_that_cannot_be_read_gives_the_same_error(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(MODEL.encode())
    fd = os.open(tmp_path / "m.gguf", os.O_WRONLY)
    with pytest.raises(GGUFError, match="cannot be read"):
        gguf.read_header(fd)
    os.close(fd)
    with pytest.raises(GGUFError, match="cannot be read"):
        gguf.read_header(fd)


def test_a_file_that_shrinks_while_it_is_read_is_an_error_not_a_crash(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(Build({"general.tags": Array("string", ["x"])}, tail=bytes(1 << 20)).encode())
    with opened(file) as fd:
        cursor = gguf_bytes.Cursor(fd, os.fstat(fd).st_size)
        os.truncate(file, 40)
        with pytest.raises(GGUFError, match="became shorter"):
            cursor.skip_strings(1000, "tokens")


# --- Import ----------------------------------------------------------------------------------------------------------


def test_importing_the_reader_loads_nothing_heavy() -> None:
    code = "import sys, openness.sources.gguf; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "gguf", "yaml", "ssl", "socket", "asyncio", "unicodedata"} & set(loaded)
