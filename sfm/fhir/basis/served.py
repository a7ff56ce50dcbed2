"""Everything Basis offers besides its operations, in the order the capability statement lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.fhir.basis import tasks
from sfm.fhir.data_sharing import edge, organisations, people

if TYPE_CHECKING:
    from rest_framework.views import APIView

OFFERS = (people.PRACTITIONER, organisations.OFFER, people.PERSON, tasks.OFFER)
OURS: dict[str, type[APIView] | Any] = {
    "type": edge.TypeView,
    "search": edge.SearchView,
    "instance": edge.InstanceView,
}
TASK: dict[str, type[APIView] | Any] = {
    "type": tasks.TaskView,
    "search": tasks.TaskSearch,
    "instance": tasks.TaskInstance,
}
VIEWS = {offer.type: TASK if offer is tasks.OFFER else OURS for offer in OFFERS}
