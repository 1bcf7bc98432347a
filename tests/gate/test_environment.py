"""The environment of a runner is an allow-list."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.gate.environment import scrubbed_environment

KEPT = [
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "GGML_VK_VISIBLE_DEVICES", "OMP_NUM_THREADS",
]  # fmt: skip
DROPPED = [
    "LLAMA_ARG_MODEL", "LLAMA_ARG_HF_REPO", "LLAMA_ARG_TOOLS", "LLAMA_ARG_LOG_FILE", "LLAMA_CACHE", "LLAMA_API_KEY",
    "HF_TOKEN", "HF_HOME", "HF_ENDPOINT", "GGML_BACKEND_PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES",
    "PYTHONPATH", "PYTHONSTARTUP", "GITHUB_TOKEN", "OPENNESS_STATE", "HTTPS_PROXY", "BASH_ENV", "path", "LCX", "LC",
]  # fmt: skip


def test_what_a_runner_needs_is_kept() -> None:
    environment = dict.fromkeys(KEPT, "value")
    assert scrubbed_environment(environment) == environment


@pytest.mark.parametrize("name", DROPPED)
def test_what_could_name_a_model_a_token_or_code_is_dropped(name: str) -> None:
    assert scrubbed_environment({name: "value"}) == {}


def test_windows_keeps_its_system_root(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scrubbed_environment({"SYSTEMROOT": "x"}) == {}
    monkeypatch.setattr(sys, "platform", "win32")
    assert scrubbed_environment({"SYSTEMROOT": "x"}) == {"SYSTEMROOT": "x"}


@given(
    st.sampled_from(["LLAMA_", "LLAMA_ARG_", "HF_", "GGML_BACKEND", "LD_", "DYLD_", "PYTHON"]),
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
def test_no_name_of_a_dangerous_family_passes(prefix: str, rest: str) -> None:
    assert scrubbed_environment({prefix + rest: "value"}) == {}
