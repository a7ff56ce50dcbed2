"""The verbs of a row as the screen says them, and how each is reached: one table for menu, keys and detail page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

from jinja2.utils import htmlsafe_json_dumps

from portals.shared import keys

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, kw_only=True)
class Verb:
    """`path` is relative to `behandling/<id>/`. `posts`: done at once; else a page opens."""

    label: str
    path: str
    posts: bool = False


VERBS: dict[str, Verb] = {
    "approve_draft": Verb(label="Se over utkast", path="utkast"),
    "confirm": Verb(label="Bekreft i bruk", path="gjor/confirm", posts=True),
    "renew": Verb(label="Forny", path="gjor/renew", posts=True),
    "renew_with_change": Verb(label="Forny med endring", path="fornye-med-endring"),
    "change": Verb(label="Endre", path="endre"),
    "add_prescription": Verb(label="Opprett resept", path="resept"),
    "discontinue": Verb(label="Seponer", path="seponer"),
    "resolve": Verb(label="Velg versjon", path="konflikt"),
    "keep_ours": Verb(label="Behold min versjon", path="gjor/keep_ours", posts=True),
    "take_theirs": Verb(label="Ta deres versjon", path="gjor/take_theirs", posts=True),
    "link": Verb(label="Knytt resepten til behandlingen", path="knytt", posts=True),
    "keep_both": Verb(label="Behold begge", path="gjor/keep_both", posts=True),
    "dismiss": Verb(label="Ikke aktuelt", path="gjor/dismiss", posts=True),
    "bring_back": Verb(label="Hent fram igjen", path="gjor/bring_back", posts=True),
    "suspend": Verb(label="Pause", path="pause"),
    "resume": Verb(label="Gjenoppta", path="gjor/resume", posts=True),
    "reinstate": Verb(label="Ta i bruk igjen", path="gjor/reinstate", posts=True),
    "undo_discontinue": Verb(label="Angre seponering", path="gjor/undo_discontinue", posts=True),
    "recall": Verb(label="Tilbakekall resept", path="gjor/recall", posts=True),
    "recall_older": Verb(label="Tilbakekall eldre resepter", path="gjor/recall_older", posts=True),
    "change_product": Verb(label="Endre form, styrke eller merkevare", path="bytt"),
    "change_use_type": Verb(label="Endre bruk (fast, kur, ved behov)", path="bruk"),
    "set_review_date": Verb(label="Sett revurderingsdato", path="revurdering"),
    "to_multidose": Verb(label="Flytt til multidose", path="gjor/to_multidose", posts=True),
    "from_multidose": Verb(label="Flytt ut av multidose", path="gjor/from_multidose", posts=True),
    "copy_as_new": Verb(label="Kopier til ny", path="kopier"),
    "mark_entered_in_error": Verb(label="Slett (feilregistrert)", path="slett"),
    "register_reaction": Verb(label="Registrer legemiddelreaksjon", path="reaksjon"),
    "draft_confirm": Verb(label="Foreslå bekreftet i bruk", path="gjor/draft_confirm", posts=True),
    "draft_renew": Verb(label="Klargjør fornying", path="klargjor-fornying", posts=True),
    "draft_change": Verb(label="Foreslå endring", path="endre"),
    "draft_discontinue": Verb(label="Foreslå seponering", path="seponer"),
    "draft_recall": Verb(label="Foreslå tilbakekalling av resept", path="gjor/draft_recall", posts=True),
    "dismiss_expiry": Verb(label="Ikke minn om utløpet", path="gjor/dismiss_expiry", posts=True),
    "undo": Verb(label="Angre", path="gjor/undo", posts=True),
    "detail": Verb(label="Detaljer og historikk", path=""),
}


@cache
def for_script() -> Markup:
    """As list.js reads it, with the key of each: JSON for an attribute in single quotes."""
    return htmlsafe_json_dumps(
        {name: asdict(verb) | {"key": keys.of_verb(name)} for name, verb in VERBS.items()}
    )
