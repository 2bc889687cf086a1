"""All objects of the emulated platform: tables of rows, shared references, ids and the clock."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]

# What a reference to an object of this table carries.
REFERENCES: dict[str, tuple[str, ...]] = {
    "accounts": ("id", "type", "status", "name", "icon"),
    "buyers": ("id", "name"),
    "licensees": ("id", "name"),
    "sellers": ("id", "externalId", "name"),
    "users": ("id", "name", "icon"),
    "tokens": ("id", "name"),
    "products": ("id", "name", "status", "externalIds", "icon"),
    "items": ("id", "name", "externalIds", "terms", "unit", "quantityNotApplicable", "status", "description"),
    "definitions": ("id", "name"),
    "templates": ("id", "name"),
    "authorizations": ("id", "name", "currency"),
    "price-lists": ("id", "name", "currency"),
    "price-list-items": ("id",),
    "listings": ("id",),
    "certificates": ("id", "name", "status", "revision"),
    "conditions": ("id", "name"),
    "agreements": ("id", "status", "name", "revision"),
    "orders": ("id", "type", "status"),
    "subscriptions": ("id", "name", "status"),
    "assets": ("id", "name", "status"),
    "attachments": ("id", "name"),
}


class Clock:
    """Platform time in the wire form. While seeding it is set; afterwards it is the real time, strictly rising and
    never before the day the seeded year ends on."""

    def __init__(self, today: datetime) -> None:
        self.last = today
        self.set_to: datetime | None = None

    def moment(self) -> datetime:
        if self.set_to is not None:
            return self.set_to
        self.last = max(datetime.now(UTC), self.last + timedelta(milliseconds=1))
        return self.last

    def now(self) -> str:
        return wire(self.moment())


def wire(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class State:
    def __init__(self, seed: int, today: datetime) -> None:
        self.random = random.Random(seed)
        self.today = today
        self.clock = Clock(today)
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in REFERENCES}
        self.refs: dict[str, Row] = {}
        self.files: dict[str, bytes] = {}  # attachment id: content
        self.sequences: dict[tuple[str, str], int] = {}
        self.former: dict[str, str] = {}  # subscription id: its status before the running order
        self.orders_of: dict[str, list[Row]] = {}  # agreement id: its orders, oldest first
        self.held: set[tuple[str, str]] = set()  # (account id, certificate id)
        self.price_of: dict[tuple[str, str], Row] = {}  # (currency, item id): price list item
        self.conditions_of: dict[str, list[Row]] = {}  # product id: references of its terms and conditions

    def __getitem__(self, table: str) -> dict[str, Row]:
        return self.tables[table]

    def new_id(self, prefix: str, groups: int) -> str:
        while True:
            drawn = "-".join([prefix, *(f"{self.random.randrange(1, 10000):04d}" for _ in range(groups))])
            if drawn not in self.refs:
                return drawn

    def next_id(self, prefix: str, parent: str) -> str:
        """`ALI-` and `ATT-` ids: the agreement's digits and a running number; items likewise of their product."""
        number = self.sequences[prefix, parent] = self.sequences.get((prefix, parent), 0) + 1
        return f"{prefix}-{parent.partition('-')[2]}-{number:04d}"

    def insert(self, table: str, row: Row, by: Row) -> Row:
        """Stores a new object with revision 1; `by` is the `{by, of}` of its audit."""
        row["revision"] = 1
        stamp = {"at": self.clock.now(), **by}
        row["audit"] = {"created": stamp, "updated": stamp}
        self.tables[table][row["id"]] = row
        self.refs[row["id"]] = {}
        self._refresh(table, row)
        if table == "orders":
            self.orders_of.setdefault(row["agreement"]["id"], []).append(row)
        return row

    def touch(self, table: str, row: Row, by: Row, event: str | None = None) -> None:
        """One update: revision, audit and every reference to the object."""
        row["revision"] += 1
        stamp = {"at": self.clock.now(), **by}
        row["audit"]["updated"] = stamp
        if event is not None:
            row["audit"][event] = stamp
        self._refresh(table, row)

    def ref(self, of: str | Row) -> Row:
        """The one shared reference dict of an object: whoever holds it sees later changes of name and status."""
        return self.refs[of if isinstance(of, str) else of["id"]]

    def _refresh(self, table: str, row: Row) -> None:
        self.refs[row["id"]].update({name: row[name] for name in REFERENCES[table] if name in row})


def assign(row: Row, name: str, value: Any) -> None:
    """Sets a property; None clears it, for absent properties are left out of answers."""
    if value is None:
        row.pop(name, None)
    else:
        row[name] = value
