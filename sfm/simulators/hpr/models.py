"""What the simulated HPR remembers."""

from __future__ import annotations

from django.db import models


class Person(models.Model):
    """One health professional. `body` is the whole answer, as the register gives it."""

    hpr = models.CharField(max_length=9, primary_key=True)
    nin = models.CharField(max_length=11, unique=True)
    body = models.JSONField()


class Call(models.Model):
    """Who was asked about, by HPR number, and how it went. National ids are not kept."""

    at = models.DateTimeField()
    hpr = models.CharField(max_length=9, blank=True)
    status = models.IntegerField()


class Setting(models.Model):
    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
