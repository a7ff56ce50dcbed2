"""Prescriptions that renew one another, as a clinician would tell it: one treatment, one decision."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from sfm.medication.rules.merge import Kind, merge
from tests.unit.medication.test_merge_scenarios import (
    DOUBLED,
    ENDED,
    MONDAY,
    OTHERS,
    OURS,
    WEDNESDAY,
    Story,
    in_kj,
    in_list,
    in_rf,
    row,
)


@dataclass(frozen=True, kw_only=True)
class Chain(Story):
    head: str = ""  # the prescription that makes a new row; the others join it


CHAINS = (
    Chain(
        told="Sykehuset skrev ut og fornyet med dobbel dose, vi kjenner ingen av dem: én løs resept, den nyeste",
        heard=(in_rf(changed_at=MONDAY), in_rf(resept_id="r2", previous_id="r1", fields=DOUBLED)),
        becomes=(Kind.LOOSE, Kind.ATTACHED),
        head="r2",
    ),
    Chain(
        told="Fornyet to ganger før vi så pasienten, de gamle er tilbakekalt: én løs resept, de gamle er historikk",
        heard=(
            in_rf(resept_id="r3", previous_id="r2"),
            in_rf(resept_id="r2", previous_id="r1", status="T", recalled=True),
            in_kj(status="R", changed_at=MONDAY),
        ),
        becomes=(Kind.LOOSE, Kind.ATTACHED, Kind.ATTACHED),
        head="r3",
    ),
    Chain(
        told="Fornyelsen er tilbakekalt, men den den fornyet gjelder ennå: det er den som må avgjøres",
        heard=(in_rf(), in_rf(resept_id="r2", previous_id="r1", status="T", recalled=True)),
        becomes=(Kind.LOOSE, Kind.ATTACHED),
        head="r1",
    ),
    Chain(
        told="Samme resept er fornyet to ganger, begge gjelder: én rad med flere gyldige resepter",
        heard=(
            in_rf(resept_id="r2", previous_id="r1", changed_at=MONDAY),
            in_rf(resept_id="r3", previous_id="r1", fields=DOUBLED),
        ),
        becomes=(Kind.LOOSE, Kind.ATTACHED),
        head="r3",
    ),
    Chain(
        told="Kjernejournal forteller sent om resepten som ble fornyet: den hører til raden fornyelsen står på",
        ours=(row(resept_ids=frozenset({"r2"})),),
        heard=(in_rf(resept_id="r2", previous_id="r1"), in_kj(fields=DOUBLED)),
        becomes=(Kind.ATTACHED, Kind.STATUS),
        of=OURS,
    ),
    Chain(
        told="Listen har et nytt legemiddel, og resepten dens er fornyet: begge hører til den nye raden",
        heard=(in_list(lib_id=str(OTHERS), resept_id="r1"), in_rf(), in_rf(resept_id="r2", previous_id="r1")),
        becomes=(Kind.NEW, Kind.ATTACHED, Kind.ATTACHED),
    ),
    Chain(
        told="Vi har seponert, og en annen fornyer etterpå: resepten skjules ikke på den avsluttede raden",
        ours=(replace(ENDED, resept_ids=frozenset({"r1"})),),
        heard=(in_rf(resept_id="r2", previous_id="r1", changed_at=WEDNESDAY),),
        becomes=(Kind.LOOSE,),
        of=None,
    ),
    Chain(
        told="Vi slettet raden som feilregistrert, og en annen fornyer resepten: den skjules ikke",
        ours=(row(erased=True, resept_ids=frozenset({"r1"})),),
        heard=(in_rf(resept_id="r2", previous_id="r1"),),
        becomes=(Kind.LOOSE,),
        of=None,
    ),
)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.told)
def test_a_chain_ends_as_told(chain: Chain) -> None:
    decisions = merge(chain.ours, chain.heard)
    assert tuple(decision.kind for decision in decisions) == chain.becomes
    if chain.of != "any":
        assert {decision.row for decision in decisions} == {chain.of}
    if chain.head:
        assert {one.record.resept_id: one.follows for one in decisions}[chain.head] == ""
        assert {one.follows for one in decisions if one.kind == Kind.ATTACHED} == {chain.head}
    assert merge(tuple(reversed(chain.ours)), tuple(reversed(chain.heard))) == decisions
