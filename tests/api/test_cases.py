"""Several citizens, one answer: each rates it, one asks for a second look for all, and files stay with whose they are."""
import pytest

from support import images
from support.files import link, uploaded
from support.town import CONSTRUCTION

WARD = "UB-00316"
REASON = {"reason": "Đã vá nhưng hôm sau lại lún, đề nghị xem xét lại."}


def actions(seen):
    return [m["action"] for m in seen["moves"]]


def answer(town, ticket_id, number=1):
    town.move(town.person("officer", number=number), ticket_id, "propose", {"text": "Đã vá mặt đường trong ngày."})
    town.move(town.person("head"), ticket_id, "approve")


def publish(town, ticket_id):
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")
    for who, verb in ((town.person("officer"), ""), (town.coordinator, "/publish")):
        who.post("/v1/tickets/%s/publication%s" % (ticket_id, verb), None, {"If-Match": '"%d"' % town.version(ticket_id)}, 200)


@pytest.fixture(scope="module")
def case(town):
    """An answered root, a ticket merged into it, and one that joined; the root's id, and what each citizen got."""
    root, first = town.filed()
    one, merged = town.filed()
    town.move(town.person("head"), one, "merge", {"into": root})
    joined = town.anyone.post("/v1/joins", {"ticket": first["code"], "contact": {"email": "thu@example.org"}}, status=201).json
    for action in ("accept", "claim"):
        town.move(town.person("officer"), root, action)
    answer(town, root)
    return root, first, merged, joined


def test_each_rates_once_and_nobody_knows_who(town, case):
    root, first, merged, joined = case
    unread = town.citizen(joined)
    assert not unread.get("/v1/tracking").json["may_rate"] and unread.get("/v1/tracking").json["merged_into"]["replies"] == []
    assert unread.post("/v1/tracking/rating", {"score": "satisfied"}, status=409).problem == "answer_not_public"
    assert unread.post("/v1/tracking/second-look", REASON, status=409).problem == "answer_not_public"
    assert "second_look" not in actions(unread.get("/v1/tracking").json)
    assert "second_look" in actions(town.citizen(first).get("/v1/tracking").json), "nobody has used it up"
    publish(town, root)
    assert "second_look" in actions(unread.get("/v1/tracking").json)
    assert unread.get("/v1/tracking").json["merged_into"]["replies"]
    for filed, score in ((first, "satisfied"), (merged, "unsatisfied"), (joined, "acceptable")):
        citizen = town.citizen(filed)
        assert citizen.get("/v1/tracking").json["may_rate"]
        citizen.post("/v1/tracking/rating", {"score": score, "comment": "Ý kiến: " + score}, status=201)
        assert citizen.post("/v1/tracking/rating", {"score": "satisfied"}, status=409).problem == "already_rated"
        seen = citizen.get("/v1/tracking").json
        assert seen["rating"]["score"] == score and not seen["may_rate"]
    officer = town.person("officer")
    seen = officer.get("/v1/tickets/" + root).json
    assert seen["rating"] is None and [seen["ratings"][s] for s in ("satisfied", "acceptable", "unsatisfied")] == [1, 1, 1]
    assert len(seen["ratings"]["comments"]) == 3
    events = officer.get("/v1/tickets/%s/events?limit=200" % root).json["items"]
    assert len({str({**e, "id": 0, "at": 0}) for e in events if e["type"] == "ticket.rated"}) == 1
    for filed in (merged, joined):
        ticket_id = town.id_of(filed)
        assert officer.get("/v1/tickets/" + ticket_id).json["rating"] is None
        assert "rated" not in str(officer.get("/v1/tickets/%s/events?limit=200" % ticket_id).json)


