"""A reply before it is published: its versions, what changed between them, two writers, reviews, four eyes."""
import threading

import pytest

from support.town import CONSTRUCTION, HUB


@pytest.fixture
def drafting(town):
    """A ticket whose reply is being written; its id."""
    ticket_id, _ = town.filed()
    town.move(town.person("officer"), ticket_id, "accept")
    town.move(town.person("officer"), ticket_id, "claim")
    return ticket_id


def draft(who, ticket_id, base, text, status=200):
    return who("PUT", "/v1/tickets/%s/reply" % ticket_id, {"base_version": base, "text": text}, status=status)


def versions(who, ticket_id):
    return who.get("/v1/tickets/%s/replies" % ticket_id).json["items"]


def changes(who, ticket_id, version, query="", status=200):
    return who.get("/v1/tickets/%s/replies/%s/changes%s" % (ticket_id, version, query), status=status)


def text_of(runs, *kinds):
    return "".join(r["text"] for r in runs if r["kind"] in kinds)


def test_what_changed_between_versions(town, drafting):
    texts = ["Đã vá mặt đường ngày 24.", "Đã vá xong mặt đường ngày 25.", "Đã vá xong toàn bộ mặt đường ngày 25."]
    officer = town.person("officer")
    for base, text in enumerate(texts):
        assert draft(officer, drafting, base, text).json["reply_version"] == base + 1
    assert [(v["version"], v["text"]) for v in versions(officer, drafting)] == list(enumerate(texts, 1))

    first = changes(officer, drafting, 1).json
    assert first == {"version": 1, "from": 0, "changes": [{"kind": "insert", "text": texts[0]}]}
    second = changes(town.person("head"), drafting, 2).json
    assert second["from"] == 1 and second["changes"] == [
        {"kind": "equal", "text": "Đã vá "}, {"kind": "insert", "text": "xong "}, {"kind": "equal", "text": "mặt đường ngày "},
        {"kind": "delete", "text": "24"}, {"kind": "insert", "text": "25"}, {"kind": "equal", "text": "."}]
    for version, before in ((3, 1), (1, 3), (2, 2)):
        found = changes(officer, drafting, version, "?from=%d" % before).json
        assert found["version"] == version and found["from"] == before
        assert text_of(found["changes"], "equal", "delete") == texts[before - 1]
        assert text_of(found["changes"], "equal", "insert") == texts[version - 1]


def test_versions_that_are_not_there(town, drafting):
    officer = town.person("officer")
    draft(officer, drafting, 0, "Đã vá mặt đường ngày 24.")
    for version, query in ((2, ""), (0, ""), (-1, ""), (2**63 - 1, ""), (1, "?from=2"), (2, "?from=1")):
        assert changes(officer, drafting, version, query, 404).problem == "not_found"
    for query in ("?from=0", "?from=x", "?from=", "?to=1"):
        changes(officer, drafting, 1, query, 422 if query != "?from=" else 200)
    for version in ("x", "1.0", "%20", 2**64):
        changes(officer, drafting, version, "", 404)
    changes(town.person("officer", "UB-00004"), drafting, 1, "", 404)


def test_the_longest_texts(town, drafting):
    """Nothing in common, every character a word of its own."""
    signs = "!#%&*+,-./:;=?@"
    for base, shift in enumerate((0, 7)):
        draft(town.person("officer"), drafting, base, "".join(signs[(i * i + shift * i) % 15] for i in range(20000)))
    found = changes(town.person("officer"), drafting, 2).json["changes"]
    assert text_of(found, "equal", "delete") == versions(town.person("officer"), drafting)[0]["text"]


