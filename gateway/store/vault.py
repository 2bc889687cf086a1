"""A safe for the secrets that vendors rotate, sealed with AES-GCM under a key that only the environment knows."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import Misconfigured
from gateway.secret import Secret
from gateway.store.sqlite import Database, StoreError

log = logging.getLogger("gateway.store")

FORM: Final = b"\x01"  # stands before every record; another cipher gets another
NONCE_BYTES: Final = 12
LONGEST_SECRET: Final = 64 * 1024


class SqliteVault:
    """Implements `Vault`. A record opens only under its own account and name, and with the key it was sealed with."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=b"order-gateway vault").derive(key))

    async def get(self, account: str, name: str) -> Secret | None:
        """None where nothing was put. Raises Misconfigured for another key, a damaged record, a broken database."""

        def read(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute("SELECT sealed FROM vault WHERE account = ? AND name = ?", (account, name))
            return next((bytes(sealed) for (sealed,) in row), None)

        try:
            sealed = await self._database.run(read)
            return None if sealed is None else self._opened(sealed, account, name)
        except InvalidTag:
            message = (
                "A stored secret of this account cannot be opened: the vault key is not the one it was sealed with."
            )
            raise Misconfigured(message, account=account) from None
        except StoreError as error:
            raise Misconfigured(f"The vault cannot be read: {error}.", account=account) from None

    async def put(self, account: str, name: str, secret: Secret) -> None:
        """Keeps the secret in place of what was there. Raises Misconfigured where the database is broken."""
        text = secret.reveal().encode()
        if len(text) > LONGEST_SECRET:
            raise Misconfigured("A secret of this account is too long to keep.", account=account)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = FORM + nonce + self._cipher.encrypt(nonce, text, _bound_to(account, name))

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO vault VALUES (?, ?, ?)", (account, name, sealed))

        try:
            await self._database.run(write)
        except StoreError as error:
            raise Misconfigured(f"The vault cannot be written: {error}.", account=account) from None

    async def close(self) -> None:
        await self._database.close()

    def _opened(self, sealed: bytes, account: str, name: str) -> Secret:
        if not sealed.startswith(FORM):
            raise InvalidTag
        body = sealed[len(FORM) :]
        nonce, text = body[:NONCE_BYTES], body[NONCE_BYTES:]
        if len(nonce) < NONCE_BYTES:
            raise InvalidTag
        return Secret(self._cipher.decrypt(nonce, text, _bound_to(account, name)).decode())


def open_vault(data_dir: Path | None, key: Secret | None) -> SqliteVault:
    """The vault in that directory. Without a directory or a key it lives in memory and dies with the process.

    Raises StoreError where the directory or its database cannot be used.
    """
    if data_dir is not None and key is None:
        log.warning("no vault key is set: renewed logins are kept in memory only")
    if data_dir is None or key is None:
        return SqliteVault(Database(None), secrets.token_bytes(32))
    return SqliteVault(Database(data_dir), key.reveal().encode())


def _bound_to(account: str, name: str) -> bytes:
    return json.dumps([account, name]).encode()
