"""The vault: what goes in comes out for its own account and name alone, and only with the key."""

import asyncio
import logging
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from gateway.errors import Misconfigured
from gateway.secret import Secret
from gateway.store.sqlite import FILE_NAME, MIGRATIONS, Database, StoreError
from gateway.store.vault import open_vault

KEY = Secret("a key of the environment")


async def test_a_secret_outlives_the_process_and_the_last_one_counts(tmp_path: Path) -> None:
    vault = open_vault(tmp_path, KEY)
    assert await vault.get("acme", "refresh") is None
    await vault.put("acme", "refresh", Secret("first"))
    await vault.put("acme", "refresh", Secret("second é"))
    await vault.put("other", "refresh", Secret("third"))
    await vault.close()

    vault = open_vault(tmp_path, KEY)
    assert await vault.get("acme", "refresh") == Secret("second é")
    assert await vault.get("other", "refresh") == Secret("third")
    assert await vault.get("acme", "other") is None
    await vault.close()


async def test_nothing_of_a_secret_is_on_the_disk_and_only_its_owner_may_look(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault = open_vault(tmp_path / "new" / "dir", KEY)
        await vault.put("acme", "refresh", Secret("very-secret-text"))
    finally:
        os.umask(before)
    files = list((tmp_path / "new" / "dir").iterdir())
    assert {file.name for file in files} >= {FILE_NAME, FILE_NAME + "-wal"}
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert b"very-secret-text" not in file.read_bytes()
    assert stat.S_IMODE((tmp_path / "new" / "dir").stat().st_mode) == 0o700
    await vault.close()


async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch(0o644)
    await open_vault(tmp_path, KEY).close()
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


async def test_another_key_is_said_to_be_the_trouble_and_the_secret_survives_it(tmp_path: Path) -> None:
    vault = open_vault(tmp_path, KEY)
    await vault.put("acme", "refresh", Secret("text"))
    await vault.close()

    other = open_vault(tmp_path, Secret("another key altogether"))
    with pytest.raises(Misconfigured, match="vault key") as caught:
        await other.get("acme", "refresh")
    assert caught.value.account == "acme"
    assert "another key" not in str(caught.value)
    await other.close()

    vault = open_vault(tmp_path, KEY)
    assert await vault.get("acme", "refresh") == Secret("text")
    await vault.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE vault SET account = 'other'",
        "UPDATE vault SET name = 'other'",
        "UPDATE vault SET sealed = x'01'",
        "UPDATE vault SET sealed = x''",
        "UPDATE vault SET sealed = x'02' || substr(sealed, 2)",
        "UPDATE vault SET sealed = substr(sealed, 1, length(sealed) - 1) || x'00'",
    ],
)
async def test_a_record_that_was_moved_or_changed_does_not_open(tmp_path: Path, change: str) -> None:
    vault = open_vault(tmp_path, KEY)
    await vault.put("acme", "refresh", Secret("text"))
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute(change)
    connection.commit()
    account, name = connection.execute("SELECT account, name FROM vault").fetchone()
    connection.close()
    with pytest.raises(Misconfigured):
        await vault.get(account, name)
    await vault.close()


async def test_the_same_secret_is_sealed_differently_each_time(tmp_path: Path) -> None:
    vault = open_vault(tmp_path, KEY)
    await vault.put("a", "x", Secret("text"))
    await vault.put("b", "x", Secret("text"))
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    sealed = [row[0] for row in connection.execute("SELECT sealed FROM vault")]
    connection.close()
    assert len({bytes(one[1:13]) for one in sealed}) == 2
    await vault.close()


async def test_without_a_directory_or_a_key_it_is_all_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for vault in (open_vault(None, None), open_vault(None, KEY)):
        await vault.put("acme", "refresh", Secret("text"))
        assert await vault.get("acme", "refresh") == Secret("text")
        await vault.close()
    assert caplog.records == []
    caplog.set_level(logging.WARNING)
    await open_vault(tmp_path, None).close()
    assert os.listdir(tmp_path) == []
    assert "vault key" in caplog.text


async def test_two_processes_may_share_the_file_and_many_calls_one_vault(tmp_path: Path) -> None:
    one, other = open_vault(tmp_path, KEY), open_vault(tmp_path, KEY)
    await asyncio.gather(
        *(vault.put("acme", f"n{n}", Secret(str(n))) for n in range(25) for vault in (one, other)),
    )
    found = await asyncio.gather(*(other.get("acme", f"n{n}") for n in range(25)))
    assert found == [Secret(str(n)) for n in range(25)]
    await one.close()
    await other.close()


async def test_an_overlong_secret_is_refused(tmp_path: Path) -> None:
    vault = open_vault(tmp_path, KEY)
    with pytest.raises(Misconfigured):
        await vault.put("acme", "refresh", Secret("x" * 100_000))
    assert await vault.get("acme", "refresh") is None
    await vault.close()


async def test_what_raises_is_undone(tmp_path: Path) -> None:
    database = Database(tmp_path)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO vault VALUES ('a', 'b', x'00')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(half)
    with pytest.raises(StoreError):
        await database.run(lambda connection: connection.execute("SELECT nonsense FROM nowhere"))
    assert await database.run(lambda connection: connection.execute("SELECT * FROM vault").fetchall()) == []
    await database.close()


async def test_an_end_that_fails_leaves_the_next_one_a_database_to_work_with(tmp_path: Path) -> None:
    database = Database(tmp_path)
    await database.run(lambda c: c.execute("CREATE TABLE above (id INTEGER PRIMARY KEY)"))
    late = "CREATE TABLE below (id INTEGER REFERENCES above DEFERRABLE INITIALLY DEFERRED)"
    await database.run(lambda c: c.execute(late))
    with pytest.raises(StoreError):
        await database.run(lambda c: c.execute("INSERT INTO below VALUES (1)"))  # found at the very end
    assert await database.run(lambda c: c.execute("SELECT * FROM below").fetchall()) == []
    await database.close()


async def test_migrations_run_once_and_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    for _ in range(2):
        database = Database(tmp_path)
        versions = await database.run(lambda c: c.execute("SELECT version FROM migrations").fetchall())
        assert versions == [(number,) for number in range(1, len(MIGRATIONS) + 1)]
        await database.close()
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("INSERT INTO migrations VALUES (999, '')")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="newer"):
        Database(tmp_path)


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StoreError):
        Database(tmp_path)
    with pytest.raises(StoreError):
        Database(tmp_path / FILE_NAME)
