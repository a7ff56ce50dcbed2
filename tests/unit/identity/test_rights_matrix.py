"""The permission matrix, row by row: what each kind of person may do from the start, and what they may never do."""

from __future__ import annotations

from typing import Any

import pytest

from sfm.identity import matrix
from sfm.identity.permissions import LABELS, Permission

P = Permission
FULL, LIMITED, NONE = {"prescribing": "full"}, {"prescribing": "limited"}, {"prescribing": "none"}

WHO: dict[str, tuple[str, dict[str, Any]]] = {
    "lege": ("LE", FULL),
    "lege uten A": ("LE", LIMITED | {"not_a": True}),
    "lege uten A og B": ("LE", LIMITED | {"not_ab": True}),
    "lege med lisens": ("LE", LIMITED | {"licence": True}),
    "lege uten rett": ("LE", NONE),
    "tannlege": ("TL", FULL),
    "helsesykepleier": ("SP", LIMITED | {"public_health": True}),
    "helsesykepleier uten rett": ("SP", NONE | {"public_health": True}),
    "jordmor": ("JO", LIMITED),
    "sykepleier": ("SP", NONE),
    "vernepleier": ("VP", NONE),
    "farmasøyt": ("FA1", LIMITED),
    "helsefagarbeider": ("HF", NONE),
    "helsesekretær": ("HE", NONE),
    "optiker": ("OP", LIMITED),
    "fysioterapeut": ("FT", NONE),
    "administrator": ("", NONE),
    "ukjent": ("QQ", FULL),
}
DOCTORS = {"lege", "lege uten A", "lege uten A og B", "lege med lisens"}
PRESCRIBERS = DOCTORS | {"tannlege", "helsesykepleier", "jordmor"}
NURSES = {"sykepleier", "vernepleier"}
NOBODY_CLINICAL = {"administrator", "ukjent"}
UNDER_RIGHT = {"lege uten rett", "helsesykepleier uten rett"}

FROM_THE_START = {
    P.LIB_VIEW: set(WHO) - NOBODY_CLINICAL,
    P.LIB_LOOKUP_RF: PRESCRIBERS | {"lege uten rett"},
    P.LIB_LOOKUP_KJ: PRESCRIBERS | NURSES | UNDER_RIGHT | {"farmasøyt"},
    P.LIB_EDIT_LOCAL: DOCTORS | {"lege uten rett"},
    P.LIB_DRAFT_CONFIRM: NURSES | {"farmasøyt", "helsesykepleier", "helsesykepleier uten rett", "jordmor"},
    P.LIB_CONFIRM_IN_USE: DOCTORS | {"lege uten rett"},
    P.RX_PRESCRIBE: PRESCRIBERS,
    P.RX_PRESCRIBE_GROUP_A: {"lege", "lege med lisens", "tannlege"},
    P.RX_PRESCRIBE_GROUP_B: {"lege", "lege uten A", "lege med lisens", "tannlege"},
    P.RX_SCOPE_CONTRACEPTION: {"helsesykepleier", "jordmor"},
    P.RX_SCOPE_DENTAL: {"tannlege"},
    P.PLL_SEND: DOCTORS,
    P.PLL_SIGN: DOCTORS,
    P.DRAFT_APPROVE: DOCTORS - {"lege med lisens"},
    P.REACTION_REGISTER: PRESCRIBERS | UNDER_RIGHT,
    P.ADMIN_USERS: set(),
}


def _row(who: str) -> matrix.Row:
    category, rights = WHO[who]
    return matrix.row(matrix.row_name(category, rights), prescribing=rights["prescribing"] != "none")


@pytest.mark.parametrize("permission", FROM_THE_START)
def test_who_has_it_from_the_start(permission: Permission) -> None:
    holders = {who for who in WHO if permission in _row(who).start | _row(who).scopes}
    assert holders == FROM_THE_START[permission]


@pytest.mark.parametrize("who", sorted(set(WHO) - PRESCRIBERS))
def test_nobody_can_be_given_a_right_to_prescribe(who: str) -> None:
    assert not {P.RX_PRESCRIBE, P.PLL_SEND, P.PLL_SIGN} & _row(who).ceiling


def test_only_doctors_can_ever_send_the_list() -> None:
    assert {who for who in WHO if P.PLL_SEND in _row(who).ceiling} == DOCTORS


@pytest.mark.parametrize(
    ("who", "permission"),
    [
        ("sykepleier", P.LIB_CONFIRM_IN_USE),
        ("sykepleier", P.REACTION_REGISTER),
        ("helsefagarbeider", P.LIB_LOOKUP_KJ),
        ("helsesekretær", P.LIB_LOOKUP_KJ),
        ("fysioterapeut", P.LIB_LOOKUP_KJ),
        ("lege med lisens", P.DRAFT_APPROVE),
    ],
)
def test_what_the_organisation_may_add(who: str, permission: Permission) -> None:
    assert permission not in _row(who).start
    assert permission in _row(who).ceiling


@pytest.mark.parametrize("name", matrix.row_names())
def test_every_row_uses_known_names_and_states_where_it_comes_from(name: str) -> None:
    row = matrix.row(name, prescribing=True)
    assert row.start <= row.ceiling
    assert row.ceiling | row.scopes <= set(Permission)
    assert all(matrix.anchor_text(anchor) for anchor in row.anchors)
    assert row.anchors


def test_every_cell_of_the_table_has_a_meaning() -> None:
    content = matrix._content()
    silent = {
        ("confirm", "own"),
        ("lmr", "read"),
        ("m1m5", "full"),
        ("m1m5", "limited"),
    }
    used = {
        (column, cells[column])
        for cells in content["categories"].values()
        for column in content["columns"]
        if cells[column] != "none"
    }
    granted = {(column, value) for column, values in content["grants"].items() for value in values}
    assert used - granted == silent
    assert granted <= used


def test_every_permission_can_be_said_in_norwegian() -> None:
    assert set(LABELS) == set(Permission)
    assert all(permission.label for permission in Permission)
