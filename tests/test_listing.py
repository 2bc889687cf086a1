"""The merged list: sorted, whole, each row once, whatever the page size, the direction and the accidents."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import BadUserInput, FilterRequired, LimitExceeded, VendorUnavailable
from gateway.listing import DONE, LAST_MOMENT, Cursors, ListPage, Source, Window, list_page
from gateway.model.account import Account
from gateway.model.values import Vendor
from gateway.upstream.errand import ERRAND, Errand, on, too_late
from gateway.vendors.base import Position, Step
from tests.upstream.clock import at_once


@dataclass
class Shelf:
    """A source that holds positions as rows and gives them in steps of its own size."""

    account: str
    rows: list[Position]
    stride: int = 7
    failures: int = 0
    asked: list[Position | None] = field(default_factory=list)

    async def step(self, after: Position | None, limit: int, down: bool) -> Step[Position]:
        self.asked.append(after)
        if self.failures:
            self.failures -= 1
            raise VendorUnavailable("down")
        rows = sorted(self.rows, reverse=down)
        if after is not None:
            assert after.account == self.account
            rows = [row for row in rows if (row < after if down else row > after)]
        given_, rest = rows[: min(limit, self.stride)], rows[min(limit, self.stride) :]
        return Step(rows=tuple(given_), resume=given_[-1] if rest else None)

    async def count(self) -> int | None:
        return len(self.rows)

    def source(self) -> Source[Position]:
        return Source(Account(self.account, self.account, Vendor.SELLERCLOUD, frozenset()), self.step, self.count)


def shelves(moments: list[list[int]], stride: int = 7) -> list[Shelf]:
    return [
        Shelf(name, [Position(at, name, f"{n:04}") for n, at in enumerate(ats)], stride)
        for name, ats in zip("bac", moments, strict=False)
    ]


async def page(
    of: Iterable[Shelf], size: int, cursor: str | None, backward: bool = False, down: bool = True
) -> ListPage[Position]:
    window = Window(size, cursor, backward)
    return await list_page([one.source() for one in of], lambda row: row, window, down, "f")


async def walk(of: list[Shelf], size: int, backward: bool = False, down: bool = True) -> list[Position]:
    rows: list[Position] = []
    cursor = None
    for _ in range(1_000):
        got = await page(of, size, cursor, backward, down)
        rows = [*got.rows, *rows] if backward else [*rows, *got.rows]
        if not (got.has_previous if backward else got.has_next):
            return rows
        cursor = got.cursors[0] if backward else got.cursors[-1]
    raise AssertionError("the walk does not end")


moments = st.lists(st.lists(st.integers(-1, 12), max_size=25), min_size=1, max_size=3)


@given(moments, st.integers(1, 30), st.integers(1, 9), st.booleans(), st.booleans())
def test_a_walk_gives_every_row_once_and_in_order(
    ats: list[list[int]], size: int, stride: int, backward: bool, down: bool
) -> None:
    of = shelves(ats, stride)
    rows = asyncio.run(walk(of, size, backward, down))
    assert rows == sorted((row for one in of for row in one.rows), reverse=down)


@given(moments, st.integers(1, 9), st.data())
@settings(deadline=None)
def test_a_source_that_fails_on_the_way_still_gives_all_its_rows(
    ats: list[list[int]], size: int, data: st.DataObject
) -> None:
    of = shelves(ats, 3)

    async def bumpy() -> list[Position]:
        rows: list[Position] = []
        cursor = None
        for n in range(400):
            for one in of:
                one.failures = int(n < 30 and data.draw(st.integers(0, 3)) == 0)
            got = await page(of, size, cursor)
            rows += got.rows
            failed = any(source.failed for source in got.sources)
            cursor = got.cursors[-1] if got.cursors else got.resume
            if not got.has_next and not failed:
                return rows
        raise AssertionError("the walk does not end")

    rows = asyncio.run(bumpy())
    assert len(rows) == len(set(rows))
    assert set(rows) == {row for one in of for row in one.rows}


@given(moments, st.integers(1, 9), st.integers(0, 60))
def test_every_cursor_of_a_page_continues_behind_its_row(ats: list[list[int]], size: int, pick: int) -> None:
    of = shelves(ats, 4)
    everything = sorted((row for one in of for row in one.rows), reverse=True)
    first = asyncio.run(page(of, size, None))
    for n, cursor in enumerate(first.cursors):
        rest = asyncio.run(page(of, 100, cursor))
        assert list(rest.rows) == everything[n + 1 :]
        back = asyncio.run(page(of, 100, cursor, backward=True))
        assert list(back.rows) == everything[:n]


async def test_rows_that_appear_meanwhile_disturb_nobody() -> None:
    random.seed(4)
    of = shelves([[random.randrange(1000) for _ in range(60)] for _ in range(3)])
    wanted = {row for one in of for row in one.rows}
    rows: list[Position] = []
    cursor = None
    for n in range(200):
        got = await page(of, 5, cursor)
        rows += got.rows
        of[n % 3].rows.append(Position(random.randrange(1000), of[n % 3].account, f"new{n}"))
        if not got.has_next:
            break
        cursor = got.cursors[-1]
    assert wanted <= set(rows)
    assert len(rows) == len(set(rows))


async def test_a_finished_source_is_not_asked_again() -> None:
    of = shelves([[10, 9], list(range(8))])
    first = await page(of, 5, None)
    of[0].asked.clear()
    await page(of, 5, first.cursors[-1])
    assert of[0].asked == []


async def test_a_page_of_zero_rows_asks_nobody() -> None:
    of = shelves([[1, 2]])
    got = await page(of, 0, None)
    assert got.rows == ()
    assert of[0].asked == []


async def test_one_failure_leaves_the_other_rows_and_is_told() -> None:
    of = shelves([[3, 2, 1], [5, 4]])
    of[0].failures = 1
    got = await page(of, 10, None)
    assert [row.at for row in got.rows] == [5, 4]
    assert [(source.account.id, source.failed) for source in got.sources] == [("b", True), ("a", False)]


async def test_a_list_that_wants_a_filter_is_skipped() -> None:
    of = shelves([[1]])
    source = of[0].source()

    async def refuse(after: Position | None, limit: int, down: bool) -> Step[Position]:
        raise FilterRequired("say which customers")

    source.step = refuse
    got = await list_page([source], lambda row: row, Window(5, None, False), True, "f")
    assert got.sources[0].skipped is not None
    assert not got.has_next


async def test_a_source_that_does_not_move_on_is_stopped() -> None:
    source = shelves([[1]])[0].source()

    async def stuck(after: Position | None, limit: int, down: bool) -> Step[Position]:
        return Step(rows=(), resume=after or Position(5, "b", ""))

    source.step = stuck
    got = await list_page([source], lambda row: row, Window(5, None, False), True, "f")
    assert got.sources[0].failed


async def test_a_source_whose_rows_are_far_between_is_looked_through_page_by_page() -> None:
    source = shelves([[1]])[0].source()
    steps = 0

    async def sparse(after: Position | None, limit: int, down: bool) -> Step[Position]:
        nonlocal steps
        steps += 1
        at = after.at if after is not None else 1_000
        if at == 500:
            return Step(rows=(Position(499, "b", "x"),), resume=None)
        return Step(rows=(), resume=Position(at - 1, "b", ""))

    source.step = sparse
    cursor = None
    for _ in range(2):
        got = await list_page([source], lambda row: row, Window(5, cursor, False), True, "f")
        assert got.rows == ()
        assert isinstance(got.sources[0].error, LimitExceeded)
        assert got.sources[0].error.account == "b"
        cursor = got.resume
    got = await list_page([source], lambda row: row, Window(5, cursor, False), True, "f")
    assert [row.at for row in got.rows] == [499]
    assert steps == 501


async def test_a_cursor_has_room_for_hundreds_of_accounts() -> None:
    names = [f"{n:03}-{'long-name' * 6}"[:64] for n in range(200)]
    of = [
        Shelf(name, [Position(at, name, "t" * 50) for at in range(n % 3 + 1)], stride=1) for n, name in enumerate(names)
    ]
    for one in of[::2]:
        one.failures = 1
    first = await page(of, 150, None)
    assert not all(source.failed for source in first.sources)
    second = await page(of, 500, first.cursors[-1])
    rows = [*first.rows, *second.rows]
    assert len(rows) == len(set(rows))
    assert set(rows) == {row for one in of for row in one.rows}


def test_an_order_from_before_the_machines_still_has_a_cursor() -> None:
    here = Position.of(datetime(1900, 1, 1, tzinfo=UTC), "a", "t")
    codec = Cursors("f", False)
    assert codec.read(codec.write(here, {}), "after") == (here, {})


@pytest.mark.parametrize(
    "at", [Position(1, "a", "\ud800"), Position(1, "\udfff", "t"), Position(LAST_MOMENT, "a", "t")]
)
def test_a_forged_place_that_nobody_could_be_asked_for_is_refused(at: Position) -> None:
    for content in (
        [1, "f", 0, at.at, at.account, at.tie, {}],
        [1, "f", 0, 1, "a", "t", {at.account: [at.at, at.tie]}],
    ):
        cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        with pytest.raises(BadUserInput) as caught:
            Cursors("f", False).read(cursor, "after")
        assert caught.value.argument == "after"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((-1, None, None, None), "first"),
        ((100_000, None, None, None), "first"),
        ((None, None, -5, None), "last"),
        ((5, None, 5, None), "last"),
        ((None, "x", None, "y"), "before"),
        ((None, "x", 5, None), "after"),
        ((5, None, None, "y"), "before"),
    ],
)
def test_a_wrong_window_names_its_argument(
    arguments: tuple[int | None, str | None, int | None, str | None], named: str
) -> None:
    with pytest.raises(BadUserInput) as caught:
        Window.of(*arguments)
    assert caught.value.argument == named


@given(
    st.integers(-1, 10**15),
    st.text(max_size=20),
    st.text(max_size=20),
    st.dictionaries(st.text(max_size=8), st.none() | st.just(DONE) | st.integers(-1, 10**15), max_size=4),
)
def test_cursors_round_trip(at: int, account: str, tie: str, places: dict[str, int | str | None]) -> None:
    here = Position(at, account, tie)
    stand = {name: Position(p, name, "t") if isinstance(p, int) else p for name, p in places.items()}
    codec = Cursors("f", False)
    assert codec.read(codec.write(here, stand), "after") == (here, stand)


@given(st.text(max_size=300))
def test_junk_is_no_cursor(text: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        Cursors("f", False).read(text, "after")
    assert caught.value.argument == "after"


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = Cursors("one", False).write(Position(1, "a", ""), {})
    with pytest.raises(BadUserInput, match="another list"):
        Cursors("two", False).read(cursor, "after")


@dataclass
class Hangs(Shelf):
    """A source that gives nothing before its operation's time is over; `ended` is when that was."""

    ended: float = 0.0

    async def step(self, after: Position | None, limit: int, down: bool) -> Step[Position]:
        errand = ERRAND.get()
        assert errand is not None
        await asyncio.sleep(errand.left)
        self.ended = asyncio.get_running_loop().time()
        raise too_late()


