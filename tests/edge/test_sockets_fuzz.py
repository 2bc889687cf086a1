"""Whatever a client sends on a socket: it is answered, or closed with a code of the protocol, and nothing is left."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.sockets import Code
from tests.edge.socket_desk import Closed, Socket, desk, socket

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
QUERIES = st.sampled_from(
    ["{ hello }", "subscription { rings }", "subscription { counted(to: 3) }", "{", "{ nothing }", "{ slow }"]
)
IDS = st.sampled_from(["1", "2", "é" * 250]) | ANYTHING
PAYLOADS = st.fixed_dictionaries({"query": QUERIES}) | ANYTHING
TYPES = ["connection_init", "ping", "pong", "subscribe", "complete", "next", "error", "connection_ack"]
MESSAGES = st.one_of(
    st.fixed_dictionaries({"type": st.just("subscribe"), "id": IDS, "payload": PAYLOADS}),
    st.fixed_dictionaries({"type": st.just("complete"), "id": IDS}),
    st.fixed_dictionaries({"type": st.sampled_from(TYPES)}, optional={"id": IDS, "payload": PAYLOADS}),
    ANYTHING,
)
TOLD = {"connection_ack", "pong", "next", "error", "complete"}


async def heard(client: Socket) -> tuple[int | None, str]:
    """How the server closed, None where it answered the last message."""
    try:
        while (told := await client.next()) != {"type": "pong", "payload": {"last": True}}:
            assert told["type"] in TOLD
    except Closed as closed:
        return closed.code, closed.reason
    return None, ""


@given(st.booleans(), st.lists(MESSAGES, max_size=8))
def test_any_messages_are_answered_or_close_by_the_protocol(begun: bool, messages: list[Any]) -> None:
    asyncio.run(sent(begun, messages))


async def sent(begun: bool, messages: list[Any]) -> None:
    async with desk() as one:
        async with socket(one.app) as client:
            if begun:
                await client.init()
            for message in messages:
                await client.send_text(json.dumps(message))
            await client.send("ping", payload={"last": True})
            code, reason = await heard(client)
            assert code is None or code in set(Code) - {Code.INTERNAL, Code.TRY_AGAIN_LATER}
            assert (code is None) == (reason == "")
            assert len(reason.encode()) <= 123
        assert (one.bell.at_work, one.app.state.streams.open) == (0, 0)
