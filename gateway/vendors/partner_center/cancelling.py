"""Cancelling an order or lines of it, by the order or by the subscriptions that it began."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from gateway.errors import GatewayError, InProgress, StoreUnavailable
from gateway.model.account import Account
from gateway.model.order import Line, Order
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode, WriteState
from gateway.vendors.base import SUBSCRIPTION
from gateway.vendors.commands import CancelOrder
from gateway.vendors.partner_center import rules_cancelling as rules
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.arrival import lead
from gateway.vendors.partner_center.ending import Endings, Found
from gateway.vendors.partner_center.mapping_cancelling import if_match, order_cancelled, order_tag, request_id
from gateway.vendors.partner_center.orders import ONE, Orders, address
from gateway.vendors.partner_center.refusals import refuses, user_error
from gateway.vendors.reading import one_line
from gateway.vendors.writes import Attempt

MAX_TOLD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be cancelled: `lines` of the order, without those that are cancelled already.

    `found` are their subscriptions, `sent` those that an earlier run has asked the vendor to end.
    """

    command: CancelOrder
    order: Order
    lines: tuple[Line, ...]
    attempt: Attempt
    sent: tuple[Ref, ...]
    found: Mapping[Ref, Found] = field(default_factory=dict)

    def path(self, line: Line) -> tuple[str, ...]:
        """Where in the input the line is named."""
        wanted = self.command.line_ids
        return rules.ORDER if wanted is None else (*rules.LINES, str(wanted.index(line.ref)))

    def of(self, line: Line) -> Found | None:
        return None if line.subscription is None else self.found.get(line.subscription.ref)

    def ended(self) -> list[Ref]:
        """Subscriptions that this write has ended so far."""
        return [ref for ref in self.sent if ref in self.found and self.found[ref].ended]


@dataclass(slots=True)
class Result:
    """How far it came with the subscriptions: those that ended, those of which nobody knows, and what went wrong."""

    ended: list[Ref]
    open: list[Ref] = field(default_factory=list)
    errors: list[UserError] = field(default_factory=list)


