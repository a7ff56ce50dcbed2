"""The template environment: strict, so that a misspelt field is an error and never a silent blank in a dose."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.middleware.csrf import get_token
from django.template import engines
from django.templatetags.static import static
from jinja2 import Environment, StrictUndefined, pass_context
from markupsafe import Markup

from portals.shared import (
    addresses,
    assets,
    chosen,
    clients,
    days,
    formats,
    keys,
    patient_tabs,
    session_end,
    source_strip,
)
from sfm.core.errors import SfmError
from sfm.medication.queries import words

if TYPE_CHECKING:
    from django.http import HttpRequest
    from jinja2 import Template
    from jinja2.runtime import Context


ROOT = "%root%"  # stands for where a patient's addresses begin, in HTML that is remembered


def environment(**options: Any) -> Environment:
    """Called by Django's Jinja2 backend (settings TEMPLATES)."""
    made = Environment(  # noqa: S701 -- Django passes autoescape=True
        **options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    )
    made.globals |= {"url": _url, "static": cache(static), "csrf_token": _csrf_token, "logged_in": _logged_in}
    made.globals |= {
        "head_files": _head_files,
        "patient_tabs": _patient_tabs,
        "frame_client": _frame_client,
        "public_origin": _public_origin,
        "preference": _preference,
        "session_ends": _session_ends,
        "keyboard": keys,
        "help_sheet": _help_sheet,
    }
    made.filters |= {
        "day": formats.day,
        "clock": formats.clock_text,
        "moment": formats.moment,
        "num": formats.num,
        "strength": words.strength,
        "count": formats.count,
        "published": formats.published,
        "day_field": days.shown,
        "pid": formats.pid,
        "facts": formats.facts,
        "told": source_strip.told,
    }
    return made


@cache
def _environment() -> Environment:
    return cast("Environment", engines["jinja2"].env)  # type: ignore[attr-defined]


def template(name: str) -> Template:
    return _environment().get_template(name)


def render_template(request: HttpRequest, name: str, context: dict[str, Any]) -> str:
    return template(name).render(_with_request(request, context))


def render_block(request: HttpRequest, name: str, context: dict[str, Any], block: str) -> str:
    """One block of the template alone. Imports and sets at the top of the template are in force, as in a full page."""
    found = template(name)
    inside = found.new_context(_with_request(request, context))
    next(found.root_render_func(inside), "")  # runs the top of the template, and stops at its first text
    return "".join(found.blocks[block](inside))


def _with_request(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    always = {
        "request": request,
        "actor": getattr(request, "actor", None),
        "patient": getattr(request, "patient", None),
    }
    return always | context


@pass_context
def _url(context: Context, name: str, **kwargs: object) -> str:
    """The address of a named page; the client's slug and the patient context come from the request."""
    match = context["request"].resolver_match
    here = {key: match.kwargs[key] for key in ("slug", "ctx") if match and key in match.kwargs}
    return addresses.of(name, here, kwargs)


@pass_context
def _csrf_token(context: Context) -> str:
    """For forms and hx-headers. Visitors without a login get none, and no session is made for them."""
    request: HttpRequest = context["request"]
    if not _logged_in(context):
        return ""
    token: str | None = getattr(request, "masked_token", None)
    if token is None:
        token = request.masked_token = get_token(request)  # type: ignore[attr-defined]
    return token


@pass_context
def _logged_in(context: Context) -> bool:
    session = getattr(context["request"], "session", None)
    try:
        return session is not None and ("login" in session or "staff" in session)
    except SfmError:  # Redis is down: the page that says so must not fall over it too
        return False


@pass_context
def _head_files(context: Context) -> Markup:
    return _head_of(assets.portal_of(context["request"].path_info))


@cache
def _head_of(portal: str) -> Markup:
    files = {kind: assets.of(portal, kind) for kind in ("css", "js")}
    return Markup(template("frame/files.html").render(files))  # noqa: S704 -- rendered with autoescape


@pass_context
def _patient_tabs(context: Context, root: str) -> Markup:
    """Made once for each set of rights and each view; where the patient's addresses begin is put in afterwards."""
    tabs = patient_tabs.of(context["actor"], context["request"].path.removeprefix(root))
    return Markup(_tabs_html(tabs).replace(ROOT, root))  # noqa: S704 -- rendered with autoescape


@cache
def _tabs_html(tabs: patient_tabs.Tabs) -> str:
    context = {"tabs": tabs, "shelves": patient_tabs.SHELVES, "keys": patient_tabs.KEYS, "root": ROOT}
    return template("frame/tabs.html").render(context)


@pass_context
def _frame_client(context: Context) -> clients.FrameClient | None:
    return clients.of_path(context["request"].path_info)


@pass_context
def _preference(context: Context, name: str) -> str:
    return chosen.of(context["request"], name)


@pass_context
def _session_ends(context: Context) -> session_end.Ending | None:
    return session_end.of(context["request"]) if _logged_in(context) else None


@cache
def _help_sheet() -> Markup:
    """The same on every page."""
    return Markup(template("frame/help.html").render())  # noqa: S704 -- rendered with autoescape


def _public_origin() -> str:
    return str(settings.PUBLIC_ORIGIN)
