"""What the simulated Kjernejournal remembers."""

from __future__ import annotations

from django.db import models


class Setting(models.Model):
    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()


class Person(models.Model):
    """A patient's standing. `standing`: open, none (no kjernejournal), reserved or blocked."""

    pid = models.CharField(max_length=11, primary_key=True)
    name = models.CharField(max_length=200, default="")
    standing = models.CharField(max_length=10, default="open")
    medications_blocked = models.BooleanField(default=False)


class Prescription(models.Model):
    resept_id = models.CharField(max_length=80, primary_key=True)
    pid = models.CharField(max_length=11, db_index=True)
    status = models.CharField(max_length=1)
    locked = models.BooleanField(default=False)
    received = models.DateTimeField()
    body = models.JSONField()


class Dispensing(models.Model):
    key = models.CharField(max_length=80, primary_key=True)
    pid = models.CharField(max_length=11, db_index=True)
    at = models.DateTimeField()
    annulled = models.BooleanField(default=False)
    body = models.JSONField()


class ListMessage(models.Model):
    msg_id = models.CharField(max_length=80, primary_key=True)
    pid = models.CharField(max_length=11, db_index=True)
    kind = models.CharField(max_length=6)
    received = models.DateTimeField()
    body = models.JSONField()


class Reaction(models.Model):
    """Critical information as the FHIR resource it is. `kind`: DrugReaction or OtherAllergen."""

    key = models.CharField(max_length=80, primary_key=True)
    pid = models.CharField(max_length=11, db_index=True)
    kind = models.CharField(max_length=20)
    body = models.JSONField()


class Call(models.Model):
    """Who asked for what. The answer's status tells how it went."""

    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    pid = models.CharField(max_length=11)
    role = models.CharField(max_length=40)
    basis = models.CharField(max_length=40)
    person = models.CharField(max_length=11, default="")
    status = models.IntegerField()
    code = models.CharField(max_length=20, default="")
