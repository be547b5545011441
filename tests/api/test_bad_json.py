"""Bad JSON (R17): refused with the right status, nothing stored, and the connection goes on."""
from support.bad_bodies import GOOD, corpus

TABLES = ("ticket", "event", "contact", "clock_running", "holding", "once")


def test_the_corpus(town):
    before = [town.count(table) for table in TABLES]
    wrong, client = [], town.client()
    for name, raw, status in corpus():
        answer = client("POST", "/v1/tickets", raw, {"Content-Type": "application/json"})
        if answer.status != status:
            wrong.append("%s: %d instead of %d: %s" % (name, answer.status, status, answer.body[:200].decode()))
        elif status == 422 and not answer.pointers:
            wrong.append(name + ": no pointers")
    assert not wrong, "\n".join(wrong)
    assert [town.count(table) for table in TABLES] == before


def test_what_is_good_but_odd_is_taken(town):
    for raw in (b" \r\n\t" + GOOD + b"\n ", GOOD.replace(b'"kind"', b'"\\u006bind"'), GOOD.replace(b"/", b"\\/"),
                GOOD[:-1] + b',"point":{"lon":1.058e2,"lat":21}}', GOOD[:-1] + b" " * (65536 - len(GOOD)) + b"}",
                GOOD[:-1] + b',"contact":null,"area":null}'.replace(b',"area":null', b"")):
        town.anyone("POST", "/v1/tickets", raw, {"Content-Type": "application/json"}, status=201)


def test_faults_point_into_the_body(town):
    for body, pointers in (
            ({"contact": {"phone": "x", "email": "y"}}, {"/contact/phone", "/contact/email"}),
            ({"point": {"lon": 500, "lat": -500}}, {"/point/lon", "/point/lat"}),
            ({"a/b": 1, "m~n": 2}, {"/a~1b", "/m~0n"})):
        answer = town.anyone.post("/v1/tickets", body, status=422)
        assert pointers <= set(answer.pointers), answer.pointers


def test_names_of_faults_come_in_both_languages(town):
    vi = town.anyone.post("/v1/tickets", {}, {"Accept-Language": "vi"}, status=422).json
    en = town.anyone.post("/v1/tickets", {}, {"Accept-Language": "en"}, status=422).json
    assert vi["title"] != en["title"] and vi["errors"][0]["detail"] != en["errors"][0]["detail"]
    assert [e["code"] for e in vi["errors"]] == [e["code"] for e in en["errors"]]


def test_chunked_bodies_are_the_same_bodies(town):
    from support.client import answers_in, raw
    for pieces in ([GOOD], [GOOD[:1], GOOD[1:]], [bytes([b]) for b in GOOD[:40]] + [GOOD[40:]]):
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
        got = answers_in(raw(town.port, b"POST /v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                             b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks))
        assert [a.status for a in got] == [201]
