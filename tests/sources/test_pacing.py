"""Quotas as hosts announce them: what may be sent, and when, by one process and by several."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from openness.sources.pacing import FLIGHT_SECONDS, LONGEST_SECONDS, Bucket, Quotas, announced
from openness.store.database import FILE
from openness.store.quotas import StoredQuotas

ME = os.getpid()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def hub(left: int, reset: int) -> dict[str, str]:
    return {"RateLimit": f'"api";r={left};t={reset}', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}


@pytest.fixture(params=["memory", "store"])
def quotas(request: pytest.FixtureRequest, tmp_path: Path) -> Quotas:
    clock = Clock()
    found = Quotas(clock) if request.param == "memory" else StoredQuotas(tmp_path / FILE, clock)
    found.test_clock = clock  # type: ignore[attr-defined]
    return found


def test_the_first_request_goes_alone_until_the_host_has_said_what_is_left(quotas: Quotas) -> None:
    assert quotas.admit("api") == 0 and quotas.admit("api") > 0
    quotas.landed("api", hub(2, 100))
    assert quotas.admit("api") == 0 and quotas.admit("api") == 0 and quotas.admit("api") > 0


def test_what_is_under_way_counts_as_sent(quotas: Quotas) -> None:
    quotas.admit("api")
    quotas.landed("api", hub(3, 100))
    for _ in range(3):
        assert quotas.admit("api") == 0
    assert quotas.admit("api") > 0
    quotas.landed("api", hub(2, 100))  # of the three that were left one is counted by now, two are under way
    assert quotas.admit("api") > 0


def test_a_spent_quota_is_waited_for_and_then_asked_about_anew(quotas: Quotas) -> None:
    quotas.admit("api")
    quotas.landed("api", hub(0, 100))
    assert quotas.admit("api") == 101
    quotas.test_clock.now += 101  # type: ignore[attr-defined]
    assert quotas.admit("api") == 0 and quotas.admit("api") > 0


def test_answers_may_come_in_any_order(quotas: Quotas) -> None:
    quotas.admit("api")
    quotas.landed("api", hub(10, 100))
    for _ in range(4):
        quotas.admit("api")
    for left in (7, 9, 6, 8):
        quotas.landed("api", hub(left, 100))
    assert quotas.state("api").left == 6


def test_a_request_without_an_answer_may_have_been_counted(quotas: Quotas) -> None:
    quotas.admit("api")
    quotas.landed("api", hub(1, 100))
    quotas.admit("api")
    quotas.landed("api", None)
    assert quotas.admit("api") == 101


def test_a_host_that_announces_nothing_is_not_held_back(quotas: Quotas) -> None:
    quotas.admit("cdn")
    quotas.landed("cdn", {})
    assert [quotas.admit("cdn") for _ in range(5)] == [0] * 5


def test_one_bucket_says_nothing_of_another(quotas: Quotas) -> None:
    quotas.admit("api")
    quotas.landed("api", hub(0, 100))
    assert quotas.admit("files") == 0


def test_a_block_is_waited_out(quotas: Quotas) -> None:
    quotas.block("api", 30)
    assert quotas.admit("api") == 30
    quotas.block("api", 10)
    assert quotas.admit("api") == 30


def test_requests_of_a_process_that_died_are_counted_as_sent() -> None:
    state = Bucket(left=2, reset_at=2000.0, flights=((1, 1050.0),))
    after, wait = state.admit(1000.0, ME, lambda process: False)
    assert (wait, after.left, after.flights) == (0.0, 1, ((ME, 1000.0 + FLIGHT_SECONDS),))
    assert state.admit(1000.0, ME, lambda process: True)[0].left == 2
    # one of which nothing was heard for too long is over, whoever sent it
    assert state.admit(1050.0, ME, lambda process: True)[0].left == 1


def test_no_announcement_locks_a_user_out_for_ever() -> None:
    state, _ = Bucket().admit(0.0, ME, lambda process: True)
    state = state.landed(0.0, ME, announced({"RateLimit": '"api";r=0;t=99999999999'}), answered=True)
    assert state.admit(0.0, ME, lambda process: True)[1] <= LONGEST_SECONDS + 1
    assert Bucket().block(0.0, 1e12).blocked_until == LONGEST_SECONDS


@pytest.mark.parametrize(
    "headers", [{}, {"RateLimit": ""}, {"RateLimit": '"api";r=' + "9" * 5000 + ";t=1"}, {"X-RateLimit-Remaining": "-1"}]
)
def test_what_cannot_be_understood_announces_nothing(headers: dict[str, str]) -> None:
    assert announced({name.lower(): value for name, value in headers.items()}) is None


def test_two_processes_share_what_is_left_and_a_third_remembers_it(tmp_path: Path) -> None:
    clock = Clock()
    one, two = (StoredQuotas(tmp_path / FILE, clock) for _ in range(2))
    one.admit("api")
    one.landed("api", hub(1, 100))
    assert two.admit("api") == 0 and one.admit("api") > 0
    two.landed("api", hub(0, 100))
    one.close()
    two.close()
    assert StoredQuotas(tmp_path / FILE, clock).admit("api") == 101


def test_threads_together_send_no_more_than_is_left(quotas: Quotas) -> None:
    quotas.admit("api")
    quotas.landed("api", hub(20, 100))
    sent: list[float] = []

    def ask() -> None:
        sent.extend(wait for wait in (quotas.admit("api") for _ in range(10)) if wait == 0)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 20
