"""AtcKombipreparat: what a combination product is made of meets what its parts meet."""

from __future__ import annotations

from sfm.fest.interactions import DrugKeys, graph

WARFARIN = DrugKeys(atc="B01AA03")
EDGES = [
    (
        "I1",
        "1",
        "",
        [
            {"name": "Warfarin", "members": [["Warfarin", "B01AA03", []]]},
            {"name": "NSAID", "members": [["NSAID", "M01A", []]]},
        ],
    )
]


def test_a_combination_meets_what_its_parts_meet() -> None:
    found = graph(EDGES, ())
    plain = DrugKeys.of(atc="N02AJ08", substances=(), kin={})
    combined = DrugKeys.of(atc="N02AJ08", substances=(), kin={}, parts=("M01AE01",))
    assert found.find((WARFARIN, plain)) == ()
    assert [one.interaction.fest_id for one in found.find((WARFARIN, combined))] == ["I1"]
    assert "M01A" in combined.all
