"""Runs the real command in a child process with an empty home, as a user would."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openness.sources.gguf import read_header
from tests.builds import Build, Entry, Tensor, Value


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def verdict(self) -> str:
        return str(self.json["results"][0]["verdict"])


def openness(*words: str | Path, home: Path, cwd: Path | None = None, **env: str) -> Done:
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **env}
    command = [sys.executable, "-m", "openness", *map(str, words)]
    done = subprocess.run(command, capture_output=True, cwd=cwd or home, env=clean, timeout=240, check=False)
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def tiny_build(folder: Path, claims: dict[str, str], name: str = "tiny.gguf") -> Path:
    """A small sound GGUF with the given ``general.*`` claims (keys without the prefix)."""
    metadata: dict[str, Entry] = {"general.architecture": Value("string", "llama")}
    metadata.update({f"general.{key}": Value("string", value) for key, value in claims.items()})
    path = folder / name
    path.write_bytes(Build(metadata=metadata, tensors=[Tensor("token_embd.weight", (32, 2))]).encode())
    return path


def relabelled(build: Path, target: Path, license: str | None) -> Path:
    """A copy of a real build whose header states another license, or none; every other byte stays."""
    data = build.read_bytes()
    with open(build, "rb") as file:
        header = read_header(file.fileno())
    key = b"general.license"
    start = data.index(struct.pack("<Q", len(key)) + key, 24, header.header_end)
    value_at = start + 8 + len(key) + 4
    (length,) = struct.unpack_from("<Q", data, value_at)
    end = value_at + 8 + length
    new = b"" if license is None else data[start:value_at] + struct.pack("<Q", len(license)) + license.encode()
    (count,) = struct.unpack_from("<Q", data, 16)
    head = data[:16] + struct.pack("<Q", count - (license is None)) + data[24:start] + new + data[end : header.header_end]
    target.write_bytes(head + bytes(-len(head) % 32) + data[header.data_start :])
    return target
