"""What a vendor without documented limits lets be uploaded, as the operator says."""

from __future__ import annotations

import dataclasses

import pytest

from gateway.model.files import UploadLimits
from gateway.secret import Secret
from gateway.vendors.partner_center.settings import Settings

OFFICE = Settings("tenant", "client", Secret("secret"))


def test_partner_center_s_limits_are_the_operator_s() -> None:
    assert OFFICE.upload_limits == UploadLimits(25 * 2**20, 10, 250 * 2**20, content_types=None)
    changed = dataclasses.replace(OFFICE, max_attachment_bytes=1_000, max_attachments=2)
    assert changed.upload_limits == UploadLimits(1_000, 2, 2_000, content_types=None)


@pytest.mark.parametrize(
    ("key", "value"), [("max_attachment_bytes", 0), ("max_attachments", 0), ("max_attachments", 101)]
)
def test_limits_that_let_nothing_through_are_refused(key: str, value: int) -> None:
    changed = dataclasses.replace(OFFICE, **{key: value})  # type: ignore[arg-type]  # both are whole numbers
    assert [problem for problem, _ in changed.validate()] == [key]
