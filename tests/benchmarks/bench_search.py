"""Search-as-you-type over the full-size catalogue, against a bare Django view with one query, in the same run.

Run: DATABASE_URL=postgres://… python -m tests.benchmarks.bench_search
The database must hold the catalogue to measure on (`manage.py fest synthetic` and `fest import`).
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfm.fest.search import Hit

ROUNDS = 1_000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.settings.test")
    import django

    django.setup()
    from sfm.fest import search

    start = time.perf_counter()
    index = search.index()
    built = time.perf_counter() - start
    typed = queries(
        [(hit.substance, hit.brands[0].name, hit.strength, hit.atc) for hit in index.hits if hit.brands]
    )
    cold = timed(lambda text: search.find(index, text, limit=20), typed)
    warm = timed(lambda text: search.find(index, text, limit=20), typed)
    bare = timed(_bare_view(), typed)
    whole = timed(_search_view(), typed)
    print(f"indeks: {len(index.hits)} produkter, bygget på {built:.2f} s")
    for name, times in (("bare søk, kaldt", cold), ("bare søk, varmt", warm), ("naken visning", bare)):
        print(f"{name:20} median {median(times):6.3f} ms   p95 {p95(times):6.3f} ms")
    print(f"{'visning med søk':20} median {median(whole):6.3f} ms   p95 {p95(whole):6.3f} ms")
    print(
        f"median {median(whole) / median(bare):.2f} x, p95 {p95(whole) / p95(bare):.2f} x naken visning (mål 2)"
    )


def queries(products: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """What people type on the way to a product: beginnings, a slip, words in any order, a code."""
    dice = random.Random(3)  # noqa: S311
    typed: list[str] = []
    for substance, brand, strength, atc in dice.choices(products, k=ROUNDS // 10):
        name = substance.lower()
        typed += [name[:length] for length in (1, 2, 3, 5, 8)]
        typed += [
            brand.lower()[:4],
            f"{strength.partition(' ')[0]} {name[:5]}",
            name[:3] + name[4:8],
            atc,
            brand,
        ]
    return typed


def timed(call: Callable[[str], object], typed: Sequence[str]) -> list[float]:
    """CPU milliseconds of each call, sorted."""
    times = []
    for text in typed:
        start = time.process_time()
        call(text)
        times.append((time.process_time() - start) * 1_000)
    return sorted(times)


def median(times: list[float]) -> float:
    return times[len(times) // 2]


def p95(times: list[float]) -> float:
    return times[len(times) * 95 // 100]


def _bare_view() -> Callable[[str], object]:
    from django.http import HttpRequest, HttpResponse

    from sfm.fest.models import Version

    def view(_request: HttpRequest) -> HttpResponse:
        current = Version.objects.filter(is_current=True).values_list("pk", "extracted_at").first()
        return HttpResponse(str(current))

    return _through_django(view)


def _search_view() -> Callable[[str], object]:
    from django.http import HttpRequest, HttpResponse

    from sfm.fest import search

    def view(request: HttpRequest) -> HttpResponse:
        result = search.search(request.GET["q"])
        return HttpResponse("".join(map(_row, result.hits)))

    return _through_django(view)


def _row(hit: Hit) -> str:
    marks = " ".join(marker.label for marker in hit.markers)
    return f"<li>{hit.substance} {hit.strength} {hit.form} {hit.brands[0].name} {marks}</li>"


def _through_django(view: Callable[..., object]) -> Callable[[str], object]:
    """The whole of Django's request handling around a view, without middleware."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory, override_settings
    from django.urls import path

    urls = type("urls", (), {"urlpatterns": [path("", view)]})
    factory = RequestFactory()
    with override_settings(MIDDLEWARE=[]):
        handler = WSGIHandler()

    def call(text: str) -> object:
        request = factory.get("/", {"q": text})
        request.urlconf = urls  # type: ignore[attr-defined]
        return handler.get_response(request)

    return call


if __name__ == "__main__":
    main()
