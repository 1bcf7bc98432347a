"""What ``openness crawl`` prints: the live figures, the summary, the account of each repository, the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from openness.crawl.plan import Plan
from openness.crawl.report import Account, Figures
from openness.crawl.selection import Listing

#: Repositories that could not be had are listed one by one up to this number, unless all are asked for.
MOST_LISTED = 20
HOSTS = {"hub": "the Hub", "github": "GitHub"}
WORDS = {"stored": "stored", "partial": "stored in part", "absent": "not to be had", "failed": "failed"}

Listings = Sequence[tuple[Listing, str, int, str | None, str | None]]


def live_rows(figures: Figures) -> list[tuple[str, str]]:
    """Name and value of each line of the live display."""
    left = [
        f"{name.partition(' ')[0]} {quota.left if quota.left is not None else '?'}"
        + (f" (wait {quota.wait:.0f} s)" if quota.wait else "")
        for name, quota in figures.quotas.items()
    ]
    errors = ", ".join(f"{count} {reason}" for reason, count in figures.errors.items()) or "none"
    return [
        ("done", str(figures.done)),
        ("queued", str(figures.queued)),
        ("requests", str(sum(figures.requests.values()))),
        ("quota left", ", ".join(left) or "not announced yet"),
        ("errors", errors),
        ("time left", "…" if figures.eta is None else duration(figures.eta)),
    ]


def summary(figures: Figures, accounts: Iterable[Account], listings: Listings, *, verbose: bool) -> list[str]:
    """The end of a crawl in lines: counts, requests, what could not be had, licenses that changed."""
    states = ", ".join(f"{figures.states[state]} {word}" for state, word in WORDS.items() if figures.states.get(state))
    requests = ", ".join(f"{count} {name}" for name, count in figures.requests.items()) or "none"
    same = figures.answers.get("304", 0)
    lines = [f"repositories  {figures.done}: {states}" if figures.done else "repositories  none"]
    lines.append(f"requests      {requests}" + (f"; {same} answered that nothing has changed" if same else ""))
    for listing, state, rows, reason, detail in listings:
        if state == "failed":
            lines.append(f"listing       {_listing(listing)} broke off after {rows} models: {reason} ({detail})")
    lacking, changes = [], []
    for account in accounts:
        changes += [
            f"{change.name}: {', '.join(change.what)} ({change.before[:9]} → {change.after[:9]})"
            for change in account.license_changes
        ]
        if account.state != "stored":
            detail = f" ({account.detail})" if account.detail else ""
            lacking.append(f"  {account.input}: {WORDS.get(account.state, account.state)}: {account.reason}{detail}")
        elif verbose:
            lacking += [f"  {account.input}: {path}: {reason}" for path, reason in account.absences.items()]
    if lacking:
        lines.append("not to be had:")
        lines += lacking if verbose else lacking[:MOST_LISTED]
        if len(lacking) > MOST_LISTED and not verbose:
            lines.append(f"  … and {len(lacking) - MOST_LISTED} more (--verbose)")
    if changes:
        lines.append("the license changed:")
        lines += [f"  {change}" for change in changes]
    return lines


def account_row(account: Account) -> dict[str, Any]:
    """One entry of ``results``."""
    row: dict[str, Any] = msgspec.to_builtins(account)
    row["absences"] = [{"what": what, "reason": reason} for what, reason in account.absences.items()]
    return row


def warnings(figures: Figures, listings: Listings, resumed: bool) -> list[str]:
    """What else is to be said in the JSON document."""
    found = ["went on with an earlier crawl of the same selection"] if resumed else []
    for listing, state, rows, reason, detail in listings:
        if state == "failed":
            found.append(f"listing {_listing(listing)} broke off after {rows} models: {reason} ({detail})")
    requests = ", ".join(f"{count} {name}" for name, count in figures.requests.items()) or "none"
    return [*found, f"requests: {requests}"]


def unreachable(realm: str, figures: Figures) -> str:
    """One sentence on a host that did not give all that was asked for."""
    wait = max((quota.wait for name, quota in figures.quotas.items() if name.startswith(realm)), default=0.0)
    token = "GITHUB_TOKEN" if realm == "github" else "HF_TOKEN"
    if wait:
        return f"The quota of {HOSTS[realm]} is spent for {duration(wait)}: run the same command again then, or set {token}."
    return f"{HOSTS[realm]} did not give all of it: run the same command again to go on; it asks only for what is lacking."


def plan_lines(plan: Plan) -> list[str]:
    """The plan as lines."""
    lines = [f"repositories  {plan.repositories} named or listed, {plan.stored} of them stored"]
    for bucket, need in plan.needs.items():
        source = "as announced" if need.announced else "as documented"
        pace = f"{need.limit} in {duration(need.window)} {source}"
        lines.append(f"{bucket:13} {need.requests} requests; {pace}: at least {duration(need.seconds)}")
    lines.append(f"time          at least {duration(plan.seconds)} because of the quotas")
    return [*lines, *(f"assumed       {text}" for text in plan.assumptions)]


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{round(whole / 60)} min"
    return f"{whole / 3600:.1f} h"


def _listing(listing: Listing) -> str:
    words = [f"of {listing.author}"] if listing.author else []
    return " ".join([*words, *listing.filters]) or "of the Hub"
