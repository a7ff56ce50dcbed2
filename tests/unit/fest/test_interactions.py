from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from sfm.fest.interactions import DrugKeys, InteractionGraph, graph


def group(name: str, *members: tuple[str, list[str]]) -> dict[str, Any]:
    return {"name": name, "members": [[name, atc, substances] for atc, substances in members]}


def built(*pairs: tuple[str, str], relevance: str = "1") -> InteractionGraph:
    rows = [
        (f"I{number}", relevance, "", [group("A", (one, [])), group("B", (other, []))])
        for number, (one, other) in enumerate(pairs)
    ]
    return graph(rows, ["Z99"])


def drug(atc: str = "", *substances: str) -> DrugKeys:
    return DrugKeys.of(
        atc=atc, substances=substances, kin={"salt": {"parent"}, "parent": {"salt", "other salt"}}
    )


@pytest.mark.parametrize("prefix", ["M", "M01", "M01A", "M01AE", "M01AE01"])
def test_every_level_of_atc_matches(prefix: str) -> None:
    assert len(built((prefix, "B01AA03")).find([drug("M01AE01"), drug("B01AA03")])) == 1


@pytest.mark.parametrize("prefix", ["M0", "M01AE0", "M01AE011", "N"])
def test_what_is_not_a_level_does_not(prefix: str) -> None:
    assert built((prefix, "B01AA03")).find([drug("M01AE01"), drug("B01AA03")]) == ()


def test_order_does_not_matter_and_a_pair_is_told_once_per_interaction() -> None:
    drugs = [drug("M01AE01"), drug("B01AA03"), drug("N02BE01")]
    counts = {
        len(built(("M01A", "B01AA03"), ("B01AA03", "M01AE01")).find(list(order)))
        for order in permutations(drugs)
    }
    assert counts == {2}


def test_a_drug_does_not_interact_with_itself_but_two_of_a_group_may() -> None:
    nsaids = built(("M01A", "M01A"))
    assert nsaids.find([drug("M01AE01")]) == ()
    assert len(nsaids.find([drug("M01AE01"), drug("M01AB05")])) == 1


def test_two_on_the_same_side_do_not_interact() -> None:
    assert built(("M01A", "B01AA03")).find([drug("M01AE01"), drug("M01AB05")]) == ()


def test_salts_match_their_parent_and_each_other() -> None:
    rows = [("I", "2", "", [group("A", ("", ["other salt"])), group("B", ("B01", []))])]
    assert len(graph(rows, []).find([drug("", "salt"), drug("B01AA03")])) == 1


def test_worst_first_and_one_against_the_rest() -> None:
    mild = [("I1", "3", "", [group("A", ("A", [])), group("B", ("B", []))])]
    bad = [("I2", "1", "", [group("A", ("A", [])), group("C", ("C", []))])]
    both = graph(mild + bad, [])
    found = both.between(drug("A10BA02"), [drug("B01AA03"), drug("C07AB02"), drug("N02BE01")])
    assert [(one.second, one.interaction.relevance) for one in found] == [(2, "1"), (1, "3")]


def test_silence_is_not_safety() -> None:
    assert built(("A", "B")).not_assessed(drug("Z99"))
