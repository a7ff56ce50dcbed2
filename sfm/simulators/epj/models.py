"""What the demo EPJ remembers: its workplaces, its patients, who is logged in, and the notes it has fetched."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Workplace(models.Model):
    """A unit one can log in at: an organisation (and department) with a journal in SFM."""

    key = models.CharField(max_length=60, primary_key=True)
    name = models.CharField(max_length=120)
    journal_id = models.UUIDField()
    orgnr_parent = models.CharField(max_length=9)
    orgnr_child = models.CharField(max_length=9, blank=True)


class PatientRecord(models.Model):
    """A patient of a workplace. `pid` is the fnr or D-number, or the local xxx-id of one without a number."""

    journal_id = models.UUIDField()
    pid = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    born = models.DateField(null=True)
    sex = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=200, blank=True)  # why the patient is here today

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["journal_id", "pid"], name="one_record")]


class Login(models.Model):
    """A user of the EPJ: the tokens stay on this server, the browser has only the cookie."""

    cookie = models.CharField(max_length=64, primary_key=True)
    workplace = models.ForeignKey(Workplace, on_delete=models.CASCADE)
    name = models.CharField(max_length=120)
    hpr = models.CharField(max_length=9, blank=True)
    dpop_pem = models.TextField()
    access_token = models.TextField()
    refresh_token = models.TextField()
    id_token = models.TextField()
    expires = models.FloatField()  # seconds since 1970, of the access token
    tickets = models.JSONField(default=dict)  # patient record id -> ticket, good for this login only


class PendingLogin(models.Model):
    """Between the push to HelseID and the return from it."""

    state = models.CharField(max_length=64, primary_key=True)
    workplace = models.ForeignKey(Workplace, on_delete=models.CASCADE)
    verifier = models.CharField(max_length=128)
    nonce = models.CharField(max_length=64)
    dpop_pem = models.TextField()


class SfmCall(models.Model):
    """One call to SFM, for the pane that shows what goes back and forth. Secrets are left out."""

    cookie = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(auto_now_add=True)
    line = models.CharField(max_length=200)
    status = models.IntegerField()
