"""A citizen follows a ticket with its code and secret."""


def same_refusal(a, b):
    drop = ("instance",)
    left, right = a.json, b.json
    assert a.status == b.status and {k: v for k, v in left.items() if k not in drop} == {
        k: v for k, v in right.items() if k not in drop}
    assert sorted(n.lower() for n, _ in a.headers) == sorted(n.lower() for n, _ in b.headers)


def test_every_step_shows_with_who_holds_the_ticket(town):
    ticket_id, filed = town.answered()
    seen = town.citizen(filed).get("/v1/tracking").json
    assert seen["code"] == filed["code"] and seen["state"] == "answered"
    assert seen["state_vi"] == "Đã trả lời" and seen["state_en"] == "Answered"
    assert seen["holder"]["code"] == "HN-SXD"
    assert [r["text"] for r in seen["replies"]] == ["Đã vá mặt đường, xin cảm ơn ông/bà."]
    types = [s["type"] for s in seen["steps"]]
    assert types[0] == "ticket.filed" and types[-1] == "ticket.answered" and "ticket.accepted" in types
    assert all(s["what_vi"] and s["what_en"] for s in seen["steps"])
    assert {d["kind"]: d["standing"] for d in seen["deadlines"]} == {"accept": "met", "answer": "met"}
    assert seen["may_rate"] and seen["may_write"] and seen["rating"] is None


def test_the_citizen_never_sees_drafts_notes_or_names_of_staff(town):
    ticket_id, filed = town.filed()
    officer = town.person("officer")
    officer.post("/v1/tickets/%s/notes" % ticket_id, {"text": "ghi chú nội bộ bí mật"})
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    officer("PUT", "/v1/tickets/%s/reply" % ticket_id, {"base_version": 0, "text": "bản nháp chưa được duyệt"}, status=200)
    town.person("head").post("/v1/tickets/%s/replies/1/reviews" % ticket_id, {"verdict": "changes", "comment": "góp ý nội bộ"}, status=201)
    town.move(officer, ticket_id, "propose", {"text": "dự thảo chưa được duyệt"})
    body = town.citizen(filed).get("/v1/tracking").body.decode()
    assert "nội bộ" not in body and "bản nháp" not in body and "dự thảo chưa" not in body and "Người officer" not in body


def test_unknown_code_and_wrong_secret_answer_alike(town):
    filed, other = town.file(), town.file()
    wrong = [
        town.client(Authorization="Ticket %s:%s" % (filed["code"], other["secret"])),
        town.client(Authorization="Ticket %s:%s" % (filed["code"], "0" * len(filed["secret"]))),
        town.client(Authorization="Ticket HN-26-0000-0000:" + filed["secret"]),
        town.client(Authorization="Ticket %s:" % filed["code"]),
        town.client(Authorization="Ticket " + filed["code"]),
        town.client(Authorization="Ticket nonsense:" + filed["secret"]),
    ]
    answers = [w.get("/v1/tracking", status=404) for w in wrong]
    for answer in answers[1:]:
        same_refusal(answers[0], answer)


def test_codes_may_be_typed_as_people_type(town):
    filed = town.file()
    code, secret = filed["code"], filed["secret"]
    for spelled in (code.lower(), code.replace("-", ""), code.replace("0", "O").replace("1", "l")):
        assert town.client(Authorization="Ticket %s:%s" % (spelled, secret.lower())).get("/v1/tracking").json["code"] == code


def test_without_credentials_there_is_a_challenge(town):
    answer = town.anyone.get("/v1/tracking", status=401)
    assert "Ticket" in answer.header("www-authenticate")


def test_the_copy_stays_current_until_something_happens(town):
    ticket_id, filed = town.filed()
    citizen = town.citizen(filed)
    tag = citizen.get("/v1/tracking").header("etag")
    assert citizen.get("/v1/tracking", {"If-None-Match": tag}, status=304).header("etag") == tag
    assert citizen.get("/v1/tracking", {"If-None-Match": '"x", ' + tag}, status=304)
    assert citizen.get("/v1/tracking", {"If-None-Match": "*"}, status=304)
    town.move(town.person("officer"), ticket_id, "accept")
    assert citizen.get("/v1/tracking", {"If-None-Match": tag}).header("etag") != tag


def test_messages_reach_the_department(town):
    ticket_id, filed = town.filed()
    citizen = town.citizen(filed)
    citizen.post("/v1/tracking/messages", {"text": "Hôm nay đã có người đến rào lại."})
    assert [m["text"] for m in citizen.get("/v1/tracking").json["messages"]] == ["Hôm nay đã có người đến rào lại."]
    seen = town.person("officer").get("/v1/tickets/" + ticket_id).json
    assert [(m["from"], m["text"]) for m in seen["messages"]] == [("citizen", "Hôm nay đã có người đến rào lại.")]


def test_a_refused_ticket_takes_no_messages(town):
    ticket_id, filed = town.filed()
    town.move(town.coordinator, ticket_id, "refuse", {"reason_code": refusal(town)})
    citizen = town.citizen(filed)
    assert not citizen.get("/v1/tracking").json["may_write"]
    answer = citizen.post("/v1/tracking/messages", {"text": "Vì sao lại từ chối?"}, status=409)
    assert answer.problem == "wrong_state"


def refusal(town, action="refuse"):
    reasons = town.anyone.get("/v1/refusal-reasons?limit=200").json["items"]
    return [r["code"] for r in reasons if r["action"] == action][0]


def test_one_rating_after_the_answer(town):
    _, early = town.filed()
    answer = town.citizen(early).post("/v1/tracking/rating", {"score": "satisfied"}, status=409)
    assert answer.problem == "wrong_state"
    _, filed = town.answered()
    citizen = town.citizen(filed)
    citizen.post("/v1/tracking/rating", {"score": "acceptable", "reasons": ["too_slow"], "comment": "Hơi chậm."})
    again = citizen.post("/v1/tracking/rating", {"score": "satisfied"}, status=409)
    assert again.problem == "already_rated"
    seen = citizen.get("/v1/tracking").json
    assert seen["rating"]["score"] == "acceptable" and seen["rating"]["reasons"] == ["too_slow"] and not seen["may_rate"]


def test_a_ticket_opens_only_its_own_pages(town):
    ticket_id, filed = town.filed()
    citizen = town.citizen(filed)
    for target in ("/v1/tickets", "/v1/tickets/" + ticket_id, "/v1/me", "/v1/reports/sla?from=2026-01-01&to=2026-02-01"):
        assert citizen.get(target, status=None).status in (401, 403), target


def test_without_credentials_it_says_what_is_needed(town):
    answer = town.anyone.get("/v1/tracking", {"Accept-Language": "en"}, status=401)
    assert answer.header("www-authenticate") == "Ticket" and "Ticket CODE:SECRET" in answer.json["detail"]
