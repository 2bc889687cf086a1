"""The embedded database: one SQLite file, one connection, and one thread that alone touches it once it is open."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

FILE_NAME: Final = "state.db"
BUSY_SECONDS: Final = 5.0
# Applied in order, each once; an entry that was ever released is never changed, only followed by another.
MIGRATIONS: Final = (
    """
    CREATE TABLE vault (
        account TEXT NOT NULL,
        name TEXT NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (account, name)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE writes (
        principal TEXT NOT NULL,
        key TEXT NOT NULL,
        account TEXT NOT NULL,
        write TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        id TEXT NOT NULL,
        began REAL NOT NULL,
        expires REAL NOT NULL,
        holder TEXT NOT NULL,
        lease REAL NOT NULL,
        memo TEXT,
        outcome TEXT,
        final INTEGER NOT NULL,
        marker TEXT,
        PRIMARY KEY (principal, key)
    )
    """,
    "CREATE INDEX writes_by_end ON writes (expires)",
    "CREATE INDEX writes_by_marker ON writes (marker) WHERE marker IS NOT NULL",
    """
    CREATE TABLE claims (
        thing TEXT PRIMARY KEY,
        principal TEXT NOT NULL,
        key TEXT NOT NULL,
        expires REAL NOT NULL
    )
    """,
    "CREATE INDEX claims_by_end ON claims (expires)",
)


class StoreError(Exception):
    """The database cannot be opened or used; the message tells an operator why and holds no data."""


class Database:
    """The database in that directory, made or brought up to date; in memory without one. Raises StoreError."""

    def __init__(self, data_dir: Path | None) -> None:
        self._connection = _connection(data_dir)
        self._thread = ThreadPoolExecutor(1, "store")

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns, in one transaction: undone if it raises, finished though the caller is gone."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)

    async def check(self) -> None:
        """Raises StoreError where it cannot be used now."""
        await self.run(lambda connection: connection.execute("SELECT count(*) FROM migrations").fetchone())

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return _in_transaction(self._connection, work)
        except sqlite3.Error as error:
            raise StoreError(f"the database failed: {type(error).__name__}") from None


def _connection(data_dir: Path | None) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            _own_file(data_dir), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"the database in data_dir cannot be opened: {type(error).__name__}") from None
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        _in_transaction(connection, _migrate)
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"the database in data_dir cannot be used: {type(error).__name__}") from None
    except BaseException:
        connection.close()
        raise
    return connection


def _own_file(data_dir: Path | None) -> str:
    """The file's path, readable by this user alone. SQLite gives the files it puts beside it the same permissions."""
    if data_dir is None:
        return ":memory:"
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / FILE_NAME
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(handle, 0o600)
    finally:
        os.close(handle)
    return str(path)


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)")
    (version,) = connection.execute("SELECT coalesce(max(version), 0) FROM migrations").fetchone()
    if version > len(MIGRATIONS):
        raise StoreError("the database in data_dir was written by a newer version of this program")
    for number, statement in enumerate(MIGRATIONS[version:], version + 1):
        connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (?, datetime('now'))", (number,))


def _in_transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    # IMMEDIATE: several processes share the file, and two that read first could not both go on to write.
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors have ended it already
            connection.execute("ROLLBACK")
        raise
    return result
