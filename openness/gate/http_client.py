"""The little HTTP that is needed to use a llama-server of one's own on the loopback address."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

from openness.errors import RunnerError, UsageError
from openness.gate.options import RunnerOptions
from openness.gate.process import Child
from openness.gate.runner import DEFAULT_PREDICT, Outcome, Write
from openness.printable import printable

_POLL_SECONDS = 0.1
_REPLY_SECONDS = 5.0
_LINE_LIMIT = 1 << 24
#: A server that listens everywhere is asked on the loopback address.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def free_port(host: str) -> int:
    """A port that was free just now. When another takes it first, the server says so and ends."""
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind(where)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise UsageError(f"--host {printable(host)} cannot be listened on: {error.strerror}") from error


def wait_until_healthy(child: Child, host: str, port: int) -> None:
    """Large models load for minutes, so there is no time limit: only the end of the child ends the waiting."""
    while child.process.poll() is None:
        connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=_REPLY_SECONDS)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.client.OK and child.process.poll() is None:
                return
        except (OSError, http.client.HTTPException):
            pass  # not listening yet
        finally:
            connection.close()
        time.sleep(_POLL_SECONDS)
    raise child.death()


def request_body(options: RunnerOptions, prompt: str, mode: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "stream": True,
        "max_tokens": DEFAULT_PREDICT if options.predict is None else options.predict,
    }
    if options.grammar is not None:
        body["grammar"] = options.grammar
    if options.json_schema is not None:
        body["json_schema"] = json.loads(options.json_schema)
    if mode == "chat":
        system = options.system_prompt
        messages = [{"role": "system", "content": system}] if system else []
        return {**body, "reasoning_format": "none", "messages": [*messages, {"role": "user", "content": prompt}]}
    if options.system_prompt is not None:
        raise UsageError("this build has no chat template, so it has no place for --system-prompt")
    return {**body, "prompt": prompt}


def stream(child: Child, host: str, port: int, body: dict[str, Any], write: Write) -> Outcome:
    """Sends the request and writes the text as it comes (server-sent events in OpenAI's form)."""
    path = "/v1/chat/completions" if "messages" in body else "/v1/completions"
    finish: str | None = None
    timings: dict[str, Any] = {}
    for chunk in _chunks(child, host, port, path, body):
        timings = chunk.get("timings") or timings
        for choice in chunk.get("choices") or ():
            if text := choice.get("text") or (choice.get("delta") or {}).get("content"):
                write(str(text))
            finish = choice.get("finish_reason") or finish
    if finish is None:
        raise child.death() if child.process.poll() is not None else _broken(child, "it stopped without saying why")
    ended = "length" if finish == "length" else "complete"
    return Outcome(ended, timings.get("predicted_n"), timings.get("predicted_per_second"))


def _chunks(child: Child, host: str, port: int, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    connection = http.client.HTTPConnection(host, port)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        if reply.status != http.client.OK:
            raise _broken(child, reply.read(1000).decode("utf-8", "replace"))
        while line := reply.readline(_LINE_LIMIT):
            if line.startswith(b"data: {"):
                yield json.loads(line[len(b"data: ") :])
    except (http.client.HTTPException, ConnectionError, ValueError) as error:
        if child.process.poll() is not None:
            raise child.death() from error
        raise _broken(child, str(error)) from error
    finally:
        connection.close()


def _broken(child: Child, why: str) -> RunnerError:
    return RunnerError(f"the runner {child.name} gave up: {printable(why)}", code="runner-refused")
