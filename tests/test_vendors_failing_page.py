"""The page on failing vendors and the README: their numbers are the code's, and every key is named."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from gateway.account_tables import RANGES
from gateway.config import TOP_RANGES, Config
from gateway.sharing.kept import MAX_KEPT
from gateway.upstream import breaker, bucket, retries, traffic, turnstile, wire
from gateway.upstream.bucket import Bucket, Rate
from gateway.vendors.base import Limits
from gateway.vendors.partner_center.settings import Settings as PartnerCenter
from gateway.vendors.partner_center.traffic import PUBLISHED
from gateway.vendors.registry import REGISTRY
from gateway.vendors.sellercloud.settings import Settings as Sellercloud

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGE = (ROOT / "docs" / "vendors-failing.md").read_text("utf-8")
TEXT = " ".join(PAGE.split())
KEYS = [one.name for entry in REGISTRY for one in fields(entry.settings)] + [one.name for one in fields(Limits)]
NOT_KEYS = {"lasting", "accounts", "auth", "limits"}  # of Config: made up, or tables with pages of their own
WORDS = {2: "half", 4: "quarter", 5: "fifth", 10: "tenth", 16: "sixteenth", 60: "sixtieth"}


def part(share: float) -> str:
    return WORDS[round(1 / share)]


def default(name: str, of: type[Any] = Limits) -> Any:
    [found] = [one.default for one in fields(of) if one.name == name]
    return found


A_MINUTE = default("requests_per_minute", PartnerCenter)
AN_HOUR = default("calls_per_hour", Sellercloud)


PHRASES = [
    f"kept with {1 - bucket.SHARE:.0%} to spare".replace("%", " %"),
    f"A {part(bucket.BURST)} of the rest may come at once",
    f"**A reserve** of a {part(bucket.RESERVE)}",
    f"first {wire.LIGHT_CALLS} calls of each operation",
    f"the least is {bucket.FEWEST}",
    f"the pause is {bucket.FIRST_PAUSE:g} second, and doubles up to {bucket.LONGEST_GUESS:g}",
    f"({'a ' + part(bucket.SLOWEST)} of the full one at least)",
    f"The pace afterwards is {part(bucket.SLOWED)} of what it was",
    f"grows by a {part(bucket.RECOVERY)} of the full one each second",
    f"whole again in {(1 - bucket.SLOWED) / bucket.RECOVERY:g} seconds",
    f"the last {2 * bucket.MEASURED_SECONDS:g} seconds at most",
    f"{bucket.LEAST * bucket.SLOWED:g} calls a second at least",
    f"begins with {turnstile.START} at once",
    f"up to `max_concurrency` ({default('max_concurrency'):g})",
    f"calls take {round((1 - turnstile.SHRINK) * 100)} % off",
    f"At most `max_retries` times ({default('max_retries'):g})",
    f"about `retry_seconds` ({default('retry_seconds'):g}:",
    f"earns an account a {part(retries.EARNED)} of a retry",
    f"{part(breaker.BAD_SHARE)} of the last {breaker.WINDOW_SECONDS:g} seconds' calls ({breaker.FEWEST_CALLS} or more)",
    f"longer than {part(traffic.SLOW_SHARE)} of `timeout_seconds`",
    f"After {breaker.FIRST_SECONDS:g} seconds it is half open",
    f"{breaker.LONGEST_SECONDS:g} seconds at most",
    f"`timeout_seconds` ({default('timeout_seconds'):g})",
    f"`max_answer_bytes` ({default('max_answer_bytes') // 2**20} MiB)",
    f"{MAX_KEPT:,} things at most",
    f"{A_MINUTE} a minute, for each of " + "`{}`, `{}` and `{}`".format(*PUBLISHED),
    f"{AN_HOUR:,} an hour",
    f"`deadline_seconds` ({default('deadline_seconds', Config):g})",
    f"`max_deadline_seconds` ({default('max_deadline_seconds', Config):g})",
    "each {:g}–{:g}".format(*TOP_RANGES["deadline_seconds"]),
]


@pytest.mark.parametrize("phrase", PHRASES)
def test_the_page_s_numbers_are_those_of_the_code(phrase: str) -> None:
    assert phrase in TEXT


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("Partner Center, each family", Rate(A_MINUTE, 60)),
        ("Sellercloud", Rate(AN_HOUR, 3_600)),
    ],
)
@pytest.mark.slow
def test_the_table_of_budgets_is_what_a_bucket_lets_through(name: str, rate: Rate) -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| {name} |") and " a second |" in line]
    _, _, at_once, then, window, _ = (cell.strip() for cell in row.split("|"))
    full = Bucket(rate)
    assert int(at_once.replace(",", "")) == full.left(0.0)
    seconds = range(int(rate.seconds))
    passed = [sum(full.take(float(second), light=True) for _ in range(int(rate.calls))) for second in seconds]
    assert abs(sum(passed[1:]) / len(passed) - float(then.removesuffix(" a second"))) < 0.2
    most, of = (int(number.replace(",", "")) for number in window.split(" of "))
    assert 0.98 * most < sum(passed) <= most
    assert of == rate.calls


def test_the_table_of_keys_has_each_with_its_range() -> None:
    rows = {line.split("`")[1]: line for line in PAGE[PAGE.index("## Keys") :].splitlines() if line.startswith("| `")}
    assert rows.keys() == {*RANGES, "requests_per_minute", "calls_per_hour"}
    for name, (least, most) in RANGES.items():
        if name != "max_answer_bytes":
            assert f"| {least:g}–{most:g} |" in rows[name]
            assert f"| {default(name):g}: " in rows[name]


@pytest.mark.parametrize("key", sorted({*KEYS, *(one.name for one in fields(Config))} - NOT_KEYS))
def test_every_key_of_the_configuration_is_in_the_readme(key: str) -> None:
    assert f"`{key}`" in README or f".{key}`" in README
