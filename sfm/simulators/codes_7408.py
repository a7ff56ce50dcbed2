"""Status of a prescription (Volven 7408), as the pretend services show it."""

from __future__ import annotations

STATUS = {
    "A": "Avslått søknad fra SLV",
    "B": "Under behandling av SLV",
    "E": "Ekspederbar",
    "F": "Foreldet",
    "H": "HPR mangler fødselsnummer",
    "R": "Resept avsluttet",
    "T": "Tilbakekalt",
    "U": "Under ekspedering",
    "X": "Ugyldig",
}
