"""Seeds a company's year by playing it: orders are created, placed, queried, completed through the emulator's own code.

Nothing that is drawn depends on `today`, so ids and contents stay the same from day to day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from gateway.sandbox.softwareone import agreements, catalog, effects, lifecycle, orders, parameters, year_end
from gateway.sandbox.softwareone.actors import Caller
from gateway.sandbox.softwareone.attachments import store
from gateway.sandbox.softwareone.definitions import DEFINITIONS
from gateway.sandbox.softwareone.documents import SAMPLES
from gateway.sandbox.softwareone.foundation import Foundation
from gateway.sandbox.softwareone.fulfilment import attach, build
from gateway.sandbox.softwareone.lines import of_subscription, reprice
from gateway.sandbox.softwareone.plot import DAYS, Plan, Story, stories, working_days
from gateway.sandbox.softwareone.state import Row, State

OPENS, HOURS = 8.0, 9.9  # the working day: from 08:00 UTC to just before 18:00


class History:
    def __init__(self, state: State, foundation: Foundation) -> None:
        self.state = state
        self.random = state.random
        self.at = foundation
        self.days = working_days(state.today)
        self.count = 0

    def play(self, size: float) -> None:
        for number, story in enumerate(stories(size)):
            self._live(number, story)
        self._set(DAYS - 0.01)
        year_end.close(self.state, self.at)
        self.state.clock.set_to = None

    def _live(self, number: int, story: Story) -> None:
        recent = story.purchase in ("Draft", "Quoted", "Processing", "Querying")
        start = self.random.uniform(245, 258) if recent else self.random.uniform(0, 150)
        spans = list(self._spans(start, len(story.follow_ups)))
        order = self._purchase(number, story, start, spans[0])
        agreement = self.state["agreements"][order["agreement"]["id"]]
        for plan, (begin, length) in zip(story.follow_ups, spans[1:], strict=True):
            self._follow_up(agreement, plan, begin, length)
        self._attachments(agreement, number)
        if number % 6 == 2 and agreement["status"] == "Active":
            self._split(agreement)

    def _spans(self, start: float, follow_ups: int) -> Iterator[tuple[float, float]]:
        """When each order begins and how long it may take, so that it ends before the next begins."""
        points = sorted(self.random.uniform(start + 2, DAYS - 1) for _ in range(follow_ups))
        for begin, end in zip([start, *points], [*points, DAYS - 0.02], strict=True):
            yield begin, min(end - begin, 6.0) * 0.9

    def _set(self, moment: float) -> None:
        day, part = divmod(moment, 1)
        self.state.clock.set_to = self.days[int(day)] + timedelta(hours=OPENS + part * HOURS)

    def _purchase(self, number: int, story: Story, start: float, span: tuple[float, float]) -> Row:
        self._set(start)
        candidates = [row for row in self.at.licensees if row["account"]["id"] == self.at.clients[story.client]["id"]]
        licensee = self.random.choice(candidates)
        table = catalog.PRODUCTS[number % 7]
        if story.client == 1 and table.program:
            table = catalog.PRODUCTS[0]
        product = self.at.products[catalog.PRODUCTS.index(table)]
        items = [row for row in self.state["items"].values() if row["product"]["id"] == product["id"]]
        if story.follow_ups:  # changes need a subscription to change
            self.random.shuffle(items)
            items.sort(key=lambda item: item["terms"]["period"] == "one-time")
        chosen = items[: self.random.randint(1, len(items))]
        body: Row = {
            "type": "Purchase",
            "agreement": {"licensee": {"id": licensee["id"]}, "product": {"id": product["id"]}},
            "lines": [{"item": {"id": item["id"]}, "quantity": self._quantity(item)} for item in chosen],
            "parameters": {"ordering": self._ordering(product["id"], complete=story.purchase != "Querying")},
            **self._trimmings(),
        }
        client = self._client(self.at.clients[story.client])
        order = lifecycle.create(self.state, client, body)
        agreement = self.state["agreements"][order["agreement"]["id"]]
        agreement["externalIds"].update(order["externalIds"])
        if number % 3 == 0:
            agreement["externalIds"]["vendor"] = f"VA-{number:05d}"
        self._carry_on(order, story.purchase, client, span)
        return order

    def _follow_up(self, agreement: Row, plan: Plan, begin: float, length: float) -> None:
        kind, status = plan
        self._set(begin)
        account = self.state["accounts"][agreement["client"]["id"]]
        client = self._client(account)
        live = [r for r in agreement["subscriptions"] if r["status"] in ("Active", "Suspended")]
        if kind == "Termination" and status not in ("All", "Deleted", "Failed") and len(live) < 2:
            kind = "Change"
        if kind == "Resume" and not any(ref["status"] == "Suspended" for ref in live):
            kind = "Change"
        if kind == "Renewal":
            self._renewal(agreement, status, client, (begin, length))
            return
        body: Row = {"type": kind, "agreement": {"id": agreement["id"]}, **self._trimmings()}
        body.update(self._content(agreement, kind, status, live))
        caller = self.at.user(self.at.operator) if kind in ("Suspend", "Resume") else client
        order = lifecycle.create(self.state, caller, body)
        self._carry_on(order, "Completed" if status == "All" else status, caller, (begin, length))

    def _content(self, agreement: Row, kind: str, status: str, live: list[Row]) -> Row:
        if kind == "Change":
            lines = [line for line in agreement["lines"] if line["status"] == "Active" and "subscription" in line]
            changed = lines[: self.random.randint(1, len(lines))]
            wanted: list[Row] = [{"id": line["id"], "quantity": self._quantity(line["item"])} for line in changed]
            if self.random.random() < 0.25 or status == "Processing":
                items = self.state["items"].values()
                new = [row for row in items if row["product"]["id"] == agreement["product"]["id"]]
                if status == "Processing":  # so that there is a Draft subscription to find
                    new = [row for row in new if row["terms"]["period"] != "one-time"]
                wanted.append({"item": {"id": self.random.choice(new)["id"]}, "quantity": self.random.randint(1, 9)})
            return {"lines": wanted}
        if kind == "Configuration":
            return {"subscriptions": [{"id": ref["id"], "autoRenew": self.random.random() < 0.5} for ref in live]}
        if kind == "Termination" and status != "All":
            return {"subscriptions": [{"id": live[-1]["id"]}]}
        if kind == "Suspend":
            return {"subscriptions": [{"id": live[0]["id"]}]}
        if kind == "Resume":
            return {"subscriptions": [{"id": ref["id"]} for ref in live if ref["status"] == "Suspended"]}
        return {"subscriptions": [{"id": ref["id"]} for ref in live]}

    def _carry_on(self, order: Row, status: str, client: Caller, span: tuple[float, float]) -> None:
        """From Draft to the planned status, step by step, as time goes on."""
        begin, length = span
        vendor = self.at.user(self.state["accounts"][order["vendor"]["id"]], self.random.randint(0, 1))
        operations = self.at.user(self.at.operator)
        steps = [begin + length * part for part in (0.1, 0.3, 0.5, 0.8)]
        chance = self.random.random()
        self._set(steps[0])
        if status == "Quoted" or (chance < 0.2 and status not in ("Draft", "Deleted") and client.actor == "client"):
            lifecycle.quote(self.state, client, order, {})
        if status == "Deleted":
            lifecycle.delete(self.state, client, order)
        if status in ("Draft", "Quoted", "Deleted"):
            return
        self._set(steps[1])
        lifecycle.process(self.state, client, order, {})
        self._set(steps[2])
        if order["status"] == "Processing":
            lifecycle.update(self.state, vendor, order, self._vendor_fields(order, vendor))
        if chance > 0.8 and order["status"] == "Processing":
            lifecycle.update(self.state, operations, order, {"externalIds": {"operations": f"SO-{self._digits()}"}})
        self._set(steps[3])
        if status == "Querying" and order["status"] == "Processing":
            lifecycle.query(self.state, vendor, order, self._question(order))
        elif status == "Failed":
            self.count += 1
            notes = catalog.FAILURES[self.count % len(catalog.FAILURES)]
            lifecycle.fail(self.state, vendor, order, {"statusNotes": notes})
        elif status == "Processing" and (order["type"] == "Change" or chance < 0.6):
            self._map(order, vendor)
        elif status == "Completed":
            self._map(order, vendor)
            body = {"statusNotes": {"id": "E000000"}} if chance > 0.85 else {}
            lifecycle.complete(self.state, vendor, order, body)

    def _map(self, order: Row, vendor: Caller) -> None:
        """Draft subscriptions over the lines that have none, one for each kind of terms."""
        groups: dict[str, list[Row]] = {}
        for line in order["lines"]:
            if "subscription" not in line and line["item"]["terms"]["period"] != "one-time":
                groups.setdefault(str(line["item"]["terms"]), []).append(line)
        for lines in groups.values():
            name = f"Subscription for {lines[0]['item']['name']}"
            row = build(self.state, order, "subscriptions", lines, name)
            row["template"] = lifecycle.default_template(self.state, order["product"]["id"], "Subscription")
            if self.random.random() < 0.5:
                row["externalIds"]["vendor"] = f"S-{self._digits()}"
            self._fill(row["parameters"]["fulfillment"])
            attach(self.state, vendor, order, "subscriptions", row, lines)

    def _renewal(self, agreement: Row, status: str, client: Caller, span: tuple[float, float]) -> None:
        """Renewal orders have no published endpoints; they are put in place as the release notes describe them."""
        order = orders.blank(self.state, "Renewal", agreement)
        order["agreement"] = self.state.ref(agreement)
        live = [ref for ref in agreement["subscriptions"] if ref["status"] in ("Active", "Suspended")]
        bodies = [line for ref in live for line in of_subscription(self.state, order, ref["id"])]
        orders.assign_customer_fields(self.state, client, order, {"lines": bodies}, strict=True)
        reprice(self.state, order)
        self.state.insert("orders", order, client.by)
        for ref in live:
            subscription = self.state["subscriptions"][ref["id"]]
            subscription["relationships"] = {"renewalOrder": self.state.ref(order)}
        self._set(span[0] + span[1] * 0.5)
        effects.move(self.state, "orders", order, status, client.by, "completed" if status == "Completed" else None)

    def _vendor_fields(self, order: Row, vendor: Caller) -> Row:
        entries = order["parameters"]["fulfillment"]
        self._fill(entries)
        bag = [{"id": entry["id"], "value": entry["value"]} for entry in entries if "value" in entry]
        body: Row = {"parameters": {"fulfillment": bag}}
        if self.random.random() < 0.4:
            body["assignee"] = {"id": vendor.by["by"]["id"]}
        if self.random.random() < 0.6:
            body["externalIds"] = {"vendor": f"VO-{self._digits()}"}
        return body

    def _question(self, order: Row) -> Row:
        bag = [
            {"id": entry["id"], "value": entry.get("value"), "error": entry.get("error")}
            for entry in order["parameters"]["ordering"]
        ]
        for one, entry in zip(bag, order["parameters"]["ordering"], strict=True):
            if entry["type"] not in ("Heading",) and not parameters.is_closed(entry):
                one["error"] = {"id": "E12", "message": f"{entry['name']} is already known under another customer"}
                break
        return {
            "error": {"id": "E11", "message": "One value needs correcting"},
            "parameters": {"ordering": bag},
        }

    def _ordering(self, product_id: str, *, complete: bool) -> list[Row]:
        samples = {one.external_id: one for one in DEFINITIONS}
        supplied: list[Row] = []
        for row in self.state["definitions"].values():
            one = samples[row["externalId"]]
            if row["product"]["id"] != product_id or row["phase"] != "Order" or not one.samples:
                continue
            if one.hidden or one.readonly or one.scope not in ("Agreement", "Order"):
                continue
            value = self.random.choice(one.samples)
            if one.required or self.random.random() < 0.8:
                supplied.append({"externalId": one.external_id, "value": value})
        if not complete:
            supplied = [one for one in supplied if one["externalId"] != "adminEmail"]
        return supplied

    def _fill(self, entries: list[Row]) -> None:
        samples: dict[str, tuple[Any, ...]] = {one.external_id: one.samples for one in DEFINITIONS}
        for entry in entries:
            choices = samples[entry["externalId"]]
            if choices:
                parameters.put(entry, self.random.choice(choices))

    def _trimmings(self) -> Row:
        body: Row = {}
        if self.random.random() < 0.5:
            body["notes"] = self.random.choice(catalog.NOTES)
        if self.random.random() < 0.55:
            body["externalIds"] = {"client": f"PO-{self._digits()}"}
        return body

    def _attachments(self, agreement: Row, number: int) -> None:
        history = self.state.orders_of[agreement["id"]]
        vendor = self.at.user(self.state["accounts"][agreement["vendor"]["id"]])
        for index in range(number % 5):
            order = history[(index * 3) % len(history)] if index % 2 else None
            self.state.clock.set_to = datetime.fromisoformat(history[-1]["audit"]["updated"]["at"])
            fields: Row = {"description": f"{agreement['name']}, document {index + 1}"}
            if order is not None:
                fields["orderId"] = order["id"]
            if index == 3:
                fields.update(
                    name="Activation key", type="LicenseKey", licenseKey=f"KEY-{self._digits()}-{self._digits()}"
                )
                store(self.state, vendor, agreement, fields)
                continue
            title, extension, kind, make = SAMPLES[(number + index) % len(SAMPLES)]
            fields.update(name=title, type="File")
            content = make(f"{title} {agreement['id']}")
            store(self.state, vendor, agreement, fields, (f"{title}.{extension}", kind, content))

    def _split(self, agreement: Row) -> None:
        own = [row for row in self.at.buyers if row["account"]["id"] == agreement["client"]["id"]]
        percents = (60, 40) if len(own) > 1 else (100,)
        shares = [
            (buyer["id"], percent, {"client": f"CC-{percent:04d}"})
            for buyer, percent in zip(own, percents, strict=False)
        ]
        rows = [agreement, *(self.state["subscriptions"][ref["id"]] for ref in agreement["subscriptions"])]
        for place, row in enumerate(rows):
            row.update(split=agreements.split(self.state, row, shares), splitStatus="Review" if place > 1 else "Active")

    def _client(self, account: Row) -> Caller:
        return self.at.user(account, self.random.randint(0, 9))

    def _quantity(self, item: Row) -> int:
        if item.get("quantityNotApplicable"):
            return 1
        return self.random.choice((1, 2, 3, 5, 8, 10, 12, 25, 40, 120))

    def _digits(self) -> str:
        return f"{self.random.randrange(10**5):05d}"
