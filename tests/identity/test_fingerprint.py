"""Fingerprints of checkpoints: the same in every form of one, different for another, near for a fine-tune."""

from __future__ import annotations

import copy
import random
from pathlib import Path

import msgspec
import pytest

from openness.identity import fingerprint_table
from openness.identity.fingerprint import WeightPrint
from openness.identity.likeness import compare
from tests.builds import Build, Tensor, Value
from tests.identity.models import Checkpoint, bfloat16, print_of, widened


def test_gguf_and_safetensors_of_one_checkpoint_have_one_fingerprint(tmp_path: Path) -> None:
    model = Checkpoint(1)
    one, other = print_of(model.gguf(tmp_path / "a.gguf")), print_of(model.safetensors(tmp_path / "a.safetensors"))
    assert one.digest == other.digest
    assert one.layout == other.layout
    assert compare(one, other).match == "exact"


def test_the_one_that_gemmas_converter_adds_is_undone(tmp_path: Path) -> None:
    model = Checkpoint(2, around=0.0)
    stored = print_of(model.gguf(tmp_path / "a.gguf", plus_one=True))
    assert stored.shifted
    assert stored.exact == 1.0
    assert stored.digest == print_of(model.safetensors(tmp_path / "a.safetensors")).digest


def test_another_model_of_the_same_shape_is_none(tmp_path: Path) -> None:
    one, other = print_of(Checkpoint(1).gguf(tmp_path / "a.gguf")), print_of(Checkpoint(2).gguf(tmp_path / "b.gguf"))
    assert one.layout == other.layout
    assert compare(one, other).match == "none"


def test_five_percent_of_perturbed_values_are_no_exact_match(tmp_path: Path) -> None:
    model = Checkpoint(3)
    reference = print_of(model.gguf(tmp_path / "a.gguf"))
    perturbed, chance = copy.deepcopy(model), random.Random(0)
    for words in perturbed.norms.values():
        for number in chance.sample(range(len(words)), len(words) // 20):
            words[number] = bfloat16(widened(words[number]) * 1.05)
    found = compare(print_of(perturbed.gguf(tmp_path / "b.gguf")), reference)
    assert found.match == "fine-tuned"
    assert 0.9 < found.equal < 0.99


def test_one_changed_value_among_thousands_is_no_exact_match(tmp_path: Path) -> None:
    model = Checkpoint(4)
    reference = print_of(model.gguf(tmp_path / "a.gguf"))
    model.norms["model.norm.weight"][3] = bfloat16(7.5)
    found = compare(print_of(model.gguf(tmp_path / "b.gguf")), reference)
    assert found.match == "fine-tuned"
    assert found.equal < 1.0


def test_changed_matrices_under_the_same_norms_are_a_merged_adapter(tmp_path: Path) -> None:
    model, chance = Checkpoint(5), random.Random(0)
    reference = print_of(model.gguf(tmp_path / "a.gguf"))
    for row in model.matrices.values():
        row[:] = [value + chance.gauss(0, 0.01) for value in row]
    assert compare(print_of(model.gguf(tmp_path / "b.gguf")), reference).match == "adapter-merged"


def test_copied_norms_on_other_matrices_are_no_match(tmp_path: Path) -> None:
    model = Checkpoint(6)
    reference = print_of(model.gguf(tmp_path / "a.gguf"))
    model.matrices = Checkpoint(7).matrices
    found = compare(print_of(model.gguf(tmp_path / "b.gguf")), reference)
    assert (found.match, found.copied_vectors) == ("none", True)


def test_untrained_weights_tell_nothing(tmp_path: Path) -> None:
    ones = Checkpoint(8)
    ones.norms = {name: [bfloat16(1.0)] * len(words) for name, words in ones.norms.items()}
    found = print_of(ones.gguf(tmp_path / "a.gguf"))
    assert compare(found, found).match == "none"


def test_values_finer_than_bfloat16_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    data = bytes.fromhex("0000803f" + "0100803f") * 16  # 1.0, and the next float above it
    metadata = {"general.architecture": Value("string", "llama")}
    path.write_bytes(Build(metadata=metadata, tensors=[Tensor("blk.0.attn_v.bias", (32,), 0, data)]).encode())
    assert print_of(path).exact == 0.5


def packed(print_: WeightPrint, model: str = "acme/tiny") -> fingerprint_table.Known:
    return fingerprint_table.packed(print_, model, "a test", "2026-11-28")


def test_a_line_of_the_table_gives_back_the_fingerprint(tmp_path: Path) -> None:
    print_ = print_of(Checkpoint(9).gguf(tmp_path / "a.gguf"))
    fingerprint_table.add(packed(print_), tmp_path / fingerprint_table.OWN_FILE)
    (known,) = [
        known for known in fingerprint_table.candidates(fingerprint_table.lines_with(print_.layout, tmp_path)) if known.own
    ]
    assert known.print() == print_


def test_a_second_fingerprint_of_one_model_takes_the_place_of_the_first(tmp_path: Path) -> None:
    table = tmp_path / fingerprint_table.OWN_FILE
    for seed in (1, 2):
        fingerprint_table.add(packed(print_of(Checkpoint(seed).gguf(tmp_path / "a.gguf"))), table)
    assert len([known for known in fingerprint_table.every(tmp_path) if known.own]) == 1


@pytest.mark.parametrize("change", [{"digest": "0" * 64}, {"samples": "AAAA"}, {"samples": "!"}])
def test_a_line_that_does_not_fit_together_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    from openness.errors import IntegrityError

    known = packed(print_of(Checkpoint(9).gguf(tmp_path / "a.gguf")))
    with pytest.raises(IntegrityError, match="damaged"):
        msgspec.structs.replace(known, **change).print()


def test_the_shipped_table_is_sound() -> None:
    found = list(fingerprint_table.every())
    assert {known.model for known in found} >= {"HuggingFaceTB/SmolLM2-135M-Instruct", "google/gemma-3-270m"}
    for known in found:
        assert known.print().digest == known.digest
        assert known.source and known.sha256 and known.date
