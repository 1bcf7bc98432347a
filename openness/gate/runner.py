"""What a runner is: two verbs on a held build. The rest of the gate knows only this."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from openness.errors import RunnerError, UsageError
from openness.gate.held_file import HeldFile
from openness.gate.options import RunnerOptions

Mode = Literal["auto", "chat", "completion"]
#: Takes a piece of generated text.
Write = Callable[[str], None]
#: Takes the address once a server listens.
Ready = Callable[[str], None]

#: A completion without a limit goes on for as long as the context lasts.
DEFAULT_PREDICT = 512
#: The settings that a server takes with each request.
REQUEST_SETTINGS = frozenset({"grammar", "json_schema", "system_prompt"})
_KEY = b"tokenizer.chat_template"
_STRING = 8
#: The header of the largest vocabularies is below 10 MB; what stands later is tensors.
_HEADER_LIMIT = 64 << 20
_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Companion:
    """A further model file (adapter, projector, draft, control vector), held and audited like the build."""

    kind: str
    file: HeldFile


@dataclass(frozen=True, slots=True)
class Job:
    """What to run. ``shards`` are all the parts of a split build in order, the first (``model``) included; ``secret`` is the key
    of the runner's own server, where another one stands before it."""

    model: HeldFile
    options: RunnerOptions = field(default_factory=RunnerOptions)
    companions: tuple[Companion, ...] = ()
    shards: tuple[HeldFile, ...] = ()
    mode: Mode = "auto"
    verbose: bool = False
    secret: str | None = None

    @property
    def files(self) -> tuple[HeldFile, ...]:
        return (*(self.shards or (self.model,)), *(companion.file for companion in self.companions))

    def check_unchanged(self) -> None:
        for file in self.files:
            file.check_unchanged()

    def resolved_mode(self) -> Literal["chat", "completion"]:
        if self.mode != "auto":
            return self.mode
        return "chat" if has_chat_template(self.model) else "completion"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: ``complete``, ``length`` (the limit was reached), ``interrupted``, or ``reader-gone``."""

    ended: str
    tokens: int | None = None
    tokens_per_second: float | None = None


class Runner(Protocol):
    """A program that runs builds. Both verbs block, leave no process behind, raise RunnerError or IntegrityError."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def generate(self, job: Job, prompt: str, write: Write) -> Outcome: ...

    def serve(self, job: Job, host: str, port: int, ready: Ready) -> Outcome: ...


def check_for_serving(job: Job, host: str, port: int) -> None:
    """What a server cannot honor for all its clients is refused rather than dropped in silence."""
    for name in sorted(REQUEST_SETTINGS):
        if getattr(job.options, name) is not None:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} is no option of a server: each client sends its own with its request")
    if not 0 <= port <= 65535:
        raise UsageError(f"--port must be from 0 to 65535, not {port}")
    if not host or host.startswith("-") or "/" in host or "," in host:
        raise UsageError("--host must be one host name or address, such as 127.0.0.1")
    if port:
        _check_port_free(host, port)


def _check_port_free(host: str, port: int) -> None:
    """Asked before anything is loaded: the runner's own log may be lost when it gives up on a port."""
    import socket

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":  # there it would allow a second listener
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise RunnerError(
            f"the server cannot listen on {host} port {port}: {error.strerror}; choose other --host or --port"
        ) from error


def has_chat_template(file: HeldFile) -> bool:
    """Looks for the metadata key in the header; being wrong only changes how the prompt is worded for the model."""
    needles = tuple(struct.pack(order + "Q", len(_KEY)) + _KEY + struct.pack(order + "I", _STRING) for order in "<>")
    overlap = b""
    for offset in range(0, min(file.size, _HEADER_LIMIT), _STEP):
        block = overlap + file.read_at(offset, _STEP)
        if any(needle in block for needle in needles):
            return True
        overlap = block[-len(needles[0]) :]
    return False


@contextlib.contextmanager
def child_paths(job: Job) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The path under which a child opens the build, and the descriptors it must inherit for that.

    llama.cpp finds the parts of a split build by the *name* of the first, so these get links with such names in a
    private folder.
    """
    descriptors = () if sys.platform == "win32" else tuple(file.fileno() for file in job.files)
    if len(job.shards) < 2:
        yield descriptor_path(job.model), descriptors
        return
    if sys.platform == "win32":
        yield job.shards[0].resolved, descriptors
        return
    with tempfile.TemporaryDirectory(prefix="openness-") as folder:  # made with mode 0700
        total = len(job.shards)
        paths = [os.path.join(folder, f"model-{number:05}-of-{total:05}.gguf") for number in range(1, total + 1)]
        for path, shard in zip(paths, job.shards, strict=True):
            os.symlink(descriptor_path(shard), path)
        yield paths[0], descriptors


def descriptor_path(file: HeldFile) -> str:
    """The held inode as a path, good in any child that inherits the descriptor.

    Linux opens the inode anew. macOS duplicates the descriptor (not tested here). Windows has neither: there the path
    is given, which the system keeps from being renamed or deleted while the file is held, though not from being
    written; the checks after loading and at the end find that.
    """
    if sys.platform == "win32":
        return file.resolved
    if sys.platform == "linux":
        return f"/proc/self/fd/{file.fileno()}"
    return f"/dev/fd/{file.fileno()}"
