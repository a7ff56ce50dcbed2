"""What a search answers with: ready to render, and nothing that needs the patient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductRef:
    """Points at a product of the catalogue. `fest_id` is FEST's stable inner id."""

    kind: str  # group | brand | package
    fest_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """A mark beside a hit: `code` for the look, `label` for the eye, `title` for whoever asks what it means."""

    code: str
    label: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BrandHit:
    fest_id: str
    name: str
    withdrawn: bool = False
    suspended: bool = False
    not_marketed: bool = False
    shortage: bool = False
    matched: bool = False  # the words typed are in this name

    @property
    def markers(self) -> tuple[Marker, ...]:
        return market_markers(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A product to prescribe: a substance group with its brands, or a brand that has no group."""

    product: ProductRef
    name: str  # NavnFormStyrke
    substance: str
    strength: str
    form: str
    brands: tuple[BrandHit, ...]
    atc: str
    dispensing_group: str
    brand_required: bool
    approval_exemption: str  # 7422: "" | 2 the pharmacy decides | 3 must be applied for
    reimbursed: bool
    black_triangle: bool
    withdrawn: bool
    suspended: bool
    not_marketed: bool
    shortage: bool

    @property
    def markers(self) -> tuple[Marker, ...]:
        found = [GROUPS[self.dispensing_group]] if self.dispensing_group in GROUPS else []
        found += [BRAND_REQUIRED] if self.brand_required else []
        found += [EXEMPTIONS[self.approval_exemption]] if self.approval_exemption else []
        found += [REIMBURSED] if self.reimbursed else []
        found += [TRIANGLE] if self.black_triangle else []
        return (*found, *market_markers(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """The hits from number `guessed_from` on have a word one slip away from what was typed; `meant` says which."""

    hits: tuple[Hit, ...]
    total: int  # how many there are, shown or not
    guessed_from: int | None = None  # None: all answer for what was typed
    meant: tuple[str, ...] = ()  # names, as written


GROUPS = {
    "A": Marker(code="group-a", label="A", title="Reseptgruppe A: narkotisk legemiddel"),
    "B": Marker(code="group-b", label="B", title="Reseptgruppe B: vanedannende legemiddel"),
    "C": Marker(code="group-c", label="C", title="Reseptgruppe C: reseptpliktig"),
    "CF": Marker(code="group-cf", label="CF", title="Reseptgruppe CF: noen pakninger er reseptfrie"),
    "F": Marker(code="group-f", label="F", title="Reseptgruppe F: reseptfritt"),
    "K": Marker(code="group-k", label="K", title="Kosttilskudd"),
}
BRAND_REQUIRED = Marker(
    code="brand-required",
    label="Rekvireres på pakning",
    title="Har ingen virkestoffgruppe: velg merkevare og pakning",
)
EXEMPTIONS = {
    "2": Marker(code="exemption", label="§", title="Krever godkjenningsfritak: søknaden vurderes av apotek"),
    "3": Marker(
        code="exemption", label="§", title="Krever godkjenningsfritak: må søkes til DMP før utlevering"
    ),
}
REIMBURSED = Marker(code="reimbursed", label="Refusjon", title="Refusjon kan være mulig")
TRIANGLE = Marker(code="triangle", label="▼", title="Svart trekant: særlig overvåking")
WITHDRAWN = Marker(code="withdrawn", label="Utgått", title="Er tatt ut av markedet")
SUSPENDED = Marker(code="suspended", label="Midlertidig utgått", title="Er midlertidig ute av markedet")
NOT_MARKETED = Marker(code="not-marketed", label="Ikke markedsført ennå", title="Kan ikke selges ennå")
SHORTAGE = Marker(code="shortage", label="Leveringssvikt", title="DMP har meldt leveringssvikt")


def market_markers(product: Hit | BrandHit) -> tuple[Marker, ...]:
    marks = (
        (product.withdrawn, WITHDRAWN),
        (product.suspended, SUSPENDED),
        (product.not_marketed, NOT_MARKETED),
        (product.shortage, SHORTAGE),
    )
    return tuple(marker for present, marker in marks if present)
