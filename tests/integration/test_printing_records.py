"""Printouts of what is kept: the change log, Helfo's decisions and applications, and the list for a letter."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sfm.core import clock
from sfm.core.errors import Forbidden, NotFound
from sfm.medication.actions import applications, reimbursement, treatments
from sfm.medication.rules.decisions import Decision
from sfm.printing import printouts
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.test_printing import entry, text_of, use, wish  # noqa: F401

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.printing.printouts import Wish


def kinds(wish: Wish) -> set[str]:  # noqa: F811
    return {choice.kind for choice in printouts.choices(wish.patient, wish.actor)}


def test_the_change_log_says_what_was_and_what_is(wish: Wish, prescriber: Actor) -> None:  # noqa: F811
    row, other = use(wish, "metoprolol", "1+0+0"), use(wish, "amlodipin", "1+0+0")
    wanted = replace(contents.content(), dosage=entry("2+0+0"))
    for one in (row, other):
        treatments.change(
            treatment_id=one.pk, content=wanted, by=prescriber, patient=wish.patient, version=one.version
        )
    [said] = text_of(printouts.make("endringer", wish))
    assert "Dosering: før 1 tablett morgen, nå 2 tabletter morgen" in said
    assert said.count("Endret") == 2
    assert prescriber.name in said
    alone = printouts.make("endringer", replace(wish, subject=row.pk))
    assert alone.sheet.count("<b>Endret</b>") == 1
    with pytest.raises(NotFound):
        printouts.make("endringer", replace(wish, subject=uuid4()))


def test_three_years_of_changes_are_for_those_who_may_see_so_far(wish: Wish, nurse: Actor) -> None:  # noqa: F811
    far = f"{clock.today() - timedelta(days=3 * 365):%d.%m.%Y}"
    assert far in printouts.make("endringer", replace(wish, long=True)).sheet
    assert far not in printouts.make("endringer", replace(wish, long=True, actor=nurse)).sheet


def test_decisions_and_applications_to_helfo_are_printed(wish: Wish, prescriber: Actor) -> None:  # noqa: F811
    assert not {"helfo", "soknad"} & kinds(wish)
    decision = Decision(
        id=uuid4(), outcome="J", reference="2026/4711", basis="3", product_name="Oppdiktol tab 50 mg",
        code="L40", system="7434", code_name="Oppdiktet psoriasis", valid_from=clock.today(), source="letter",
    )  # fmt: skip
    reimbursement.record(decision=decision, by=prescriber, patient=wish.patient)
    begun = applications.begin(
        product=contents.METOPROLOL, diagnosis={"code": "K86", "system": "7434", "name": "Høyt blodtrykk"},
        hospital=False, by=prescriber, patient=wish.patient,
    )  # fmt: skip
    assert {"helfo", "soknad"} <= kinds(wish)
    [said] = text_of(printouts.make("helfo", wish))
    for part in ("Oppdiktol tab 50 mg", "2026/4711", "L40", "Fra brev"):
        assert part in said
    [said] = text_of(printouts.make("soknad", replace(wish, subject=begun.pk)))
    for part in ("K86 Høyt blodtrykk", "Ikke sendt", "IKKE SENDT", prescriber.name):
        assert part in said
    outsider = replace(wish, actor=replace(prescriber, permissions=frozenset({"lib.view", "printout.make"})))
    assert not {"helfo", "soknad"} & kinds(outsider)
    with pytest.raises(Forbidden):
        printouts.make("helfo", outsider)


def test_the_list_for_a_letter_warns_when_it_may_change(wish: Wish) -> None:  # noqa: F811
    use(wish, "metoprolol", "1+0+1", indication_text="høyt blodtrykk")
    use(wish, "fremtidol", "1+0+0", starts_on=clock.today() + timedelta(days=7))
    [said] = text_of(printouts.make("brev", wish))
    for part in ("Åskollen legesenter", "metoprolol", "høyt blodtrykk", "fremtidol*", "Ikke begynt ennå"):
        assert part in said
    assert "Ikke signert" not in said
    use(wish, "usendtol", "1+0+0", unsent_verb="changed", unsent_base={})
    rows.treatment(wish.patient, content=contents.content(), review="pending_decision")
    use(wish, "pausol", "1+0+0", lifecycle="suspended", suspended_from=clock.today())
    [said] = text_of(printouts.make("brev", wish))
    assert "Be om ny liste før den brukes" in said
    assert "IKKE SIGNERT" in said
    assert re.search("pausol [^.]*? Pauset? ", said)
    assert "1 oppføring fra andre kilder er ikke tatt stilling til" in said
