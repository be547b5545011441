"""Lists: every row exactly once, cursors that cannot be forged, links that keep the filters."""
import threading
import urllib.parse

import pytest


def walk(who, target):
    """All items of a list, page by page, following Link."""
    items, pages = [], 0
    while target:
        answer = who.get(target)
        page = answer.json
        items += page["items"]
        pages += 1
        link = answer.header("link")
        assert (link is None) == (page["next_cursor"] is None)
        target = None
        if link:
            target, _, rel = link.partition(">")
            assert rel.replace(" ", "") == ';rel="next"'
            target = target.lstrip("<")
            target = target[target.index("/v1/"):]
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
            assert query["cursor"] == [page["next_cursor"]]
    return items, pages


@pytest.mark.parametrize("target,total", [("/v1/areas?limit=7", 127), ("/v1/categories?limit=10", 60), ("/v1/kinds?limit=5", 12)])
def test_reference_lists_page_by_page(town, target, total):
    items, pages = walk(town.anyone, target)
    codes = [i["code"] for i in items]
    assert len(codes) == len(set(codes)) == total and pages > 1


def test_the_queue_under_concurrent_filing(town):
    who = town.person("officer", "HN-HAWACO")
    mine = {town.file(category="water.supply")["code"] for _ in range(40)}
    stop = threading.Event()

    def file():
        while not stop.is_set():
            town.client().post("/v1/tickets", {"kind": "feedback", "category": "water.supply", "title": "Mất nước sạch",
                                               "text": "Khu nhà mất nước sạch từ sáng đến giờ."})
    thread = threading.Thread(target=file)
    thread.start()
    try:
        for sort in ("due", "filed"):
            items, _ = walk(who, "/v1/tickets?limit=3&sort=" + sort)
            codes = [i["code"] for i in items]
            assert len(codes) == len(set(codes)), "a row came twice"
            assert mine <= set(codes), "a row is missing"
    finally:
        stop.set()
        thread.join()


def test_filters_survive_the_pages(town):
    who = town.person("officer", "HN-METRO")
    for kind in ("question", "feedback") * 3:
        town.file(category="public_transport.metro", kind=kind)
    items, pages = walk(who, "/v1/tickets?limit=2&kind=question")
    assert len(items) == 3 and pages == 2 and {i["kind"] for i in items} == {"question"}


@pytest.mark.parametrize("query", ["?&limit=3", "?limit=3&&kind=question", "?kind=question&limit=3&", "?&&&limit=3&kind="])
def test_empty_pairs_do_not_break_the_link(town, query):
    who = town.person("officer", "HN-METRO")
    for _ in range(4):
        town.file(category="public_transport.metro", kind="question")
    items, pages = walk(who, "/v1/tickets" + query)
    assert pages > 1 and len(items) >= 4


def test_forged_and_foreign_cursors(town):
    cursor = town.anyone.get("/v1/areas?limit=3").json["next_cursor"]
    last = "A" if cursor[-1] != "A" else "B"
    middle = cursor[:8] + ("A" if cursor[8] != "A" else "B") + cursor[9:]
    for bad in (cursor[:-1] + last, cursor[:-1], cursor + "A", middle, "x", "%00", "a" * 3000, cursor.swapcase()):
        answer = town.anyone.get("/v1/areas?limit=3&cursor=" + bad, status=None)
        assert answer.status in (400, 422), (bad[:30], answer)
    assert town.anyone.get("/v1/categories?limit=3&cursor=" + cursor, status=400).problem == "bad_cursor"
    assert town.anyone.get("/v1/areas?limit=3&valid_on=2026-01-01&cursor=" + cursor, status=400).problem == "bad_cursor"
    town.anyone.get("/v1/areas?limit=5&cursor=" + cursor)      # another page size is the same query


def test_an_empty_parameter_counts_as_not_sent(town):
    assert town.anyone.get("/v1/kinds?limit=&cursor=").json == town.anyone.get("/v1/kinds").json


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=-1", "limit=1.5", "limit=abc", "limit=1&limit=2", "nosuch=1",
                                   "limit=99999999999999999999", "valid_on=2026-02-30", "valid_on=yesterday"])
def test_bad_parameters(town, query):
    answer = town.anyone.get("/v1/areas?" + query, status=422)
    assert list(answer.pointers) == [query.split("=")[0]]


@pytest.mark.parametrize("query", ["limit=%zz", "limit=%", "q=%ff", "valid_on=%00"])
def test_bad_escapes(town, query):
    assert town.anyone.get("/v1/areas?" + query, status=None).status in (400, 422)


def test_reference_lists_know_their_history(town):
    before = town.anyone.get("/v1/areas?limit=200&valid_on=2020-01-01").json["items"]
    assert len(before) < 127
    tag = town.anyone.get("/v1/areas").header("etag")
    assert town.anyone.get("/v1/areas", {"If-None-Match": tag}, status=304)
