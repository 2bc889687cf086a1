"""The batch reads of an account for a binding: what is another customer's is missing, like what is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from gateway.binding.binding import PARENTS, Binding, owners
from gateway.errors import GatewayError, NotFound
from gateway.model.account import Account
from gateway.model.agreement import Agreement
from gateway.model.order import Order
from gateway.model.ref import Kind, Ref
from gateway.upstream.tally import apart
from gateway.vendors.base import (
    AGREEMENT,
    ASSET,
    ATTACHMENT,
    CART,
    ORDER,
    SUBSCRIPTION,
    Batch,
    K,
    OrderPlace,
    Read,
    Reads,
    T,
)

WHOLE: Final[Mapping[Kind, Read[Ref, Any]]] = {
    Kind.ORDER: ORDER,
    Kind.AGREEMENT: AGREEMENT,
    Kind.SUBSCRIPTION: SUBSCRIPTION,
    Kind.ASSET: ASSET,
    Kind.ATTACHMENT: ATTACHMENT,
    Kind.CART: CART,
}
"""By what read a thing is had whole, so that it tells whose it is."""
THINGS: Final = frozenset(read.name for read in WHOLE.values())
Verdict = bool | GatewayError
Answers = Mapping[Any, object]


class BoundReads(Reads):
    """Refs that name a customer are judged before any call. A whole thing is judged by its answer, or by what it hangs
    on; a part of one (its files, its detail) is read only where the whole is theirs."""

    def __init__(self, reads: Reads, account: Account, binding: Binding) -> None:
        super().__init__()
        self._reads = reads
        self._account = account
        self._binding = binding

    def get(self, read: Read[K, T]) -> Batch[K, T] | None:
        batch = self._reads.get(read)
        if batch is None:
            return None
        return cast("Batch[K, T]", partial(self._things if read.name in THINGS else self._parts, batch))

    def per_call(self, read: Read[K, T]) -> int:
        return self._reads.per_call(read)

    def asks(self, key: object) -> bool:
        return self._binding.judged(key) is not False

    def shows(self, key: object, value: object) -> bool:
        binding = self._binding
        theirs = binding.judged(value) is True and binding.judged(key) is not False
        if theirs and isinstance(key, Ref):
            binding.keep(key, value)
        return theirs

    async def theirs(self, refs: Iterable[Ref], *, anew: bool = False) -> dict[Ref, Verdict]:
        """Whether each of these belongs to a bound customer, or why that cannot be told. `anew`: by a look at the thing
        itself, unless its Ref tells."""
        verdicts: dict[Ref, Verdict] = {}
        looks: dict[Kind, list[Ref]] = defaultdict(list)
        for ref in dict.fromkeys(refs):
            judged = self._binding.judged(ref)
            if judged is not None or ref.kind in (Kind.REFERENCE, Kind.ACCOUNT):
                verdicts[ref] = judged is not False  # tables that name no customers are nobody's secret
            elif not anew and self._binding.knows(ref):
                verdicts[ref] = True
            else:
                looks[ref.kind].append(ref)
        for kind, some in looks.items():
            verdicts |= await self._looked_at(kind, some, anew)
        return verdicts

    async def _looked_at(self, kind: Kind, refs: list[Ref], anew: bool) -> dict[Ref, Verdict]:
        """A line by the order or agreement that it stands on."""
        wholes = {ref: ref.parent(PARENTS[kind]) if kind in PARENTS else ref for ref in refs}
        read = WHOLE[PARENTS.get(kind, kind)]
        batch = self.get(read)
        if batch is None or read.capability not in self._account.capabilities:
            return dict.fromkeys(refs, False)  # that it cannot be told is no yes
        keys = list(dict.fromkeys(wholes.values()))
        if anew:
            self._reads.forget(read, keys)
        answers = await batch(keys)
        return {ref: verdict(ref, answers.get(whole)) for ref, whole in wholes.items()}

    async def _things(self, batch: Batch[Any, Any], keys: Sequence[Ref]) -> Answers:
        asked = [key for key in keys if self._binding.judged(key) is not False]
        answers: Answers = await batch(asked) if asked else {}
        shown: dict[Ref, object] = {key: value for key, value in answers.items() if isinstance(value, GatewayError)}
        doubtful: dict[Ref, object] = {}
        for key, value in answers.items():
            judged = None if key in shown else self._binding.judged(value)
            if judged:
                self._binding.keep(key, value)
                shown[key] = value
            elif judged is None and key not in shown:
                doubtful[key] = value
        return {**shown, **await self._by_owner(doubtful)}

    async def _by_owner(self, things: Mapping[Ref, object]) -> Answers:
        """Of things that name no customer those whose owner is theirs; one without an owner is nobody's. Looks that
        find none of theirs are not counted: what is not there would have cost none."""
        of = {key: owner for key, value in things.items() for owner in owners(value)[:1]}
        unknown = [owner for owner in of.values() if not self._binding.knows(owner)]
        with apart() as looks:
            verdicts = await self.theirs(of.values())
            if not any(verdicts[owner] for owner in unknown):
                looks.clear()
        shown: dict[Ref, object] = {}
        for key, owner in of.items():
            told = verdicts[owner]
            if told is True:
                self._binding.keep(key, things[key])
                shown[key] = things[key]
            elif isinstance(told, GatewayError):
                shown[key] = told
        return shown

    async def _parts(self, batch: Batch[Any, Any], keys: Sequence[Any]) -> Answers:
        of: dict[Any, Ref] = {key: key.order if isinstance(key, OrderPlace) else key for key in keys}
        verdicts = await self.theirs(of.values())
        told = {key: verdicts[owner] for key, owner in of.items()}
        asked = [key for key, one in told.items() if one is True]
        answers: Answers = await batch(asked) if asked else {}
        return {**{key: one for key, one in told.items() if isinstance(one, GatewayError)}, **answers}


def verdict(ref: Ref, answer: object) -> Verdict:
    """What an answer to a binding says of the thing, or of a line on it: an id of a line can be made up of two."""
    if isinstance(answer, GatewayError) and not isinstance(answer, NotFound):
        return answer
    if ref.kind in PARENTS:
        return isinstance(answer, Order | Agreement) and any(line.ref == ref for line in answer.lines or ())
    return answer is not None and not isinstance(answer, NotFound)
