"""Thousands of requests with secrets and control bytes in every place, and tokens that lead elsewhere: the log tells none of it and
keeps its form (S16), and the server calls nobody (S4)."""
import base64
import json
import select
import socket

from support.town import ticket

ROUNDS = 250
PLANTED = "bimatpk"
CONTROL = ("%0a", "%0d%0a", "%00", "%1b%5b31m", "%e2%80%ae", "%c2%9b", "%22%7d%0a%7b", "%ff%fe")


def b64(data):
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def secret(i):
    return "%s%05d" % (PLANTED, i)


def requests(i, upload):
    """Each place once: path, query, fields, kinds of credentials, bodies that are good, broken, or for another route."""
    s, c = secret(i), CONTROL[i % len(CONTROL)]
    raw = bytes([i % 31 + 1]).decode("latin-1") if i % 31 + 1 not in (9, 10, 13) else "\t"
    return (
        ("GET", "/v1/%s%s" % (s, c), None, {}),
        ("GET", "/v1/areas?cursor=%s&q=%s%s" % (s, s, c), None, {"User-Agent": s, "Referer": "http://x/" + s, "Cookie": "a=" + s}),
        ("GET", "/v1/me", None, {"Authorization": "Bearer %s.%s.%s" % (s, s, s), "traceparent": s, "X-Request-Id": s}),
        ("GET", "/v1/tracking", None, {"Authorization": "Ticket HN-%s:%s" % (s, s), "X-Forwarded-For": s}),
        ("GET", "/v1/uploads/018f0000-0000-7000-8000-000000000000", None, {"Authorization": "Upload " + s}),
        ("POST", "/v1/sessions", {"login": s, "code": s}, {}),
        ("POST", "/v1/tickets", ticket(title=s, text=s + raw, contact={"name": s, s: s}), {"Idempotency-Key": s + "-0123456789"}),
        ("POST", "/v1/tickets", ('{"title":"%s%s' % (s, raw)).encode(), {"Content-Type": "application/json", "If-Match": '"%s"' % s}),
        ("PUT", "/v1/tickets/" + s, s.encode(), {"Content-Type": s, "Accept-Language": s}),
        ("PATCH", "/v1/uploads/" + upload["id"], s.encode(), {"Authorization": "Upload " + s, "Upload-Offset": s}),
    )


def test_no_secret_in_thousands_of_lines(town):
    upload = town.anyone.post("/v1/uploads", {"name": "anh.jpg", "size": 1000}, status=None)
    upload = upload.json if upload.status == 201 else {"id": "018f0000-0000-7000-8000-000000000000"}
    sent = 0
    for i in range(ROUNDS):
        for method, target, body, fields in requests(i, upload):
            answer = town.anyone.send(method, target, body, fields)
            assert 200 <= answer.status < 500, (method, target, answer)
            sent += 1
    town.anyone.get("/v1/kinds")
    log = town.log()
    assert sent == 10 * ROUNDS and log.count('"event":"request"') >= sent - 10
    assert PLANTED not in log.lower()
    for line in log.rpartition("\n")[0].splitlines():
        assert {"at", "level", "event", "pid"} <= set(json.loads(line)), line
        assert line.isprintable(), line


def test_tokens_that_lead_elsewhere(town):
    """The good token of somebody with another header or in another place; whoever would fetch a key comes to this socket."""
    token = town.person("officer").headers["Authorization"].split(" ")[1]
    filed = town.file()
    head, body, signature = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    with socket.create_server(("127.0.0.1", 0)) as bait:
        url = "http://127.0.0.1:%d/keys" % bait.getsockname()[1]
        changes = [{m: v} for m in ("jku", "x5u", "kid", "iss", "jwk", "x5c", "crit", "url", "cty") for v in (url, [url], {"url": url})]
        values = ["%s.%s.%s" % (b64(dict(header, **c)), body, signature) for c in changes]
        values += [filed["secret"], "%s:%s" % (filed["code"], filed["secret"]), url, "%s.%s.%s" % (b64({"jku": url}), body, "")]
        for value in values:
            answer = town.client(Authorization="Bearer " + value).get("/v1/me", status=401)
            assert answer.problem == "unauthorized"
        town.client(Authorization="Ticket %s:%s" % (filed["code"], token)).get("/v1/tracking", status=404)
        assert town.client(Authorization="Ticket " + token).get("/v1/tracking", status=None).status in (401, 404)
        assert town.client(Authorization="Upload " + token).get("/v1/me", status=None).status == 401
        assert town.client(Authorization="Basic " + token).get("/v1/me", status=None).status == 401
        assert not select.select([bait], [], [], 0.5)[0], "the server went to fetch a key"
