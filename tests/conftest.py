"""Fixtures and settings that every test shares."""

import pytest
from hypothesis import settings

# A slow machine is no failure: tests assert work done, never milliseconds.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
