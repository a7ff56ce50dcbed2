"""What the simulated Reseptformidler remembers. Bytes of messages are kept exactly as they came."""

from __future__ import annotations

from django.db import models


class Setting(models.Model):
    """Switches, clock offset and fault rules, as JSON."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()


class Organisation(models.Model):
    """A unit RF knows: who prescribes (rekvirent) or dispenses (apotek, bandasjist)."""

    her = models.CharField(max_length=20, primary_key=True)
    orgnr = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, default="rekvirent")
    active = models.BooleanField(default=True)
    specialist = models.BooleanField(default=False)
    accepts_dispatch = models.BooleanField(default=True)
    connected = models.BooleanField(
        default=False
    )  # has spoken with RF here: its asynchronous messages are sent
    certificate_orgnr = models.CharField(max_length=9, default="")
    phone = models.CharField(max_length=30, default="22000000")


class Practitioner(models.Model):
    """HPR as RF sees it. `right`: full, no_group_a or none."""

    hpr = models.CharField(max_length=9, primary_key=True)
    pid = models.CharField(max_length=11, unique=True)
    given = models.CharField(max_length=100)
    family = models.CharField(max_length=100)
    category = models.CharField(max_length=4, default="LE")
    authorised = models.BooleanField(default=True)
    right = models.CharField(max_length=20, default="full")
    right_until = models.DateField(null=True)
    suspended = models.BooleanField(default=False)
    dead = models.BooleanField(default=False)
    specialities = models.JSONField(default=list)

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


class TrustedIssuer(models.Model):
    """A certificate authority whose signatures are believed."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200)
    pem = models.TextField()
    origin = models.CharField(max_length=40)


class Patient(models.Model):
    """A synthetic person in the simulator's own person register."""

    pid = models.CharField(max_length=11, primary_key=True)
    given = models.CharField(max_length=100)
    family = models.CharField(max_length=100)
    born = models.DateField(null=True)
    sex = models.CharField(max_length=1, default="")
    new_pid = models.CharField(max_length=11, default="")
    gp_hpr = models.CharField(max_length=9, default="")
    blocks = models.JSONField(default=dict)  # HPR number: own, status or all
    postal_code = models.CharField(max_length=4, default="0001")
    city = models.CharField(max_length=50, default="Oslo")

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


class Received(models.Model):
    """One reception of one message: the log, and the evidence of how often each MsgId came and was accepted."""

    at = models.DateTimeField()
    operation = models.CharField(max_length=12)
    type = models.CharField(max_length=12)
    msg_id = models.CharField(max_length=80, db_index=True)
    her = models.CharField(max_length=20, default="")
    hpr = models.CharField(max_length=9, default="")
    pid = models.CharField(max_length=11, default="")
    accepted = models.BooleanField(default=False)
    processed = models.BooleanField(default=True)
    codes = models.JSONField(default=list)
    fault = models.CharField(max_length=100, default="")
    sha256 = models.CharField(max_length=64)
    xml = models.BinaryField()
    answer = models.BinaryField(default=b"")


class Prescription(models.Model):
    """A prescription in RF. `status` is a value of 7408; `ended` starts the deletion period."""

    resept_id = models.CharField(max_length=80, primary_key=True)
    pid = models.CharField(max_length=11, db_index=True, default="")
    patient_name = models.CharField(max_length=200, default="")
    hpr = models.CharField(max_length=9)
    her = models.CharField(max_length=20)
    status = models.CharField(max_length=1)
    drug = models.CharField(max_length=300)
    varenr = models.CharField(max_length=20, default="")
    atc = models.CharField(max_length=10, default="")
    group = models.CharField(max_length=2, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    refills = models.IntegerField(default=0)
    prescribed = models.DateField()
    expires = models.DateField()
    locked = models.BooleanField(default=False)
    refnr = models.CharField(max_length=20, default="")
    holder_her = models.CharField(max_length=20, default="")
    slv_status = models.CharField(max_length=2, default="")
    dispatch_her = models.CharField(max_length=20, default="")
    recall = models.JSONField(null=True)
    replaced_by = models.CharField(max_length=80, default="")
    replaces = models.CharField(max_length=80, default="")
    received = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    xml = models.BinaryField()


class Dispensing(models.Model):
    """One M10, and the M6 that RF made of it. Paper prescriptions have no prescription in RF."""

    msg_id = models.CharField(max_length=80, primary_key=True)
    prescription = models.ForeignKey(
        Prescription, null=True, on_delete=models.CASCADE, related_name="dispensings"
    )
    pid = models.CharField(max_length=11)
    at = models.DateTimeField()
    her = models.CharField(max_length=20)
    varenr = models.CharField(max_length=20, default="")
    drug = models.CharField(max_length=300)
    packages = models.DecimalField(max_digits=8, decimal_places=2)
    finished = models.BooleanField(default=False)
    annulled = models.BooleanField(default=False)
    paper = models.BooleanField(default=False)
    m6 = models.BinaryField(default=b"")


class ListMessage(models.Model):
    """A link in a patient's chain of M25.1, M25.2 and M25.3; the last one received is RefMsgId."""

    msg_id = models.CharField(max_length=80, unique=True)
    pid = models.CharField(max_length=11, db_index=True)
    kind = models.CharField(max_length=6)
    parent = models.CharField(max_length=80, default="")
    conversation = models.CharField(max_length=80, default="")
    hpr = models.CharField(max_length=9, default="")
    her = models.CharField(max_length=20)
    received = models.DateTimeField()
    xml = models.BinaryField()


class MultidoseParty(models.Model):
    """Who is responsible for a patient's multidose: `kind` lege or apotek."""

    pid = models.CharField(max_length=11, db_index=True)
    kind = models.CharField(max_length=6)
    hpr = models.CharField(max_length=9, default="")
    her = models.CharField(max_length=20)
    active_from = models.DateField()
    active_to = models.DateField(null=True)


class ReferenceNumber(models.Model):
    number = models.CharField(max_length=20, primary_key=True)
    hpr = models.CharField(max_length=9)
    patient = models.CharField(max_length=200, default="")
    issued = models.DateTimeField()
    spent = models.DateTimeField(null=True)


class Subscription(models.Model):
    """M24.1: this fastlege wants M8 for this patient."""

    pid = models.CharField(max_length=11)
    hpr = models.CharField(max_length=9)
    her = models.CharField(max_length=20)
    until = models.DateField()


class Outgoing(models.Model):
    """An asynchronous message on its way to a prescriber. `state`: waiting, delivered, refused or dropped."""

    msg_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=12)
    her = models.CharField(max_length=20)
    pid = models.CharField(max_length=11, default="")
    about = models.CharField(max_length=80, default="")
    xml = models.BinaryField()
    state = models.CharField(max_length=10, default="waiting", db_index=True)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    created = models.DateTimeField()
    answer = models.TextField(default="")


class Event(models.Model):
    """Something Kjernejournal shall hear of. Sent in order."""

    body = models.JSONField()
    sent = models.BooleanField(default=False, db_index=True)
