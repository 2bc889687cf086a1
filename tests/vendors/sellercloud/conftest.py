"""What all tests of Sellercloud's writes share."""

from __future__ import annotations

import pytest

from gateway.vendors.sellercloud import blocks_done, creation, deletion
from tests.vendors.sellercloud.write_desk import QUICK


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other in hundredths of a second."""
    for module in (creation, blocks_done, deletion):
        monkeypatch.setattr(module, "PAUSES", QUICK)
