"""The bundled runner on a real build: the audited bytes run, in a child that is confined and never left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openness.errors import IntegrityError, RunnerError, UsageError
from openness.gate.bundled import bundled, is_installed
from openness.gate.held_file import HeldFile
from openness.gate.launch import Companion, Job, choose
from openness.gate.options import parse_options
from openness.gate.process import Child
from openness.gate.sealed import sealed_copy
from tests.builds import smollm2

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not is_installed(), reason="xllamacpp is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "The capital of France is"
SHORT = parse_options(["--temp", "0", "-n", "8", "-c", "512"])
LONG = parse_options(["--temp", "0", "-n", "400", "-c", "512"])


@pytest.fixture(scope="module")
def build() -> Path:
    return smollm2()


@pytest.fixture
def copy(build: Path, tmp_path: Path) -> Path:
    """A build that a test may change."""
    return Path(shutil.copy(build, tmp_path / "model.gguf"))


@pytest.fixture
def held(build: Path) -> Iterator[HeldFile]:
    with HeldFile(build) as file:
        file.sha256()
        yield file


def text_of(job: Job, prompt: str = PROMPT) -> str:
    pieces: list[str] = []
    bundled().generate(job, prompt, pieces.append)
    return "".join(pieces)


def children(process: int | str = "self") -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def gone(process: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_a_prompt_is_completed_and_the_outcome_counted(held: HeldFile) -> None:
    runner = choose()
    assert runner.version[0].isdigit()
    pieces: list[str] = []
    outcome = runner.generate(Job(held, SHORT, mode="completion"), PROMPT, pieces.append)
    assert "".join(pieces).startswith(" Paris")
    assert (outcome.ended, outcome.tokens) == ("length", 8)
    assert children() == []


def test_an_instruct_build_gets_the_prompt_as_a_message(held: HeldFile) -> None:
    job = Job(held, SHORT)
    assert job.resolved_mode() == "chat"
    text = text_of(job)
    assert text
    assert text != text_of(Job(held, SHORT, mode="completion"))


def test_the_sampling_options_arrive(held: HeldFile) -> None:
    assert text_of(Job(held, parse_options(["--grammar", 'root ::= "oui"']))) == "oui"
    schema = '{"type": "object", "properties": {"a": {"const": 7}}, "required": ["a"], "additionalProperties": false}'
    assert json.loads(text_of(Job(held, parse_options(["-j", schema])))) == {"a": 7}
    seeded = [text_of(Job(held, parse_options(["-n", "8", "--seed", seed, "--temp", "2"]))) for seed in ("1", "1", "2")]
    assert seeded[0] == seeded[1] != seeded[2]


def test_a_system_prompt_needs_a_template(held: HeldFile) -> None:
    with pytest.raises(RunnerError, match="system prompt"):
        text_of(Job(held, parse_options(["-sys", "Be brief"]), mode="completion"))


def test_a_rename_swap_between_hash_and_start_runs_the_audited_inode(copy: Path, tmp_path: Path) -> None:
    with HeldFile(copy) as held:
        held.sha256()
        (tmp_path / "evil").write_bytes(b"NOTGGUF" * 100)
        os.replace(tmp_path / "evil", copy)
        assert text_of(Job(held, SHORT, mode="completion")).startswith(" Paris")


def test_an_in_place_change_after_the_hash_starts_nothing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Child, "__init__", lambda *_, **__: pytest.fail("a child was started"))
    with HeldFile(copy) as held:
        held.sha256()
        change(copy)
        with pytest.raises(IntegrityError, match="ctime"):
            text_of(Job(held, SHORT))


def change(path: Path) -> None:
    """Writes zeros into the tensors and sets the times back: only ctime tells."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(-4096, os.SEEK_END)
        stream.write(bytes(64))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_an_in_place_change_while_it_loads_kills_the_child_before_any_text(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Child.send

    def send(self: Child, line: bytes) -> None:
        change(copy)
        real(self, line)

    monkeypatch.setattr(Child, "send", send)
    with HeldFile(copy) as held:
        held.sha256()
        pieces: list[str] = []
        with pytest.raises(IntegrityError, match="ctime"):
            bundled().generate(Job(held, SHORT), PROMPT, pieces.append)
        assert pieces == []
    assert children() == []


def test_the_sealed_copy_runs_whatever_happens_to_the_file(copy: Path) -> None:
    with HeldFile(copy) as held, sealed_copy(held) as sealed:
        copy.write_bytes(b"")
        assert text_of(Job(sealed, SHORT, mode="completion")).startswith(" Paris")


def test_the_child_sees_no_dangerous_variable_and_writes_no_core(held: HeldFile, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LLAMA_ARG_MODEL", "LLAMA_ARG_CTX_SIZE", "HF_TOKEN", "PYTHONPATH", "LD_PRELOAD_X", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "evil")
    seen: dict[str, Any] = {}

    def look(_text: str) -> None:
        if seen:
            return  # by the last pieces the child may be gone
        (child,) = children()
        seen["environment"] = Path(f"/proc/{child}/environ").read_bytes()
        seen["limits"] = Path(f"/proc/{child}/limits").read_text()
        seen["cwd"] = os.readlink(f"/proc/{child}/cwd")
        seen["arguments"] = Path(f"/proc/{child}/cmdline").read_text()

    bundled().generate(Job(held, SHORT), PROMPT, look)
    assert b"evil" not in seen["environment"]
    assert b"PATH=" in seen["environment"]
    assert "Max core file size        0                    0" in seen["limits"]
    assert seen["cwd"] == "/"
    assert "-I" in seen["arguments"].split("\0")
    assert PROMPT not in seen["arguments"]


def test_an_interrupt_ends_the_child(held: HeldFile) -> None:
    def interrupt(_text: str) -> None:
        raise KeyboardInterrupt

    assert bundled().generate(Job(held, LONG), PROMPT, interrupt).ended == "interrupted"
    assert children() == []


def test_a_reader_that_leaves_ends_the_child_quietly(held: HeldFile) -> None:
    def closed(_text: str) -> None:
        raise BrokenPipeError

    assert bundled().generate(Job(held, LONG), PROMPT, closed).ended == "reader-gone"
    assert children() == []


def test_a_child_killed_by_a_signal_is_explained(held: HeldFile) -> None:
    def kill(_text: str) -> None:
        for child in children():
            os.kill(child, signal.SIGKILL)

    with pytest.raises(RunnerError, match=r"ended by signal 9 \(SIGKILL\): nothing was changed.*smaller"):
        bundled().generate(Job(held, LONG), PROMPT, kill)


def test_a_malformed_build_is_an_error_that_names_the_cause(build: Path, tmp_path: Path) -> None:
    with build.open("rb") as stream:
        (tmp_path / "cut.gguf").write_bytes(stream.read(3_000_000))
    with HeldFile(tmp_path / "cut.gguf") as held, pytest.raises(RunnerError, match="not within the file bounds"):
        text_of(Job(held, SHORT))


def test_a_prompt_beyond_the_context_is_an_error(held: HeldFile) -> None:
    with pytest.raises(RunnerError, match="context size"):
        text_of(Job(held, SHORT, mode="completion"), PROMPT * 500)


def test_a_draft_model_is_loaded_through_its_own_descriptor(held: HeldFile, copy: Path, tmp_path: Path) -> None:
    with HeldFile(copy) as draft:
        draft.sha256()
        (tmp_path / "evil").write_bytes(b"NOTGGUF" * 100)
        os.replace(tmp_path / "evil", copy)
        job = Job(held, SHORT, companions=(Companion("model-draft", draft),), mode="completion")
        assert text_of(job).startswith(" Paris")


def test_a_changed_companion_stops_the_run(held: HeldFile, tmp_path: Path) -> None:
    (tmp_path / "adapter.gguf").write_bytes(b"adapter")
    with HeldFile(tmp_path / "adapter.gguf") as adapter:
        adapter.sha256()
        (tmp_path / "adapter.gguf").write_bytes(b"changed")
        with pytest.raises(IntegrityError, match=r"adapter\.gguf"):
            text_of(Job(held, SHORT, companions=(Companion("lora", adapter),)))


def test_a_control_vector_is_refused_with_the_way_out(held: HeldFile, copy: Path) -> None:
    with HeldFile(copy) as vector, pytest.raises(UsageError, match="--runner"):
        text_of(Job(held, SHORT, companions=(Companion("control-vector", vector),)))


def test_a_split_build_runs_from_its_held_parts(build: Path, tmp_path: Path) -> None:
    parts = split(build, tmp_path)
    assert len(parts) > 1
    held = tuple(HeldFile(part) for part in parts)
    for number, part in enumerate(parts):
        part.rename(tmp_path / f"elsewhere-{number}")
    with HeldFile(tmp_path / "elsewhere-0") as first:
        first.sha256()
        for file in held:
            file.sha256()
        assert text_of(Job(held[0], SHORT, shards=held, mode="completion")).startswith(" Paris")
    for file in held:
        file.close()


def split(build: Path, folder: Path) -> list[Path]:
    gguf = pytest.importorskip("gguf")
    reader = gguf.GGUFReader(build)
    writer = gguf.GGUFWriter(folder / "part.gguf", "llama", split_max_tensors=100)
    for item in reader.fields.values():
        if not item.name.startswith("GGUF.") and item.name != "general.architecture":
            kind = item.types[0]
            inner = item.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(item.name, item.contents(), kind, sub_type=inner)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return sorted(folder.glob("part-*.gguf"))


def ask(address: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.loads(reply.read()), reply.headers


def test_serving_answers_on_loopback_until_it_is_interrupted(held: HeldFile) -> None:
    seen: dict[str, Any] = {}

    def use(address: str) -> None:
        seen["address"] = address
        seen["health"], seen["headers"] = ask(address, "/health", Origin="http://evil.example")
        body = {"prompt": PROMPT, "max_tokens": 4, "temperature": 0}
        seen["completion"], _ = ask(address, "/v1/completions", body)
        seen["models"], _ = ask(address, "/v1/models")
        with pytest.raises(urllib.error.HTTPError):
            ask(address, "/tools")
        raise KeyboardInterrupt

    outcome = bundled().serve(Job(held, parse_options(["-c", "512"])), "127.0.0.1", 0, use)
    assert outcome.ended == "interrupted"
    assert seen["address"].startswith("http://127.0.0.1:")
    assert seen["health"] == {"status": "ok"}
    assert not seen["headers"].get("Access-Control-Allow-Origin")
    assert seen["completion"]["choices"][0]["text"].startswith(" Paris")
    assert "/proc" not in json.dumps(seen["models"])
    assert children() == []
    with pytest.raises(OSError, match="refused"):
        ask(seen["address"], "/health")


def test_a_port_that_is_taken_is_an_error(held: HeldFile) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(RunnerError, match="in use"):
        bundled().serve(Job(held, SHORT), "127.0.0.1", taken.getsockname()[1], lambda _address: None)


PROGRAM = """
import sys
from openness.gate.launch import Job, choose, text_writer
from openness.gate.held_file import HeldFile
from openness.gate.options import parse_options
with HeldFile(sys.argv[1]) as held:
    held.sha256()
    job = Job(held, parse_options(["-n", "-1"]), mode="completion")
    outcome = choose().generate(job, "Once", text_writer(sys.stdout))
print(outcome.ended, file=sys.stderr)
"""


@pytest.fixture
def program(build: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(build)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_child_and_the_program_goes_on_cleanly(
    program: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    assert program.stdout is not None
    program.stdout.read(1)
    (child,) = children(program.pid)
    program.send_signal(number)
    _, errors = program.communicate(timeout=20)
    assert (program.returncode, errors) == (0, b"interrupted\n")
    assert gone(child)


@pytest.mark.parametrize("while_loading", [True, False])
def test_a_parent_that_is_killed_takes_the_child_with_it(program: subprocess.Popen[bytes], while_loading: bool) -> None:
    assert program.stdout is not None
    if not while_loading:
        program.stdout.read(1)
    while not (found := children(program.pid)):
        time.sleep(0.005)
    program.kill()
    program.wait()
    assert gone(found[0])
