"""Traffic under ill use: short deadlines, clients that leave, bulk beside single reads, and trouble that is not the
vendor's."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import httpx
import pytest

from gateway.errors import DeadlineExceeded, GatewayError, InProgress, OutOfTime, StoreUnavailable
from gateway.model.account import AccountState, CircuitState
from gateway.upstream.bucket import Bucket, Rate
from gateway.upstream.client import Answer, Upstream
from gateway.upstream.errand import ERRAND, Errand, Load, on
from gateway.upstream.flights import Flights
from gateway.upstream.traffic import Plan, Traffic
from gateway.upstream.turnstile import Places, Turnstile
from gateway.upstream.wire import LIGHT_CALLS, Wire
from gateway.vendors.base import Limits
from tests.upstream.clock import at_once
from tests.upstream.test_sending import login
from tests.upstream.vendor import nothing_to_explain, reply, running, upstream

ONCE = Limits(timeout_seconds=5, max_retries=0)
JSON = {"content-type": "application/json"}


class Host(httpx.AsyncBaseTransport):
    """Answers at once, but for its logins: each takes a second, and none ends that comes before `well_at`."""

    def __init__(self, well_at: float) -> None:
        self.well_at = well_at
        self.logins = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            self.logins += 1
            await asyncio.sleep(1_000 if asyncio.get_running_loop().time() < self.well_at else 1)
        return httpx.Response(200, headers=JSON, stream=httpx.ByteStream(b'{"access_token": "t"}'))


def client_of(host: Host) -> Upstream:
    return Upstream(
        vendor="vendor",
        account="acme",
        base_url="http://host",
        transport=host,
        limits=Limits(),
        explain=nothing_to_explain,
        plan=Plan(family=lambda route: route),
        auth=login("http://host"),
    )


def test_a_login_that_hung_is_made_again_by_one_who_has_the_time_for_it() -> None:
    """Two calls a second with half a minute each: of those that wait, the first has never more than half a second."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        host = Host(well_at=loop.time() + 40)
        client = client_of(host)
        answered: list[float] = []

        async def ask() -> None:
            with on(Errand.lasting(30)), contextlib.suppress(DeadlineExceeded):
                await client.get("/x", route="/x")
                answered.append(loop.time())

        asking = []
        for _ in range(240):
            asking.append(asyncio.create_task(ask()))
            await asyncio.sleep(0.5)
        await asyncio.gather(*asking)
        await client.close()
        assert answered[0] < host.well_at + 22  # the last that hangs may have begun just before
        assert len(answered) > 100
        assert host.logins < 20

    at_once(main())


def test_who_waits_for_a_login_waits_no_longer_than_its_own_time() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        client = client_of(Host(well_at=loop.time() + 1_000))

        async def ask(seconds: float) -> float:
            with on(Errand.lasting(seconds)), pytest.raises(DeadlineExceeded):
                await client.get("/x", route="/x")
            return loop.time()

        began = loop.time()
        first, short, long = (asyncio.create_task(ask(seconds)) for seconds in (60, 5, 70))
        assert await short - began < 5
        await asyncio.gather(first, long)
        await client.close()

    at_once(main())


@pytest.mark.parametrize("last_moment", [False, True])
def test_who_leaves_the_queue_for_a_login_takes_no_turn_along(last_moment: bool) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        host = Host(well_at=loop.time() + 1)
        client = client_of(host)

        async def ask(seconds: float) -> Answer:
            with on(Errand.lasting(seconds)):
                return await client.get("/x", route="/x")

        holder = asyncio.create_task(ask(30))
        await asyncio.sleep(0.5)
        patient, other = asyncio.create_task(ask(60)), asyncio.create_task(ask(50))
        await asyncio.sleep(1)
        holder.cancel()
        if last_moment:
            await asyncio.sleep(0)
            assert holder.done()  # now the turn is the patient one's, who does not know it yet
        patient.cancel()
        assert (await other).status == 200
        await asyncio.gather(holder, patient, return_exceptions=True)
        assert holder.cancelled()
        assert patient.cancelled()
        assert (await ask(30)).status == 200
        await client.close()

    at_once(main())


