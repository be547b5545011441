"""Bad HTTP (R15): refused, closed, and the bytes behind it never run as a request."""
import concurrent.futures

import pytest

from support.bad_requests import HIDDEN, corpus
from support.client import answers_in, raw
from support.town import new_town

SETTINGS = {"head_timeout_ms": 60000, "body_timeout_ms": 60000}      # a slow machine sends a byte now and then, too
ANSWER_OF_HIDDEN = b'"denunciation"'      # stands in no answer but that of the list of kinds
FINE = {"two blank lines only"}           # RFC 9112 2.2: empty lines in front of a request line are skipped


def judge(town, case, byte_by_byte):
    """None, or what is wrong."""
    name, request, statuses = case
    stream = raw(town.port, request + HIDDEN, byte_by_byte)
    try:
        answers = answers_in(stream)
    except (AssertionError, ValueError) as e:
        return "%s: %s" % (name, e)
    if name in FINE:
        return None
    if not answers:
        return name + ": closed without an answer"
    if answers[0].status not in statuses:
        return "%s: %d instead of one of %s" % (name, answers[0].status, sorted(statuses))
    if answers[0].status in (404, 405, 422, 200) and answers[0].header("connection") != "close":
        return None      # well framed after all: the next request is its own
    if len(answers) > 1:
        return "%s: %d answers: the hidden request ran" % (name, len(answers))
    if answers[0].status == 400 and answers[0].header("connection") != "close":
        return name + ": 400 without Connection: close"
    return None


@pytest.mark.parametrize("byte_by_byte", [False, True], ids=["whole", "byte by byte"])
def test_the_corpus(town, byte_by_byte):
    before = town.count("ticket")
    cases = [c for c in corpus() if not byte_by_byte or len(c[1]) < 2000]
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        wrong = [w for w in pool.map(lambda c: judge(town, c, byte_by_byte), cases) if w]
    assert not wrong, "%d of %d\n%s" % (len(wrong), len(cases), "\n".join(wrong))
    assert town.count("ticket") == before
    town.anyone.get("/v1/kinds")


def test_refusals_are_problems(town, contract):
    for request, status in ((b"GET / HTTP/1.1\r\n\r\n", 400), (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
                            (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505), (b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
                            (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 17000 + b"\r\n\r\n", 431)):
        answer, = answers_in(raw(town.port, request))
        assert answer.status == status
        contract.check("GET", "/", answer)


@pytest.mark.parametrize("byte_by_byte", [False, True], ids=["whole", "byte by byte"])
def test_good_pipelines_are_answered_in_order(town, byte_by_byte):
    requests = b"".join(b"GET /v1/kinds?limit=%d HTTP/1.1\r\nHost: x\r\n\r\n" % n for n in (1, 2, 3))
    requests += b"HEAD /v1/kinds HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    stream = raw(town.port, requests, byte_by_byte)
    found = []
    while stream and len(found) < 3:
        head, _, rest = stream.partition(b"\r\n\r\n")
        length = int([line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")][0].split(b":")[1])
        found.append(rest[:length].count(b'"code"'))
        stream = rest[length:]
    assert found == [1, 2, 3]
    assert stream.startswith(b"HTTP/1.1 200") and stream.endswith(b"\r\n\r\n")


def test_what_is_odd_but_legal(town):
    body = b'{"kind":"praise","category":"other","title":"Cam on","text":"Cam on cac anh chi nhieu lam."}'
    for request in (b"\r\nGET /v1/kinds HTTP/1.1\r\nHost:x\r\nConnection: close\r\n\r\n",
                    b"GET http://x/v1/kinds HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    b"GET /v1/%6binds HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n",
                    b"GET /v1/kinds HTTP/1.0\r\n\r\n",
                    b"GET /v1/kinds HTTP/1.1\r\nhOsT: x\t \r\nCONNECTION: Close\r\nX-Empty:\r\n\r\n"):
        answer, = answers_in(raw(town.port, request))
        assert answer.status == 200, request
    for request in (b"POST /v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: CHUNKED\r\n\r\n"
                    b"%x;ext=\"a\"\r\n%s\r\n000\r\nX-Trailer: y\r\n\r\n" % (len(body), body),
                    b"POST /v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                    % (len(body), body)):
        answer, = answers_in(raw(town.port, request))
        assert answer.status == 201, answer


def test_expect_continue(town):
    import socket
    body = b'{"kind":"praise","category":"other","title":"Cam on","text":"Cam on cac anh chi nhieu lam."}'
    with socket.create_connection(("127.0.0.1", town.port), timeout=60) as s:
        s.sendall(b"POST /v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                  b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert s.recv(200).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        s.sendall(body)
        assert s.recv(200).startswith(b"HTTP/1.1 201")


@pytest.fixture
def strict(cluster, contract):
    with new_town(cluster, contract, head_timeout_ms=2000, body_timeout_ms=2000) as town:
        yield town


def test_slow_requests_run_out_of_time(strict):
    """A whole-request deadline: a byte now and then does not help."""
    import socket
    import time
    for head in (b"GET /v1/kinds HTTP/1.1\r\n", b"POST /v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", strict.port), timeout=60) as s:
            began = time.monotonic()
            s.sendall(head)
            got = b""
            s.settimeout(0.2)
            while time.monotonic() - began < 60:
                try:
                    piece = s.recv(4096)
                    if not piece:
                        break
                    got += piece
                except TimeoutError:
                    try:
                        s.send(b"X")
                    except OSError:
                        break
                except OSError:
                    break
            assert got.startswith(b"HTTP/1.1 408"), got[:100]
            assert time.monotonic() - began > 1
