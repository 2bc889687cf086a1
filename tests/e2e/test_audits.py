"""GraphQL over HTTP as its working group's audits have it: https://www.npmjs.com/package/graphql-http."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.gateways import gateway, sandbox
from tests.e2e.node import node_json

pytestmark = pytest.mark.slow

AUDITS = 61


async def test_every_audit_of_graphql_over_http_is_passed_without_a_notice(tmp_path: Path) -> None:
    with sandbox(size=0.05) as vendors, gateway(tmp_path, vendors.known) as one:
        outcomes = await node_json("audits", "audits.mjs", one.url + "/graphql")
    assert len(outcomes) == AUDITS
    assert [outcome for outcome in outcomes if outcome["status"] != "ok"] == []
