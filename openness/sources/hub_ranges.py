"""Tensors of safetensors files on the Hub, by ranges: headers first, then only the bytes that are asked for.

Pieces that lie near each other are fetched in one request. The address to which the Hub redirects (its store of large files)
is used again for the next ranges of the same file, so that the Hub itself is asked once a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import httpx2
from huggingface_hub import hf_hub_url, hf_raise_for_status

from openness.errors import BuildError, Unreachable
from openness.printable import printable
from openness.sources import safetensors
from openness.sources.hub import ERRORS, absence
from openness.sources.snapshot import RepositorySnapshot
from openness.sources.tensors import Piece, StoredTensor
from openness.sources.transport import LIMIT, SPAN, Connection

#: Fetched at first of each file: the length and, for most files, the whole header.
FIRST = 1 << 16
#: Two pieces this near are one request: the bytes between cost less than a round trip.
GAP = 1 << 15
#: One request never asks for more.
LONGEST = 8 << 20


class RemoteTensors:
    """A :class:`openness.sources.tensors.TensorSource` over files of one repository at its commit.

    ``requests`` and ``bytes`` count what was asked and came. Raises Unreachable for what cannot be had, BuildError for headers
    that are wrong.
    """

    def __init__(self, connection: Connection, snapshot: RepositorySnapshot, paths: Sequence[str]) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._addresses: dict[str, str] = {}
        self._beginnings: dict[str, bytes] = {}
        self.requests = 0
        self.bytes = 0
        sizes = {file.path: file.size for file in snapshot.files}
        self._headers = {path: self._header(path, sizes.get(path)) for path in paths}
        self._owners = {name: path for path, header in self._headers.items() for name in header.tensors}

    @property
    def tensors(self) -> Mapping[str, StoredTensor]:
        return {name: self._headers[path].tensors[name] for name, path in self._owners.items()}

    def read(self, pieces: Iterable[Piece]) -> list[bytes]:
        wanted = list(pieces)
        places = []
        for number, piece in enumerate(wanted):
            path = self._owners[piece.tensor]
            places.append((path, self._headers[path].starts[piece.tensor] + piece.start, piece.length, number))
        answers: dict[int, bytes] = {}
        for path, start, end, group in _joined(sorted(places)):
            have = self._beginnings[path]
            data = have[start:end] if end <= len(have) else self._range(path, start, end)
            for _, at, length, number in group:
                answers[number] = data[at - start : at - start + length]
        return [answers[number] for number in range(len(wanted))]

    def _header(self, path: str, size: int | None) -> safetensors.SafetensorsHeader:
        if size is None or size < 8:
            raise BuildError(f"the Hub does not state the size of {printable(path)}; fetch the file and add it by its path")
        start = self._beginnings[path] = self._range(path, 0, min(FIRST, size))
        length = safetensors.header_length(start[:8], size)
        if 8 + length > len(start):
            start += self._range(path, len(start), 8 + length)
        return safetensors.parse(start[8 : 8 + length], size)

    def _range(self, path: str, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end`` of a file. Raises Unreachable."""
        known = self._addresses.get(path)
        try:
            answer = self._ask(known or self._address(path), start, end)
            if known is not None and answer.status_code in (401, 403, 404):  # a signed address does not live long
                answer = self._ask(self._address(path), start, end)
            hf_raise_for_status(answer)
        except ERRORS as error:
            absent = absence(path, error)
            raise Unreachable(
                f"{printable(path)} could not be had ({absent.reason}: {absent.detail}); try again later."
            ) from None
        self._addresses[path] = str(answer.url)
        self.bytes += len(answer.content)
        if len(answer.content) != end - start:
            raise Unreachable(
                f"the Hub did not give the asked range of {printable(path)}; fetch the file and add it by its path."
            )
        return answer.content

    def _ask(self, url: str, start: int, end: int) -> httpx2.Response:
        self.requests += 1
        client = self._connection.client
        wanted = {LIMIT: end - start, SPAN: (start, end)}
        return client.send(client.build_request("GET", url, headers={"Accept-Encoding": "identity"}, extensions=wanted))

    def _address(self, path: str) -> str:
        snapshot = self._snapshot
        return hf_hub_url(snapshot.name, path, revision=snapshot.revision, endpoint=self._connection.access.hub)


_Place = tuple[str, int, int, int]


def _joined(places: Iterable[_Place]) -> list[tuple[str, int, int, list[_Place]]]:
    """Runs of neighboring pieces: file, start, end, and the pieces in it."""
    found: list[tuple[str, int, int, list[_Place]]] = []
    for place in places:
        path, start, length, _ = place
        if found:
            last_path, first, end, group = found[-1]
            if path == last_path and start - end <= GAP and start + length - first <= LONGEST:
                found[-1] = (path, first, max(end, start + length), [*group, place])
                continue
        found.append((path, start, start + length, [place]))
    return found