class Cancelling:
    """`now` is the time in UTC."""

    def __init__(self, api: Api, account: Account, orders: Orders, now: Callable[[], datetime]) -> None:
        self._api = api
        self._account = account
        self._orders = orders
        self._endings = Endings(api, account)
        self._now = now

    async def cancel(self, command: CancelOrder, attempt: Attempt) -> Outcome:
        """Raises GatewayError where nothing was cancelled."""
        wrong = rules.mistakes(command) if attempt.memo is None else []
        if wrong:
            return Outcome.refused(*wrong)
        try:
            order = await self._orders.one(command.order_id)
        except GatewayError as error:
            if refuses(error) and attempt.memo is None:
                return Outcome.refused(user_error(error, rules.FIELDS))
            raise
        lines = {line.ref: line for line in order.lines}
        strangers = [rules.stranger(place) for place, ref in enumerate(command.line_ids or ()) if ref not in lines]
        if strangers:
            return Outcome.refused(*strangers)
        wanted = (
            order.lines if command.line_ids is None else tuple(lines[ref] for ref in dict.fromkeys(command.line_ids))
        )
        sent = tuple(map(Ref.decode, (attempt.memo or {}).get("sent", ())))
        case = Case(command, order, tuple(line for line in wanted if line.quantity != 0), attempt, sent)
        if rules.cancelled(order, wanted):
            return self._done(case, Result([*sent]))
        return await self._decided(case)

    async def _decided(self, case: Case) -> Outcome:
        """Finds the way. Where the subscriptions do not tell it, the vendor is asked to cancel by the order."""
        found = await self._endings.read({line.subscription.ref for line in case.lines if line.subscription})
        case = replace(case, found=found)
        ended = case.ended()
        still = tuple(line for line in case.lines if (one := case.of(line)) is None or not one.ended)
        case = replace(case, lines=still)
        if case.order.lines and not still:
            return self._done(case, Result(ended))
        known = [case.of(line) for line in still]
        by_subscription = bool(known) and all(one and rules.by_subscription(one.subscription) for one in known)
        if by_subscription or case.sent:
            return await self._by_subscriptions(case, Result(ended))
        return await self._by_order(case)

    async def _by_order(self, case: Case) -> Outcome:
        ref, lines = case.command.order_id, {line.ref for line in case.lines}

        def there(at: Order) -> bool:
            return rules.cancelled(at, [line for line in at.lines if line.ref in lines])

        async def ask(at: Order, answers: int) -> Order:
            body = order_cancelled(at, None if case.command.line_ids is None else case.lines)
            return await self._api.send(
                "PATCH",
                address(ref),
                lambda answer: self._orders.made(answer, ref),
                route=ONE,
                request_id=request_id(case.attempt.id, body, answers),
                json=body,
                headers=if_match(order_tag(at)),
                sending=case.attempt.sending(step="order"),
            )

        doubt = case.attempt.memo is not None
        arrival = await lead(case.attempt, case.order, there, lambda: self._orders.one(ref), ask, doubt=doubt)
        if arrival.there:
            return self._done(case, Result([]))
        if arrival.refusal is None:
            return Outcome.unknown("the order itself", order=ref)
        refusal = user_error(arrival.refusal, rules.FIELDS)
        if arrival.refusal.vendor_code in rules.BY_SUBSCRIPTION and case.found:
            return await self._by_subscriptions(case, Result([]), refusal)
        return Outcome.refused(refusal)

    async def _by_subscriptions(self, case: Case, result: Result, *refused: UserError) -> Outcome:
        """Ends what the lines began, if that is all of it allowed and no more than the lines; otherwise nothing.
        `refused` is what the vendor said to the way by the order."""
        sent = dict.fromkeys(case.sent)  # judged in the run that sent them
        unsent = [line for line in case.lines if line.subscription is None or line.subscription.ref not in sent]
        obstacles = [error for line in unsent if (error := self._obstacle(case, line)) is not None]
        if obstacles:
            result.errors += [*refused, *obstacles]
            # What was sent already has to be followed to its end, and nothing else.
            case = replace(case, lines=tuple(line for line in case.lines if line not in unsent))
        elif not case.command.allow_subscription_cancellation:
            return self._done(case, replace(result, errors=[consent(case)]))
        left = {found.subscription.ref: (line, found) for line in case.lines if (found := case.of(line)) is not None}
        for ref, (line, found) in [*left.items()]:
            doubt = ref in sent
            sent[ref] = None
            try:
                arrival = await self._endings.end(found, case.attempt, sent, doubt=doubt)
            except (InProgress, StoreUnavailable):
                raise
            except GatewayError as error:
                if case.attempt.memo is None and result == Result([]) and not refused:
                    raise
                # The vendor throttles, say, or denies the login: the others would fare no better.
                result.errors += [failed(error, case.path(other)) for other, _ in left.values()]
                break
            del left[ref]
            if arrival.there:
                result.ended.append(ref)
                case.attempt.prime(SUBSCRIPTION, ref, arrival.at.subscription)
            elif arrival.refusal is not None:
                result.errors.append(replace(user_error(arrival.refusal), field=case.path(line)))
            else:
                result.open.append(ref)
        return self._done(case, result)

    def _obstacle(self, case: Case, line: Line) -> UserError | None:
        found = case.of(line)
        known = rules.obstacle(line, found.subscription if found else None, case.order, self._now())
        return None if known is None else UserError(*known, case.path(line))

    def _done(self, case: Case, result: Result) -> Outcome:
        if result.errors and not (result.ended or result.open):
            return Outcome.refused(*result.errors)
        self._orders.forget(case.command.order_id.parts[0])
        state = WriteState.UNKNOWN if result.open else WriteState.PARTLY_DONE if result.errors else WriteState.DONE
        return Outcome(
            state=state,
            refs={"order": (case.command.order_id,), "subscriptions": tuple(result.ended)},
            user_errors=tuple(result.errors),
            searched="the order's subscriptions" if result.open else None,
            candidates=tuple(result.open),
        )


def consent(case: Case) -> UserError:
    named = [found.subscription for line in case.lines if (found := case.of(line)) is not None]
    told = ", ".join(f"{one_line(one.name) or one.number} ({one.quantity})" for one in named)
    message = f"This is cancelled only by ending subscriptions: {told[:MAX_TOLD]}. Allow that to go on."
    return UserError(UserErrorCode.CONSENT_REQUIRED, message, rules.CONSENT)


def failed(error: GatewayError, path: tuple[str, ...]) -> UserError:
    return UserError(UserErrorCode.VENDOR_REFUSED, error.message, path, error.vendor_code)
