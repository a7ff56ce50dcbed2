"""Registered clients: who may ask for what, for which organisations.

Keys of a registration: `client_id`, `name`, `jwks` (list of public JWKs), `redirect_uris`,
`post_logout_redirect_uris`, `scopes`, `tenancy` (single-tenant | multi-tenant), `orgnr_parent`, `orgnr_child` and
`sfm_id` (single tenant), `orgnr_supplier`, `organisations` (list of {parent, child}) and `journal_ids` (multi tenant;
empty journal_ids = any), `bearer` (an old client: no PAR, no DPoP), `audience` (the API the client itself is).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.models import Client

LISTS = ("jwks", "redirect_uris", "post_logout_redirect_uris", "scopes", "organisations", "journal_ids")
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def register(data: dict[str, Any]) -> dict[str, Any]:
    """Add or replace a client. A single `jwk` is accepted in place of `jwks`."""
    client: dict[str, Any] = (
        {name: [] for name in LISTS} | {"tenancy": "single-tenant", "bearer": False} | data
    )
    if jwk := client.pop("jwk", None):
        client["jwks"] = [jwk]
    if not client.get("client_id") or not client["jwks"]:
        raise OAuthError("invalid_client_metadata", "client_id og jwk må være med")
    if any(PRIVATE & set(jwk) for jwk in client["jwks"]):
        raise OAuthError("invalid_client_metadata", "bare den offentlige nøkkelen skal registreres")
    Client.objects.update_or_create(client_id=client["client_id"], defaults={"data": client})
    return client


def client(client_id: str) -> dict[str, Any]:
    load_file()
    found = Client.objects.filter(client_id=client_id).first()
    if found is None:
        raise OAuthError("invalid_client", "ukjent client_id", status=401)
    data: dict[str, Any] = found.data
    return data


def everyone() -> list[dict[str, Any]]:
    load_file()
    return [row.data for row in Client.objects.order_by("client_id")]


def load_file() -> None:
    """Read the clients of the YAML file SFM_HELSEID_CLIENTS once, without touching those already registered."""
    path = os.environ.get("SFM_HELSEID_CLIENTS", "")
    if not path:
        return
    for entry in yaml.safe_load(Path(path).read_text(encoding="utf-8")).get("clients", []):
        if not Client.objects.filter(client_id=entry["client_id"]).exists():
            register(entry)