def test_who_asks_first_asks_for_all(town, case):
    root, first, merged, joined = case
    for filed in (first, merged, joined):
        seen = town.citizen(filed).get("/v1/tracking").json
        assert [m["until"] for m in seen["moves"] if m["action"] == "second_look"][0] and "appeal" not in actions(seen)
    asking, other = town.citizen(joined), town.citizen(merged)
    assert asking.post("/v1/tracking/appeal", REASON, status=409).problem == "second_look_first"
    key = {"Idempotency-Key": "second-look-0123456789-abc"}
    asked = asking.post("/v1/tracking/second-look", REASON, key, status=201).json
    assert asked["state"] == "reopened" and asking.post("/v1/tracking/second-look", REASON, key, status=201).json == asked
    assert town.person("head").get("/v1/tickets/" + root).json["state"] == "reopened"

    assert other.post("/v1/tracking/second-look", REASON, status=409).problem == "review_shared"
    seen = other.get("/v1/tracking").json
    assert actions(seen) == ["withdraw"] and seen["merged_into"]["state"] == "reopened"
    told = seen["merged_into"]["reviews"][0]
    assert (told["own"], told["open"], told["reason"]) == (False, True, None) and "cho tất cả" in told["what_vi"] or "chung" in told["what_vi"]
    assert asking.get("/v1/tracking").json["merged_into"]["reviews"][0]["reason"] == REASON["reason"]
    theirs = town.citizen(first).get("/v1/tracking")
    assert theirs.json["reviews"][0]["own"] is False and REASON["reason"] not in theirs.body.decode()
    assert town.person("head").get("/v1/tickets/" + root).json["reviews"][0]["reason"] == REASON["reason"]

    town.move(town.person("officer", number=2), root, "take-up")
    answer(town, root, 2)
    seen = other.get("/v1/tracking").json
    assert actions(seen) == ["appeal", "withdraw"] and not seen["merged_into"]["reviews"][0]["open"]
    assert other.post("/v1/tracking/appeal", REASON, status=201).json["state"] == "appealed"
    assert asking.post("/v1/tracking/appeal", REASON, status=409).problem == "review_shared"
    assert asking.get("/v1/tracking").json["merged_into"]["holder"]["code"] != CONSTRUCTION


def test_files_of_a_merged_ticket(town):
    root, first = town.filed()
    one, filed = town.filed()
    files = {}
    for who, shade in ((first, 40), (filed, 200)):
        files[who["code"]] = uploaded(town, images.jpeg(shade=lambda x, y, shade=shade: shade))[0]
        link(town.citizen(who), files[who["code"]])
    theirs = files[filed["code"]]["id"]
    town.move(town.person("head"), one, "merge", {"into": root})
    town.move(town.coordinator, root, "route", {"department": WARD, "reason": "Thuộc địa bàn của phường."})
    officer = town.person("officer", WARD)
    path = "/v1/tickets/%s/attachments" % root
    listed = officer.get(path).json["items"]
    assert [(i["ticket"]["code"], i["ticket"]["own"]) for i in listed] == [(first["code"], True), (filed["code"], False)]
    page = officer.get(path + "?limit=1").json
    assert officer.get(path + "?limit=1&cursor=" + page["next_cursor"]).json["items"] == listed[1:]
    for end in ("", "/thumbnail"):
        assert officer.get("%s/%s%s" % (path, theirs, end)).header("content-type") == "image/jpeg"
    officer.get("/v1/tickets/%s/attachments/%s" % (one, theirs), status=404)
    citizen = town.citizen(first)
    assert len(citizen.get("/v1/tracking/attachments").json["items"]) == 1
    citizen.get("/v1/tracking/attachments/" + theirs, status=404)

    town.move(town.coordinator, one, "unmerge", {"reason": "Hai vị trí khác nhau, cần giải quyết riêng."})
    assert [i["ticket"]["own"] for i in officer.get(path).json["items"]] == [True]
    officer.get("%s/%s" % (path, theirs), status=404)
    assert [i["id"] for i in town.person("officer").get("/v1/tickets/%s/attachments" % one).json["items"]] == [theirs]


def test_how_many_join(town):
    _, first = town.filed()
    town.tamper("update setting set value = 2 where name = 'joins_hour_most'; update setting set value = 3 where name = 'joins_most'")
    key = {"Idempotency-Key": "join-0123456789-abcdefghij"}
    try:
        join = {"ticket": first["code"]}
        once = town.anyone.post("/v1/joins", join, key, status=201).json
        town.anyone.post("/v1/joins", join, status=201)
        refused = town.anyone.post("/v1/joins", join, status=429)
        assert refused.problem == "joins_too_fast" and "trang công khai" in refused.json["title"]
        assert 3000 < int(refused.header("retry-after")) <= 3600, "when the first of this hour is an hour old"
        town.tamper("update setting set value = 100 where name = 'joins_hour_most'")
        town.anyone.post("/v1/joins", join, status=201)
        before = town.count("ticket")
        refused = town.anyone.post("/v1/joins", join, {"Accept-Language": "en"}, status=409)
        assert refused.problem == "too_many_joins" and "public page" in refused.json["title"]
        assert town.anyone.post("/v1/joins", join, key, status=201).json == once
        assert town.count("ticket") == before
    finally:
        town.tamper("update setting set value = 100 where name = 'joins_hour_most'; update setting set value = 1000 where name = 'joins_most'")
