from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfm.core.errors import Invalid
from sfm.identity import preferences

if TYPE_CHECKING:
    from sfm.core.actor import Actor

pytestmark = pytest.mark.usefixtures("in_journal")


def test_what_nobody_chose_is_the_default(prescriber: Actor) -> None:
    chosen = preferences.of(prescriber.practitioner_id)
    assert chosen["density"] == "normal"
    assert set(chosen) == {preference.name for preference in preferences.CATALOGUE}


def test_a_choice_stays_and_touches_nobody_else(prescriber: Actor, nurse: Actor) -> None:
    preferences.choose(prescriber.practitioner_id, {"density": "compact"})
    preferences.choose(prescriber.practitioner_id, {"language": "nn"})
    mine = preferences.of(prescriber.practitioner_id)
    assert (mine["density"], mine["language"]) == ("compact", "nn")
    assert preferences.of(nurse.practitioner_id)["density"] == "normal"


@pytest.mark.parametrize("wrong", [{"density": "huge"}, {"colour": "red"}])
def test_only_the_catalogue_can_be_chosen(prescriber: Actor, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        preferences.choose(prescriber.practitioner_id, wrong)
