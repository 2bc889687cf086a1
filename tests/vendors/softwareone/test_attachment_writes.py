"""Attachments written at the emulator: once each, whatever becomes of the answers."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from gateway.errors import Throttled, VendorDenied
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserErrorCode, WriteState
from gateway.store.ledger import Held, SqliteLedger
from gateway.vendors.base import Limits
from gateway.vendors.writes import ADD_ATTACHMENTS, DELETE_ATTACHMENT, UPDATE_ATTACHMENT
from tests.vendors.softwareone.attaching import PDF, attaching, attachment, close_files, entry, key, spooled

UPLOAD = r"/attachments$"


def files(*names: str) -> list[Any]:
    return [entry(spooled(name, content=PDF + name.encode())) for name in names]


async def test_a_file_of_an_order_is_attached_with_all_that_was_said_of_it() -> None:
    async with attaching() as one:
        before = len(one.there())
        written = await one.attach(entry(name="Signed contract", description="Countersigned"))
        assert written.state is WriteState.DONE
        row = one.there()[-1]
        assert len(one.there()) == before + 1
        assert written.outcome.refs == {
            "attachments": (attachment(one.agreement, row["id"]),),
            "order": (one.order.ref,),
        }
        assert (row["name"], row["description"], row["type"]) == ("Signed contract", "Countersigned", "File")
        assert (row["filename"], row["size"], row["contentType"]) == ("contract.pdf", len(PDF), "application/pdf")
        assert row["orderId"] == one.order.number
        assert one.bench.emulator.state.files[row["id"]] == PDF
        assert one.bench.calls() == ["/commerce/orders", one.path, one.path]


async def test_a_licence_key_of_an_agreement_needs_no_file_and_no_order() -> None:
    async with attaching("operations") as one:
        written = await one.attach(key("AAAA-1"), parent=one.agreement)
        row = one.there()[-1]
        assert (row["type"], row["licenseKey"], row["name"]) == ("LicenseKey", "AAAA-1", "Key")
        assert "orderId" not in row
        assert written.outcome.refs["agreement"] == (one.agreement,)
        assert one.bench.calls() == [one.path, one.path]


async def test_several_are_attached_in_order_one_call_each() -> None:
    async with attaching() as one:
        written = await one.attach(*files("a.pdf", "b.pdf"), key())
        rows = one.there()[-3:]
        assert [row.get("filename") for row in rows] == ["a.pdf", "b.pdf", None]
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [row["id"] for row in rows]
        assert one.sent() == 3


async def test_a_repeat_attaches_nothing_and_tells_the_same() -> None:
    async with attaching() as one:
        first = await one.attach(entry())
        one.bench.desk.journal.clear()
        again = await one.attach(entry())
        assert (again.outcome, again.replayed) == (first.outcome, True)
        assert len(one.bench.desk.journal) == 0


async def test_the_client_is_told_who_may_instead() -> None:
    async with attaching("client") as one:
        for write, command in (
            (ADD_ATTACHMENTS, None),
            (UPDATE_ATTACHMENT, None),
            (DELETE_ATTACHMENT, None),
        ):
            written = await one.run(write, command)
            assert [error.code for error in written.user_errors] == [UserErrorCode.UNSUPPORTED]
            assert "by the vendor or SoftwareOne itself" in written.user_errors[0].message
        assert len(one.bench.desk.journal) == 0


async def test_a_parent_that_is_not_there_is_no_call_to_write() -> None:
    async with attaching() as one:
        for parent in (
            Ref.of("swo", Kind.ORDER, "ORD-0-0-0"),
            Ref.of("swo", Kind.AGREEMENT, "AGR-0-0-0"),
        ):
            written = await one.attach(entry(), parent=parent)
            assert [(e.code, e.field) for e in written.user_errors] == [(UserErrorCode.NOT_FOUND, ("parentId",))]
        assert one.sent() == 0


@pytest.mark.parametrize("kind", ["lost", "truncate", "late"])
async def test_a_lost_answer_is_found_at_once(kind: str) -> None:
    limits = Limits(timeout_seconds=0.3, max_retries=0)
    async with attaching(limits=limits) as one:
        before = len(one.there())
        one.bench.fault(kind, method="POST", seconds=1)
        written = await one.attach(*files("a.pdf", "b.pdf"))
        assert written.state is WriteState.DONE
        assert len(one.there()) == before + 2
        assert one.sent() == 2
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [r["id"] for r in one.there()[-2:]]


@pytest.mark.parametrize(
    "fault", [{"kind": "drop"}, {"kind": "error", "status": 500}, {"kind": "error", "status": 503}]
)
async def test_what_the_vendor_may_have_done_is_unknown_and_never_sent_again(fault: dict[str, Any]) -> None:
    async with attaching() as one:
        before = len(one.there())
        one.bench.fault(method="POST", **fault)
        for _ in range(3):
            written = await one.attach(*files("a.pdf", "b.pdf"))
            assert written.state is WriteState.UNKNOWN
            assert written.searched == "the agreement's attachments"
        assert one.sent() == 1
        assert len(one.there()) == before


async def test_what_lands_late_is_found_while_searching() -> None:
    async with attaching(seconds=10) as one:
        before = len(one.there())
        one.bench.fault("delayed_commit", method="POST", seconds=0.5)
        written = await one.attach(*files("a.pdf", "b.pdf"))
        assert written.state is WriteState.DONE
        assert (len(one.there()), one.sent()) == (before + 2, 2)


async def test_what_lands_after_the_search_is_found_by_a_repeat_which_goes_on() -> None:
    async with attaching() as one:
        before = len(one.there())
        one.bench.fault("delayed_commit", method="POST", skip=1, seconds=0.5)
        written = await one.attach(*files("a.pdf", "b.pdf", "c.pdf"))
        assert written.state is WriteState.UNKNOWN
        assert len(written.outcome.refs["attachments"]) == 1
        await asyncio.sleep(0.7)
        written = await one.attach(*files("a.pdf", "b.pdf", "c.pdf"))
        assert written.state is WriteState.DONE
        assert written.replayed
        rows = one.there()[before:]
        assert [row["filename"] for row in rows] == ["a.pdf", "b.pdf", "c.pdf"]
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [row["id"] for row in rows]
        assert one.sent() == 3


async def test_a_search_that_fails_sends_nothing_and_is_unknown() -> None:
    async with attaching() as one:
        before = len(one.there())
        one.bench.fault("lost", method="POST")
        one.bench.fault("throttle", method="GET", path=UPLOAD, skip=1, times=1)
        assert (await one.attach(entry())).state is WriteState.UNKNOWN
        assert (await one.attach(entry())).state is WriteState.DONE
        assert (len(one.there()), one.sent()) == (before + 1, 1)


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"kind": "throttle"}, Throttled), ({"kind": "unauthorized"}, VendorDenied)],
)
@pytest.mark.slow
async def test_a_no_to_the_first_frees_the_key(fault: dict[str, Any], error: type[Exception]) -> None:
    async with attaching() as one:
        one.bench.fault(method="POST", **fault)
        with pytest.raises(error):
            await one.attach(entry())
        assert (await one.attach(entry())).state is WriteState.DONE
        assert one.sent() == 2


@pytest.mark.parametrize("kind", ["throttle", "unauthorized"])
async def test_a_no_to_a_later_one_leaves_the_earlier_ones_done(kind: str) -> None:
    async with attaching() as one:
        before = len(one.there())
        one.bench.fault(kind, method="POST", skip=1)
        written = await one.attach(*files("a.pdf", "b.pdf", "c.pdf"))
        assert written.state is WriteState.PARTLY_DONE
        assert [error.field for error in written.user_errors] == [("files", "1")]
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [one.there()[-1]["id"]]
        assert (await one.attach(*files("a.pdf", "b.pdf", "c.pdf"))).outcome == written.outcome
        assert (len(one.there()), one.sent()) == (before + 1, 2)


async def test_what_the_vendor_refuses_is_told_in_its_words_at_its_place() -> None:
    async with attaching() as one:
        wrong = entry(spooled("contract.bin"))
        written = await one.attach(wrong)
        (error,) = written.user_errors
        assert (error.code, error.field) == (UserErrorCode.VENDOR_REFUSED, ("files", "0", "file"))
        assert error.message == "Only PDF, DOCX, XLSX, PPTX and CSV files are accepted."
        assert error.vendor_code == "MPTCOM03-0001"
        partly = await one.attach(entry(), wrong, key="k2")
        assert partly.state is WriteState.PARTLY_DONE
        assert [error.field for error in partly.user_errors] == [("files", "1", "file")]


async def test_one_alike_that_was_there_before_is_not_taken_for_ours() -> None:
    async with attaching() as one:
        await one.attach(entry(), key="first")
        one.bench.fault("drop", method="POST")
        written = await one.attach(entry(), key="second")
        assert written.state is WriteState.UNKNOWN
        assert written.outcome.candidates == ()


async def test_the_same_file_twice_in_one_request_is_attached_twice() -> None:
    async with attaching() as one:
        before = len(one.there())
        one.bench.fault("lost", method="POST", times=2)
        written = await one.attach(entry(), entry())
        assert written.state is WriteState.DONE
        assert len(set(written.outcome.refs["attachments"])) == 2
        assert (len(one.there()), one.sent()) == (before + 2, 2)


@pytest.mark.slow
@pytest.mark.parametrize("second", ["lost", "drop"])
async def test_two_lost_answers_of_equal_files_under_two_keys_never_share_an_attachment(second: str) -> None:
    async with attaching(seconds=2) as one:
        before = len(one.there())
        one.bench.fault("lost", method="POST")
        one.bench.fault(second, method="POST")
        await asyncio.gather(one.attach(entry(), key="one"), one.attach(entry(), key="two"))
        answers = [await one.attach(entry(), key="one"), await one.attach(entry(), key="two")]
        landed = {attachment(one.agreement, row["id"]) for row in one.there()[before:]}
        told = [ref for answer in answers for ref in answer.outcome.refs["attachments"]]
        open_ones = {ref for answer in answers for ref in answer.outcome.candidates}
        assert one.sent() == 2
        if second == "lost":
            assert (len(landed), sorted(told, key=str)) == (2, sorted(landed, key=str))
        else:  # nothing tells whose the one is
            assert (len(landed), told, open_ones) == (1, [], landed)
            assert {answer.state for answer in answers} == {WriteState.UNKNOWN}


@pytest.mark.slow
async def test_what_was_there_before_another_key_sent_is_left_to_the_first() -> None:
    async with attaching() as one:
        before = len(one.there())
        one.bench.fault("lost", method="POST", times=2)
        one.bench.fault("throttle", method="GET", skip=2, times=1)  # the first key's search
        assert (await one.attach(entry(), key="one")).state is WriteState.UNKNOWN
        assert (await one.attach(entry(), key="two")).state is WriteState.UNKNOWN
        answers = [await one.attach(entry(), key=key) for key in ("two", "one", "two")]
        assert [answer.state for answer in answers] == [WriteState.UNKNOWN, WriteState.DONE, WriteState.DONE]
        told = [ref.parts[-1] for answer in answers[1:] for ref in answer.outcome.refs["attachments"]]
        assert told == [row["id"] for row in one.there()[before:]]


async def test_what_the_vendor_answered_before_a_crash_is_no_other_key_s(monkeypatch: pytest.MonkeyPatch) -> None:
    async with attaching() as one:
        one.bench.fault("drop", method="POST")
        assert (await one.attach(entry(), key="one")).state is WriteState.UNKNOWN
        stopped, claim = asyncio.Event(), SqliteLedger.claim

        async def stop(ledger: SqliteLedger, held: Held, thing: str, **how: bool) -> bool:
            if "force" not in how:
                return await claim(ledger, held, thing, **how)
            stopped.set()
            await asyncio.sleep(3600)
            return True

        with monkeypatch.context() as patch:
            patch.setattr(SqliteLedger, "claim", stop)
            dying = asyncio.create_task(one.attach(entry(), key="two"))
            await stopped.wait()
            for task in (*one.writer._running, dying):
                task.cancel()
            await asyncio.gather(dying, return_exceptions=True)
        await one.ledger.database.run(lambda c: c.execute("UPDATE writes SET lease = 0"))
        two = await one.attach(entry(), key="two")
        assert [ref.parts[-1] for ref in two.outcome.refs["attachments"]] == [one.there()[-1]["id"]]
        answer = await one.attach(entry(), key="one")
        assert (answer.state, answer.outcome.candidates) == (WriteState.UNKNOWN, ())


async def test_files_stay_while_they_are_sent_although_their_request_is_over() -> None:
    async with attaching() as one:
        before = len(one.there())
        one.bench.fault("latency", method="POST", seconds=0.6)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.attach(*files("a.pdf", "b.pdf")), 0.2)
        assert one.sent() == 1
        close_files()
        written = await one.attach(*files("a.pdf", "b.pdf"))
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert [row["filename"] for row in one.there()[before:]] == ["a.pdf", "b.pdf"]


async def test_a_licence_key_is_neither_kept_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with attaching() as one:
        one.bench.fault("drop", method="POST")
        written = await one.attach(key("SECRET-KEY-1"))
        assert written.state is WriteState.UNKNOWN
        assert "SECRET-KEY-1" not in await one.memo()
        assert "SECRET-KEY-1" not in caplog.text