def test_where_places_are_few_families_take_turns() -> None:
    async def main() -> None:
        buckets: dict[str, Bucket] = {}
        turnstile = Turnstile(Places(1), lambda name: buckets.setdefault(name, Bucket(None)))
        order: list[str] = []

        async def one(family: str) -> None:
            await turnstile.enter(family, light=True, errand=Errand.lasting(1_000))
            order.append(family)
            await asyncio.sleep(1)
            turnstile.leave()

        async def busy() -> None:
            while True:
                await one("orders")

        busily = [asyncio.create_task(busy()) for _ in range(3)]
        await asyncio.sleep(0.5)
        await asyncio.gather(*(one("customers") for _ in range(5)))
        assert order.count("orders") <= 7, order
        for task in busily:
            task.cancel()
        await asyncio.gather(*busily, return_exceptions=True)

    at_once(main())


async def test_a_single_read_does_not_wait_with_a_long_list_that_asked_for_the_same() -> None:
    plan = Plan(rates={"all": Rate(40, 60)})
    async with running() as vendor, upstream(vendor.url, limits=ONCE, plan=plan) as client:
        flights: Flights[str, Answer] = Flights()

        async def read(key: str, errand: Errand) -> Answer:
            with on(errand):
                return await flights.get(key, lambda: client.get("/" + key, route="/x"))

        bulk = Errand.lasting(30, Load(LIGHT_CALLS))
        listing = [asyncio.create_task(read(str(number), bulk)) for number in range(9)]
        await asyncio.sleep(0.3)
        waiting = [task for task in listing if not task.done()]
        assert waiting, "the common part of the budget is spent"
        async with asyncio.timeout(2):
            await asyncio.gather(*(read("8", Errand.lasting(30)) for _ in range(3)))
        assert not listing[8].done()
        assert [seen.target for seen in vendor.seen].count("/8") == 1
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_another_long_list_waits_with_the_first_and_doubles_nothing() -> None:
    plan = Plan(rates={"all": Rate(40, 60)})
    async with running() as vendor, upstream(vendor.url, limits=ONCE, plan=plan) as client:
        flights: Flights[str, Answer] = Flights()
        keys = [str(number) for number in range(9)]

        async def one(key: str, errand: Errand) -> Answer:
            with on(errand):
                return await flights.get(key, lambda: client.get("/" + key, route="/x"))

        async def ask(wanted: object) -> dict[str, Answer | GatewayError]:
            raise AssertionError("all of it is under way")

        bulk = Errand.lasting(30, Load(LIGHT_CALLS))
        listing = [asyncio.create_task(one(key, bulk)) for key in keys]
        await asyncio.sleep(0.3)
        under_way = [key for key, task in zip(keys, listing, strict=True) if not task.done()]
        assert len(under_way) > LIGHT_CALLS
        with on(Errand.lasting(30)):
            also = asyncio.create_task(flights.ask(under_way, ask))
        await asyncio.sleep(0.1)
        for task in (*listing, also):
            task.cancel()
        ended = await asyncio.gather(also, return_exceptions=True)
        assert isinstance(ended[0], asyncio.CancelledError)
        await asyncio.gather(*listing, return_exceptions=True)


async def test_what_a_flight_has_still_to_ask_is_light_for_a_single_read_that_joins_it() -> None:
    loads: list[int] = []
    released = asyncio.Event()

    async def call() -> str:
        await released.wait()
        errand = ERRAND.get()
        assert errand is not None
        loads.append(errand.load.calls)
        return "answer"

    flights: Flights[str, str] = Flights()

    async def read(errand: Errand) -> str:
        with on(errand):
            return await flights.get("key", call)

    bulk, single = Errand.lasting(30, Load(100)), Errand.lasting(10, Load(1))
    reading = [asyncio.create_task(read(errand)) for errand in (bulk, single)]
    await asyncio.sleep(0.01)
    released.set()
    assert await asyncio.gather(*reading) == ["answer"] * 2
    assert loads == [0]
    assert (bulk.load.calls, single.load.calls) == (100, 1)


