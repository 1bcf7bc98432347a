"""The served endpoint with the clients that people use, on a real build: openai, curl, and LM Evaluation Harness."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from openness.gate.bundled import is_installed
from tests.builds import smollm2
from tests.cli.command import openness

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not is_installed(), reason="xllamacpp is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="the swaps are written for Linux"),
]
QUESTION = [{"role": "user", "content": "What is the capital of France? Answer in one short sentence."}]
KEY = "a key of the tests"


class Served(NamedTuple):
    address: str
    process: subprocess.Popen[str]
    home: Path


@contextmanager
def serving(build: Path, home: Path, *words: str, **environment: str) -> Iterator[Served]:
    """The real command, as a user starts it."""
    command = [
        sys.executable,
        "-m",
        "openness",
        "run",
        str(build),
        "--serve",
        "--port",
        "0",
        *words,
        "--",
        "-c",
        "1024",
        "-t",
        "2",
    ]
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **environment}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=clean, text=True, cwd=home)
    try:
        assert process.stderr is not None
        lines: list[str] = []
        for line in process.stderr:
            lines.append(line)
            if found := re.search(r"listening on (http://\S+)", line):
                yield Served(found[1], process, home)
                break
        else:
            pytest.fail("it does not listen:\n" + "".join(lines))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(smollm2(), tmp_path_factory.mktemp("home"), OPENNESS_API_KEY=KEY) as one:
        yield one


def client(served: Served, key: str = KEY) -> Any:
    openai = pytest.importorskip("openai")
    return openai.OpenAI(base_url=served.address + "/v1", api_key=key, max_retries=0)


def post(served: Served, path: str, body: dict[str, Any], key: str = KEY) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    request = urllib.request.Request(served.address + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def events(home: Path) -> list[str]:
    log = openness("log", "show", "--format", "json", home=home).json["results"]
    return [entry["event"] for entry in log]


def test_the_openai_client_chats(served: Served) -> None:
    answer = client(served).chat.completions.create(model="any", messages=QUESTION, max_tokens=24, temperature=0)
    assert "Paris" in answer.choices[0].message.content
    assert answer.usage.completion_tokens > 0


def test_the_openai_client_gets_a_stream_in_pieces(served: Served) -> None:
    pieces = client(served).chat.completions.create(model="any", messages=QUESTION, max_tokens=24, temperature=0, stream=True)
    texts = [piece.choices[0].delta.content or "" for piece in pieces if piece.choices]
    assert "Paris" in "".join(texts)
    assert len([text for text in texts if text]) > 3


def test_the_openai_client_completes_and_lists_the_model(served: Served) -> None:
    one = client(served)
    assert (
        one.completions.create(model="any", prompt="The capital of France is", max_tokens=4, temperature=0)
        .choices[0]
        .text.startswith(" Paris")
    )
    (model,) = one.models.list().data
    assert model.id.endswith(".gguf")
    assert "/proc" not in model.id


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_asks_and_streams(served: Served) -> None:
    body = json.dumps({"messages": QUESTION, "max_tokens": 24, "temperature": 0, "stream": True})
    words = ["curl", "-sS", "-N", served.address + "/v1/chat/completions", "-H", "Content-Type: application/json"]
    done = subprocess.run([*words, "-H", f"Authorization: Bearer {KEY}", "-d", body], capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line]
    assert lines[-1] == "data: [DONE]"
    assert len(lines) > 4
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "Paris" in "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])


def test_without_the_key_nothing_is_answered_but_the_health(served: Served) -> None:
    openai = pytest.importorskip("openai")
    with pytest.raises(openai.AuthenticationError):
        client(served, "another").chat.completions.create(model="any", messages=QUESTION)
    with urllib.request.urlopen(served.address + "/health", timeout=30) as reply:
        assert json.loads(reply.read()) == {"status": "ok"}


def test_the_runner_behind_the_door_does_not_answer_to_others(served: Served) -> None:
    """Whoever finds the runner's own port still lacks its key."""
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    own = int(served.address.rpartition(":")[2])
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    inodes = {os.readlink(f"/proc/{child}/fd/{fd}") for child in children for fd in os.listdir(f"/proc/{child}/fd")}
    ports = [int(row[1].partition(":")[2], 16) for row in listening if row[3] == "0A" and f"socket:[{row[9]}]" in inodes]
    assert ports
    assert own not in ports
    inner = served._replace(address=f"http://127.0.0.1:{ports[0]}")
    assert post(inner, "/v1/chat/completions", {"messages": QUESTION}, key="another")[0] == 401


@pytest.mark.parametrize("path", ["/slots", "/lora-adapters", "/tools", "/v1/load", "/props"])
def test_paths_that_change_the_runner_are_not_passed_on(served: Served, path: str) -> None:
    status, body = post(served, path, {})
    assert status == 404
    assert "not passed on" in body["error"]["message"]


def test_a_request_for_log_probabilities_of_a_prompt_is_refused_with_the_reason(served: Served) -> None:
    openai = pytest.importorskip("openai")
    with pytest.raises(openai.BadRequestError, match="generate_until"):
        client(served).completions.create(model="any", prompt="Paris is in France", echo=True, logprobs=1, max_tokens=1)


TASK = """\
task: openness_capitals
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: {kind}
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
{more}
metadata: {{version: 1}}
"""
GENERATE = """\
generation_kwargs: {until: ["\\n\\n"], max_gen_toks: 24, do_sample: false}
filter_list: [{name: found, filter: [{function: regex, regex_pattern: "(Paris|Rome|Madrid|Tokyo)"}, {function: take_first}]}]
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]"""
CHOOSE = "metric_list: [{metric: perplexity, aggregation: perplexity, higher_is_better: false}]"
ITEMS = [("France", "Paris"), ("Italy", "Rome"), ("Spain", "Madrid"), ("Japan", "Tokyo")]


