"""Small inputs that several mutations and vendors share."""

from __future__ import annotations

from decimal import Decimal

from gateway.schema.input import input_of, optional, wanted
from gateway.schema.scalars import CurrencyCode
from gateway.vendors import commands

KEY = (
    "Any text of up to 200 characters, best a UUID, new for each thing that is wanted: a repeat with the same key and "
    "input is never done twice."
)


@input_of(commands.Amount, name="MoneyInput", description="An amount of money.")
class MoneyInput:
    amount: Decimal = wanted("The exact amount.")
    currency: CurrencyCode = wanted("Its currency, three letters.")


@input_of(commands.Pair, name="KeyValueInput", description="One entry of an object without a published shape.")
class KeyValueInput:
    key: str = wanted("The vendor's key.")
    value: str = wanted("The value as text.")


@input_of(commands.Remark, name="NoticeInput", description="A message for people, to be kept at the vendor.")
class NoticeInput:
    code: str | None = optional("A code of yours for it.")
    message: str = wanted("The message.")
