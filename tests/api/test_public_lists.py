"""Public lists are told from memory: alike for everybody, in both codings, and never older than what this server has said was done."""
import csv
import gzip
import io
import re
import time

import pytest

from support.town import HUB, wait_until
from test_calendars import form, put

SETTINGS = {"public_lease_ms": 60000}
LISTS = ("/v1/kinds", "/v1/categories?limit=200", "/v1/areas?limit=5", "/v1/departments", "/v1/refusal-reasons", "/v1/calendars",
         "/v1/public/tickets?limit=2", "/v1/public/tickets?q=den+duong")


@pytest.mark.parametrize("path", LISTS)
def test_everybody_is_told_the_same(town, path):
    first = town.client().get(path)
    for _ in range(60):
        again = town.client().get(path)
        assert again.body == first.body
        for name in ("ETag", "Link", "Cache-Control", "Content-Type", "Vary"):
            assert again.header(name) == first.header(name), name
        assert not town.client().get(path, {"If-None-Match": first.header("ETag")}, status=304).body


def test_who_reads_a_kept_list_asks_nobody(town):
    """What was done behind everybody's back is not seen before somebody says so."""
    path, new = "/v1/categories?limit=200", "Tên mới của mặt đường"
    kept = {town.client().get(path).body for _ in range(20)}
    assert len(kept) == 1
    town.sql("update category set name_vi = '%s' where code = 'roads.surface'" % new)
    assert {town.client().get(path).body for _ in range(20)} == kept
    town.sql("notify reference_changed")
    wait_until(lambda: new in town.client().get(path).body.decode("utf-8"), 20, "it is heard")


def test_packed_and_plain_are_the_same(town):
    path = "/v1/departments?limit=100"
    plain = town.client().send("GET", path)
    for _ in range(20):
        packed = town.client().send("GET", path, headers={"Accept-Encoding": "gzip"})
        assert packed.header("Content-Encoding") == "gzip" and gzip.decompress(packed.body) == plain.body
        assert packed.header("ETag") == plain.header("ETag")[:-1] + '-gzip"'
        again = town.client().send("GET", path)
        assert (again.body, again.header("Content-Encoding"), again.header("ETag")) == (plain.body, None, plain.header("ETag"))
        assert town.client().send("GET", path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.header("ETag")}).status == 304


def test_the_next_page_is_reached_from_a_kept_one(town):
    """Also by somebody who signs in on the way."""
    officer = town.person("officer")
    for people in ([town.anyone], [officer], [town.anyone, officer, town.anyone], [officer, town.anyone]):
        codes, path = [], "/v1/areas?limit=50"
        while path:
            people.append(people.pop(0))
            answer = people[0].get(path)
            assert people[-1].get(path).header("ETag") == answer.header("ETag")
            codes += [item["code"] for item in answer.json["items"]]
            link = answer.header("Link")
            assert bool(link) == bool(answer.json["next_cursor"])
            path = link and re.match('<([^>]*)>; rel="next"', link)[1]
        assert len(codes) == len(set(codes)) == town.count("area")


def versions(town):
    return {item["code"]: item["version"] for item in town.client().get("/v1/calendars").json["items"]}


def test_a_change_is_seen_at_once_behind_its_answer(town):
    """From whichever worker."""
    admin = town.person("admin", HUB)
    for n in range(3):
        before = [versions(town) for _ in range(10)][-1]
        rows = list(csv.reader(io.StringIO(form(town, "text/csv"))))
        rows[-1][5] = "Lần %d" % n
        tags = {town.client().get("/v1/calendars").header("ETag") for _ in range(10)}
        put(admin, "\n".join(",".join('"%s"' % cell for cell in row) for row in rows), "csv")
        for _ in range(3):
            assert all(versions(town)["office"] != before["office"] for _ in range(10))
            for tag in tags:
                for _ in range(10):
                    town.client().get("/v1/calendars", {"If-None-Match": tag}, status=200)
            time.sleep(0.2)


def test_what_was_imported_at_the_database_is_heard(town):
    path = "/v1/categories?limit=200"
    for _ in range(20):
        town.client().get(path)
    category = '{"line": 2, "code": "x-heard", "parent": "roads", "name_vi": "Nghe", "name_en": "Heard", "department": "HN-SXD",' \
               ' "level": "normal", "visibility": "public"}'
    assert not town.sql("select * from import_rows('categories', '[%s]')" % category)
    wait_until(lambda: b"x-heard" in town.client().get(path).body, 20, "it is in the list, long before the lease is up")
    for _ in range(20):
        answer = town.client().get(path)
        assert b"x-heard" in answer.body
