"""External runners: what they are given, and what becomes of them. Stubs stand in for llama.cpp's programs."""

from __future__ import annotations

import hashlib
import json
import os
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openness.errors import ExitCode, IntegrityError, RunnerError, UsageError
from openness.gate import external as external_module
from openness.gate import launch
from openness.gate.external import External, external, find_program
from openness.gate.held_file import HeldFile
from openness.gate.launch import Companion, Job, choose
from openness.gate.options import parse_options
from tests.gate.stubs import TELLS, write_server_stub, write_stub

CONTENT = b"GGUF" + bytes(5000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
DIE = "os.kill(os.getpid(), signal.{name})"


@pytest.fixture
def model(tmp_path: Path) -> Iterator[HeldFile]:
    (tmp_path / "model.gguf").write_bytes(CONTENT)
    with HeldFile(tmp_path / "model.gguf") as held:
        held.sha256()
        yield held


def told(runner: External, job: Job, prompt: str = "Hello") -> dict[str, Any]:
    pieces: list[str] = []
    assert runner.generate(job, prompt, pieces.append).ended == "complete"
    found: dict[str, Any] = json.loads("".join(pieces))
    return found


def test_the_program_gets_the_held_file_the_options_and_no_network(model: HeldFile, tmp_path: Path) -> None:
    runner = external(str(write_stub(tmp_path)))
    assert (runner.name, runner.version, runner.kind) == ("llama-cli", "4242 (stub)", "cli")
    found = told(runner, Job(model, parse_options(["--temp", "0", "-n=7"])), "-hf evil/model")
    assert found["argv"][:2] == ["-m", f"/dev/fd/{model.fileno()}"]
    assert "--offline" in found["argv"]
    assert found["argv"][found["argv"].index("--predict") + 1] == "7"
    assert found["argv"][found["argv"].index("--temp") + 1] == "0.0"
    assert found["argv"][-2:] == ["--prompt", "-hf evil/model"]
    assert found["sha256"] == DIGEST
    assert found["cwd"] == "/"
    assert not {"--tools", "--agent", "-hf", "--model-url"} & set(found["argv"][:-1])


def test_the_environment_is_scrubbed_for_the_run_and_for_the_version(
    model: HeldFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LLAMA_ARG_MODEL", "LLAMA_ARG_HF_REPO", "HF_TOKEN", "LD_PRELOAD", "PYTHONPATH", "GGML_BACKEND_PATH"):
        monkeypatch.setenv(name, "/nowhere/evil")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    leak = tmp_path / "leak.json"
    runner = external(str(write_stub(tmp_path, leak=leak)))
    for seen in (json.loads(leak.read_text()), told(runner, Job(model))["env"]):
        assert "evil" not in json.dumps(seen)
        assert seen["OMP_NUM_THREADS"] == "2"


def test_companions_are_passed_as_held_files(model: HeldFile, tmp_path: Path) -> None:
    (tmp_path / "a,b.gguf").write_bytes(b"ADAPTER!")
    with HeldFile(tmp_path / "a,b.gguf") as adapter:
        kinds = ("lora", "mmproj", "model-draft", "control-vector")
        job = Job(model, companions=tuple(Companion(kind, adapter) for kind in kinds))
        found = told(external(str(write_stub(tmp_path))), job)
        path = f"/dev/fd/{adapter.fileno()}"
    for kind in kinds:
        assert found["argv"][found["argv"].index(f"--{kind}") + 1] == path
    assert bytes.fromhex(found["files"][path]) == b"ADAPTER!"


def test_a_rename_swap_after_the_hash_still_gives_the_audited_bytes(model: HeldFile, tmp_path: Path) -> None:
    runner = external(str(write_stub(tmp_path)))
    (tmp_path / "evil").write_bytes(b"evil")
    os.replace(tmp_path / "evil", model.path)
    assert told(runner, Job(model))["sha256"] == DIGEST


def test_a_write_before_the_start_starts_nothing(model: HeldFile, tmp_path: Path) -> None:
    marker = tmp_path / "started"
    runner = external(str(write_stub(tmp_path, f"open({str(marker)!r}, 'w')")))
    with open(model.path, "r+b") as stream:
        stream.write(b"evil")
    with pytest.raises(IntegrityError) as caught:
        runner.generate(Job(model), "Hello", lambda _text: None)
    assert caught.value.exit_code == ExitCode.INTEGRITY
    assert not marker.exists()


def test_a_write_while_it_loads_lets_no_text_through(model: HeldFile, tmp_path: Path) -> None:
    change = f"open({model.path!r}, 'r+b').write(b'evil'); print('evil text', flush=True); time.sleep(60)"
    pieces: list[str] = []
    with pytest.raises(IntegrityError, match="changed"):
        external(str(write_stub(tmp_path, change))).generate(Job(model), "Hello", pieces.append)
    assert pieces == []


def test_a_write_while_it_runs_is_told_at_the_end(model: HeldFile, tmp_path: Path) -> None:
    change = f"print('text', flush=True); time.sleep(0.3); open({model.path!r}, 'r+b').write(b'evil')"
    with pytest.raises(IntegrityError, match="changed"):
        external(str(write_stub(tmp_path, change))).generate(Job(model), "Hello", lambda _text: None)


def test_text_is_never_cut_inside_a_character(model: HeldFile, tmp_path: Path) -> None:
    slow = "[(os.write(1, bytes([b])), time.sleep(0.01)) for b in 'a€😀'.encode() + b'\\xff']"
    pieces: list[str] = []
    external(str(write_stub(tmp_path, slow))).generate(Job(model), "Hello", pieces.append)
    assert "".join(pieces) == "a€😀�"


@pytest.mark.parametrize(("name", "number"), [("SIGILL", 4), ("SIGSEGV", 11), ("SIGKILL", 9)])
def test_a_death_by_signal_says_so_and_what_to_do(model: HeldFile, tmp_path: Path, name: str, number: int) -> None:
    body = "print('0.1.2 E the cause', file=sys.stderr, flush=True); " + DIE.format(name=name)
    with pytest.raises(RunnerError, match=rf"ended by signal {number} \({name}\): nothing was changed.*the cause"):
        external(str(write_stub(tmp_path, body))).generate(Job(model), "Hello", lambda _text: None)


def test_a_failing_status_is_an_error_with_its_last_words(model: HeldFile, tmp_path: Path) -> None:
    runner = external(str(write_stub(tmp_path, "sys.exit('error: unknown argument \\x1b[2J')")))
    with pytest.raises(RunnerError, match="unknown argument") as caught:
        runner.generate(Job(model), "Hello", lambda _text: None)
    assert "\x1b" not in caught.value.message


def test_its_own_noise_stays_away_unless_asked_for(model: HeldFile, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    runner = external(str(write_stub(tmp_path, f"print('noise', file=sys.stderr, flush=True)\n{TELLS}")))
    told(runner, Job(model))
    assert capfd.readouterr().err == ""
    told(runner, Job(model, verbose=True))
    assert "noise" in capfd.readouterr().err


def test_an_interrupt_ends_the_program_and_its_children(model: HeldFile, tmp_path: Path) -> None:
    body = "p = os.fork()\nif p: print(p, flush=True)\ntime.sleep(60)"
    children: list[int] = []

    def interrupted(text: str) -> None:
        children.append(int(text))
        raise KeyboardInterrupt

    outcome = external(str(write_stub(tmp_path, body))).generate(Job(model), "Hello", interrupted)
    assert outcome.ended == "interrupted"
    # the kernel ends a killed grandchild when it gets to it, which takes a while on a busy machine
    deadline = time.monotonic() + 10
    while not _gone(children[0]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _gone(children[0])


def _gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def test_a_completion_program_is_told_whether_to_chat(model: HeldFile, tmp_path: Path) -> None:
    runner = external(str(write_stub(tmp_path, name="llama-completion")))
    assert "--no-conversation" in told(runner, Job(model))["argv"]
    assert "--conversation" in told(runner, Job(model, mode="chat"))["argv"]
    with pytest.raises(UsageError, match="llama-server"):
        runner.serve(Job(model), "127.0.0.1", 0, lambda _address: None)


def test_a_server_program_can_generate(model: HeldFile, tmp_path: Path) -> None:
    runner = external(str(write_server_stub(tmp_path)))
    found = told(runner, Job(model, parse_options(["--temp", "0", "--grammar", "g"])), "Hello")
    assert found["path"] == "/v1/completions"
    assert found["body"] == {"stream": True, "max_tokens": 512, "prompt": "Hello", "grammar": "g"}
    assert found["argv"][found["argv"].index("--host") + 1] == "127.0.0.1"
    assert "--grammar" not in found["argv"]
    assert found["sha256"] == DIGEST
    chat = told(runner, Job(model, parse_options(["-sys", "Be brief"]), mode="chat"), "Hello")
    assert chat["path"] == "/v1/chat/completions"
    assert [message["role"] for message in chat["body"]["messages"]] == ["system", "user"]


def test_a_server_program_serves_until_it_is_interrupted(model: HeldFile, tmp_path: Path) -> None:
    def use(address: str) -> None:
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}/health") as reply:
            assert reply.status == 200
        raise KeyboardInterrupt

    runner = external(str(write_server_stub(tmp_path)))
    assert runner.serve(Job(model), "127.0.0.1", 0, use).ended == "interrupted"


def test_a_server_that_dies_while_loading_is_an_error_and_no_endless_wait(model: HeldFile, tmp_path: Path) -> None:
    runner = external(str(write_stub(tmp_path, DIE.format(name="SIGILL"), "llama-server")))
    with pytest.raises(RunnerError, match="signal 4"):
        runner.serve(Job(model), "127.0.0.1", 0, lambda _address: None)


@pytest.mark.parametrize(
    ("host", "port", "options"),
    [
        ("-x", 0, []), ("", 0, []), ("/tmp/a.sock", 0, []), ("127.0.0.1", 70000, []), ("127.0.0.1", -1, []),
        ("127.0.0.1", 0, ["--grammar", "g"]), ("127.0.0.1", 0, ["-sys", "s"]), ("127.0.0.1", 0, ["-j", "{}"]),
    ],
)  # fmt: skip
def test_what_a_server_cannot_honor_is_a_usage_error(
    model: HeldFile, tmp_path: Path, host: str, port: int, options: list[str]
) -> None:
    runner = external(str(write_server_stub(tmp_path)))
    with pytest.raises(UsageError):
        runner.serve(Job(model, parse_options(options)), host, port, lambda _address: None)


@pytest.mark.parametrize("body", ["sys.exit(3)", "pass", "time.sleep(60)", DIE.format(name="SIGSEGV")])
def test_a_program_that_cannot_say_its_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setattr(external_module, "_VERSION_SECONDS", 0.5)
    path = write_stub(tmp_path)
    path.write_text(path.read_text().splitlines()[0] + f"\nimport os, signal, sys, time\n{body}\n")
    with pytest.raises(RunnerError, match="--version"):
        external(str(path))


def test_a_runner_is_never_taken_from_the_current_folder_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stub(tmp_path)
    write_server_stub(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "relative"]))
    assert find_program() is None
    with pytest.raises(RunnerError, match=r"not on PATH"):
        external("llama-cli")
    assert external("./llama-cli").program == str(tmp_path / "llama-cli")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert external("llama-cli").program == str(tmp_path / "llama-cli")
    assert find_program() == find_program(serve=True) == str(tmp_path / "llama-server")


@pytest.mark.parametrize("what", ["absent", "folder", "not-executable"])
def test_a_runner_that_is_none_is_an_error(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "not-executable").write_text("x")
    with pytest.raises(RunnerError, match="--runner"):
        external(str(tmp_path / what))


def test_the_given_runner_wins_then_the_bundled_then_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = write_stub(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(launch, "is_installed", lambda: True)
    assert choose().name == "xllamacpp"
    assert choose(str(stub)).name == "llama-cli"
    monkeypatch.setattr(launch, "is_installed", lambda: False)
    assert choose().name == "llama-cli"
    with pytest.raises(RunnerError, match="pip install xllamacpp"):
        choose(serve=True)
