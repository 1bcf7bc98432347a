"""The child process of the bundled runner. Started by path with ``python -I``; imports nothing of ours.

Only here is llama.cpp's native parser let loose on a file: a crash, an illegal instruction or too little memory ends
this process and not the gate. Arguments: the parent's process id; then nothing, or ``--exec PROGRAM ARGUMENT…`` to
become an external runner under the same confinement.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import sys
import threading
from typing import Any, BinaryIO

_PR_SET_PDEATHSIG = 1
#: llama.cpp's log levels: errors are kept for the explanation, information only on demand.
_LOG_ERRORS = 1
_LOG_INFO = 3


def main() -> int:
    parent = int(sys.argv[1])
    confine(parent)
    if sys.argv[2:3] == ["--exec"]:
        return become(sys.argv[3:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what a Ctrl-C means
    channel = Channel()
    try:
        work(channel)
    except Exception as error:  # the parent must always hear why
        channel.send(event="error", message=str(error) or type(error).__name__)
        return 1
    return 0


def become(argv: list[str]) -> int:
    try:
        os.execv(argv[0], argv)  # noqa: S606 - an argument list, as everywhere here
    except OSError as error:
        print(f"{argv[0]} cannot be started: {error.strerror}", file=sys.stderr)
    return 127


def confine(parent: int) -> None:
    """Ends with its parent, leaves no memory of a prompt in a core file."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # Needed beside the end of the stream: loading holds Python's lock, no thread could watch the stream meanwhile.
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before it could be asked for
        os._exit(1)


class Channel:
    """Events to the parent on what was standard output; whatever the library prints there goes to standard error."""

    def __init__(self) -> None:
        self._stream = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def send(self, **event: Any) -> None:
        line = json.dumps(event).encode("ascii") + b"\n"
        with self._lock:
            self._stream.write(line)
            self._stream.flush()


def work(channel: Channel) -> None:
    requests = sys.stdin.buffer
    request = json.loads(requests.readline())
    library = load_library(request.get("site"))
    server = library.Server(parameters(library, request))
    channel.send(event="loaded")
    if requests.readline() != b"go\n":
        leave()  # refused by the parent, or the parent is gone
    if request["action"] == "serve":
        channel.send(event="listening", address=server.listening_address)
        requests.read()  # the end of the stream is the sign to leave
    else:
        threading.Thread(target=_leave_at_end, args=(requests,), daemon=True).start()
        generate(channel, server, request)
    leave()


def _leave_at_end(requests: BinaryIO) -> None:
    requests.read()
    leave()


def leave() -> None:
    """Without the library's own clean-up, which is slow and has nothing to save."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(0)


def load_library(site: str | None) -> Any:
    try:
        import xllamacpp
    except ImportError:
        if site is None:
            raise
        sys.path.append(site)
        import xllamacpp
    return xllamacpp


def parameters(library: Any, request: dict[str, Any]) -> Any:
    settings = request["settings"]
    found = library.CommonParams()
    found.model.path = request["model"]
    found.model_alias = {request["alias"]}
    found.verbosity = _LOG_INFO if request["verbose"] else _LOG_ERRORS
    found.warmup = False
    found.offline = True
    found.n_parallel = 1
    found.ui = False
    found.endpoint_slots = False  # it shows what other clients asked
    found.cors_origins = ""  # no page in the user's browser may read from here
    found.cors_origins_explicit = True
    _apply_settings(found, settings)
    _apply_files(library, found, request["files"])
    if request["action"] == "serve":
        found.hostnames = [request["host"]]
        found.port = request["port"]
        if request.get("key"):
            found.api_keys = [request["key"]]
    else:
        # The library always opens a port; a key that nobody is told keeps other users of the machine out.
        found.api_keys = [secrets.token_hex(16)]
        # Thoughts come as the model writes them, instead of a long silence.
        found.reasoning_format = library.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
    return found


def _apply_settings(found: Any, settings: dict[str, Any]) -> None:
    direct = {"predict": "n_predict", "ctx_size": "n_ctx", "batch_size": "n_batch", "gpu_layers": "n_gpu_layers"}
    sampling = {
        "temperature": "temp",
        "top_k": "top_k",
        "top_p": "top_p",
        "min_p": "min_p",
        "repeat_penalty": "penalty_repeat",
    }
    for name, attribute in direct.items():
        if name in settings:
            setattr(found, attribute, settings[name])
    for name, attribute in sampling.items():
        if name in settings:
            setattr(found.sampling, attribute, settings[name])
    if settings.get("seed", -1) >= 0:
        found.sampling.seed = settings["seed"]
    if settings.get("threads", -1) > 0:
        found.cpuparams.n_threads = settings["threads"]


def _apply_files(library: Any, found: Any, files: dict[str, list[str]]) -> None:
    if adapters := files.get("lora"):
        found.lora_adapters = [library.CommonAdapterLoraInfo(path, 1.0) for path in adapters]
    for path in files.get("mmproj", ()):
        found.mmproj.path = path
    for path in files.get("model-draft", ()):
        found.speculative.draft.mparams.path = path
        found.speculative.types = [library.common_speculative_type.COMMON_SPECULATIVE_TYPE_DRAFT_SIMPLE]


def generate(channel: Channel, server: Any, request: dict[str, Any]) -> None:
    settings = request["settings"]
    body: dict[str, Any] = {"stream": True, "max_tokens": settings["predict"]}
    if "grammar" in settings:
        body["grammar"] = settings["grammar"]
    if "json_schema" in settings:
        body["json_schema"] = json.loads(settings["json_schema"])
    listener = Listener(channel)
    if request["mode"] == "chat":
        system = settings.get("system_prompt")
        messages = [{"role": "system", "content": system}] if system else []
        body["messages"] = [*messages, {"role": "user", "content": request["prompt"]}]
        server.handle_chat_completions(body, listener)
    elif "system_prompt" in settings:
        raise ValueError("this build has no chat template, so it has no place for a system prompt")
    else:
        body["prompt"] = request["prompt"]
        server.handle_completions(body, listener)
    listener.finish()


class Listener:
    """Called by the library with each chunk; returning True stops it. What is raised in here the library swallows."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._finish: str | None = None
        self._timings: dict[str, Any] = {}
        self._failure: str | None = None

    def __call__(self, chunk: dict[str, Any]) -> bool:
        try:
            return self._take(chunk)
        except OSError:
            leave()  # the parent reads no more
        except Exception as error:
            self._failure = f"a chunk could not be read ({error!r})"
        return True

    def finish(self) -> None:
        if self._failure is None and self._finish is None:
            self._failure = "the generation ended without saying why"
        if self._failure is not None:
            raise RuntimeError(self._failure)
        self._channel.send(
            event="done",
            finish=self._finish,
            tokens=self._timings.get("predicted_n"),
            tokens_per_second=self._timings.get("predicted_per_second"),
        )

    def _take(self, chunk: dict[str, Any]) -> bool:
        if "error" in chunk:
            error = chunk["error"]
            self._failure = str(error.get("message", error) if isinstance(error, dict) else error)
            return True
        self._timings = chunk.get("timings") or self._timings
        for choice in chunk.get("choices") or ():
            text = choice.get("text") or (choice.get("delta") or {}).get("content")
            if text:
                self._channel.send(event="text", text=text)
            self._finish = choice.get("finish_reason") or self._finish
        return False


if __name__ == "__main__":
    status = main()
    os._exit(status)
