"""Fixtures and settings that every test shares."""

from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no failure: tests assert work done, never milliseconds.
settings.register_profile("full", deadline=None, max_examples=200)
settings.register_profile("fast", deadline=None, max_examples=25)
settings.load_profile("full")  # `make test` asks for the other one


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests may take longest by their own word come first, then those with slow ones: nobody waits for them
    at the end."""

    def rank(item: pytest.Item) -> tuple[float, bool]:
        allowed = item.get_closest_marker("timeout")
        return -(allowed.args[0] if allowed else 0), item.get_closest_marker("slow") is None

    ranks: dict[Path, tuple[float, bool]] = {}
    for item in items:
        ranks[item.path] = min(rank(item), ranks.get(item.path, (0, True)))
    items.sort(key=lambda item: ranks[item.path])
