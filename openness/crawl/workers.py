"""A few threads that wait for the network, so that the one that writes the store never does."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")


class Workers(Generic[Job, Answer]):
    """``count`` threads that run ``work``. They end with the process: nothing of theirs has to be saved."""

    def __init__(self, count: int, work: Callable[[Job], Answer]) -> None:
        self._work = work
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Job, Answer | BaseException]] = queue.SimpleQueue()
        self._count = count
        self.busy = 0
        for number in range(count):
            threading.Thread(target=self._run, name=f"crawl-{number}", daemon=True).start()

    @property
    def free(self) -> bool:
        return self.busy < self._count

    def start(self, job: Job) -> None:
        self.busy += 1
        self._jobs.put(job)

    def finished(self, seconds: float) -> tuple[Job, Answer] | None:
        """A job that is done, waited for so long. Raises what the job raised."""
        try:
            job, answer = self._done.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        self.busy -= 1
        if isinstance(answer, BaseException):
            raise answer
        return job, answer

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                answer: Answer | BaseException = self._work(job)
            except BaseException as error:  # it belongs to the thread that waits for the job
                answer = error
            self._done.put((job, answer))
