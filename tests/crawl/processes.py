"""Crawls as users run them, in processes that can be killed, against a loopback server."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.loopback import Loopback


def started(server: Loopback, cache: Path, *words: str, before: str = "") -> subprocess.Popen[str]:
    """``openness crawl`` with its cache; ``before`` is code that runs first."""
    script = f"import sys\n{before}\nfrom openness.cli import main\nsys.argv = ['openness', *sys.argv[1:]]\nmain()\n"
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(cache.parent), "LANG": "C.UTF-8", "OPENNESS_CACHE": str(cache),
        "HF_ENDPOINT": server.endpoint, "GITHUB_API_URL": server.github,
    }  # fmt: skip
    command = [sys.executable, "-c", script, "crawl", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finished(process: subprocess.Popen[str], timeout: float = 120) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err


def killed_at(server: Loopback, cache: Path, requests: int, *words: str, how: int = signal.SIGKILL) -> bool:
    """Start a crawl and end it when it has sent so many requests; whether it was still running then."""
    process = started(server, cache, *words)
    goal = len(server.log) + requests
    while process.poll() is None and len(server.log) < goal:
        time.sleep(0.0005)
    running = process.poll() is None
    if running:
        process.send_signal(how)
    finished(process)
    return running


def kill_points(count: int, most: int, seed: int) -> list[int]:
    """Numbers of requests after which a crawl is killed."""
    chooser = random.Random(seed)
    return [chooser.randrange(1, most) for _ in range(count)]
