"""Everything that is offered, in the order the capability statement lists it."""

from __future__ import annotations

from sfm.fhir.data_sharing import (
    basics,
    lists,
    medications,
    organisations,
    patients,
    people,
    records,
    stated,
    tasks,
)

OFFERS = (
    organisations.OFFER,
    people.PERSON,
    people.PRACTITIONER,
    patients.OFFER,
    lists.LIST,
    lists.STATEMENT,
    lists.ALLERGY,
    stated.CONDITION,
    stated.OBSERVATION,
    medications.OFFER,
    medications.SUBSTANCE,
    tasks.OFFER,
    basics.OFFER,
    records.BINARY,
)
