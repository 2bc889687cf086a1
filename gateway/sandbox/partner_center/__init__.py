"""An emulator of Microsoft's Partner Center API, as far as carts, orders, purchase order files, agreements and
subscriptions go, with its token endpoints.

Documented by the vendor (its REST pages, generated reference, client source and recorded exchanges): paths, methods,
headers, fields, the eleven order statuses, the three error bodies and their codes, which token an operation takes,
token answers, carts with faulty lines, partial checkout, purchase order uploads, continuation tokens, throttling.

Guessed, because nothing public says it:

- Carts: an expired cart answers 404/800008; one that has orders takes no PUT (400/800065); groups are formed by product
  family and billing cycle; after a partial checkout the cart stays `Active` and remembers what it ordered; a checkout
  in which every group fails is still 201; a line's seats count against a maximum over all running subscriptions.
- Savings plans: bought once for a term, with scope, subscription and commitment, and never cancelled by their order.
- Orders: `alternateId` works as key; numbers in `billingType` follow the client's enum; unknown resellers in a filter
  give an empty list; cancelling is refused with 409/800014 while pending and 400/800061 in review states; production
  refuses reservations with 403/800019; direct creation is all or nothing and takes one product family.
- Subscriptions: quantity, status and id have to be in a PATCH; an order follows its subscriptions once all of them are
  deleted, suspended or active; `order_id` finds those the order began, not those it changed.
- Files: limits, 400/800042 in other states, rounding up to kilobytes, immediate status change, download headers.
- MS-RequestId: key (token subject, method, path, id), 24 hours, 409 with code 409 on another body; conflicts,
  throttling and failures are not kept. A multipart body is compared by its parts, so another boundary is the same body.
- Agreements: refusals are 400 in the agreement body shape; language and country default to en-US and US.
- Customers, audit records: their fields beyond those that orders need, and `starts_with` as the only filter.
- Timings of reviews and provisioning, and everything the `Settings` can switch.

Not there, answered with 501: XML, interactive sign-in, `/v3/generatetoken`, products, every other path or parameter.
"""

from gateway.sandbox.partner_center.emulator import PartnerCenter
from gateway.sandbox.partner_center.settings import Settings

__all__ = ["PartnerCenter", "Settings"]
