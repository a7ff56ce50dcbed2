"""The yardstick: one view, one query, no middleware, no template."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from sfm.tenancy.models import Organisation


def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(Organisation.objects.values_list("name", flat=True).first())


urlpatterns = [path("bare", bare)]
