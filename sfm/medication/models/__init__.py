"""The medication domain's tables. One schema per journal; rows know a patient key, never a person."""

from __future__ import annotations

from sfm.medication.models.alert_tally import AlertTally
from sfm.medication.models.clinical_warning import WarningDecision
from sfm.medication.models.critical_reaction import CriticalReaction, ReactionEvent
from sfm.medication.models.dispatch_comment import DispatchComment
from sfm.medication.models.draft import Draft
from sfm.medication.models.medication_list import ListVersion, MedicationList, SourceStatus
from sfm.medication.models.medication_review import MedicationReview, ReviewLine
from sfm.medication.models.merge_decision import MergeDecision
from sfm.medication.models.own_product import OwnProduct
from sfm.medication.models.prescription import Delivery, Prescription, RfStatus
from sfm.medication.models.reimbursement import (
    ApplicationState,
    ReimbursementApplication,
    ReimbursementDecision,
    TermConfirmation,
)
from sfm.medication.models.stated import Measurement, StatedDiagnosis
from sfm.medication.models.template import PrescriptionTemplate, TreatmentProtocol
from sfm.medication.models.treatment import Lifecycle, Review, Treatment, TreatmentEvent, UseType
from sfm.medication.models.work_item import JournalNote, WorkItem

__all__ = [
    "AlertTally",
    "ApplicationState",
    "CriticalReaction",
    "Delivery",
    "DispatchComment",
    "Draft",
    "JournalNote",
    "Lifecycle",
    "ListVersion",
    "Measurement",
    "MedicationList",
    "MedicationReview",
    "MergeDecision",
    "OwnProduct",
    "Prescription",
    "PrescriptionTemplate",
    "ReactionEvent",
    "ReimbursementApplication",
    "ReimbursementDecision",
    "Review",
    "ReviewLine",
    "RfStatus",
    "SourceStatus",
    "StatedDiagnosis",
    "TermConfirmation",
    "Treatment",
    "TreatmentEvent",
    "TreatmentProtocol",
    "UseType",
    "WarningDecision",
    "WorkItem",
]
