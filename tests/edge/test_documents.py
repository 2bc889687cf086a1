"""Documents by hash or id: registered as they come, or of a manifest that alone counts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.config import ConfigError
from gateway.edge import documents
from gateway.edge.documents import ManifestError, Persisted, read_manifest
from gateway.errors import BadUserInput, GatewayError, PersistedQueryNotFound, PersistedQueryNotSupported
from gateway.model.principal import Principal, Role
from tests.whole.harness import Whole, whole

ANN = Principal(name="ann")
ROUTER = Principal(name="key:router", role=Role.ROUTER, accounts=None)
QUERY = "{ accounts { name } }"
HASH = hashlib.sha256(QUERY.encode()).hexdigest()


NO_HASHES: tuple[object, ...] = (3, "x", [], {}, {"version": 2, "sha256Hash": HASH}, {"version": 1}, {"sha256Hash": 7})


def by_hash(hash_: object = HASH, version: object = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": hash_}}


def test_a_document_is_registered_with_its_hash_and_then_found_by_it() -> None:
    known = Persisted()
    with pytest.raises(PersistedQueryNotFound) as caught:
        known.text(None, None, by_hash(), ANN)
    assert caught.value.message == "PersistedQueryNotFound"  # clients look for this text
    assert caught.value.extensions["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert known.text(QUERY, None, by_hash(), ANN) == QUERY
    for hash_ in (HASH, HASH.upper()):
        assert known.text(None, None, by_hash(hash_), ANN) == QUERY
    assert known.text(None, f"sha256:{HASH}", None, ANN) == QUERY
    assert known.text(None, HASH, None, ANN) == QUERY


def test_a_hash_that_is_another_s_registers_nothing() -> None:
    known = Persisted()
    other = hashlib.sha256(b"{ orders { nodes { id } } }").hexdigest()
    with pytest.raises(BadUserInput) as caught:
        known.text(QUERY, None, by_hash(other), ANN)
    assert caught.value.argument == "extensions.persistedQuery.sha256Hash"
    with pytest.raises(PersistedQueryNotFound):
        known.text(None, None, by_hash(other), ANN)


@pytest.mark.parametrize(
    "extensions",
    [*({"persistedQuery": value} for value in NO_HASHES), by_hash("x" * 5_000), by_hash("")],
)
def test_what_names_no_document_is_told(extensions: dict[str, Any]) -> None:
    with pytest.raises(BadUserInput) as caught:
        Persisted().text(QUERY, None, extensions, ANN)
    assert caught.value.argument == "extensions.persistedQuery"


@pytest.mark.parametrize("id_", ["", "x" * 257])
def test_an_impossible_id_is_told(id_: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        Persisted().text(None, id_, None, ANN)
    assert caught.value.argument == "documentId"


def test_text_without_a_hash_is_just_run_and_nothing_is_nothing() -> None:
    assert Persisted().text(QUERY, None, None, ANN) == QUERY
    assert Persisted().text(None, None, {"vendorCalls": True}, ANN) is None


def test_registered_documents_are_bounded_and_those_asked_for_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENTS", 3)
    known = Persisted()
    known.text(QUERY, None, by_hash(), ANN)
    for n in range(10):
        text = f"{{ a{n}: __typename }}"
        known.text(text, None, by_hash(hashlib.sha256(text.encode()).hexdigest()), ANN)
        assert known.text(None, None, by_hash(), ANN) == QUERY
    monkeypatch.setattr(documents, "MAX_CHARS", 10)
    text = "{ b: __typename }"
    known.text(text, None, by_hash(hashlib.sha256(text.encode()).hexdigest()), ANN)
    with pytest.raises(PersistedQueryNotFound):
        known.text(None, None, by_hash(), ANN)


def test_with_a_manifest_only_its_documents_run_but_for_routers() -> None:
    known = Persisted({"list": QUERY, HASH: QUERY})
    other = "{ __typename }"
    digest = hashlib.sha256(other.encode()).hexdigest()
    for query, id_, extensions in (
        (None, "list", None),
        (None, None, by_hash()),
        (QUERY, None, None),
        (QUERY, "list", None),
    ):
        assert known.text(query, id_, extensions, ANN) == QUERY
    with pytest.raises(PersistedQueryNotFound):
        known.text(None, None, by_hash(digest), ANN)
    for extensions in (None, by_hash(digest), by_hash()):
        with pytest.raises(PersistedQueryNotSupported):
            known.text(other, None, extensions, ANN)
    with pytest.raises(PersistedQueryNotFound):
        known.text(None, None, by_hash(digest), ANN)  # it was not registered by that
    assert known.text(other, None, None, ROUTER) == other
    assert known.text(None, "list", None, ROUTER) == QUERY


def test_a_document_under_another_s_id_is_refused() -> None:
    known = Persisted({"one": QUERY, "two": "{ __typename }"})
    with pytest.raises(PersistedQueryNotSupported):
        known.text(QUERY, "two", None, ANN)


APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": HASH, "name": "Names", "type": "query", "body": QUERY}],
}


@pytest.mark.parametrize("manifest", [APOLLO, {HASH: QUERY}, {f"sha256:{HASH}": QUERY}])
def test_both_forms_of_a_manifest_are_read(manifest: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    assert read_manifest(path) == {HASH: QUERY}


@pytest.mark.parametrize(
    "content",
    ["", "x", "[]", "{}", '{"a": 3}', '{"a": ""}', '{"": "{ a }"}', '{"format": "apollo-persisted-query-manifest"}',
     '{"format": "apollo-persisted-query-manifest", "operations": [{"id": "a"}]}',
     '{"format": "apollo-persisted-query-manifest", "operations": [3]}',
     '{"format": "apollo-persisted-query-manifest", "operations": [{"id": "a"}, {"id": "a", "body": "b"}]}'],
)  # fmt: skip
def test_a_file_that_is_none_is_told(content: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ManifestError):
        read_manifest(path)
    with pytest.raises(ManifestError):
        read_manifest(tmp_path / "missing.json")


# ── over HTTP ─────────────────────────────────────────────────────────────────


async def asked(gateway: Whole, **body: object) -> dict[str, Any]:
    response = await gateway.client.post("/graphql", json=body)
    assert response.status_code in (200, 400)
    answer: dict[str, Any] = response.json()
    return answer


async def test_clients_register_by_post_and_ask_by_get() -> None:
    async with whole(0.1) as gateway:
        answer = await asked(gateway, extensions=by_hash())
        assert answer["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert "data" in await asked(gateway, query=QUERY, extensions=by_hash())
        params = {"extensions": json.dumps(by_hash())}
        assert "data" in (await gateway.client.get("/graphql", params=params)).json()
        assert "data" in (await gateway.client.get("/graphql", params={"documentId": f"sha256:{HASH}"})).json()
        assert "data" in await asked(gateway, documentId=HASH)


async def test_a_manifest_is_read_at_the_start_and_alone_counts(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"names": QUERY}))
    async with whole(
        0.1, principal=ANN_SEES, settings=lambda document: document.update(documents=str(path))
    ) as gateway:
        assert "data" in await asked(gateway, documentId="names")
        assert "data" in await asked(gateway, query=QUERY)
        answer = await asked(gateway, query="{ __typename }")
        assert answer["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"
        gateway.be(ROUTER)
        assert "data" in await asked(gateway, query="{ __typename }")


ANN_SEES = Principal(name="ann", accounts=None)


@pytest.mark.parametrize("text", ["{ orderz }", "{", "{ a " * 30 + "}" * 30, "{ ...A } fragment A on Query { ...A }"])
async def test_a_document_of_the_manifest_that_cannot_run_stops_the_start_and_is_named(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"good": QUERY, "bad-one": text}))
    with pytest.raises(ConfigError, match="bad-one") as caught:
        async with whole(0.1, settings=lambda document: document.update(documents=str(path))):
            pass
    assert len(caught.value.problems) == 1


async def test_a_document_of_the_manifest_may_have_several_operations(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"both": "query A { __typename } query B { accounts { name } }"}))
    async with whole(0.1, settings=lambda document: document.update(documents=str(path))) as gateway:
        assert set((await asked(gateway, documentId="both", operationName="B"))["data"]) == {"accounts"}


def test_errors_have_the_codes_that_clients_know() -> None:
    kinds: tuple[type[GatewayError], ...] = (PersistedQueryNotFound, PersistedQueryNotSupported)
    assert [kind.code for kind in kinds] == ["PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED"]
