"""Sellercloud's REST API (purchase orders and what a purchase order screen needs), emulated below `/rest/api`.

Documented by the vendor: the endpoints, field names, enums, filters, the paging envelope, the page cap of 50 by view,
the token's fields, the hourly limit and its body, which tenant setting allows which call, the two quantity modes.
Observed by other clients: a missing purchase order answers 500, throttling answers 409, enums come as ints, dates
without zone and with 0 to 7 digits of a second, `Items` may be null, unknown filters are ignored, rows move between
pages, lines come with the detail.

Guessed here, each the mildest reading of a silent page:
- 401 for wrong credentials, 403 for a missing right, 400 with `ModelState` for a malformed body, 500 with `Message`
  for a broken rule (400 where the page names it: tracking, views, totals, added and deleted lines).
- The page cap of 50 holds for every list. Names no enum has are ignored in filters; an unreadable int or date is a 400.
- `createDateFrom` and `createDateTo` are both inclusive, to the instant, in UTC, and so are the other date filters
  (`create_date_to_exclusive` makes the end exclusive). `updatedDate…` of one never revised is its creation.
- `keyword` matches id, title, vendor invoice number and memo; vendor names match whole, warehouses in part.
- In case mode the list row counts units (cases x units per case) with a price per unit divided out of the case price,
  and `GET …/Items` gives cases alone. A fixed discount is per unit, or per case in case mode. Totals as in `records`.
- With `enum_names` the list says "Competed", as its page does; the detail says "Completed".
- What lies ahead (expected delivery, cancel-by) may be after the data's last day; what happened never is.
- `VendorNote` is read back as `Purchase.Instructions`; a split child carries SplitFrom, its parent SplitTo.
- A `State` comes back as `StateName`, a short one as `StateCode` too; a `Region` does not come back.
- What no page explains has some value: `DisplayName` repeats the number, `CM` is 0, `OverRecived` is an amount of 0.
- Diagnostics need a token. A body that names a field the endpoint lacks is refused with 501, so that misspellings show.

Not here (501): receiving, splitting, serials, imports, containers, links to sales orders, documents, sales orders.
A path nobody knows is 501 too, or the vendor's 404 page with `html_not_found`. ASGI carries no reason phrase, so
"Invalid token" is in the body of a 401 only.
"""

from gateway.sandbox.sellercloud.app import Sellercloud

__all__ = ["Sellercloud"]