def test_a_queue_full_of_bulk_has_room_for_single_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.upstream.turnstile.LONGEST_QUEUE", 3)

    async def main() -> None:
        bucket, errand = Bucket(None), Errand.lasting(60)
        turnstile = Turnstile(Places(1), lambda _: bucket)
        await turnstile.enter("all", light=True, errand=errand)
        bulk = [asyncio.create_task(turnstile.enter("all", light=False, errand=errand)) for _ in range(4)]
        await asyncio.sleep(0)
        single = asyncio.create_task(turnstile.enter("all", light=True, errand=errand))
        await asyncio.sleep(0)
        assert [task.done() for task in bulk] == [False, False, False, True]
        turnstile.leave()
        await single
        for task in bulk:
            task.cancel()
        await asyncio.gather(*bulk, return_exceptions=True)

    at_once(main())


def test_a_call_cut_by_its_deadline_is_not_the_vendor_s_fault_although_the_deadline_is_put_off_just_then() -> None:
    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            try:
                await asyncio.sleep(100)
            finally:
                await asyncio.sleep(0.01)  # its connection takes a moment to close
            raise AssertionError

    async def main() -> None:
        traffic = Traffic("acme", Plan(), max_concurrency=4)
        wire = Wire("vendor", "acme", Slow(), Limits(timeout_seconds=5), traffic, None)
        errand = Errand.lasting(1)

        def put_off() -> None:
            errand.until += 30

        asyncio.get_running_loop().call_at(errand.end + 0.005, put_off)
        with on(errand), pytest.raises(OutOfTime):
            await wire.handle_async_request(httpx.Request("GET", "http://host/"))

    at_once(main())


async def test_deadlines_of_clients_write_no_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway")
    async with running() as vendor, upstream(vendor.url, limits=ONCE) as client:
        with on(Errand.lasting(0.01)):
            for _ in range(20):
                with pytest.raises(OutOfTime):
                    await client.get("/x", route="/x")
        assert not vendor.seen
    assert not caplog.records


@pytest.mark.parametrize("trouble", [StoreUnavailable("full"), InProgress("another has it")])
async def test_trouble_of_our_own_store_says_nothing_of_the_vendor(trouble: GatewayError) -> None:
    async def note() -> None:
        raise trouble

    async with running() as vendor, upstream(vendor.url, limits=ONCE) as client:
        await client.get("/x", route="/x")
        with pytest.raises(type(trouble)):
            await client.call("POST", "/x", route="/x", json={}, sending=note)
        health = client.health()
        assert health.state is AccountState.HEALTHY
        assert {one.state for one in health.circuits} == {CircuitState.CLOSED}
        assert len(vendor.seen) == 1


async def test_waiting_for_other_files_says_nothing_of_the_vendor() -> None:
    limits = Limits(timeout_seconds=0.2, max_concurrency=1, max_retries=0)
    async with (
        running(reply(b"file", content_type=None)) as vendor,
        upstream(vendor.url, limits=limits) as client,
        client.stream("/f", route="/f"),
    ):
        with pytest.raises(DeadlineExceeded) as caught:
            async with client.stream("/f", route="/f"):
                pass
        assert (caught.value.vendor, caught.value.account) == ("vendor", "acme")
        assert client.health().state is AccountState.HEALTHY
        assert len(vendor.seen) == 1


async def test_a_place_for_a_file_is_no_success() -> None:
    async with running(reply(status=503)) as vendor, upstream(vendor.url, limits=ONCE) as client:
        with pytest.raises(GatewayError):
            async with client.stream("/f", route="/f"):
                pass
        assert client.health().last_success_at is None
        assert len(vendor.seen) == 1
