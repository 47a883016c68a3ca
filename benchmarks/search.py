"""The public search on a city: fragments of 1–14 characters and misses, beside DRF's SearchFilter and brute force.

    BENCH_DATABASE=credit_bench_city_1000000 .venv/bin/python benchmarks/search.py

Every answer is compared with every name of the register: an answer that is wrong, or lacks a name without saying that
there are more, fails the run. Three things are timed:

- the search: a DRF view over `names_matching`, the product's selector, with the serializer, the fields and the fifty rows of
- the baseline: DRF's SearchFilter over the same table; both views are called alike, without middleware, and give JSON;
- the page: what the public gets, through Django's test client: URL, middleware, view, template, with what each organisation
  found is listed for.
"""

import json
import os
import random
import sys
import time
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_city")
bench.begin_pages(DATABASE)

from django.test import Client, RequestFactory  # noqa: E402
from django.urls import reverse  # noqa: E402
from rest_framework import filters, generics, pagination, serializers, views  # noqa: E402
from rest_framework.response import Response  # noqa: E402

from registry.models import Subject, SubjectName  # noqa: E402
from registry.rules.names import comparable_name  # noqa: E402
from registry.selectors.search import names_matching  # noqa: E402

LENGTHS = range(1, 15)
EACH, SLOW_EACH, RUNS = 20, 2, 5


class _Row(serializers.ModelSerializer):
    class Meta:
        model = Subject
        fields = ("public_id", "name", "uscc")


class _Pages(pagination.PageNumberPagination):
    page_size = 50


class Naive(generics.ListAPIView):
    """What a project does first: SearchFilter over the names, fifty a page."""

    queryset = Subject.objects.filter(kind="organization").order_by("id")
    serializer_class = _Row
    filter_backends = (filters.SearchFilter,)
    search_fields = ("names__name",)
    pagination_class = _Pages
    authentication_classes = ()
    permission_classes = ()


class Indexed(views.APIView):
    """The product's selector in a view like `Naive`."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Any) -> Response:
        answer = names_matching(request.query_params["search"], limit=50)
        return Response({"has_more": answer.has_more, "results": _Row(answer.hits, many=True).data})


def fragments(names: list[str], chance: random.Random) -> dict[int, tuple[list[str], list[str]]]:
    """Return, for each length, fragments that some name holds and fragments that none does."""
    everything = "\n".join(names)
    characters = sorted(set(everything) - {"\n"})
    found: dict[int, tuple[list[str], list[str]]] = {}
    for length in LENGTHS:
        long_enough = [name for name in chance.choices(names, k=EACH * 20) if len(name) >= length][:EACH]
        hits = [name[(start := chance.randrange(len(name) - length + 1)) : start + length] for name in long_enough]
        misses: list[str] = []
        while len(misses) < EACH:
            # Halves of real names put together wrongly, as people misremember; a lone character must be a foreign one.
            left, right = chance.choice(names), chance.choice(names)
            made = (left[: length // 2] + right[-(length - length // 2) :])[-length:]
            made = chr(0x9F00 + len(misses)) if length == 1 else made
            if made not in everything or length == 1:
                misses.append(made)
            elif length < 6:
                misses.append("".join(chance.choices(characters, k=length - 1)) + chr(0x9F00 + len(misses)))
        found[length] = hits, misses
    return found


def compare(fragment: str, register: list[tuple[str, int]]) -> float:
    """Compare the product's answer with brute force, which takes the seconds that are returned."""
    begin = time.perf_counter()
    key = comparable_name(fragment)
    expected = {subject for name, subject in register if key in name}
    seconds = time.perf_counter() - begin
    answer = names_matching(fragment, limit=50)
    hits = {hit.subject_id for hit in answer.hits}
    if not hits <= expected or (not answer.has_more and hits != expected):
        raise SystemExit(f"false answer for {fragment}: {len(hits)} found, {len(expected)} hold it")
    if answer.has_more and not hits and len(expected) <= 50:
        raise SystemExit(f"nothing shown for {fragment}, which {len(expected)} hold")
    return seconds


def measure(say: Any) -> dict[str, Any]:
    """Return per length medians and p95 of the page, of the search, of SearchFilter on some of the same fragments, of brute force."""
    register = list(SubjectName.objects.filter(subject__kind="organization").values_list("normalized", "subject_id"))
    asked = fragments([name for name, _ in register], random.Random(20261122))
    client, url, factory = Client(), reverse("disclosure:search"), RequestFactory()
    naive, indexed = Naive.as_view(), Indexed.as_view()
    _page(client, url, register[0][0])  # compile what is compiled once a process
    rows = []
    for length, (hits, misses) in asked.items():
        times = [_page(client, url, text) for _ in range(RUNS) for text in (*hits, *misses)]
        few = (*hits[:SLOW_EACH], *misses[:SLOW_EACH])
        slow = [_view(naive, factory, text) for _ in range(RUNS) for text in few]
        quick = [_view(indexed, factory, text) for _ in range(RUNS) for text in few]
        every = [_view(indexed, factory, text) for _ in range(RUNS) for text in (*hits, *misses)]
        brute = [compare(text, register) for text in (*hits, *misses)]
        rows.append(
            {
                "length": length, "median": bench.median(times), "p95": bench.p95(times), "naive": bench.median(slow),
                "search": bench.median(quick), "search_all": bench.median(every), "search_p95": bench.p95(every),
                "brute": bench.median(brute), "compared": len(brute),
            }
        )  # fmt: skip
        say(f"{length:2d} characters: {rows[-1]['median'] * 1e3:.1f} ms, p95 {rows[-1]['p95'] * 1e3:.1f} ms, "
            f"search {rows[-1]['search'] * 1e3:.1f} ms, p95 {rows[-1]['search_p95'] * 1e3:.1f} ms, "
            f"SearchFilter {rows[-1]['naive'] * 1e3:.0f} ms")  # fmt: skip
    return {"names": len(register), "rows": rows}


def _page(client: Client, url: str, text: str) -> float:
    return bench.timed(lambda: _answered(client.get(url, {"q": text})))


def _answered(response: Any) -> None:
    if response.status_code != 200:
        raise SystemExit(f"answer {response.status_code}")


def _view(view: Any, factory: RequestFactory, text: str) -> float:
    return bench.timed(lambda: view(factory.get("/", {"search": text})).render())


if __name__ == "__main__":
    json.dump(measure(lambda text: print(text, file=sys.stderr, flush=True)), sys.stdout)
