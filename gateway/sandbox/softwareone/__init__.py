"""Emulator of the SoftwareOne Marketplace Platform API: orders, agreements, attachments, accounts and catalogue.

It serves `/public/v1/...`, with `/v1/...` as a convenience, and `/storage/{ticket}` for files.

Documented, in the platform's pages, its OpenAPI file, its published query library and its own client: paths, bodies,
the RQL grammar and its messages, envelope and `$meta`, the order state machine with its actors and its effects on
agreements and subscriptions, what each actor may see and write, both shapes of `errors`, the attachment upload with
its limits, and the redirect to a file.

Guessed, because nothing is published (each is one place in the code, the switchable ones are `Settings`):

- lists: 10 rows by default and 100 at most, capped silently; a negative `limit` or `offset` answers 400; without
  `order` rows come by id; `audit` in a filter or sort key without `select=audit` answers 400, not silence; a field the
  actor does not have is an unknown path
- single reads and answers of writes omit `audit` alone; empty objects and lists are left out like nulls
- an illegal transition answers 400 with a domain error; all error codes but MPTCOM03-0078 are inventions
- creation without `status` makes a Draft; a status given to PUT is ignored; lines and parameters that may not change
  are tolerated when equal and refused otherwise
- a supplied parameter bag replaces the values the writer may write; creation refuses invalid values, while a saved
  Draft keeps them with an `error`
- an external id may have 255 characters; a split is `{id, type, allocations: [{buyer, percentage, price, statistics,
  externalIds}]}`; `comments`, `billTo` and `pricingPolicy` are filled on few orders
- in the older style the ids of orders and agreements have a fourth group, always 0001
- pre-validation stands in for the vendor's webhook: required values must be there, and the value "taken" is refused
- renewal orders exist in the data alone, for the calls that make and cancel them are not published (501)
- subscriptions are suspended and resumed directly by vendor and operations
- storage refuses a call that carries `Authorization` (400) and a link that is unknown or too old (403)
- streaming mode is not offered; such a request gets the ordinary page
- all throttling: 429 with `Retry-After`
"""

from gateway.sandbox.softwareone.app import SoftwareOne

__all__ = ["SoftwareOne"]
