"""The minute of chaos: vendors that fail cost no other vendor's rows, no write, and no vendor's patience."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.budgets import Journal, family_of, most_within
from bench.chaos_report import Budget, Reads, Report, Slice, figures
from bench.client import Sample, percentile
from bench.reads import READS
from bench.wishes import Reckoning, Wish
from gateway.sandbox.control import FAULT_KINDS
from tests.e2e.processes import ROOT


@pytest.mark.slow
@pytest.mark.timeout(570)
def test_a_minute_of_chaos_loses_and_doubles_nothing_and_keeps_every_limit(tmp_path: Path) -> None:
    told = tmp_path / "chaos.json"
    command = [sys.executable, "-m", "bench.chaos", "--short", "--json", str(told)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=560, check=False)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    report = json.loads(told.read_text())
    assert len(report["slices"]) == 5
    assert all(one["quiet"]["asked"] and one["noisy"]["asked"] for one in report["slices"])
    assert any(one["failing"]["failed"] for one in report["slices"])
    assert set(report["faults"]) == set(FAULT_KINDS)
    assert report["writes"]["told"]["DONE"]
    assert {one["vendor"] for one in report["budgets"]} == {"partner_center", "sellercloud"}


def wish(mark: str, *told: str) -> Wish:
    return Wish("purchase", mark, {}, told=list(told))


def test_what_became_of_the_wishes_is_told_by_the_vendors_own_records() -> None:
    wishes = [
        wish("once", "UNKNOWN", "DONE"),
        wish("twice", "DONE"),
        wish("gone", "DONE"),
        wish("untold", "UNKNOWN"),
        wish("never", "UNKNOWN"),
        wish("refused", "REFUSED"),
    ]
    reckoning = Reckoning.of(wishes, Counter({"once": 1, "twice": 2, "untold": 1}))
    assert (reckoning.duplicates, reckoning.lost) == (["twice"], ["gone", "untold"])
    assert reckoning.told == {"DONE": 3, "UNKNOWN": 2, "REFUSED": 1}


def test_the_most_calls_in_a_window_are_found_wherever_it_begins() -> None:
    random = Random(1)
    times = [random.uniform(0, 100) for _ in range(200)]
    by_hand = max(sum(begin <= other < begin + 10 for other in times) for begin in times)
    assert most_within(times, 10) == by_hand
    assert most_within([], 10) == 0


def test_calls_are_counted_for_what_the_vendor_limits_together() -> None:
    journal = Journal()
    paths = (
        "/v1/customers/a/orders",
        "/v1/customers/a/orders/b",
        "/v1/customers/a/carts/b/checkout",
        "/x/oauth2/token",
    )
    journal.add(
        {"vendor": "partner_center", "method": "POST" if "checkout" in path else "GET", "path": path, "at": 1.0}
        | {"fault": "drop" if path.endswith("/b") else None}
        for path in paths
    )
    assert journal.most({"partner_center": 60}) == {("partner_center", "orders"): 2, ("partner_center", "carts"): 1}
    assert (journal.calls, journal.struck) == (4, {"drop": 1})
    assert family_of("sellercloud", "POST", "/rest/api/token") == "all"
    assert family_of("sellercloud", "GET", "/api/server-by-team") is None


def test_an_answer_serves_the_vendors_of_which_all_is_there() -> None:
    everywhere = next(read for read in READS if read.vendor is None)
    single = next(read for read in READS if read.vendor == "sellercloud" and read.name == "order")
    several = next(read for read in READS if read.vendor == "sellercloud" and read.name == "list")
    states = {"contoso": "OK", "acme": "OK", "market": "PARTIAL", "seller": "OK"}
    sources = [{"account": {"name": name}, "state": state} for name, state in states.items()]
    row, error = {"id": "1"}, [{"extensions": {"code": "THROTTLED"}}]
    found = {"found": {"nodes": [row], "sources": sources}}
    assert everywhere.served({"data": found, "errors": error}) == {"partner_center", "sellercloud"}
    assert single.served({"data": {"found": row}}) == {"sellercloud"}
    assert single.served({"data": {"found": row}, "errors": error}) == frozenset()
    assert several.served({"data": {"found": {"nodes": []}}}) == frozenset()
    assert several.served({"data": None, "errors": error}) == frozenset()


def report(failed: int = 0, most: int = 500, **writes: Any) -> Report:
    reads = Reads(100, failed, 10, 20)
    reckoning = Reckoning(**{"wished": 1, "told": Counter(DONE=1), "duplicates": [], "lost": [], **writes})
    return Report(
        slices=[Slice("sellercloud", reads, reads, reads, 1.0)],
        budgets=[Budget("partner_center", "orders", most, 500, 60)],
        writes=reckoning,
    )


def test_each_exact_goal_that_is_missed_is_told() -> None:
    assert report().failures() == []
    assert "2 of 200 reads" in report(failed=1).failures()[0]
    assert report(most=501).failures() == ["limits passed: partner_center orders: 501 of 500"]
    assert report(duplicates=["1"]).failures() == ["done twice: 1"]
    assert report(lost=["1"]).failures() == ["lost: 1"]


def test_the_figures_are_json_with_all_counts() -> None:
    told = json.loads(figures(report()))
    assert told["writes"]["told"] == {"DONE": 1}
    assert told["slices"][0]["quiet"] == {"asked": 100, "failed": 0, "p50": 10, "p99": 20}


def test_times_are_of_reads_that_asked_no_other_vendor() -> None:
    everywhere = next(read for read in READS if read.vendor is None)
    own = next(read for read in READS if read.vendor == "sellercloud")
    other = next(read for read in READS if read.vendor == "softwareone")
    served = frozenset({"sellercloud"})
    samples = [
        Sample("noisy", own, 0.010, served, ()),
        Sample("noisy", everywhere, 9.0, served, ()),
        Sample("noisy", everywhere, 9.0, frozenset(), ("THROTTLED",)),
        Sample("noisy", other, 9.0, frozenset(), ()),
    ]
    assert Reads.of(samples, "sellercloud") == Reads(3, 1, 10.0, 10.0)
    assert percentile(range(1, 101), 0.99) == 100
    assert percentile(range(1, 102), 0.5) == 51
