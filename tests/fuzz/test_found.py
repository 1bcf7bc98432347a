"""What the fuzzer found once, and what it found interesting, is read again with every run of the tests."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import kept
from tests.fuzz.targets import TARGETS, run

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the targets hold their input in a memfd")

#: Words that JSON readers look for, so that random tables are not refused at the first key.
WORDS = (
    "records", "dataPath", "params_shard_0.bin", "nbytes", "name", "shape", "dtype", "float32", "byteOffset", "format", "f32-to-bf16",
    "layers", "mediaType", "digest", "application/vnd.ollama.image.model", "sha256:" + "a" * 64, "weight_map", "model.safetensors",
    "model_type", "quantization_config", "quant_method", "quantization", "text_config", "model_config", "hidden_size",
    "_name_or_path", "acme/base", "metadata", "tensor.weight",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=8))
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([0, 16, 32, 64, -1, 1 << 63, 1e400]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=6)),
    max_leaves=30,
)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_inputs_of_earlier_runs_are_read_without_a_fault(name: str) -> None:
    for data in (*TARGETS[name].seeds(), *kept(name)):
        start = time.process_time()
        run(name, data)
        assert time.process_time() - start < 2, data


@pytest.mark.parametrize("name", ["gguf", "safetensors", "mlc", "index", "ollama", "template"])
def test_the_seeds_reach_what_they_are_meant_for(name: str) -> None:
    """The first seed is sound: a target that refused everything would find nothing."""
    TARGETS[name].run(TARGETS[name].seeds()[0])


@pytest.mark.parametrize("name", ["mlc", "index", "ollama", "safetensors"])
@given(first=JSON, second=JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_is_read_or_refused(name: str, first: object, second: object) -> None:
    from json import dumps

    head, table = dumps(first).encode(), dumps(second).encode()
    forms = {
        "mlc": head + b"\0" + table,
        "index": head + b"\0" + table,
        "ollama": table,
        "safetensors": len(table).to_bytes(8, "little") + table + bytes(64),
    }
    run(name, forms[name])


ENTRY = st.fixed_dictionaries(
    {"name": TEXTS, "shape": st.lists(NUMBERS, max_size=3), "dtype": TEXTS, "byteOffset": NUMBERS, "nbytes": NUMBERS}
)
RECORD = st.one_of(
    JSON, st.fixed_dictionaries({"dataPath": TEXTS, "nbytes": st.just(64), "records": st.lists(ENTRY, max_size=3)})
)


@given(config=st.dictionaries(TEXTS, JSON, max_size=5), records=st.lists(RECORD, max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_table_of_mlc_is_read_or_refused(config: object, records: object) -> None:
    from json import dumps

    run("mlc", dumps(config).encode() + b"\0" + dumps({"records": records}).encode())
