"""An external runner: llama.cpp's own llama-completion, llama-cli or llama-server, started on the held descriptor."""

from __future__ import annotations

import codecs
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from openness.errors import RunnerError, UsageError
from openness.gate import http_client
from openness.gate.environment import scrubbed_environment
from openness.gate.process import Child, child_script, running
from openness.gate.runner import (
    DEFAULT_PREDICT,
    REQUEST_SETTINGS,
    Job,
    Outcome,
    Ready,
    Write,
    check_for_serving,
    child_paths,
    descriptor_path,
)
from openness.printable import printable

_VERSION_SECONDS = 20.0
_VERSION_LIMIT = 1 << 16
_VERSION = re.compile(r"version:?\s+(\S.*)", re.IGNORECASE)
#: By preference: llama-cli chats and decorates its output, the other two give the text alone.
_TO_GENERATE = ("llama-completion", "llama-server", "llama-cli")
_TO_SERVE = ("llama-server",)
_COMPANION_OPTIONS = {
    "lora": "--lora",
    "mmproj": "--mmproj",
    "model-draft": "--model-draft",
    "control-vector": "--control-vector",
}


#: What to do with the program once it is started.
_Follow = Callable[[Child], Outcome]


@dataclass(frozen=True, slots=True)
class External:
    """A program outside the package. ``kind`` is ``server``, ``completion``, or ``cli`` for anything else."""

    program: str
    name: str
    version: str
    kind: str

    def generate(self, job: Job, prompt: str, write: Write) -> Outcome:
        if self.kind == "server":
            return self._generate_by_server(job, prompt, write)
        words = [*job.options.to_argv(), *self._words_for_text(job, prompt)]
        return self._run(job, words, lambda child: _copy_text(child, job, write))

    def serve(self, job: Job, host: str, port: int, ready: Ready) -> Outcome:
        check_for_serving(job, host, port)
        if self.kind == "completion":
            raise UsageError(f"{printable(self.name)} cannot serve: give a llama-server with --runner PATH")
        port = port or http_client.free_port(host)

        def follow(child: Child) -> Outcome:
            http_client.wait_until_healthy(child, host, port)
            job.check_unchanged()
            ready(http_client.address(host, port))
            child.process.wait()
            raise child.death()

        return self._run(job, _words_for_server(job, host, port), follow, listen=False)

    def _generate_by_server(self, job: Job, prompt: str, write: Write) -> Outcome:
        host, mode = "127.0.0.1", job.resolved_mode()
        port = http_client.free_port(host)
        body = http_client.request_body(job.options, prompt, mode)

        def follow(child: Child) -> Outcome:
            http_client.wait_until_healthy(child, host, port)
            job.check_unchanged()
            return http_client.stream(child, host, port, body, write)

        return self._run(job, _words_for_server(job, host, port), follow, listen=False)

    def _words_for_text(self, job: Job, prompt: str) -> list[str]:
        words = ["--no-display-prompt", "--simple-io", "--single-turn", "--no-escape"]
        if job.options.predict is None:
            words += ["--predict", str(DEFAULT_PREDICT)]
        # Only llama-completion can be told not to chat; llama-cli would ignore it and wait for more (llama.cpp #27214).
        if self.kind == "completion":
            words.append("--conversation" if job.resolved_mode() == "chat" else "--no-conversation")
        return [*words, "--prompt", prompt]

    def _run(self, job: Job, words: list[str], follow: _Follow, *, listen: bool = True) -> Outcome:
        job.check_unchanged()
        with child_paths(job) as (path, descriptors):
            argv = [self.program, "-m", _public(path), *_companion_words(job), "--offline", *words]
            if sys.platform != "win32":
                argv = [*child_script(), "--exec", *argv]
            label = f"{self.name} {self.version}"
            # in the environment, which other users cannot see, unlike the command line
            more = {"LLAMA_API_KEY": job.secret} if job.secret else {}
            with running(label, argv, descriptors, listen=listen, verbose=job.verbose, environment=more) as child:
                try:
                    outcome = follow(child)
                except KeyboardInterrupt:
                    outcome = Outcome("interrupted")
                except BrokenPipeError:
                    outcome = Outcome("reader-gone")
        job.check_unchanged()
        return outcome