def test_the_second_writer_gets_both_texts(town, drafting):
    first, second = town.person("officer"), town.person("officer", number=2)
    draft(first, drafting, 0, "Dự thảo của người thứ nhất.")
    refused = draft(second, drafting, 0, "Dự thảo của người thứ hai.", 409)
    assert refused.problem == "draft_conflict" and refused.json["yours"] == "Dự thảo của người thứ hai."
    current = refused.json["current"]
    assert (current["version"], current["text"], current["state"]) == (1, "Dự thảo của người thứ nhất.", "draft")
    assert current["author"]["id"] == first.get("/v1/me").json["account"]["id"]
    assert draft(second, drafting, 1, "Dự thảo của cả hai người.").json["reply_version"] == 2
    assert len(versions(first, drafting)) == 2
    assert draft(first, drafting, 7, "Dự thảo của một phiên bản chưa có.", 409).json["current"]["version"] == 2
    assert "người thứ hai" not in town.log()


def test_the_same_text_is_kept_once(town, drafting):
    officer = town.person("officer")
    kept = draft(officer, drafting, 0, "Một dự thảo gửi hai lần.").json
    again = draft(officer, drafting, 0, "Một dự thảo gửi hai lần.").json
    assert (again["reply_version"], again["version"]) == (1, kept["version"]) and len(versions(officer, drafting)) == 1


