"""The demo as a newcomer starts it: real processes, real HTTP, and example queries that answer."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.processes import ROOT, free_port, running

EXAMPLES = json.loads((ROOT / "web" / "src" / "examples.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The demo's address, its processes stopped afterwards."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(url + "/health/ready", "demo", "--port", str(port), "--sandbox-port", str(free_port())):
        yield url


def ask(url: str, query: str, variables: object = None) -> dict[str, object]:
    """The answer; a file that the variables wait for is sent along."""
    operation = {"query": query, "variables": variables}
    if "\nsubscription " in query:
        return first_event(url, operation)
    if '"file": null' in json.dumps(variables):
        form = {"operations": json.dumps(operation), "map": json.dumps({"0": ["variables.input.files.0.file"]})}
        file = ("purchase-order.pdf", b"%PDF-1.7\nPurchase order 4711\n%%EOF\n", "application/pdf")
        headers = {"graphql-require-preflight": "1"}
        answer = httpx.post(
            url + "/graphql", data=form, files={"0": file}, headers=headers, timeout=30, trust_env=False
        )
    else:
        answer = httpx.post(url + "/graphql", json=operation, timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def first_event(url: str, operation: dict[str, object]) -> dict[str, object]:
    headers = {"accept": "text/event-stream"}
    with (
        httpx.Client(trust_env=False, timeout=30) as client,
        client.stream("POST", url + "/graphql", json=operation, headers=headers) as answer,
    ):
        line = next(line for line in answer.iter_lines() if line.startswith("data: "))
    body: dict[str, object] = json.loads(line.removeprefix("data: "))
    return body


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"])
def test_every_example_answers(demo: str, example: dict[str, str]) -> None:
    variables = example.get("variables")
    answer = ask(
        demo, example["query"], json.loads(variables) if isinstance(variables, str) and variables else variables
    )
    assert "errors" not in answer, answer["errors"]
    told = json.dumps(answer["data"])
    assert told.count('"id"') + told.count('"number"') > 0
    if "outcome" in example["query"]:
        assert '"state": "DONE"' in told
        assert '"userErrors": []' in told


def test_orders_of_all_three_vendors_come_in_one_answer(demo: str) -> None:
    answer = ask(demo, "{ orders(first: 100) { nodes { vendor } } }")
    assert {"PARTNER_CENTER", "SELLERCLOUD", "SOFTWAREONE"} <= set(json.dumps(answer).split('"'))


def test_an_attachment_s_link_leads_to_its_file(demo: str) -> None:
    query = "{ agreements(first: 50) { nodes { attachments { fileName sizeInBytes downloadUrl } } } }"
    answer = ask(demo, query)
    data = json.loads(json.dumps(answer["data"]))
    files = [one for node in data["agreements"]["nodes"] for one in node["attachments"] or () if one["downloadUrl"]]
    assert files
    with httpx.Client(trust_env=False) as client:
        response = client.get(files[0]["downloadUrl"])
    assert response.status_code == 200
    assert len(response.content) == files[0]["sizeInBytes"]
    assert response.headers["content-disposition"].startswith("attachment; ")


def test_a_browser_gets_the_page_and_a_program_gets_json(demo: str) -> None:
    page = httpx.get(demo + "/graphql", headers={"accept": "text/html"}, trust_env=False)
    assert "Order Gateway" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    answer = httpx.get(demo + "/graphql", params={"query": "{ __typename }"}, trust_env=False)
    assert answer.json()["data"] == {"__typename": "Query"}
