"""Everything that is offered, in the order the capability statement lists it."""

from __future__ import annotations

from sfm.fhir.data_sharing import basics, organisations, patients, people, tasks

OFFERS = (
    organisations.OFFER,
    people.PERSON,
    people.PRACTITIONER,
    patients.OFFER,
    tasks.OFFER,
    basics.OFFER,
)
