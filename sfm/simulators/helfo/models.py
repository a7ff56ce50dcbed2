"""What the simulated Helfo remembers."""

from __future__ import annotations

from django.db import models


class Decision(models.Model):
    """A vedtak, as the API gives it."""

    pid = models.CharField(max_length=11, db_index=True)
    reference = models.CharField(max_length=40, unique=True)
    atc = models.CharField(max_length=12)
    until = models.DateField(null=True)
    outcome = models.CharField(max_length=1)
    body = models.JSONField()


class Application(models.Model):
    """`key` is the applicant's own id. `status`: granted, refused, dismissed or manual (waits for a person)."""

    key = models.CharField(max_length=80, primary_key=True)
    pid = models.CharField(max_length=11, db_index=True)
    reference = models.CharField(max_length=40)
    status = models.CharField(max_length=10)
    text = models.TextField()
    body = models.JSONField()
    decision = models.ForeignKey(Decision, null=True, on_delete=models.SET_NULL)
    received = models.DateTimeField()


class Call(models.Model):
    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    person = models.CharField(max_length=11)
    status = models.IntegerField()


class Setting(models.Model):
    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
