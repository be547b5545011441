"""405 with Allow, OPTIONS, HEAD."""
import re

import pytest

from support.contract import ROOT
from support.town import ticket

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ID = "018f0000-0000-7000-8000-000000000000"


def table():
    found = {}
    for method, path in re.findall(r"^ROUTE\((\w+),\s*\"([^\"]+)\"", (ROOT / "src/app/routes.def").read_text(), re.M):
        found.setdefault(path, set()).add(method)
    return sorted(found.items())


@pytest.mark.parametrize("path,methods", table(), ids=lambda x: x if isinstance(x, str) else "")
def test_allow_names_exactly_what_there_is(town, path, methods):
    allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    target = re.sub(r"\{\w+:uuid\}", ID, path).replace("{name}", "not-found").replace("{code}", "office").replace("{kind}", "answer").replace("{version:int}", "1")
    options = town.anyone("OPTIONS", target, status=204)
    assert set(re.split(r",\s*", options.header("allow"))) == allowed
    for method in METHODS:
        if method not in allowed:
            answer = town.anyone.send(method, target, b"{}" if method in ("POST", "PUT", "PATCH") else None,
                                      {"Content-Type": "application/json"} if method in ("POST", "PUT", "PATCH") else {})
            assert answer.status == 405 and set(re.split(r",\s*", answer.header("allow"))) == allowed, (method, answer)


@pytest.mark.parametrize("path", ["/v1/kinds", "/v1/areas?limit=2", "/openapi.json", "/", "/.well-known/security.txt", "/v1/me", "/nowhere"])
def test_head_is_get_without_the_body(town, path):
    get, head = town.anyone.get(path, status=None), town.anyone("HEAD", path)
    assert head.status == get.status and head.body == b""
    changing = {"date", "x-request-id", "traceparent", "ratelimit"}
    if get.status >= 400:
        changing.add("content-length")

    def kept(answer):
        return sorted((n.lower(), v) for n, v in answer.headers if n.lower() not in changing)
    assert kept(head) == kept(get)


def test_get_with_a_body_does_not_shift_the_connection(town):
    client = town.client()
    answer = client("GET", "/v1/kinds", b'{"x":1}')
    assert answer.status in (200, 400)
    client.get("/v1/kinds")


def test_nothing_changes_by_safe_methods(town):
    before = [town.count(t) for t in ("ticket", "event", "session")]
    for method in ("GET", "HEAD", "OPTIONS"):
        for path, _ in table():
            town.anyone.send(method, re.sub(r"\{\w+:uuid\}", ID, path).replace("{name}", "x"))
    assert [town.count(t) for t in ("ticket", "event", "session")] == before
    town.file(**ticket())