def external(path: str) -> External:
    """Finds the program, asks its version, and tells by its name what kind it is."""
    program = _resolve(path)
    name = printable(Path(program).name, 60)
    stem = Path(program).stem.lower()
    kind = next((word for word in ("server", "completion") if word in stem), "cli")
    return External(program, name, _ask_version(program), kind)


def find_program(*, serve: bool = False) -> str | None:
    """The first fitting llama.cpp program in an absolute folder of PATH."""
    return next((found for name in (_TO_SERVE if serve else _TO_GENERATE) if (found := _on_path(name))), None)


def _on_path(name: str) -> str | None:
    """Empty and relative entries of PATH mean the current folder, which may be the hostile one."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    found = shutil.which(name, path=os.pathsep.join(folders)) if folders else None
    return found if found is not None and os.path.isabs(found) else None


def _resolve(path: str) -> str:
    bare = os.path.basename(path) == path
    found = _on_path(path) if bare else os.path.abspath(path)
    if found is None or not os.path.isfile(found) or not os.access(found, os.X_OK):
        where = "on PATH (write ./ before it for the current folder)" if bare else "there, or it may not be executed"
        raise RunnerError(f"the runner {printable(path)} is not {where}: give a llama.cpp program with --runner PATH")
    return found


def _ask_version(program: str) -> str:
    try:
        answer = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # llama.cpp writes it there
            env=scrubbed_environment(os.environ),
            cwd=None if sys.platform == "win32" else "/",
            timeout=_VERSION_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _no_version(program, f"gave no answer in {_VERSION_SECONDS:g} s") from error
    except OSError as error:
        raise _no_version(program, f"cannot be started ({error.strerror})") from error
    if answer.returncode != 0:
        raise _no_version(program, f"ended with status {answer.returncode}")
    text = answer.stdout[:_VERSION_LIMIT].decode("utf-8", "replace").strip()
    if not text:
        raise _no_version(program, "said nothing")
    found = _VERSION.search(text)
    return printable(found[1] if found else text.splitlines()[0], 80)


def _no_version(program: str, what: str) -> RunnerError:
    return RunnerError(
        f"the runner {printable(program)} {what} when asked --version: give a llama.cpp program with --runner PATH"
    )


def _public(path: str) -> str:
    """/dev/fd is what the contract names; a container without it still has /proc."""
    number = path.removeprefix("/proc/self/fd/")
    return f"/dev/fd/{number}" if number != path and os.path.isdir("/dev/fd") else path


def _companion_words(job: Job) -> list[str]:
    pairs = ((_COMPANION_OPTIONS[file.kind], _public(descriptor_path(file.file))) for file in job.companions)
    return [word for option, path in pairs for word in (option, path)]


def _words_for_server(job: Job, host: str, port: int) -> list[str]:
    return [*job.options.to_argv(without=REQUEST_SETTINGS), "--host", host, "--port", str(port), "--no-webui"]


def _copy_text(child: Child, job: Job, write: Write) -> Outcome:
    """Standard output is the text. Its first piece shows that the model is loaded, so it waits for the check."""
    stream = child.process.stdout
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    first = True
    while stream is not None and (piece := _piece(stream)):
        if first:
            job.check_unchanged()
            first = False
        write(decoder.decode(piece))
    if rest := decoder.decode(b"", final=True):
        write(rest)
    if child.process.wait() != 0:
        raise child.death()
    return Outcome("complete")


def _piece(stream: IO[bytes]) -> bytes:
    return os.read(stream.fileno(), 1 << 16)
