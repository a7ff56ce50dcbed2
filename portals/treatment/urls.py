"""(Pasientbehandlingsportalen) Everything below `/e/<slug>/pasient/<ctx>/`."""

from __future__ import annotations

from django.urls import path

from portals.treatment.helfo_urls import urlpatterns as reimbursing
from portals.treatment.prescribe_urls import urlpatterns as prescribing
from portals.treatment.views import (
    detail,
    discontinuing,
    drafts,
    grouping,
    in_use,
    leads,
    messages,
    printing,
    reactions,
    reviews,
    row_forms,
    rows,
    samstem,
    signing,
)
from portals.treatment.views.parts import SHELF_PATHS

app_name = "treatment"
urlpatterns = [
    path("legemidler", in_use.page, name="in_use"),
    *(
        path(where, in_use.page, {"shelf": shelf}, name=f"list_{shelf}")
        for shelf, where in SHELF_PATHS.items()
        if shelf != "lib"
    ),
    path("kilder", in_use.poll, name="poll"),
    path("gruppering", grouping.choose, name="grouping"),
    path("oppdater", in_use.refresh, name="refresh"),
    path("behandling/<uuid:pk>", detail.page, name="detail"),
    path("behandling/<uuid:pk>/rad", in_use.row, name="row"),
    path("behandling/<uuid:pk>/gjor/<str:verb>", rows.act, name="action"),
    path("behandling/<uuid:pk>/seponer", discontinuing.page, name="discontinue"),
    *(
        path(f"behandling/<uuid:pk>/{kind}", row_forms.page, {"kind": kind}, name=form.verb)
        for kind, form in row_forms.FORMS.items()
    ),
    path("pll", samstem.list_differences, name="list_differences"),
    path("samstem", samstem.page, name="samstem"),
    path("behandling/<uuid:pk>/knytt", samstem.link, name="link"),
    path("behandling/<uuid:pk>/konflikt", samstem.conflict, name="conflict"),
    path("behandling/<uuid:pk>/kopier", leads.copy_as_new, name="copy_as_new"),
    path("behandling/<uuid:pk>/bytt", leads.change_product, name="change_product"),
    path("behandling/<uuid:pk>/reaksjon", leads.register_reaction, name="register_reaction"),
    path("behandling/<uuid:pk>/klargjor-fornying", rows.propose_renewal, name="propose_renewal"),
    path("behandling/<uuid:pk>/utkast", drafts.page, name="drafts_of"),
    path("merkede/<str:verb>", rows.batch, name="batch"),
    path("utkast", drafts.page, name="drafts"),
    path("utkast/alle", drafts.approve_all, name="drafts_together"),
    path("utkast/<uuid:pk>/<str:verb>", drafts.decide, name="draft_decide"),
    path("signer", signing.page, name="sign"),
    path("signer/send", signing.send, name="sign_send"),
    path("signer/<uuid:intent>", signing.sent, name="sent"),
    path("meldinger", messages.page, name="messages"),
    path("meldinger/<uuid:pk>/<str:verb>", messages.again, name="resend"),
    path("reaksjoner", reactions.page, name="reactions"),
    path("reaksjoner/ny", reactions.register, name="reaction_new"),
    path("reaksjoner/forslag", reactions.propose, name="reaction_propose"),
    path("reaksjoner/ingen-kjente", reactions.none_known, name="none_known"),
    path("reaksjoner/meld", reactions.tell_again, name="reaction_tell"),
    path("reaksjoner/<uuid:pk>/avkreft", reactions.refute, name="reaction_refute"),
    path("reaksjoner/<uuid:pk>/slett", reactions.delete, name="reaction_delete"),
    path("reaksjoner/<uuid:pk>/behold", reactions.keep_both, name="reaction_keep_both"),
    path("reaksjoner/<uuid:pk>/endre", reactions.change, name="reaction_change"),
    path("reaksjoner/<uuid:pk>/sla-sammen", reactions.merge, name="reaction_merge"),
    path("historikk", detail.history, name="history"),
    path("historikk/hent", detail.fetch_history, name="fetch_history"),
    path("gjennomgang", reviews.page, name="reviews"),
    path("gjennomgang/start", reviews.start, name="review_start"),
    path("gjennomgang/<uuid:pk>", reviews.one, name="review"),
    path("gjennomgang/<uuid:pk>/lagre", reviews.save, name="review_save"),
    path("gjennomgang/<uuid:pk>/forkast", reviews.abandon, name="review_abandon"),
    path("utskrift", printing.page, name="print"),
    path("utskrift/<str:kind>.pdf", printing.as_pdf, name="print_pdf"),
    *reimbursing,
    *prescribing,
]
