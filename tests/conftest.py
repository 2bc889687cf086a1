"""Fixtures and settings that every test shares."""

import pytest
from hypothesis import settings

# A slow machine is no failure: tests assert work done, never milliseconds.
settings.register_profile("full", deadline=None, max_examples=200)
settings.register_profile("fast", deadline=None, max_examples=25)
settings.load_profile("full")  # `make test` asks for the other one


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
