"""The bundled runner: xllamacpp in a child process, spoken to in JSON lines over its standard streams.

Down: one request, then ``go`` once the parent has seen that the loaded files are still the audited ones, then the end
of the stream, which ends the child (a parent that dies closes it too). Up: one JSON object a line, text and events
alike, so that text is never cut inside a character and can never be taken for an event.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openness.errors import RunnerError, UsageError
from openness.gate.process import Child, child_script, running
from openness.gate.runner import (
    DEFAULT_PREDICT,
    Job,
    Outcome,
    Ready,
    Write,
    check_for_serving,
    child_paths,
    descriptor_path,
)
from openness.printable import printable

PACKAGE = "xllamacpp"
#: A model's own context (0) may need more memory than the machine has.
_DEFAULT_CONTEXT = 4096
_LINE_LIMIT = 1 << 24


def is_installed() -> bool:
    """Without importing it: the parser of hostile files has no business in this process."""
    return importlib.util.find_spec(PACKAGE) is not None


@dataclass(frozen=True, slots=True)
class Bundled:
    """The runner that comes with the package."""

    version: str
    name: str = PACKAGE

    def generate(self, job: Job, prompt: str, write: Write) -> Outcome:
        request = {"action": "generate", "prompt": prompt, "mode": job.resolved_mode()}
        defaults = {"ctx_size": _DEFAULT_CONTEXT, "predict": DEFAULT_PREDICT}
        return self._converse(job, request, defaults, write, _no_address)

    def serve(self, job: Job, host: str, port: int, ready: Ready) -> Outcome:
        check_for_serving(job, host, port)
        request = {"action": "serve", "host": host, "port": port, "key": job.secret}
        return self._converse(job, request, {"ctx_size": _DEFAULT_CONTEXT}, _no_text, ready)

    def _converse(self, job: Job, request: dict[str, Any], defaults: dict[str, Any], write: Write, ready: Ready) -> Outcome:
        shared = _shared(job, defaults)
        job.check_unchanged()
        with child_paths(job) as (path, descriptors):
            label = f"{self.name} {self.version}"
            with running(label, child_script(), descriptors, talk=True, verbose=job.verbose) as child:
                try:
                    child.send(json.dumps({**shared, **request, "model": path}).encode("ascii"))
                    outcome = _follow(child, job, write, ready)
                except KeyboardInterrupt:
                    outcome = Outcome("interrupted")
                except BrokenPipeError:
                    outcome = Outcome("reader-gone")
        job.check_unchanged()
        return outcome


def bundled() -> Bundled:
    """The version is in the name of the folder of metadata; ``importlib.metadata`` takes 50 ms to load for the same."""
    site = _site_folder()
    found = sorted(Path(site).glob(f"{PACKAGE}-*.dist-info")) if site else []
    version = found[-1].name.removeprefix(f"{PACKAGE}-").removesuffix(".dist-info") if found else "unknown"
    return Bundled(printable(version, 60))


def _follow(child: Child, job: Job, write: Write, ready: Ready) -> Outcome:
    for event in _events(child):
        match event.get("event"):
            case "loaded":
                job.check_unchanged()
                child.send(b"go")
            case "text":
                write(str(event.get("text", "")))
            case "listening":
                ready(printable(str(event.get("address", ""))))
            case "done":
                return Outcome(
                    "length" if event.get("finish") == "length" else "complete",
                    tokens=event.get("tokens"),
                    tokens_per_second=event.get("tokens_per_second"),
                )
            case "error":
                raise _refusal(child, str(event.get("message", "")))
    raise child.death()


def _events(child: Child) -> Iterator[dict[str, Any]]:
    stream = child.process.stdout
    while stream is not None and (line := stream.readline(_LINE_LIMIT)):
        if not line.endswith(b"\n"):
            return  # it died in the middle of a line; its death is explained by the caller
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            raise RunnerError(f"the runner {child.name} answered with something else than events: try --runner PATH")
        yield event


def _refusal(child: Child, message: str) -> RunnerError:
    said = child.last_words()
    because = f"; it said: {said}" if said and message not in said else ""
    return RunnerError(f"the runner {child.name} gave up: {printable(message)}{because}", code="runner-refused")


def _shared(job: Job, defaults: dict[str, Any]) -> dict[str, Any]:
    """The part of the request that both verbs have; the companions under the paths that the child can open."""
    files: dict[str, list[str]] = {}
    for companion in job.companions:
        files.setdefault(companion.kind, []).append(descriptor_path(companion.file))
    if "control-vector" in files:
        raise UsageError("the bundled runner loads no control vectors: give a llama.cpp program with --runner PATH")
    return {
        "settings": {**defaults, **job.options.settings()},
        "files": files,
        "alias": printable(Path(job.model.path).name),
        "site": _site_folder(),
        "verbose": job.verbose,
    }


def _site_folder() -> str | None:
    """Where the package is, for a child that ``-I`` keeps from looking into the user's own site folder."""
    spec = importlib.util.find_spec(PACKAGE)
    return None if spec is None or spec.origin is None else str(Path(spec.origin).parents[1])


def _no_address(_address: str) -> None:
    """Text is generated without a server for others; its address is nobody's business."""


def _no_text(_text: str) -> None:
    """A server writes nothing here."""
