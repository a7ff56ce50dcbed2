from __future__ import annotations

from django.urls import path

from sfm.fhir.integration import views

urlpatterns = [path("rf/inn", views.rf_in, name="rf_in")]