#: The smallest tokenizer that the harness takes: it counts words, to know where the prompt ends.
WORDS: dict[str, Any] = {
    "version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None,
    "decoder": None, "truncation": None, "padding": None,
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "the": 1}, "unk_token": "[UNK]"},
}  # fmt: skip
SETTINGS = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", "eos_token": "[UNK]", "model_max_length": 512}


def lm_eval(
    served: Served, folder: Path, kind: str, more: str, model: str, path: str, backend: str
) -> subprocess.CompletedProcess[str]:
    """Runs LM Evaluation Harness: the program on PATH, or the one that OPENNESS_LM_EVAL names."""
    program = os.environ.get("OPENNESS_LM_EVAL") or shutil.which("lm_eval")
    if program is None:
        pytest.skip("lm_eval is not installed; docs/serving.md has the command")
    data = folder / "items.jsonl"
    rows = [{"question": f"What is the capital of {country}? Answer in one word.", "answer": city} for country, city in ITEMS]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "task.yaml").write_text(TASK.format(data=data, kind=kind, more=more))
    tokenizer = folder / "tokenizer"
    tokenizer.mkdir()
    (tokenizer / "tokenizer.json").write_text(json.dumps(WORDS))
    (tokenizer / "tokenizer_config.json").write_text(json.dumps(SETTINGS))
    arguments = f"model=smollm2,base_url={served.address}{path},num_concurrent=1,max_retries=1,tokenized_requests=False,{backend}"
    words = [
        program,
        "run",
        "--model",
        model,
        "--model_args",
        arguments,
        "--tasks",
        "openness_capitals",
        "--include_path",
        str(folder),
    ]
    words += ["--output_path", str(folder / "out"), *(["--apply_chat_template"] if "chat" in model else [])]
    environment = {**os.environ, "OPENAI_API_KEY": KEY, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf")}
    return subprocess.run(words, capture_output=True, text=True, env=environment, check=False, timeout=400)


def test_lm_evaluation_harness_scores_a_task_that_generates(served: Served, tmp_path: Path) -> None:
    done = lm_eval(
        served, tmp_path, "generate_until", GENERATE, "local-chat-completions", "/v1/chat/completions", "tokenizer_backend=None"
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (file,) = (tmp_path / "out").rglob("results_*.json")
    result = json.loads(file.read_text())["results"]["openness_capitals"]
    assert result["exact_match,found"] >= 0.5, "SmolLM2 knows most of these capitals"


def test_lm_evaluation_harness_is_told_that_loglikelihood_does_not_work(served: Served, tmp_path: Path) -> None:
    backend = f"tokenizer_backend=huggingface,tokenizer={tmp_path / 'tokenizer'}"
    done = lm_eval(served, tmp_path, "loglikelihood", CHOOSE, "local-completions", "/v1/completions", backend)
    if "No module named 'transformers'" in done.stderr:
        pytest.skip(
            "lm_eval is installed without transformers, which its loglikelihood tasks need; docs/serving.md has the command"
        )
    assert done.returncode != 0
    assert "loglikelihood tasks would get wrong scores" in done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copy(smollm2(), tmp_path / "model.gguf"))


def write_zeros(path: Path) -> None:
    """Into the tensors, with the times set back: only ctime tells."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(-4096, os.SEEK_END)
        stream.write(bytes(64))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_write_into_the_file_while_it_is_served_is_noticed_logged_and_ends_it(copy: Path, tmp_path: Path) -> None:
    with serving(copy, tmp_path) as one:
        body = {"messages": QUESTION, "max_tokens": 4}
        assert post(one, "/v1/chat/completions", body)[0] == 200
        write_zeros(copy)
        status, answer = post(one, "/v1/chat/completions", body)
        assert status == 503
        assert "changed" in answer["error"]["message"]
        assert one.process.wait(30) == 5
    assert events(tmp_path) == ["start", "changed", "end"]
    assert openness("log", "verify", home=tmp_path).code == 0


def test_another_file_under_the_same_name_changes_nothing_for_what_is_served(copy: Path, tmp_path: Path) -> None:
    with serving(copy, tmp_path) as one:
        (tmp_path / "evil").write_bytes(b"NOTGGUF" * 100)
        os.replace(tmp_path / "evil", copy)
        status, answer = post(one, "/v1/completions", {"prompt": "The capital of France is", "max_tokens": 4, "temperature": 0})
        assert (status, answer["choices"][0]["text"][:6]) == (200, " Paris")
    assert events(tmp_path) == ["start", "end"]


def test_a_client_that_leaves_does_not_end_the_server(served: Served) -> None:
    import socket

    host, port = served.address.removeprefix("http://").split(":")
    body = json.dumps({"messages": QUESTION, "max_tokens": 200, "stream": True}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + body)
        assert b"200" in connection.recv(20)
    start = time.monotonic()
    assert post(served, "/v1/completions", {"prompt": "One", "max_tokens": 1})[0] == 200
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("head", ["Transfer-Encoding: chunked", "Content-Length: x", f"Content-Length: {1 << 40}"])
def test_a_body_without_a_sound_length_is_refused(served: Served, head: str) -> None:
    import socket

    host, port = served.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"POST /v1/completions HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        assert connection.recv(12) in (b"HTTP/1.1 411", b"HTTP/1.1 413")