@dataclass
class TakesASecond(Shelf):
    async def step(self, after: Position | None, limit: int, down: bool) -> Step[Position]:
        errand = ERRAND.get()
        assert errand is not None
        if errand.left < 1:
            raise too_late()
        await asyncio.sleep(1)
        return await super().step(after, limit, down)


@pytest.mark.parametrize(("seconds", "kept"), [(30.0, 5.0), (12.0, 3.0)])
def test_a_source_that_hangs_leaves_the_others_time_to_go_on(seconds: float, kept: float) -> None:
    async def main() -> None:
        hangs, other = Hangs("b", []), TakesASecond("a", [Position(n, "a", "") for n in range(9)], stride=5)
        errand = Errand.lasting(seconds)
        with on(errand):
            got = await page([hangs, other], 20, None)
        assert errand.end - hangs.ended == pytest.approx(kept, rel=0.01)
        assert [source.failed for source in got.sources] == [True, False]
        assert list(got.rows) == sorted(other.rows, reverse=True)

    at_once(main())


def test_a_list_of_one_source_has_all_the_time() -> None:
    async def main() -> None:
        hangs, errand = Hangs("b", []), Errand.lasting(30)
        with on(errand):
            got = await page([hangs], 20, None)
        assert hangs.ended == pytest.approx(errand.end)
        assert [source.failed for source in got.sources] == [True]

    at_once(main())
