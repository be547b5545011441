"""Logs: one JSON object a line, and none of the secrets that went through (S16)."""
import json

from support.town import wait_until, ticket

PLANTED = ["bimat-ten", "0900999888", "+84900999888", "bimat@example.org", "bimat-dia-chi", "bimat-tieu-de", "bimat-noi-dung", "bimat-khoa-once-123456",
           "bimat-truy-van", "bimat-tieu-de-http", "bimat-ghi-chu"]


def test_planted_secrets_do_not_appear(town):
    body = ticket(title="bimat-tieu-de", text="bimat-noi-dung đủ dài để được nhận",
                  contact={"name": "bimat-ten", "phone": "0900999888", "email": "bimat@example.org", "address": "bimat-dia-chi"})
    filed = town.anyone.post("/v1/tickets", body, {"Idempotency-Key": "bimat-khoa-once-123456", "X-Secret": "bimat-tieu-de-http"}).json
    citizen = town.citizen(filed)
    citizen.get("/v1/tracking")
    citizen.post("/v1/tracking/messages", {"text": "bimat-noi-dung thêm"})
    login = town.login("officer")
    code = town.code(login)
    token = town.anyone.post("/v1/sessions", {"login": login, "code": code}).json["token"]
    officer = town.client(Authorization="Bearer " + token)
    officer.post("/v1/tickets/%s/notes" % town.id_of(filed), {"text": "bimat-ghi-chu"})
    officer.get("/v1/tickets?category=bimat-truy-van", status=None)
    town.anyone.get("/v1/areas?cursor=bimat-truy-van", status=None)
    town.anyone.get("/bimat-truy-van?x=bimat-truy-van", status=404)
    town.anyone.post("/v1/sessions", {"login": "bimat-ten", "code": "bimat-noi-dung"}, status=401)
    town.anyone("POST", "/v1/tickets", b'{"bimat-noi-dung":', {"Content-Type": "application/json"}, status=400)
    town.anyone.get("/v1/me", {"Authorization": "Bearer bimat-noi-dung"}, status=401)
    town.client(Authorization="Ticket %s:bimat-noi-dung" % filed["code"]).get("/v1/tracking", status=404)
    log = town.log()
    for secret in PLANTED + [filed["secret"], code, token, token.split(".")[2]]:
        assert secret not in log, "%s stands in the log" % secret


def test_each_line_is_one_object_whatever_is_sent(town):
    for path in ("/v1/%0a%0d{\"event\":\"forged\"}", "/v1/%1b[31m", "/v1/kinds?x=%00", "/" + "a" * 9000):
        town.anyone.get(path, {"User-Agent": 'x"} {"event":"forged"', "traceparent": '"}\\'}, status=None)
    lines = town.log().rpartition("\n")[0].splitlines()
    assert len(lines) > 10
    for line in lines:
        entry = json.loads(line)
        assert {"at", "level", "event", "pid"} <= set(entry)
        assert entry["event"] != "forged"


def test_an_access_line_tells_what_operators_need(town):
    answer = town.person("officer").get("/v1/tickets/018f0000-0000-7000-8000-000000000000", status=404)
    wait_until(lambda: answer.header("x-request-id") in town.log(), 10, "in the log")      # it follows the answer
    lines = [json.loads(line) for line in town.log().rpartition("\n")[0].splitlines() if answer.header("x-request-id") in line]
    assert len(lines) == 1
    text = json.dumps(lines[0])
    assert "/v1/tickets/{id:uuid}" in text and "404" in text and "018f0000-0000-7000" not in text
