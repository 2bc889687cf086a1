"""The dashboard, the alerts and the docs speak of figures that there are, with labels that they have, and of all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram

from gateway.edge.access import ROUTES
from gateway.model.account import AccountState, CircuitState
from gateway.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
ALERTS = (ROOT / "deploy" / "prometheus-alerts.yaml").read_text()
DOCS = (ROOT / "docs" / "operations.md").read_text()
ENDINGS: dict[type, tuple[str, ...]] = {Counter: ("_total",), Gauge: ("",), Histogram: ("_bucket", "_sum", "_count")}
STATES = {"order_gateway_account_state": AccountState, "order_gateway_circuit_state": CircuitState}
OF_PROMETHEUS = {"job", "instance"}
OF_PROCESSES = {"process_resident_memory_bytes", "process_cpu_seconds_total"}
SELECTOR = re.compile(r"([a-z][a-z0-9_]*)\{([^}]*)\}")
GROUPING = re.compile(r"\bby \(([^)]*)\)")


def known() -> dict[str, set[str]]:
    """Each series' labels by its name."""
    return {
        figure._name + ending: {*figure._labelnames, *(["le"] if ending == "_bucket" else [])}
        for figure in vars(Metrics()).values()
        if isinstance(figure, Counter | Gauge | Histogram)
        for ending in ENDINGS[type(figure)]
    } | {name: set() for name in OF_PROCESSES}


def expressions() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    yield from re.findall(r"alert: (\w+)\n\s+expr: (?:>-\n\s+)?(.+)\n", ALERTS)


KNOWN = known()
EXPRESSIONS = list(expressions())


def series_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:order_gateway|process)_\w+", expression))


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS, ids=[where for where, _ in EXPRESSIONS])
def test_each_expression_asks_for_what_there_is(where: str, expression: str) -> None:
    found = series_in(expression)
    assert found
    assert found <= KNOWN.keys()
    assert {name for name, _ in SELECTOR.findall(expression)} <= found
    for name, matchers in SELECTOR.findall(expression):
        assert set(re.findall(r"(\w+)[=!]", matchers)) <= KNOWN[name] | OF_PROMETHEUS, name
        for states in re.findall(r'state[=!]~?"([^"]*)"', matchers):
            assert set(states.split("|")) <= {state.value for state in STATES[name]}
    labels = set.intersection(*(KNOWN[name] for name in found)) | OF_PROMETHEUS
    for grouped in GROUPING.findall(expression):
        assert {label.strip() for label in grouped.split(",")} <= labels
    assert expression.count("(") == expression.count(")")


def test_every_figure_is_on_the_dashboard_and_in_the_docs() -> None:
    shown = {name for _, expression in EXPRESSIONS for name in series_in(expression)}
    for name in KNOWN:
        figure = re.sub(r"_(bucket|sum|count)$", "", name)
        assert any(one.startswith(figure) for one in shown), figure
        assert f"`{figure}`" in DOCS or name in OF_PROCESSES, figure


def test_every_label_and_every_route_is_in_the_docs() -> None:
    for word in {label for labels in KNOWN.values() for label in labels - {"le"}} | set(ROUTES.values()):
        assert f"`{word}`" in DOCS, word


def test_the_dashboard_can_be_imported() -> None:
    assert DASHBOARD["schemaVersion"] >= 41
    assert {"title", "uid", "panels", "templating", "time"} <= DASHBOARD.keys()
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    variables = {one["name"] for one in DASHBOARD["templating"]["list"]}
    panels: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert {"title", "targets", "fieldConfig", "options"} <= panel.keys()
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(panel["targets"])))
        assert used - {"__rate_interval"} <= variables
    cells = [(x, y) for panel in DASHBOARD["panels"] for x, y in covered(panel["gridPos"])]
    assert len(set(cells)) == len(cells), "two panels lie on each other"


def covered(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            yield x, y
