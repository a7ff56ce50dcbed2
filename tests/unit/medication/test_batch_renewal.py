"""What is renewed together with others, and what must be looked at first."""

from __future__ import annotations

import pytest

from sfm.medication.rules.batch_renewal import Facts, left_out


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, ""),
        ({"dispensing_group": "A"}, "Reseptgruppe A fornyes for seg."),
        ({"dispensing_group": "B"}, "Reseptgruppe B fornyes for seg."),
        ({"ended": True}, "Behandlingen er avsluttet."),
        ({"suspended": True}, "Behandlingen er pauset. Gjenoppta den først."),
        ({"unsent": True}, "Har allerede en ny resept som ikke er sendt."),
        ({"prescribed": False}, "Har ingen resept å fornye. Velg «Opprett resept»."),
        ({"conflict": True}, "Raden er endret både her og et annet sted. Velg hva som skal gjelde."),
        ({"drafted": True}, "Et utkast venter på raden. Godkjenn eller avvis det først."),
        ({"warnings": ("Bør unngås: warfarin",)}, "Varsel må avgjøres: Bør unngås: warfarin."),
        ({"problems": {"discontinue_on": "En kur må ha seponeringsdato."}}, "En kur må ha seponeringsdato."),
        (
            {"doubts": ("Dosen er minst ti ganger så høy som sist.",)},
            "Dosen er minst ti ganger så høy som sist.",
        ),
        ({"problems": {"terms": "Bekreft vilkår."}, "doubts": ("Tvil.",)}, "Bekreft vilkår."),
    ],
)
def test_one_reason_in_words(said: dict[str, object], why: str) -> None:
    assert left_out(Facts(**({"dispensing_group": "C", "problems": {}} | said))) == why  # type: ignore[arg-type]
