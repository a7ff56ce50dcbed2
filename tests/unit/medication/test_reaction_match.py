"""When two sources tell of the same reaction."""

from __future__ import annotations

import pytest

from sfm.medication.rules.reaction_match import Told, alike, same


def told(
    kind: str = "substance", code: str = "ID1", text: str = "Fenoksymetylpenicillin", reaction: str = "10"
) -> Told:
    return Told(kind=kind, code=code, text=text, reaction=reaction)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (told(), True),
        (told(text="Penicillin V"), True),  # the code decides
        (told(code="ID2"), False),
        (told(kind="atc", code="J01CE02"), True),  # two registers, two codes, one name
        (told(kind="text", code="", text=" fenoksymetylpenicillin "), True),
        (told(kind="atc", code="J01CE02", text="Penicillin"), False),
        (told(kind="excipient", code="x"), False),  # an excipient is an agent of its own
    ],
)
def test_the_same_agent_with_the_same_reaction_is_the_same_reaction(other: Told, is_same: bool) -> None:
    assert same(told(), other) is is_same
    assert same(other, told()) is is_same


def test_another_reaction_to_the_same_agent_is_alike_and_never_the_same() -> None:
    other = told(reaction="1")
    assert alike(told(), other)
    assert not same(told(), other)
    assert not alike(told(), told())
