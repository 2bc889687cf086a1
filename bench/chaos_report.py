"""What a run of chaos came to, as a table and as JSON, and which of its goals were missed."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from bench.client import Sample, percentile
from bench.wishes import Reckoning


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads of one vendor in one phase. Milliseconds of those that asked no other vendor."""

    asked: int
    failed: int
    p50: float
    p99: float

    @classmethod
    def of(cls, samples: Iterable[Sample], vendor: str) -> Reads:
        asked = [sample for sample in samples if sample.read.vendor in (vendor, None)]
        took = [sample.seconds * 1_000 for sample in asked if sample.read.vendor == vendor]
        failed = sum(vendor not in sample.served for sample in asked)
        return cls(len(asked), failed, percentile(took, 0.5), percentile(took, 0.99))


@dataclass(frozen=True, slots=True)
class Slice:
    """`healthy` is the vendor without faults; `recovery` the seconds until all vendors were served again afterwards."""

    healthy: str
    quiet: Reads
    noisy: Reads
    failing: Reads  # of the two other vendors together, while they failed
    recovery: float

    @property
    def ratio(self) -> float:
        return self.noisy.p99 / self.quiet.p99


@dataclass(frozen=True, slots=True)
class Budget:
    """The most calls in any window, and how many the vendor allows in it."""

    vendor: str
    family: str
    most: int
    limit: int
    seconds: float


@dataclass(slots=True)
class Report:
    slices: list[Slice] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)
    writes: Reckoning | None = None
    memory: list[float] = field(default_factory=list)  # MB, after the warm-up, after each slice, and at the end
    missed: list[str] = field(default_factory=list)  # reads of a healthy vendor that failed, told
    codes: Counter[str] = field(default_factory=Counter)
    rush: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    retries: int = 0
    calls: int = 0
    left_out: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return statistics.median(one.ratio for one in self.slices)

    def failures(self) -> list[str]:
        """The exact goals that were missed."""
        assert self.writes is not None
        asked = sum(one.quiet.asked + one.noisy.asked for one in self.slices)
        failed = sum(one.quiet.failed + one.noisy.failed for one in self.slices)
        broken = [f"{one.vendor} {one.family}: {one.most} of {one.limit}" for one in self.budgets if too_many(one)]
        checks = {
            f"{failed} of {asked} reads of a healthy vendor failed: {'; '.join(self.missed[:5])}": failed,
            f"done twice: {', '.join(self.writes.duplicates[:10])}": self.writes.duplicates,
            f"lost: {', '.join(self.writes.lost[:10])}": self.writes.lost,
            f"limits passed: {', '.join(broken)}": broken,
        }
        return [text for text, wrong in checks.items() if wrong]


def figures(report: Report) -> str:
    """The report as JSON."""
    # not by asdict, which counts a Counter's items anew
    return json.dumps(
        report, default=lambda one: {each.name: getattr(one, each.name) for each in fields(one)}, indent=2
    )


def too_many(budget: Budget) -> bool:
    return budget.most > budget.limit


def told(sample: Sample) -> str:
    return f"{sample.phase} {sample.read.vendor or 'all'} {sample.read.name} {sample.seconds:.1f} s {sample.codes}"


def shown(report: Report) -> Iterator[str]:
    """The report, line by line."""
    heads = zip(
        ("reads", "failed", "p50 ms", "p99 ms", "ratio", "others", "back"), (14, 8, 14, 16, 7, 8, 8), strict=True
    )
    yield f"{'healthy vendor':16}" + "".join(f"{head:>{width}}" for head, width in heads)
    for one in report.slices:
        quiet, noisy, other = one.quiet, one.noisy, one.failing
        served = 1 - other.failed / max(other.asked, 1)
        yield (
            f"{one.healthy:16}{quiet.asked:>6} +{noisy.asked:>6}{quiet.failed + noisy.failed:>8}"
            f"{quiet.p50:>6.0f} →{noisy.p50:>6.0f}{quiet.p99:>8.0f} →{noisy.p99:>6.0f}{one.ratio:>7.2f}"
            f"{served:>8.0%}{one.recovery:>7.1f}s"
        )
    yield f"p99 while the others fail, over the quiet p99, median of the slices: {report.ratio:.2f}"
    writes = report.writes
    assert writes is not None
    yield f"writes: {writes.wished}, twice {len(writes.duplicates)}, lost {len(writes.lost)}; {counted(writes.told)}"
    yield from budget_lines(report.budgets)
    levels, growth = " ".join(f"{level:.0f}" for level in report.memory), report.memory[-1] / report.memory[0] - 1
    yield f"memory in MB after the warm-up, each slice, and the crowd: {levels} ({growth:+.1%})"
    yield f"faults: {counted(report.faults)}; struck {report.struck.total()} of {report.calls} calls"
    yield f"circuits opened: {report.opened}; calls made again: {report.retries}; codes: {counted(report.codes)}"
    yield f"the crowd for long lists: {counted(report.rush)}; left out by the client: {report.left_out}"
    yield "processors: " + ", ".join(f"{name} {share:.0%}" for name, share in report.shares.items())


def budget_lines(budgets: Sequence[Budget]) -> Iterator[str]:
    for one in budgets:
        yield f"most calls in {one.seconds:.0f} s: {one.vendor} {one.family} {one.most} of {one.limit}"


def counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"
