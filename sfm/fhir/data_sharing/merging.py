"""`Patient.link` of type replaces: two entries of one person become one (fhir.md 3.1)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import NotFound
from sfm.core.ids import PatientKey
from sfm.exchange import joining
from sfm.fhir.data_sharing import opaque
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.patients import ticket, vault

if TYPE_CHECKING:
    from sfm.fhir.data_sharing.offers import Call, Resource


def replaced(call: Call, key: PatientKey, content: Resource) -> bool:
    """Close the entries this one replaces; what is known of them follows, and their tickets open nothing any more."""
    gone = [_key(call, link) for link in content.get("link", ()) if link.get("type") == "replaces"]
    for other in gone:
        joining.join(other, key, by=call.actor)
        revoke = partial(ticket.revoke_patient, call.place.journal.pk, other)
        revoke()
        transaction.on_commit(revoke)
    return bool(gone)


def _key(call: Call, link: Resource) -> PatientKey:
    stated = str(link.get("other", {}).get("reference", "")).rpartition("/")[2]
    key = opaque.to_key(stated)
    try:
        if key is not None and vault.open_identities([key]):
            return key
        return call.patient_of(stated)
    except NotFound as error:
        raise BadContent(
            Fault(
                path="Patient.link",
                code="value",
                text="Pasienten som skal erstattes, finnes ikke i journalen.",
                diagnostics="link.other names no patient of this journal",
            )
        ) from error
