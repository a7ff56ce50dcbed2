"""(Samstemming) Ours beside theirs in blocks: only theirs, alike, the same, only ours (clinical.md 7.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.exchange import explaining
from sfm.medication.models import Lifecycle, Prescription, Review, Treatment, TreatmentEvent
from sfm.medication.queries import fields, in_use, words
from sfm.medication.rules import suggestions
from sfm.medication.rules.merge import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.exchange.explaining import Said
    from sfm.medication.queries.rows import InUse, InUseRow

SHOWN = explaining.COMPARED
OLD = 365  # days since anybody went through the row: amber


@dataclass(frozen=True, kw_only=True)
class Attribute:
    label: str
    value: str
    lit: bool = False  # it differs between the sides


@dataclass(frozen=True, kw_only=True)
class Item:
    """One decision. `row` is decided about; `ours` and `theirs` are what is compared, empty where one side has none."""

    row: InUseRow
    ours: tuple[Attribute, ...] = ()
    theirs: tuple[Attribute, ...] = ()
    silent: str = "Ingen kilde nevner den"  # what stands where the sources have nothing of their own to show
    said_by: str = ""  # «Dr. Y, sykehus, 3. mars»
    verbs: tuple[str, ...] = ()
    link_to: UUID | None = None
    preselected: bool = False
    reviewed: str = ""
    overdue: bool = False
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    listed: InUse
    only_theirs: tuple[Item, ...] = ()
    similar: tuple[Item, ...] = ()
    identical: tuple[Item, ...] = ()
    only_ours: tuple[Item, ...] = ()
    must_decide: int = 0  # of a PLL patient: before anything is sent
    put_away: tuple[tuple[UUID, int, str], ...] = ()  # dismissed history: id, version, name

    @property
    def left(self) -> int:
        return len(self.only_theirs) + len(self.similar)

    @property
    def to_confirm(self) -> tuple[Item, ...]:
        return tuple(item for item in self.identical if not item.done)


def load(patient_key: UUID, *, actor: Actor) -> Reconciliation:
    """The list, seen against what the sources said last."""
    listed = in_use.load(patient_key, actor=actor)
    found = list(Treatment.objects.filter(patient_key=patient_key))
    own = list(Prescription.objects.filter(patient_key=patient_key))
    said = explaining.by_row(patient_key, found, own)
    return _Sorter(listed, found, said, actor).run()


@dataclass
class _Sorter:
    listed: InUse
    found: list[Treatment]
    said: Mapping[UUID, dict[str, Said]]
    actor: Actor
    blocks: dict[str, list[Item]] = field(default_factory=dict)

    def run(self) -> Reconciliation:
        shown = {row.id: row for group in self.listed.groups for row in group.rows if row.kind == "treatment"}
        current = [row for row in self.found if row.pk in shown and not row.has_ended]
        current = [row for row in current if row.lifecycle != Lifecycle.ENTERED_IN_ERROR]
        settled = [row for row in current if row.review not in (Review.PENDING_DECISION, Review.HISTORY_ONLY)]
        before = _merged_before([row for row in current if row.review == Review.UNSEEN_CHANGED])
        for row in current:
            place, item = self._place(row, shown[row.pk], settled, before.get(row.pk, {}))
            self.blocks.setdefault(place, []).append(item)
        undecided = [row for row in current if row.review == Review.PENDING_DECISION]
        return Reconciliation(
            listed=self.listed,
            must_decide=len(undecided) if self.listed.pll_text != "Uten PLL" else 0,
            put_away=tuple(
                (row.pk, row.version, row.name_form_strength)
                for row in self.found
                if row.review == Review.DISMISSED
            ),
            **{place: tuple(sorted(items, key=_order)) for place, items in self.blocks.items()},
        )

    def _place(
        self, row: Treatment, shown: InUseRow, settled: list[Treatment], before: Mapping[str, Any]
    ) -> tuple[str, Item]:
        if row.review in (Review.PENDING_DECISION, Review.HISTORY_ONLY):
            return self._undecided(row, shown, settled)
        if (row.difference or {}).get("conflict"):
            return "similar", self._conflict(row, shown)
        if row.review == Review.UNSEEN_NEW:
            return "only_theirs", self._item(row, shown, theirs=_values(row), verbs=("confirm",))
        if row.review == Review.UNSEEN_CHANGED:
            was = {**_plain(row), **{name: before[name] for name in SHOWN if name in before}}
            ours, theirs = _lit(was, _plain(row))
            if not any(
                one.lit for one in theirs
            ):  # the change is not of what is compared: as the list says it
                ours, theirs = _told(shown, ours, theirs)
            return "similar", self._item(row, shown, ours=ours, theirs=theirs, verbs=("confirm",))
        return self._confirmed(row, shown)

    def _undecided(self, row: Treatment, shown: InUseRow, settled: list[Treatment]) -> tuple[str, Item]:
        products = {other.pk: _compared(other) for other in settled}
        likely = suggestions.suggest(_compared(row), products)  # type: ignore[arg-type]
        best = next((one for one in likely if one.score >= suggestions.Weights().other_strength), None)
        verbs = ("confirm", "dismiss") if row.review == Review.HISTORY_ONLY else ("confirm",)
        if best is None:
            return "only_theirs", self._item(row, shown, theirs=_values(row), verbs=verbs)
        other = next(one for one in settled if one.pk == best.about)
        ours, theirs = _lit(_plain(other), _plain(row))
        joins = "PLL" not in row.sources and row.shared_id is None
        return "similar", self._item(
            row,
            shown,
            ours=ours,
            theirs=theirs,
            verbs=("link", "keep_both", *verbs[1:]) if joins else verbs,
            link_to=other.pk if joins else None,
            preselected=best.preselected and joins,
        )

    def _conflict(self, row: Treatment, shown: InUseRow) -> Item:
        theirs = {**_plain(row), **(row.difference or {}).get("theirs", {})}
        ours, other = _lit(_plain(row), theirs)
        return self._item(row, shown, ours=ours, theirs=other, verbs=("keep_ours", "take_theirs"))

    def _confirmed(self, row: Treatment, shown: InUseRow) -> tuple[str, Item]:
        told = self.said.get(row.pk, {})
        if not told:
            return "only_ours", self._item(row, shown, ours=_values(row), verbs=("confirm",))
        for source in ("PLL", "RF"):
            if source in told and not row.unsent_verb and _differs(row, told[source]):
                ours, theirs = _lit(_plain(row), {**_plain(row), **told[source].record.fields})
                item = self._item(row, shown, ours=ours, theirs=theirs, verbs=("confirm",))
                return "similar", item
        heard = max(one.received_at for one in told.values())
        done = row.reviewed_at is not None and row.reviewed_at >= heard
        same = f"Det samme ({' · '.join(source for source in explaining.SOURCES if source in told)})"
        return "identical", self._item(
            row, shown, ours=_values(row), verbs=("confirm",), done=done, silent=same
        )

    def _item(self, row: Treatment, shown: InUseRow, *, verbs: tuple[str, ...], **given: Any) -> Item:
        """The decisions of the block first, then what the row offers anyway."""
        may = {
            "confirm": self.actor.may("lib.confirm_in_use"),
            "link": self.actor.may("lib.confirm_in_use"),
            "dismiss": self.actor.may("lib.confirm_in_use"),
            "keep_both": self.actor.may("lib.confirm_in_use"),
        }
        edits = "resolve" in shown.actions or "change" in shown.actions
        mine = [verb for verb in verbs if may.get(verb, edits)]
        rest = [verb for verb in shown.actions if verb not in ("confirm", "dismiss", "resolve")]
        told = self.said.get(row.pk, {})
        return Item(
            row=shown,
            verbs=tuple(dict.fromkeys([*mine, *rest])),
            said_by=_said_by(row, shown, told),
            reviewed=_reviewed(row.reviewed_at, row.reviewed_by),
            overdue=row.reviewed_at is not None and (clock.now() - row.reviewed_at).days > OLD,
            **given,
        )


def _merged_before(rows: Iterable[Treatment]) -> dict[UUID, dict[str, Any]]:
    """What each row said before the last merge changed it. One SQL query."""
    events = TreatmentEvent.objects.filter(treatment_id__in=[row.pk for row in rows], verb="merged")
    found: dict[UUID, dict[str, Any]] = {}
    for event in events.order_by("at"):
        found[event.treatment_id] = event.before or {}
    return found


def _plain(row: Treatment) -> dict[str, str]:
    return {name: getattr(row, name) for name in SHOWN}


def _values(row: Treatment) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(label=label, value=fields.said(name, getattr(row, name))) for name, label in SHOWN.items()
    )


def _lit(
    ours: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[tuple[Attribute, ...], tuple[Attribute, ...]]:
    """Both sides, with only the difference lit."""
    differ = {name for name in SHOWN if normalised(ours[name]) != normalised(theirs[name])}
    return _side(ours, differ), _side(theirs, differ)


def _side(values: Mapping[str, str], differ: set[str]) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(label=label, value=fields.said(name, values[name]), lit=name in differ)
        for name, label in SHOWN.items()
    )


def _told(
    shown: InUseRow, ours: tuple[Attribute, ...], theirs: tuple[Attribute, ...]
) -> tuple[tuple[Attribute, ...], tuple[Attribute, ...]]:
    found = shown.difference
    if found is None:
        return ours, theirs
    return (
        (*ours, Attribute(label="Tilstand", value=found.before, lit=True)),
        (*theirs, Attribute(label="Tilstand", value=found.after, lit=True)),
    )


def _differs(row: Treatment, said: Said) -> bool:
    here = _plain(row)
    return any(
        normalised(here[name]) != normalised(value)
        for name, value in said.record.fields.items()
        if name in here
    )


def _compared(row: Treatment) -> suggestions.Compared:
    return suggestions.Compared(
        substances=frozenset(row.substance_ids), atc=row.atc, form=row.form, strength=row.strength
    )


def _said_by(row: Treatment, shown: InUseRow, told: Mapping[str, Said]) -> str:
    if shown.difference is not None and shown.difference.by:
        return shown.difference.by
    if row.review_note:
        return row.review_note
    newest = max(told.values(), key=lambda said: said.received_at, default=None)
    return newest.record.by_short if newest else ""


def _reviewed(at: datetime | None, by: str) -> str:
    return f"{words.day(words.local_day(at))} av {by}" if at else ""


def _order(item: Item) -> tuple[bool, str]:
    return (item.done, item.row.sort_key)
