"""Child processes of the gate: started with nothing but what they need, never left behind, their end explained."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from openness.errors import RunnerError
from openness.gate.environment import scrubbed_environment
from openness.printable import printable

_GRACE_SECONDS = 5.0
_TAIL_LINES = 30
_SHOWN_LINES = 3
#: The time before each line of llama.cpp's log.
_STAMP = re.compile(r"^[0-9]+(\.[0-9]+){2,3} ")
#: A shell reports the death of its child by signal N as 128 + N.
_SHELL_SIGNALS = range(129, 193)

_ADVICE = {
    "SIGILL": "it was built for another processor: give one that fits with --runner PATH",
    "SIGKILL": "memory most likely ran out: choose a smaller build or a smaller -c",
    "SIGBUS": "a model file most likely became shorter while it was in use: audit it again, or use --sealed",
}
_OTHER_ADVICE = "the build may be malformed for it: try a newer runner with --runner PATH"


def child_script() -> list[str]:
    """How the bundled child is started: the file itself, so that ``-I`` finds it also without an installation.

    ``-I`` ignores PYTHON* variables, the user's site folder and the current folder. The child is told who its parent
    is, so that it can tell whether that one died before the child could ask to be ended with it.
    """
    return [sys.executable, "-I", str(Path(__file__).with_name("runner_child.py")), str(os.getpid())]


class Child:
    """One started program: its standard output to read, the end of its standard error kept for the explanation."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        descriptors: tuple[int, ...],
        *,
        talk: bool,
        listen: bool,
        verbose: bool,
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        try:
            self.process = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
                stdout=subprocess.PIPE if listen else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**scrubbed_environment(os.environ), **environment},
                pass_fds=descriptors,
                # llama.cpp looks for plug-ins in the current folder, which may be the hostile one
                cwd=None if sys.platform == "win32" else "/",
                # a Ctrl-C on the terminal is ours to handle, once
                process_group=None if sys.platform == "win32" else 0,
            )
        except OSError as error:
            raise RunnerError(f"the runner {name} cannot be started: {error.strerror}; check --runner PATH") from error
        self._drain = threading.Thread(target=self._keep_tail, args=(verbose,), daemon=True)
        self._drain.start()

    def send(self, line: bytes) -> None:
        """A child that is gone already is found by reading; its death says more than a broken pipe."""
        stream = self.process.stdin
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.write(line + b"\n")
                stream.flush()

    def stop(self) -> None:
        """Asks, then insists. The children of the child go with it."""
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            if self.process.poll() is None:
                self._signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(_GRACE_SECONDS)
        self._drain.join(_GRACE_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None and not self._drain.is_alive():
                stream.close()

    def last_words(self) -> str:
        """The end of what it wrote to standard error, once that is quiet."""
        self._drain.join(0.2)
        lines = [_STAMP.sub("", line) for line in self._tail if line]
        # llama.cpp names the cause first and then each layer that gave up because of it
        cause = [line for line in lines if line.startswith("E ")][:1]
        return " / ".join(cause or lines[-_SHOWN_LINES:])

    def death(self) -> RunnerError:
        """Why the child ended before its work was done, and what to do next."""
        code = self.process.wait()
        self._drain.join(_GRACE_SECONDS)
        said = self.last_words()
        last = f"; its last words: {said}" if said else ""
        if code < 0 or code in _SHELL_SIGNALS:
            number = -code if code < 0 else code - 128
            name = _signal_name(number)
            return RunnerError(
                f"the runner {self.name} was ended by signal {number} ({name}): nothing was changed, and what it "
                f"may have written is not complete; {_ADVICE.get(name, _OTHER_ADVICE)}{last}",
                code="runner-signal",
            )
        return RunnerError(
            f"the runner {self.name} ended with status {code} before its work was done: nothing was changed; "
            f"use --verbose for all it says, or another runner with --runner PATH{last}"
        )

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self.process.terminate()
            else:
                os.killpg(self.process.pid, number)  # process_group=0 made it the leader of its own

    def _keep_tail(self, verbose: bool) -> None:
        """Reads standard error to its end, so that the child never waits for a reader."""
        stream = self.process.stderr
        if stream is None:
            return
        with contextlib.suppress(ValueError, OSError):
            while line := stream.readline(1 << 16):
                text = printable(line.rstrip(b"\r\n"), 400)
                self._tail.append(text)
                if verbose:
                    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def running(
    name: str,
    argv: Sequence[str],
    descriptors: tuple[int, ...],
    *,
    talk: bool = False,
    listen: bool = True,
    verbose: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Child]:
    """A child for the length of the block; whatever happens in it, the child does not outlive it.

    ``talk``: we write to its standard input. ``listen``: someone reads its standard output. ``environment`` is added to the
    scrubbed one.
    """
    with _terminate_as_interrupt():
        child = Child(name, argv, descriptors, talk=talk, listen=listen, verbose=verbose, environment=environment or {})
        try:
            yield child
        finally:
            child.stop()


@contextlib.contextmanager
def _terminate_as_interrupt() -> Iterator[None]:
    """SIGTERM for us must end the child too and let the log be written: it is handled like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
