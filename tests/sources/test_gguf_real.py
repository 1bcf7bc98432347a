"""The reader against the ``gguf`` package: the tables of types, and every key and tensor of two real builds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openness.sources import gguf
from openness.sources.gguf_types import SCALARS, TENSOR_TYPES
from tests import builds
from tests.sources.reading import opened


def test_the_tables_agree_with_the_gguf_package() -> None:
    constants = pytest.importorskip("gguf.constants")
    theirs = {int(t): (t.name, *constants.GGML_QUANT_SIZES[t]) for t in constants.GGMLQuantizationType}
    assert theirs.items() <= {number: tuple(ours) for number, ours in TENSOR_TYPES.items()}.items()
    assert {int(t): t.name.lower() for t in constants.GGUFValueType if t.name not in ("STRING", "ARRAY")} == {
        number: scalar.name for number, scalar in SCALARS.items()
    }


@pytest.fixture(params=[builds.smollm2, builds.gemma3], ids=["smollm2", "gemma3"])
def real(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param()
    return found


@pytest.mark.real
def test_every_key_and_tensor_of_a_real_build_is_what_the_gguf_package_reads(real: Path) -> None:
    oracle = pytest.importorskip("gguf").GGUFReader(real)
    with opened(real) as fd:
        header = gguf.read_header(fd)
    fields = {key: field for key, field in oracle.fields.items() if not key.startswith("GGUF.")}
    assert fields.keys() == header.metadata.keys() | header.arrays.keys()
    for key, value in header.metadata.items():
        assert type(value)(_oracle_value(fields[key])) == value, key
    for key, array in header.arrays.items():
        field = fields[key]
        assert (len(field.data), field.types[-1].name.lower()) == (array.count, array.element_type), key
        if array.values is not None:
            assert [v.decode() if isinstance(v, bytes) else v for v in array.values] == field.contents(), key
    assert [
        (
            t.name,
            tuple(int(d) for d in t.shape),
            int(t.tensor_type),
            t.tensor_type.name,
            int(t.data_offset),
            int(t.n_bytes),
        )
        for t in oracle.tensors
    ] == [(t.name, t.dims, t.type_id, t.type_name, header.data_start + t.offset, t.size) for t in header.tensors]
    assert header.data_start == oracle.data_offset
    assert header.trailing == 0


def _oracle_value(field: Any) -> Any:
    value = field.contents()
    return value.encode() if isinstance(value, str) else value


@pytest.mark.real
def test_the_real_builds_say_what_is_known_of_them() -> None:
    with opened(builds.smollm2()) as fd:
        header = gguf.read_header(fd, hash_arrays=(gguf.TOKENS,))
        # model-families/tokenizers.yaml
        assert gguf.tokenizer_hash(header) == "e3f79317b457a91937391f6e0ee99d97ba2a3adae02bc26db8f59710ddb27ffe"
        prefix = gguf.array_sha256(fd, header, gguf.TOKENS, 30000)
        assert prefix == "bc094e0ed96af339b68049ec3e301d6cea843c9a67008385ac923306fb0f6bb4"
    assert gguf.tensor_types(header) == {"Q4_1": 210, "F32": 61, "Q8_0": 1}
    assert gguf.shapes(header)["block_count"] == 30
    with opened(builds.gemma3()) as fd:
        header = gguf.read_header(fd)
    assert gguf.tensor_types(header) == {"F32": 109, "Q5_0": 81, "Q4_K": 27, "Q8_0": 10, "Q6_K": 9}
    assert gguf.general_claims(header)["general.license"] == b"gemma"
