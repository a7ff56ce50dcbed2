"""What the simulator remembers. Times are seconds since 1970 on the simulator's own clock."""

from __future__ import annotations

from django.db import models


class Client(models.Model):
    """A registered client. `data` holds what a registration in HelseID holds; see registry.py for its keys."""

    client_id = models.CharField(max_length=200, primary_key=True)
    data = models.JSONField()


class SigningKey(models.Model):
    """A key of the token service. Two are published: the one in use and the one that comes next."""

    kid = models.CharField(max_length=60, unique=True)
    alg = models.CharField(max_length=10)
    pem = models.TextField()
    state = models.CharField(max_length=10)  # current | next | retired


class PushedRequest(models.Model):
    uri = models.CharField(max_length=120, primary_key=True)
    client_id = models.CharField(max_length=200)
    parameters = models.JSONField()
    expires = models.FloatField()


class Grant(models.Model):
    """A login that still can become tokens: an authorization code or a refresh token, each good for one use."""

    secret_hash = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=10)  # code | refresh
    family = models.CharField(max_length=40, db_index=True)
    client_id = models.CharField(max_length=200)
    login = models.JSONField()
    expires = models.FloatField()
    used = models.BooleanField(default=False)


class SeenJti(models.Model):
    key = models.CharField(max_length=64, primary_key=True)
    expires = models.FloatField(db_index=True)


class Faults(models.Model):
    """One row: what is made to go wrong at the moment."""

    clock_offset = models.FloatField(default=0)
    delay = models.FloatField(default=0)
    jwks_down = models.BooleanField(default=False)
    all_down = models.BooleanField(default=False)
    token_lifetime = models.IntegerField(default=3600)
    jwks_reads = models.IntegerField(default=0)
