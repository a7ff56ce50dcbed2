"""The order in which RF looks at a message. It stops at the first step that finds something."""

from __future__ import annotations

from collections.abc import Callable

from sfm.simulators.rf.checks import content, heading, identity, patient, shape
from sfm.simulators.rf.reading import Incoming

SIGNED = {"M1", "M5", "M25_1", "M27_1", "M24_1", "M9_5", "M9_7", "M9_11"}
CHANGING = {"M1", "M5", "M25_1", "M27_1", "M24_1"}
NEEDS_PRESCRIBER = SIGNED | {"M4_1"}

Step = Callable[[Incoming], None]


def check(message: Incoming) -> None:
    """Raises Refused. The state of RF itself (12, 16, 226 …) is the operation's own last step."""
    heading.check(message, must_be_new=message.operation in CHANGING)
    shape.check(message)
    identity.check_organisation(message)
    if message.operation in SIGNED:
        identity.check_signature(message)
    if message.operation in NEEDS_PRESCRIBER:
        identity.check_prescriber(message)
    patient.check(message)
    content.check(message)
