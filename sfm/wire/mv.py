"""MV Verify: checks system, organisation and the asynchronous path. Type/@DN must be «Verify» (RF error 312)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import MV


@dataclass(frozen=True, kw_only=True)
class SystemInfo:
    code: Annotated[str, Tag("SystemCode")]
    name: Annotated[str, Tag("SystemName")]
    version: Annotated[str, Tag("Version")]
    updated_at: Annotated[datetime, Tag("TimeLastUpdated")]


@dataclass(frozen=True, kw_only=True)
class Vendor:
    name: Annotated[str, Tag("ServiceVendorName")]
    contact_name: Annotated[str, Tag("ContactName")]
    contact_mail: Annotated[str, Tag("ContactMail")]
    contact_phone: Annotated[str, Tag("ContactPhone")]


@dataclass(frozen=True, kw_only=True)
class AdditionalInfo:
    key: Annotated[str, Tag("Key")]
    value: Annotated[str, Tag("Value")]


@dataclass(frozen=True, kw_only=True)
class Verify:
    """The last four fields are the 2013 edition; from 2017 `systems` and `vendor` are mandatory."""

    systems: Annotated[tuple[SystemInfo, ...], Tag("SystemInfo")] = ()
    vendor: Annotated[Vendor | None, Tag("OperationSupplierInfo")] = None
    additional: Annotated[tuple[AdditionalInfo, ...], Tag("AdditionalInfo")] = ()
    older_system_vendor: Annotated[str | None, Tag("Systemleverandor")] = None
    older_operator: Annotated[str | None, Tag("Driftsleverandor")] = None
    older_system: Annotated[str | None, Tag("System")] = None
    older_version: Annotated[str | None, Tag("Versjon")] = None


VERIFY = Root(Verify, "Verify", *MV)
to_xml = VERIFY.to_xml
parse = VERIFY.parse
