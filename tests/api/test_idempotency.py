"""One key, one effect (R2)."""
import json
import secrets
import threading

import pytest

from support.town import CONSTRUCTION, HUB, ticket


def key():
    return secrets.token_hex(16)


def test_a_repeated_filing_replays_code_and_secret(town):
    headers, before = {"Idempotency-Key": '"%s"' % key()}, town.count("ticket")
    first = town.anyone.post("/v1/tickets", ticket(), headers)
    assert first.header("idempotent-replayed") is None
    for _ in range(3):
        again = town.client().post("/v1/tickets", ticket(), headers)
        assert again.header("idempotent-replayed") == "true"
        assert again.json == first.json and again.header("location") == first.header("location")
    assert town.count("ticket") == before + 1
    assert town.citizen(again.json).get("/v1/tracking").json["code"] == first.json["code"]


# The first answer is told by the server, later ones by the database from what is stored.
@pytest.mark.parametrize("members", [{"kind": "question"}, {"kind": "emergency"}, {"kind": "praise"}, {"kind": "recommendation", "language": "en"},
                                     {"kind": "complaint", "against": {"department": "HN-SXD"}}, {"area": "10402", "category": "environment.waste"},
                                     {"text": "Cháy lớn, có người mắc kẹt trong nhà số 5, xin cứu với."}], ids=str)
def test_all_sorts_are_told_alike_again(town, members):
    headers = {"Idempotency-Key": key()}
    first = town.anyone.post("/v1/tickets", ticket(**members), headers)
    again = town.anyone.post("/v1/tickets", ticket(**members), headers)
    assert again.json == first.json and (first.json["deadlines"] or first.json["kind"] in ("praise", "emergency"))


def test_the_bare_token_is_the_same_key(town):
    k = key()
    first = town.anyone.post("/v1/tickets", ticket(), {"Idempotency-Key": '"%s"' % k})
    assert town.anyone.post("/v1/tickets", ticket(), {"Idempotency-Key": k}).json == first.json


def test_another_body_under_the_same_key(town):
    headers, before = {"Idempotency-Key": key()}, town.count("ticket")
    town.anyone.post("/v1/tickets", ticket(), headers)
    answer = town.anyone.post("/v1/tickets", ticket(title="Một tiêu đề khác hẳn"), headers, status=422)
    assert answer.problem == "idempotency_key_reused"
    assert town.count("ticket") == before + 1


@pytest.mark.parametrize("bad", ["short", '"' + "k" * 21 + '"', "k" * 256, '"with space inside it....."', '""', "ключ" * 8,
                                 '"' + 'k"' * 12 + '"'])
def test_keys_that_are_none(town, bad):
    answer = town.anyone.post("/v1/tickets", ticket(), {"Idempotency-Key": bad.encode()}, status=400)
    assert answer.problem in ("bad_idempotency_key", "bad_request")
    assert answer.problem == "bad_request" or "22" in answer.json["detail"]


def test_many_at_once_make_one_ticket(town):
    for _ in range(8):
        headers, before, answers = {"Idempotency-Key": key()}, town.count("ticket"), []

        def file():
            answers.append(town.client().post("/v1/tickets", ticket(), headers))
        threads = [threading.Thread(target=file) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert len({json.dumps(a.json, sort_keys=True) for a in answers}) == 1
        assert [a.header("idempotent-replayed") for a in answers].count(None) == 1
        assert town.count("ticket") == before + 1


def test_a_refused_request_leaves_the_key_free(town):
    headers = {"Idempotency-Key": key()}
    town.anyone.post("/v1/tickets", ticket(title="abc"), headers, status=422)
    assert town.anyone.post("/v1/tickets", ticket(), headers).header("idempotent-replayed") is None


def test_messages_and_notes(town):
    ticket_id, filed = town.filed()
    citizen, officer = town.citizen(filed), town.person("officer")
    for who, target in ((citizen, "/v1/tracking/messages"), (officer, "/v1/tickets/%s/notes" % ticket_id)):
        headers = {"Idempotency-Key": key()}
        first = who.post(target, {"text": "Một lần thôi."}, headers)
        again = who.post(target, {"text": "Một lần thôi."}, headers)
        assert again.json == first.json and again.header("idempotent-replayed") == "true"
        assert who.post(target, {"text": "Lần khác."}, headers, status=422).problem == "idempotency_key_reused"
    assert len(citizen.get("/v1/tracking").json["messages"]) == 1
    assert len(officer.get("/v1/tickets/%s/notes" % ticket_id).json["items"]) == 1


def test_a_key_is_one_persons(town):
    ticket_id, _ = town.filed()
    headers, target = {"Idempotency-Key": key()}, "/v1/tickets/%s/notes" % ticket_id
    town.person("officer").post(target, {"text": "Của tôi."}, headers)
    other = town.person("head").post(target, {"text": "Của tôi."}, headers)
    assert other.header("idempotent-replayed") is None


def test_only_a_digest_of_the_key_is_stored(town):
    k = key()
    town.anyone.post("/v1/tickets", ticket(), {"Idempotency-Key": k})
    assert k not in str(town.sql("select row_to_json(o)::text from once o")) and k not in town.log()


def test_what_has_an_address_is_replayed_with_it(town):
    head, admin = town.person("head"), town.person("admin", HUB)
    template = {"department": CONSTRUCTION, "purpose": "answer", "language": "vi", "title": "Mẫu", "text": "Kính gửi ông/bà."}
    for who, target, body in ((head, "/v1/reply-templates", template), (admin, "/v1/redatings", {"reason": "Lịch nghỉ thay đổi."})):
        key = {"Idempotency-Key": secrets.token_hex(16)}
        first, second = who.post(target, body, key), who.post(target, body, key)
        assert first.header("idempotent-replayed") is None and second.header("idempotent-replayed") == "true"
        assert second.json == first.json and second.header("location") == first.header("location") == "%s/%s" % (target, first.json["id"])
        who.get(second.header("location"))
        other = {"title": "Khác"} if "title" in body else {"reason": "Một lý do khác."}
        assert who.post(target, dict(body, **other), key, 422).problem == "idempotency_key_reused"
    assert len([t for t in head.get("/v1/reply-templates?limit=200").json["items"] if t["title"] == "Mẫu"]) == 1


def test_a_rating_is_given_once_and_told_twice(town):
    _, filed = town.answered()
    key = {"Idempotency-Key": secrets.token_hex(16)}
    citizen, rating = town.citizen(filed), {"score": "satisfied"}
    first, second = (citizen.post("/v1/tracking/rating", rating, key) for _ in range(2))
    assert second.json == first.json and second.header("idempotent-replayed") == "true"
    assert citizen.post("/v1/tracking/rating", rating, status=409).problem == "already_rated"