def test_of_many_writers_at_once_one_wins(town, drafting):
    people = [town.person("officer", number=n) for n in (1, 2, 3, 4)]
    answers = []
    crowd = [threading.Thread(target=lambda n=n, who=who: answers.append(
        draft(who, drafting, 0, "Dự thảo của người số %d." % n, None))) for n, who in enumerate(people)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert sorted(a.status for a in answers) == [200, 409, 409, 409] and len(versions(people[0], drafting)) == 1


@pytest.mark.parametrize("body", [{"text": "không có phiên bản gốc"}, {"base_version": -1, "text": "phiên bản gốc âm"}, {"base_version": "1", "text": "là chữ"},
                                  {"base_version": 1.5, "text": "không nguyên"}, {"base_version": 0, "text": "ngắn"}, {"base_version": 0}])
def test_bad_drafts(town, drafting, body):
    town.person("officer")("PUT", "/v1/tickets/%s/reply" % drafting, body, status=422)


def review(who, ticket_id, version, status=201, headers=None, **body):
    return who.post("/v1/tickets/%s/replies/%s/reviews" % (ticket_id, version), body, headers, status)


def test_a_colleague_reviews(town, drafting):
    officer, colleague = town.person("officer"), town.person("officer", number=2)
    assert review(colleague, drafting, 1, 404, verdict="ok").problem == "not_found"
    draft(officer, drafting, 0, "Đã vá mặt đường.")
    assert review(officer, drafting, 1, 409, verdict="ok").problem == "own_request"
    assert review(town.coordinator, drafting, 1, 403, verdict="ok").problem == "forbidden"
    assert review(colleague, drafting, 1, 422, verdict="changes").problem == "comment_required"
    for body in ({}, {"verdict": "maybe"}, {"verdict": "ok", "comment": "x" * 5001}, {"verdict": "ok", "reviewer": "x"}):
        review(colleague, drafting, 1, 422, **body)
    key = {"Idempotency-Key": "review-1"}
    first = review(colleague, drafting, 1, verdict="changes", comment="Thiếu thời điểm.", headers=key).json
    assert review(colleague, drafting, 1, verdict="changes", comment="Thiếu thời điểm.", headers=key).json == first
    draft(officer, drafting, 1, "Đã vá mặt đường ngày 24.")
    assert review(colleague, drafting, 1, 412, verdict="ok").problem == "precondition_failed"
    review(colleague, drafting, 2, verdict="ok")

    seen = [v["reviews"] for v in versions(town.person("head"), drafting)]
    assert [[(r["verdict"], r["comment"]) for r in reviews] for reviews in seen] == [[("changes", "Thiếu thời điểm.")], [("ok", None)]]
    assert seen[0][0]["reviewer"]["id"] == colleague.get("/v1/me").json["account"]["id"]
    events = [e for e in officer.get("/v1/tickets/%s/events?limit=200" % drafting).json["items"] if e["type"] == "reply.reviewed"]
    assert [e["data"] for e in events] == [{"version": 1, "verdict": "changes"}, {"version": 2, "verdict": "ok"}]
    town.move(officer, drafting, "propose", {})
    review(town.person("officer", number=3), drafting, 3, verdict="ok")
    town.move(town.person("head"), drafting, "approve")
    assert review(colleague, drafting, 3, 409, verdict="ok").problem == "wrong_state"


def ask(who, ticket_id, version, status=201, headers=None, **body):
    return who.post("/v1/tickets/%s/replies/%s/review-requests" % (ticket_id, version), body, headers, status)


def id_of(who):
    return who.get("/v1/me").json["account"]["id"]


def waiting(who, ticket_id, query=""):
    return [i for i in who.get("/v1/review-requests" + query).json["items"] if i["ticket"]["id"] == ticket_id]


def test_a_review_is_asked_for(town, drafting):
    officer, colleague, head = town.person("officer"), town.person("officer", number=2), town.person("head")
    draft(officer, drafting, 0, "Đã vá mặt đường.")
    key = {"Idempotency-Key": "ask-for-a-review-0123456789"}
    asked = ask(officer, drafting, 1, person=id_of(colleague), headers=key).json
    assert ask(officer, drafting, 1, person=id_of(colleague), headers=key).json == asked
    assert ask(officer, drafting, 1, 409, person=id_of(colleague)).problem == "review_asked_already"
    ask(officer, drafting, 1, role="head")
    mine, = waiting(colleague, drafting)
    assert (mine["id"], mine["version"], mine["role"]) == (asked["id"], 1, None)
    assert mine["asker"]["id"] == mine["author"]["id"] == id_of(officer) and mine["ticket"]["state"] == "in_progress"
    assert [i["role"] for i in waiting(head, drafting)] == ["head"] and waiting(officer, drafting) == []
    assert [i["role"] for i in waiting(officer, drafting, "?own=true")] == [None, "head"]
    page = officer.get("/v1/review-requests?own=true&limit=1").json
    assert len(page["items"]) == 1 and page["next_cursor"]

    review(colleague, drafting, 1, verdict="ok")
    assert waiting(colleague, drafting) == [] and len(waiting(head, drafting)) == 1
    shown = versions(head, drafting)[0]["review_requests"]
    assert [(r["state"], r["role"]) for r in shown] == [("done", None), ("asked", "head")]
    draft(officer, drafting, 1, "Đã vá mặt đường ngày 24.")
    assert waiting(head, drafting) == [], "the text is another one now"
    assert ask(officer, drafting, 1, 412, role="head").problem == "precondition_failed"
    events = [e["data"] for e in officer.get("/v1/tickets/%s/events?limit=200" % drafting).json["items"] if e["type"] == "reply.review_asked"]
    assert [(e["version"], e.get("role")) for e in events] == [(1, None), (1, "head")]


def test_a_request_is_taken_back(town, drafting):
    officer, colleague, head = town.person("officer"), town.person("officer", number=2), town.person("head")
    draft(officer, drafting, 0, "Đã vá mặt đường.")
    one, two = ask(officer, drafting, 1, person=id_of(colleague)).json, ask(officer, drafting, 1, role="head").json
    gone = "/v1/review-requests/%s"
    assert colleague("DELETE", gone % one["id"], status=403).problem == "forbidden"
    town.person("officer", "UB-00004")("DELETE", gone % one["id"], status=404)
    officer("DELETE", gone % "019ac5d2-7a3e-7c11-9f00-2d4c8a6b1e57", status=404)
    officer("DELETE", gone % one["id"], status=204)
    assert officer("DELETE", gone % one["id"], status=409).problem == "review_request_ended"
    head("DELETE", gone % two["id"], status=204)
    assert waiting(colleague, drafting) == waiting(head, drafting) == []
    assert [r["state"] for r in versions(officer, drafting)[0]["review_requests"]] == ["withdrawn", "withdrawn"]


def test_whom_nobody_asks(town, drafting):
    officer = town.person("officer")
    draft(officer, drafting, 0, "Đã vá mặt đường.")
    assert ask(officer, drafting, 1, 422).pointers == {"/person": "required"}
    assert ask(officer, drafting, 1, 422, person=id_of(officer), role="head").pointers == {"/role": "not_allowed"}
    assert ask(officer, drafting, 1, 422, role="citizen").json["errors"]
    for whom in (id_of(officer), id_of(town.person("officer", "UB-00004")), "019ac5d2-7a3e-7c11-9f00-2d4c8a6b1e57"):
        assert ask(officer, drafting, 1, 422, person=whom).problem == "no_reviewer"
    assert ask(officer, drafting, 1, 422, role="data_officer").problem == "no_reviewer"
    assert ask(officer, drafting, 2, 404, role="head").problem == "not_found"
    assert ask(town.coordinator, drafting, 1, 403, role="head").problem == "forbidden"
    ask(town.person("officer", "UB-00004"), drafting, 1, 404, role="head")


def test_a_department_that_asks_for_reviews(town, drafting):
    officer, colleague, third = (town.person("officer", number=n) for n in (1, 2, 3))
    good = "Đã vá mặt đường ngày 24."
    town.sql("update department set reply_review = true where code = '%s'" % CONSTRUCTION)
    try:
        assert town.move(officer, drafting, "propose", {"text": good}, status=409).problem == "review_missing"
        assert town.move(officer, drafting, "propose", {}, status=409).problem == "reply_missing"
        draft(officer, drafting, 0, good)
        assert town.move(officer, drafting, "propose", {}, status=409).problem == "review_missing"
        review(colleague, drafting, 1, verdict="ok")
        review(third, drafting, 1, verdict="changes", comment="Thiếu tên phố.")
        assert town.move(officer, drafting, "propose", {}, status=409).problem == "review_missing"
        review(third, drafting, 1, verdict="ok")
        assert town.move(officer, drafting, "propose", {"text": good + " Xong."}, status=409).problem == "review_missing"
        assert town.move(officer, drafting, "propose", {"text": good}).json["state"] == "pending_approval"
    finally:
        town.sql("update department set reply_review = false")


def test_nobody_signs_what_they_proposed(town, drafting):
    both = town.person(("head", "officer"))
    town.move(both, drafting, "propose", {"text": "Đã vá mặt đường ngày 24."})
    offered = {m["action"] for m in both.get("/v1/tickets/" + drafting).json["moves"]}
    assert "approve" not in offered and "send_back" in offered
    assert town.move(both, drafting, "approve", status=409).problem == "own_request"
    assert "approve" in {m["action"] for m in town.person("head").get("/v1/tickets/" + drafting).json["moves"]}
    town.move(both, drafting, "send-back", {"reason": "Cần bổ sung ảnh."})
    town.move(town.person("officer"), drafting, "propose", {"text": "Đã vá mặt đường ngày 24, có ảnh."})
    town.move(both, drafting, "approve", status=409)      # the text may be theirs for the most part
    assert town.move(town.person("head"), drafting, "approve").json["state"] == "answered"


def test_the_data_officer_is_alone(town):
    ticket_id, _ = town.filed(kind="data_request", category="personal_data", area=None)
    officer = town.person("data_officer", HUB)
    for action, body in (("accept", None), ("claim", None), ("propose", {"text": "Dữ liệu của ông/bà đã được xóa."})):
        town.move(officer, ticket_id, action, body)
    assert "approve" in {m["action"] for m in officer.get("/v1/tickets/" + ticket_id).json["moves"]}
    assert town.move(officer, ticket_id, "approve").json["state"] == "answered"
