"""What a screen shows of a list, ready to render. Frozen; no template computes anything from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date, datetime
    from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """One or two bold words, never blank (clinical.md 4.3), and a quieter second line."""

    text: str  # «I bruk», «Utkast», «Ny», «Endret», «Inaktiv», «Pauset», «Seponert», «Seponeres 28.11», «Starter 01.12»
    detail: str = ""  # «løs resept, Legevakten 20.11»; «✓ behandlet, fornyes»
    tone: str = ""  # css class: "", changed, pending, suspended, ended, handled, draft


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A warning or property by shape, letter and name: never colour alone."""

    kind: str  # cave | red | yellow | duplicate | term | notice
    letter: str  # «CAVE», «R», «G», «DBL», «▣»
    name: str  # read aloud: «Interaksjon: bør unngås – warfarin»


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    text: str  # A, B, §, Multidose, Låst
    name: str  # «Reseptgruppe A»
    kind: str = ""  # group-a, …


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """A dose sentence cut where the eye should land: `amount` is bold."""

    before: str
    amount: str
    after: str

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.before, self.amount, self.after) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """«5 mg → 10 mg», with who and when."""

    before: str
    after: str
    by: str = ""  # «Dr. Holm, sykehus, 3. nov»


@dataclass(frozen=True, kw_only=True, slots=True)
class PrescriptionCell:
    headline: str  # «E-resept · § 2», «Papirresept», «Uten resept»
    detail: str = ""  # «til 14.03.2027 · reit 2»
    status: str = ""  # «Ekspederbar», «Ikke sendt», «Sendes …», «Avvist»
    due: str = ""  # «Utløpt 01.10.2026»
    error: str = ""  # RF's refusal in plain Norwegian
    tone: str = ""  # "", due, unsent, sending, accepted, rejected


@dataclass(frozen=True, kw_only=True, slots=True)
class DateLine:
    label: str  # START, SEPONERES, REVURDERES, SIST UTLEVERT
    value: str  # «22.11.2026»
    due: bool = False
    future: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InUseRow:
    """(LIB-oppføring) One medicine, one row."""

    id: UUID  # treatment id = lib_id; for a draft of a new treatment: the draft's id
    kind: str  # treatment | draft
    version: int
    status: Status
    substance: str
    strength: str
    form: str
    brand: str
    badges: tuple[Badge, ...]
    dose: Dose
    indication: str
    difference: Difference | None
    marks: tuple[Mark, ...]
    prescription: PrescriptionCell
    dates: tuple[DateLine, ...]
    sources: str  # «PLL · RF · lokal»
    actions: tuple[
        str, ...
    ]  # verbs this actor may use on this row now: see sfm.medication.queries.row_actions
    unsent: bool
    sort_key: str
    expiring: bool = False  # can be renewed together with others, and ends within 60 days
    shelf: str = "lib"  # the list it stands in: sfm.medication.rules.product_kinds
    atc: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowGroup:
    key: str  # must_handle news permanent course as_needed multidose supplements inactive discontinued
    title: str  # «Må håndteres»
    rows: tuple[InUseRow, ...]
    collapsed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReactionLine:
    id: UUID
    agent: str
    reaction: str  # «anafylaktisk reaksjon»
    certainty: str  # «bekreftet»
    warns: bool  # False: unstructured, «Varsler ikke»
    sources: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reactions:
    lines: tuple[ReactionLine, ...]
    none_known: str = ""  # «Ingen kjente (Dr. Eik, 02.11.2026)»; "" with no lines means «Ikke kartlagt»
    proposed: int = 0  # by somebody who may not register them; shown in the list


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """The age of one source: RF, PLL, KJ, KI."""

    source: str
    state: str  # never | asking | ok | failed | refused
    succeeded_at: datetime | None
    text: str  # «12:04», «spør …», «svarer ikke (sist 08:12)», «pasienten er reservert»
    error_code: str = ""
    said: str = ""  # what was said of the failure, by us or by the source
    last: str = ""  # «12:04»: the last success, as people read it


@dataclass(frozen=True, kw_only=True, slots=True)
class InUse:
    """(Legemidler i bruk, LIB) Everything the list page shows except who the patient is."""

    patient_key: UUID
    version: int
    groups: tuple[RowGroup, ...]
    reactions: Reactions
    sources: tuple[SourceLine, ...]
    pll_text: str  # «Har PLL · signert 02.11 av Dr. Eik», «Uten PLL», «PLL er ikke oppdatert»
    multidose_text: str
    notices: tuple[str, ...]  # «Pasienten har låst resept. Referansenummer kreves.» …
    unsent_count: int
    sendable_count: int
    news_count: int
    asking: bool  # a look-up is under way: the page polls until it ends
    total: int
    in_lar: bool = False
    memory_key: Hashable = None  # for what is made of the rows: see sfm.medication.queries.remembered
    shelf: str = "lib"
    elsewhere: tuple[InUseRow, ...] = ()  # the patient's rows on the other lists

    @property
    def is_empty(self) -> bool:
        return not self.groups

    def find(self, row_id: UUID | None) -> InUseRow | None:
        """The row, whichever list it stands in."""
        here = (row for group in self.groups for row in group.rows)
        return next((row for row in (*here, *self.elsewhere) if row.id == row_id), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    at: datetime
    by: str
    verb: str  # «Endret»
    changes: tuple[tuple[str, str, str], ...]  # (field, before, after)
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainLink:
    """One prescription in the treatment's chain."""

    id: UUID
    prescribed_on: date
    headline: str  # «E-resept, 100 stk, reit 3»
    prescriber: str
    status: str
    detail: str  # recalled, rejected, dispensings
    dispensings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """(Detaljvisning) Everything about one treatment."""

    row: InUseRow
    facts: tuple[tuple[str, str], ...]  # label, value
    prescriptions: tuple[ChainLink, ...]
    history: tuple[HistoryLine, ...]
    sources: tuple[tuple[str, str, str], ...]  # attribute, source, value: «Hvorfor ser jeg dette?»
