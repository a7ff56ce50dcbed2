"""The words a dose is said with, in bokmål, nynorsk and English (clinical.md 8.5): sentences are templates."""

from __future__ import annotations

from dataclasses import dataclass

NBSP = "\u00a0"


@dataclass(frozen=True, kw_only=True)
class Words:
    times: dict[str, str]  # 8325
    weekdays: dict[int, str]  # 9082
    day: tuple[str, str]
    hour: tuple[str, str]
    minute: tuple[str, str]
    week: tuple[str, str]
    turn: tuple[str, str]
    daily: str
    each_day: str
    other_day: str
    nth_day: str
    other_week: str
    nth_week: str
    each_month: str
    then: str
    pause: str
    on_off: str
    until: str
    also: str
    needed: str
    at_most_times: str
    at_most_a_day: str
    at_most_in: str
    at_least_between: str
    rate: str
    repeats: str
    conjunction: str = "og"
    during: str = "i {}"
    by_clock: str = "kl. {}"
    because: str = "ved"  # before a reason that has no preposition of its own
    decimal: str = ","
    thousands: str = NBSP
    ordinal: str = "{}."

    def nth(self, day: int) -> str:
        """A day of the month as the sentence counts it."""
        return self.ordinal.format(day)


NB = Words(
    times={
        "1": "morgen",
        "2": "formiddag",
        "3": "midt på dagen",
        "4": "ettermiddag",
        "5": "kveld",
        "6": "natt",
    },
    weekdays={1: "mandag", 2: "tirsdag", 3: "onsdag", 4: "torsdag", 5: "fredag", 6: "lørdag", 7: "søndag"},
    day=("dag", "dager"),
    hour=("time", "timer"),
    minute=("minutt", "minutter"),
    week=("uke", "uker"),
    turn=("gang", "ganger"),
    daily="daglig",
    each_day="hver dag",
    other_day="annenhver dag",
    nth_day="hver {}. dag",
    other_week="annenhver uke",
    nth_week="hver {}. uke",
    each_month="den {} hver måned",
    then="deretter",
    pause="pause",
    on_off="med {} på og {} av",
    until="til og med {}",
    also="I tillegg",
    needed="ved behov",
    at_most_times="inntil {} i døgnet",
    at_most_a_day="Maks {} per døgn.",
    at_most_in="Maks {} per {}.",
    at_least_between="Minst {} mellom hver dose.",
    rate="{} per {}",
    repeats="Gjentas fra begynnelsen.",
)
NN = Words(
    times={
        "1": "morgon",
        "2": "føremiddag",
        "3": "midt på dagen",
        "4": "ettermiddag",
        "5": "kveld",
        "6": "natt",
    },
    weekdays={1: "måndag", 2: "tysdag", 3: "onsdag", 4: "torsdag", 5: "fredag", 6: "laurdag", 7: "søndag"},
    day=("dag", "dagar"),
    hour=("time", "timar"),
    minute=("minutt", "minutt"),
    week=("veke", "veker"),
    turn=("gong", "gonger"),
    daily="dagleg",
    each_day="kvar dag",
    other_day="annankvar dag",
    nth_day="kvar {}. dag",
    other_week="annankvar veke",
    nth_week="kvar {}. veke",
    each_month="den {} kvar månad",
    then="deretter",
    pause="pause",
    on_off="med {} på og {} av",
    until="til og med {}",
    also="I tillegg",
    needed="ved behov",
    at_most_times="inntil {} i døgnet",
    at_most_a_day="Maks {} per døgn.",
    at_most_in="Maks {} per {}.",
    at_least_between="Minst {} mellom kvar dose.",
    rate="{} per {}",
    repeats="Blir teke opp att frå starten.",
)
EN = Words(
    times={
        "1": "morning",
        "2": "late morning",
        "3": "midday",
        "4": "afternoon",
        "5": "evening",
        "6": "night",
    },
    weekdays={
        1: "Monday",
        2: "Tuesday",
        3: "Wednesday",
        4: "Thursday",
        5: "Friday",
        6: "Saturday",
        7: "Sunday",
    },
    day=("day", "days"),
    hour=("hour", "hours"),
    minute=("minute", "minutes"),
    week=("week", "weeks"),
    turn=("time", "times"),
    daily="daily",
    each_day="every day",
    other_day="every other day",
    nth_day="every {} days",
    other_week="every other week",
    nth_week="every {} weeks",
    each_month="on day {} of every month",
    then="then",
    pause="pause",
    on_off="{} on and {} off",
    until="until {} inclusive",
    also="In addition",
    needed="when needed",
    at_most_times="up to {} in 24 hours",
    at_most_a_day="At most {} in 24 hours.",
    at_most_in="At most {} in {}.",
    at_least_between="At least {} between doses.",
    rate="{} per {}",
    repeats="Repeated from the beginning.",
    conjunction="and",
    during="for {}",
    by_clock="at {}",
    because="for",
    decimal=".",
    thousands=",",
    ordinal="{}",
)
LOCALES = {"nb": NB, "nn": NN, "en": EN}
