"""Attachments renamed and deleted at the emulator, whatever becomes of the answers."""

from __future__ import annotations

import pytest

from gateway.errors import Throttled
from gateway.model.writing import UserErrorCode, WriteState
from gateway.vendors.commands import DeleteAttachment, UpdateAttachment
from gateway.vendors.writes import DELETE_ATTACHMENT, UPDATE_ATTACHMENT
from tests.vendors.softwareone.attaching import attaching, attachment, entry


async def test_a_name_and_a_description_change_and_what_is_left_out_stays() -> None:
    async with attaching() as one:
        (ref,) = (await one.attach(entry(name="N", description="D"))).outcome.refs["attachments"]
        one.bench.desk.journal.clear()
        written = await one.run(UPDATE_ATTACHMENT, UpdateAttachment(attachment_id=ref, name="M"), "u1")
        assert written.outcome.refs == {"attachment": (ref,)}
        assert (one.there()[-1]["name"], one.there()[-1]["description"]) == ("M", "D")
        await one.run(UPDATE_ATTACHMENT, UpdateAttachment(attachment_id=ref, description=None), "u2")
        assert one.there()[-1]["name"] == "M"
        assert "description" not in one.there()[-1]
        assert [call.method for call in one.bench.desk.journal] == ["PUT", "PUT"]


@pytest.mark.parametrize("kind", ["lost", "truncate"])
@pytest.mark.slow
async def test_an_update_whose_answer_is_lost_is_seen_to_be_done(kind: str) -> None:
    async with attaching(seconds=5) as one:
        (ref,) = (await one.attach(entry(name="N"))).outcome.refs["attachments"]
        one.bench.fault(kind, method="PUT")
        written = await one.run(UPDATE_ATTACHMENT, UpdateAttachment(attachment_id=ref, name="M"), "u")
        assert written.state is WriteState.DONE
        assert one.there()[-1]["revision"] == 2
        assert one.sent("PUT") == 1


@pytest.mark.parametrize("kind", ["drop", "error"])
@pytest.mark.slow
async def test_an_update_that_did_not_arrive_is_made_again(kind: str) -> None:
    async with attaching(seconds=5) as one:
        (ref,) = (await one.attach(entry(name="N"))).outcome.refs["attachments"]
        one.bench.fault(kind, method="PUT")
        written = await one.run(UPDATE_ATTACHMENT, UpdateAttachment(attachment_id=ref, name="M"), "u")
        assert written.state is WriteState.DONE
        assert (one.there()[-1]["name"], one.there()[-1]["revision"]) == ("M", 2)


async def test_an_update_that_stays_open_is_unknown_and_a_repeat_settles_it() -> None:
    async with attaching() as one:
        (ref,) = (await one.attach(entry(name="N"))).outcome.refs["attachments"]
        command = UpdateAttachment(attachment_id=ref, name="M")
        one.bench.fault("lost", method="PUT")
        assert (await one.run(UPDATE_ATTACHMENT, command, "u")).state is WriteState.UNKNOWN
        written = await one.run(UPDATE_ATTACHMENT, command, "u")
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert one.sent("PUT") == 1


async def test_a_look_that_is_refused_does_not_refuse_the_update() -> None:
    async with attaching(seconds=3) as one:
        (ref,) = (await one.attach(entry(name="N"))).outcome.refs["attachments"]
        command = UpdateAttachment(attachment_id=ref, name="M")
        one.bench.fault("lost", method="PUT")
        one.bench.fault("error", method="GET", path="/attachments$", status=400, times=None)
        assert (await one.run(UPDATE_ATTACHMENT, command, "u")).state is WriteState.UNKNOWN
        one.bench.desk.clear()
        assert (await one.run(UPDATE_ATTACHMENT, command, "u")).state is WriteState.DONE
        assert one.there()[-1]["revision"] == 2


async def test_changing_or_deleting_what_is_not_there_is_not_found() -> None:
    async with attaching() as one:
        ref = attachment(one.agreement, "ATT-0")
        for write, command in (
            (UPDATE_ATTACHMENT, UpdateAttachment(attachment_id=ref, name="M")),
            (DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref)),
        ):
            written = await one.run(write, command, write.name)
            assert [(e.code, e.field) for e in written.user_errors] == [(UserErrorCode.NOT_FOUND, ("attachmentId",))]


@pytest.mark.parametrize("kind", [None, "lost", "drop", "error", "delayed_commit"])
@pytest.mark.slow
async def test_a_deleted_attachment_is_gone_and_the_answer_says_so(kind: str | None) -> None:
    async with attaching(seconds=5) as one:
        (ref,) = (await one.attach(entry())).outcome.refs["attachments"]
        there = len(one.there())
        if kind is not None:
            one.bench.fault(kind, method="DELETE", seconds=0.5)
        written = await one.run(DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref), "d")
        assert written.outcome.refs == {"deleted": (ref,)}
        assert len(one.there()) == there - 1
        again = await one.run(DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref), "d")
        assert again.outcome == written.outcome


async def test_a_deletion_whose_answer_is_lost_is_seen_to_be_done_by_a_repeat() -> None:
    async with attaching() as one:
        (ref,) = (await one.attach(entry())).outcome.refs["attachments"]
        one.bench.fault("lost", method="DELETE")
        assert (await one.run(DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref), "d")).state is WriteState.UNKNOWN
        assert (await one.run(DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref), "d")).state is WriteState.DONE
        assert one.sent("DELETE") == 1


async def test_a_throttled_deletion_frees_its_key() -> None:
    async with attaching() as one:
        (ref,) = (await one.attach(entry())).outcome.refs["attachments"]
        one.bench.fault("throttle", method="DELETE")
        with pytest.raises(Throttled):
            await one.run(DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref), "d")
        assert (await one.run(DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref), "d")).state is WriteState.DONE
