"""The uploader's addresses, with and without a slash, in any mixture of cases."""

from __future__ import annotations

from django.urls import re_path

from sfm.fhir.migration import views

urlpatterns = [
    re_path(r"^v2/[Ff]iles/?$", views.collection(v2=True)),
    re_path(r"^v2/[Ff]iles/(?P<ident>[0-9A-Fa-f-]{36})/?$", views.upload(v2=True)),
    re_path(r"^[Ff]iles/?$", views.collection(v2=False)),
    re_path(r"^[Ff]iles/(?P<ident>[0-9A-Fa-f-]{36})/?$", views.upload(v2=False)),
    re_path(r"^api/[Ss]fm[Pp]roduct[Vv]ersion/?$", views.product_version),
]
