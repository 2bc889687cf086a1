"""One row per vendor field that the graph shows: where it lives, and the proof that a value arrives there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldRow:
    """`homes` are "Type.field" names of schema.graphql. `value` takes the vendor's mapped sample (whatever record the
    vendor's test module names `SAMPLE`) and gives what arrived; `expect` is what the sample payload says."""

    section: str
    field: str
    type: str
    homes: tuple[str, ...]
    value: Callable[[Any], object]
    expect: object
    note: str = ""


WriteRow = FieldRow
"""The same for what is written: `homes` are "Input.field" names, and `value` takes the JSON that the vendor's sample
command became, to show what stands at the field's place."""
