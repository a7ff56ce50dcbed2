"""Step 3: type, version, a MsgId never used before, and a GenDate near RF's own clock."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sfm.simulators.rf import state
from sfm.simulators.rf.models import Received
from sfm.simulators.rf.reading import MSGHEAD, Incoming, text
from sfm.simulators.rf.verdict import Remarks

TOLERANCE = timedelta(minutes=5)
KITH, EHELSE = "http://www.kith.no/xmlstds/eresept/", "http://www.ehelse.no/xmlstds/eresept/"
# Operation: message type (8279), root element, namespaces RF reads.
KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "M1": ("ERM1", "Resept", (f"{KITH}m1/2013-10-08", f"{KITH}m1/2010-05-01")),
    "M5": ("ERM5", "Tilbakekalling", (f"{KITH}m5/2013-04-16", f"{KITH}m5/2009-02-20")),
    "M25_1": ("ERM251", "LegemidlerIBruk", (f"{KITH}m251/2013-10-08",)),
    "M4_1": ("ERM41", "M41", (f"{KITH}m41/2006-10-06",)),
    "M24_1": ("ERM241", "Samtykke", (f"{KITH}m241/2009-02-20",)),
    "M27_1": ("ERM271", "M271", (f"{KITH}m271/2013-04-16",)),
    "M9_5": ("ERM95", "M95", (f"{EHELSE}m95/2021-02-01", f"{EHELSE}m95/2018-07-01", f"{KITH}m95/2015-05-01")),
    "M9_7": ("ERM97", "M97", (f"{EHELSE}m97/2018-07-01", f"{KITH}m97/2015-05-01")),
    "M9_11": (
        "ERM911",
        "M911",
        (f"{EHELSE}m911/2021-10-01", f"{EHELSE}m911/2018-07-01", f"{KITH}m911/2014-01-21"),
    ),
    "M9_21": ("ERM921", "M921", (f"{EHELSE}m921/2019-03-01", f"{KITH}m921/2013-10-15")),
    "Verify": (
        "ERMV",
        "Verify",
        ("http://ehelse.no/xmlstds/eresept/mv/2017-01-01", f"{KITH}mv/2013-08-16"),
    ),
}


def check(message: Incoming, *, must_be_new: bool) -> None:
    remarks = Remarks()
    kind, name, namespaces = KINDS[message.operation]
    remarks.when(message.type != kind, 133 if message.operation == "Verify" else 303, f"Type {message.type}")
    remarks.when(message.operation == "Verify" and message.type_name != "Verify", 312)
    remarks.when(message.root.tag != f"{{{MSGHEAD}}}MsgHead", 39, "MsgHead")
    remarks.when(text(message.root, "MsgInfo/MIGversion") != "v1.2 2006-05-24", 39, "MIGversion")
    right_root = message.payload is not None and message.payload.tag in {
        f"{{{space}}}{name}" for space in namespaces
    }
    remarks.when(not right_root, 7 if message.payload is None and message.operation == "M1" else 39, name)
    remarks.when(not message.msg_id, 45)
    remarks.when(message.msg_id and not _is_uuid(message.msg_id), 314, message.msg_id)
    remarks.when(must_be_new and _seen(message), 65, message.msg_id)
    drift = None if message.gen_date is None else abs(message.gen_date - state.now())
    remarks.when(drift is None or drift > TOLERANCE, 313, message.gen_date_text)
    remarks.close()


def _is_uuid(written: str) -> bool:
    try:
        return str(uuid.UUID(written)) == written.lower()
    except ValueError:
        return False


def _seen(message: Incoming) -> bool:
    """RF remembers what it took; a refused message may come again with the same MsgId."""
    return Received.objects.filter(msg_id=message.msg_id, accepted=True).exists()
