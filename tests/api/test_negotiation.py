"""Languages, media types, gzip, and the headers that all answers carry."""
import gzip
import json
import re

import pytest

from support.town import ticket


@pytest.mark.parametrize("accept,language", [
    (None, "vi"), ("vi", "vi"), ("en", "en"), ("en-GB", "en"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en;q=0.5, vi;q=0.4", "en"),
    ("fr, en;q=0.2", "en"), ("fr", "vi"), ("*", "vi"), ("en;q=0", "vi"), ("vi;q=0, en", "en"), ("garbage;;q=x,,,", "vi"), ("", "vi"),
    ("EN", "en"), ("x" * 3000, "vi")])
def test_problems_speak_the_language_asked_for(town, accept, language):
    answer = town.anyone.get("/v1/me", {"Accept-Language": accept}, status=401)
    assert answer.header("content-language") == language
    assert answer.json["title"] == {"vi": "Cần đăng nhập", "en": "Sign-in is required"}[language]
    assert "accept-language" in answer.header("vary").lower()


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*", "text/html, application/json;q=0.1", None, "application/json;charset=utf-8",
                                    "APPLICATION/JSON"])
def test_json_is_acceptable(town, accept):
    assert town.anyone.get("/v1/kinds", {"Accept": accept}).header("content-type").startswith("application/json")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0", "image/*"])
def test_what_there_is_not(town, accept):
    assert town.anyone.get("/v1/kinds", {"Accept": accept}, status=406).problem == "not_acceptable"


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json",
                                   "application/jsonx", "text/json", "application/merge-patch+json"])
def test_other_bodies(town, media):
    answer = town.anyone("POST", "/v1/tickets", b'{"a":1}', {"Content-Type": media}, status=415)
    assert answer.problem == "unsupported_media_type"


@pytest.mark.parametrize("media", ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "application/json ;x=y"])
def test_json_bodies(town, media):
    town.anyone("POST", "/v1/tickets", ticket(), {"Content-Type": media}, status=201)


def test_gzip_when_asked_for_and_worth_it(town):
    plain = town.anyone.get("/v1/areas?limit=200")
    packed = town.anyone.send("GET", "/v1/areas?limit=200", None, {"Accept-Encoding": "gzip"})
    assert packed.header("content-encoding") == "gzip" and len(packed.body) < len(plain.body) / 3
    assert gzip.decompress(packed.body) == plain.body
    assert "accept-encoding" in packed.header("vary").lower() and "accept-encoding" in plain.header("vary").lower()
    assert packed.header("etag") != plain.header("etag") or packed.header("etag").startswith("W/")
    for refused in ("gzip;q=0", "identity", "br", "*;q=0", "gzip;q=0.0"):
        answer = town.anyone.send("GET", "/v1/areas?limit=200", None, {"Accept-Encoding": refused})
        assert answer.header("content-encoding") is None, refused
    tag = packed.header("etag")
    assert town.anyone.send("GET", "/v1/areas?limit=200", None, {"Accept-Encoding": "gzip", "If-None-Match": tag}).status == 304


def test_personal_answers_are_not_cached(town):
    filed = town.file()
    for who, target in ((town.citizen(filed), "/v1/tracking"), (town.person("officer"), "/v1/tickets"), (town.person("officer"), "/v1/me")):
        assert "no-store" in who.get(target).header("cache-control")


def test_no_content_encoding_is_taken(town):
    """RFC 9110 sections 8.4 and 15.5.16: the answer says what is taken. A body that is packed is no bad JSON."""
    body, packed = json.dumps(ticket()).encode(), gzip.compress(json.dumps(ticket()).encode())
    head = {"Content-Type": "application/json"}
    for coding, sent in (("gzip", packed), ("GZIP", packed), ("identity, br", packed), ("x", body)):
        answer = town.anyone("POST", "/v1/tickets", sent, {**head, "Content-Encoding": coding}, 415)
        assert answer.problem == "unsupported_media_type" and answer.header("accept-encoding") == "identity", coding
    town.anyone("POST", "/v1/tickets", body, {**head, "Content-Encoding": "identity"}, 201)
    for method, target, kind in (("PUT", "/v1/me/password", "application/json"), ("POST", "/v1/uploads", "multipart/form-data; boundary=x")):
        assert town.person("officer")(method, target, packed, {"Content-Type": kind, "Content-Encoding": "gzip"}, 415).header("accept-encoding") == "identity"
    assert town.person("officer").get("/v1/me", {"Content-Encoding": "gzip"}), "without a body nothing is encoded"


def test_trace_context_is_taken_up_and_bad_ones_are_not(town):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = town.anyone.get("/v1/kinds", {"traceparent": "00-%s-00f067aa0ba902b7-01" % trace})
    assert re.fullmatch(r"00-%s-[0-9a-f]{16}-0[01]" % trace, answer.header("traceparent"))
    assert "00f067aa0ba902b7" not in answer.header("traceparent")
    for bad in ("00-%s-00f067aa0ba902b7-01" % trace.upper(), "00-%s-0000000000000000-01" % trace, "00-%s-00f067aa0ba902b7-01" % ("0" * 32),
                "ff-%s-00f067aa0ba902b7-01" % trace, "00-%s-00f067aa0ba902b7" % trace, "00-%s-00f067aa0ba902b7-01-x" % trace, "x" * 500):
        assert trace not in (town.anyone.get("/v1/kinds", {"traceparent": bad}).header("traceparent") or "")


def test_rate_limit_fields(town):
    answer = town.anyone.get("/v1/kinds")
    assert re.fullmatch(r'"\w+";q=\d+;w=\d+(, "\w+";q=\d+;w=\d+)*', answer.header("ratelimit-policy"))
    assert re.fullmatch(r'"\w+";r=\d+;t=\d+(, "\w+";r=\d+;t=\d+)*', answer.header("ratelimit"))


def test_cors_stays_closed(town):
    answer = town.anyone("OPTIONS", "/v1/tickets", None, {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}, status=204)
    assert not [n for n, _ in answer.headers if n.lower().startswith("access-control")]
