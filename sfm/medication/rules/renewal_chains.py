"""(Fornyelseskjeder) Which prescriptions the sources tell of renew one another (clinical.md 7.2 step 3). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfm.medication.rules.merge import Record


class Chains:
    """`records` in the order they are to be believed: where two sources tell of the same prescription, the first that
    says what it renews decides."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.first: dict[str, Record] = {}
        self.previous: dict[str, str] = {}
        self.renewals: dict[str, list[str]] = {}
        for record in records:
            self.first.setdefault(record.resept_id, record)
            if record.previous_id and record.resept_id not in self.previous:
                self.previous[record.resept_id] = record.previous_id
                self.renewals.setdefault(record.previous_id, []).append(record.resept_id)

    def oldest_first(self) -> list[str]:
        """Each prescription after what it renews."""
        return sorted(self.first, key=lambda ident: (self.depth(ident), self.first[ident].order))

    def depth(self, ident: str) -> int:
        """How many of those told of it follows, one after the other."""
        depth, seen = 0, {ident}
        while (earlier := self.previous.get(ident, "")) in self.first and earlier not in seen:
            seen.add(earlier)
            ident, depth = earlier, depth + 1
        return depth

    def ancestors(self, ident: str) -> Iterator[str]:
        """What it renews, and what that renewed: the newest first. The last may be one nobody tells of."""
        seen = {ident}
        while (ident := self.previous.get(ident, "")) and ident not in seen:
            seen.add(ident)
            yield ident

    def kin(self, ident: str) -> Iterator[str]:
        """All of its chain but itself, the nearest first; of those, what it renews before what renews it."""
        waiting, seen = [ident], {ident}
        for one in waiting:
            earlier = self.previous.get(one)
            for other in ([earlier] if earlier else []) + self.renewals.get(one, []):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
                    yield other
