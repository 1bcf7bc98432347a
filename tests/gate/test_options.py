"""The options behind ``--``: every allowed one in every form, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.errors import UsageError
from openness.gate.options import ModelFile, RunnerOptions, parse_options

SCHEMA = '{"type": "object"}'
#: names, text, field, value, canonical name
ALLOWED = [
    (("-n", "--predict", "--n-predict"), "-1", "predict", -1),
    (("-c", "--ctx-size"), "0", "ctx_size", 0),
    (("-t", "--threads"), "8", "threads", 8),
    (("-b", "--batch-size"), "512", "batch_size", 512),
    (("-ngl", "--gpu-layers", "--n-gpu-layers"), "99", "gpu_layers", 99),
    (("--temp", "--temperature"), "0.7", "temperature", 0.7),
    (("--top-k",), "40", "top_k", 40),
    (("--top-p",), ".95", "top_p", 0.95),
    (("--min-p",), "5e-2", "min_p", 0.05),
    (("--seed", "-s"), "4294967295", "seed", 4294967295),
    (("--repeat-penalty",), "1.1", "repeat_penalty", 1.1),
    (("--grammar",), 'root ::= "yes"', "grammar", 'root ::= "yes"'),
    (("--json-schema", "-j"), SCHEMA, "json_schema", SCHEMA),
    (("-sys", "--system-prompt"), "Be brief = be kind", "system_prompt", "Be brief = be kind"),
]
FILES = [
    (("--lora",), "lora"),
    (("--mmproj", "-mm"), "mmproj"),
    (("--model-draft", "-md", "--spec-draft-model"), "model-draft"),
    (("--control-vector",), "control-vector"),
]
ALLOWED_NAMES = {name for option in ALLOWED for name in option[0]} | {name for option in FILES for name in option[0]}
#: Options of llama.cpp that load, fetch, run, write or listen, and near misses of allowed ones.
REFUSED = [
    "-m", "--model", "-mu", "--model-url", "-hf", "-hfr", "--hf-repo", "-hff", "--hf-file", "-hfd", "-hfrd",
    "--hf-repo-draft", "-hfv", "--hf-repo-v", "-hft", "--hf-token", "-dr", "--docker-repo", "--mmproj-url",
    "--no-mmproj", "--lora-scaled", "--control-vector-scaled", "--models-dir", "--models-preset", "--rpc",
    "--tools", "--agent", "--mcp-servers-config", "--chat-template", "--chat-template-file", "--grammar-file",
    "--json-schema-file", "-jf", "-sysf", "--system-prompt-file", "-f", "--file", "-bf", "--binary-file", "-p",
    "--prompt", "--host", "--port", "--path", "--api-key-file", "--ssl-key-file", "--log-file",
    "--slot-save-path", "--prompt-cache", "-o", "--output", "-i", "--override-kv", "-ot", "--override-tensor",
    "--device", "--numa", "--mlock", "--embedding", "--ui-mcp-proxy", "--gram", "--lor", "--temper", "--ctx",
    "--see", "--system", "--json", "--ctx_size", "--TEMP", "--Lora", "-N", "-ng", "--", "-", "", "model.gguf",
    "n", "predict", " --temp", "--temp ", "--temp\0", "-lora", "–temp",
]  # fmt: skip


@pytest.mark.parametrize(("names", "text", "field", "value"), ALLOWED)
def test_each_allowed_option_is_understood_in_both_forms(names: tuple[str, ...], text: str, field: str, value: object) -> None:
    for name in names:
        for words in ([name, text], [f"{name}={text}"]):
            assert parse_options(words) == RunnerOptions(**{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(("names", "kind"), FILES)
def test_each_model_file_is_collected_to_be_audited(names: tuple[str, ...], kind: str) -> None:
    for name in names:
        for words in ([name, "a,b=c.gguf"], [f"{name}=a,b=c.gguf"]):
            assert parse_options(words).model_files == (ModelFile(kind, "a,b=c.gguf"),)


@pytest.mark.parametrize("name", REFUSED)
def test_everything_else_is_refused_by_name(name: str) -> None:
    for words in ([name, "x"], [name, "1"], [f"{name}=x"], [name], ["--temp", "0", name]):
        with pytest.raises(UsageError) as caught:
            parse_options(words)
    assert "not an option that openness passes on" in caught.value.message


def test_a_refusal_names_the_option_and_the_nearest_allowed_one() -> None:
    with pytest.raises(UsageError, match=r"'--gram'.*nearest.*--grammar"):
        parse_options(["--gram", "x"])
    with pytest.raises(UsageError, match=r"'--rpc'") as caught:
        parse_options(["--rpc=evil:1"])
    assert "evil" not in caught.value.message


def test_a_refusal_shows_no_control_characters() -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(["--\x1b[2J"])
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("-n", "-2"), ("-n", "1_000"), ("-n", "٣"), ("-n", "0x10"), ("-n", "1.5"), ("-n", ""), ("-n", " 1"),
        ("-n", "99999999999"), ("-c", "-1"), ("-c", "20000000"), ("-t", "1e3"), ("-b", "0"), ("-ngl", "all"),
        ("--temp", "nan"), ("--temp", "inf"), ("--temp", "-0.1"), ("--temp", "1e99"), ("--top-p", "1.01"),
        ("--top-k", "many"), ("--seed", "4294967296"), ("--grammar", ""), ("--grammar", "a\0b"),
        ("--json-schema", "{"), ("--json-schema", "3"), ("--json-schema", "[" * 100_000), ("--lora", ""),
    ],
)  # fmt: skip
def test_a_value_out_of_bounds_is_refused(name: str, text: str) -> None:
    with pytest.raises(UsageError, match="needs"):
        parse_options([f"{name}={text}"])


@pytest.mark.parametrize("name", ["-n", "--grammar", "--lora"])
def test_a_missing_value_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="needs a value"):
        parse_options([name])


def test_an_option_cannot_hide_as_the_value_of_a_text() -> None:
    with pytest.raises(UsageError, match="looks like an option"):
        parse_options(["--grammar", "--tools"])
    assert parse_options(["--system-prompt=--tools"]).system_prompt == "--tools"


def test_the_last_of_a_repeated_setting_counts_and_adapters_add_up() -> None:
    found = parse_options(["--temp", "0", "--lora", "a", "--temp", "1", "--lora", "b"])
    assert found.temperature == 1
    assert found.model_files == (ModelFile("lora", "a"), ModelFile("lora", "b"))


@pytest.mark.parametrize("name", ["--mmproj", "--model-draft"])
def test_what_can_be_loaded_only_once_cannot_be_named_twice(name: str) -> None:
    with pytest.raises(UsageError, match="only once"):
        parse_options([name, "a", name, "b"])


def test_a_grammar_and_a_schema_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="exclude"):
        parse_options(["--grammar", "x", "--json-schema", "{}"])


def test_what_is_passed_on_is_written_anew() -> None:
    found = parse_options(["-n=5", "-sys", "hi", "--lora", "a.gguf", "-ngl", "+7"])
    assert found.to_argv() == ["--predict", "5", "--gpu-layers", "7", "--system-prompt", "hi"]


@given(st.lists(st.one_of(st.sampled_from([*REFUSED, *sorted(ALLOWED_NAMES)]), st.text(max_size=12)), max_size=6))
def test_whatever_is_given_only_allowed_names_come_out(words: list[str]) -> None:
    try:
        found = parse_options(words)
    except UsageError:
        return
    assert set(found.to_argv()[::2]) <= ALLOWED_NAMES
    assert {f"--{file.kind}" for file in found.model_files} <= ALLOWED_NAMES


@given(
    st.one_of(
        st.sampled_from(REFUSED),
        st.from_regex(r"\A--?[a-z][a-z-]{0,14}\Z"),
        st.sampled_from(sorted(ALLOWED_NAMES)).flatmap(lambda name: st.integers(1, len(name)).map(lambda n: name[:n])),
        st.text(max_size=20),
    ),
    st.one_of(st.text(max_size=8), st.just("1")),
    st.booleans(),
)
def test_no_refused_option_ever_passes(name: str, value: str, joined: bool) -> None:
    if name.partition("=")[0] in ALLOWED_NAMES:
        return
    with pytest.raises(UsageError):
        parse_options([f"{name}={value}"] if joined else [name, value])
