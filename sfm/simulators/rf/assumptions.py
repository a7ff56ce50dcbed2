"""What the simulator decides without documentation (eresept.md 13.7). Shown on its own page, in Norwegian."""

from __future__ import annotations

ASSUMPTIONS = (
    (
        "Meldinger og svar",
        (
            "Bare meldinger som ble godtatt, huskes på MsgId (65). En avvist melding kan komme igjen uendret, for feil "
            "av typen «prøv igjen» ber om nettopp det. Spørsmål (M9.x, M4.1) kan gjentas med samme MsgId.",
            "Et avvist spørsmål besvares med AppRecFault, også der WSDL-en ikke lover det.",
            "Strukturfeil gir T02 fra kodeverk 8221 med stedet i meldingen. Mangler de offisielle skjemaene, "
            "gjelder bare simulatorens egne kontroller.",
            "Hver CS må ha V og DN, hver CV V, S og DN, og ingen elementer være tomme, i hele meldingen.",
            "Feltlengdene er våre: RF sine er ikke kjent.",
        ),
    ),
    (
        "Signatur og avsender",
        (
            "Én profil godtas: enveloped, eksklusiv c14n, rsa-sha256, sha-256, sertifikatet i KeyInfo.",
            "Ukjent sertifikat blir betrodd første gang det brukes, hvis innstillingen trust_first_use står på.",
            "Virksomhetssertifikatet kan tilhøre enheten selv eller den juridiske enheten over den (ellers 78).",
            "Ukjente virksomheter blir registrert første gang de sender, hvis ikke innstillingen sier noe annet.",
            "Token leses når det er med. Uten krav om token (require_token) er HPR-nummeret i meldingen nok.",
        ),
    ),
    (
        "Pasient",
        (
            "Bare syntetiske numre godtas (måned + 80 eller + 40); alt annet gir 115.",
            "Ukjente syntetiske pasienter registreres ved første melding, hvis ikke innstillingen krever 287.",
            "Sperring har tre grader: egne resepter vises (Pasientreservasjon), bare status (358), ingenting (364).",
            "Spør man på det gamle nummeret etter ny identitet, er svaret 363; på det nye følger AndreFnr.",
        ),
    ),
    (
        "Resept",
        (
            "Tilbakekalling under ekspedering godtas, med M5.2 status 2; med recall_of_busy=refuse svarer RF 13.",
            "Resepter slettes 30 dager etter avslutning (deletion_days). Utløpte er borte fra RF, og F i KJ.",
            "Referansenummer: ti siffer, modulus 11, vektene 2–7 fra høyre. Kan deles i 24 timer etter første bruk.",
            "Refusjonskode kreves for hjemmel 200 og 300 (277).",
            "En utlevering avslutter resepten når det ikke er flere reitereringer igjen.",
            "M21 til apotek bygges ikke; ønsket utleverer binder første utlevering.",
        ),
    ),
    (
        "Legemiddelliste og multidose",
        (
            "RefToConversation må være lik RefToParent (316). Første liste har ingen ConversationRef.",
            "Samme ReseptId i to aktive oppføringer gir 320.",
            "En blokkert lege får ikke sende liste (364).",
            "Ny multidoselege kan ta over uten at den gamle er avregistrert; den gamle får M28 (doctor_takeover).",
            "Spørsmål fra apotek (M25.2) sendes rett til multidoselegen uten et eget ledd mellom.",
        ),
    ),
    (
        "Asynkrone meldinger",
        (
            "Sendes bare til virksomheter som selv har sendt noe hit; andre får sine liggende.",
            "Prøves igjen etter 2, 5, 10, 30, 60 og så hvert 300. sekund; 4xx er endelig.",
        ),
    ),
)
