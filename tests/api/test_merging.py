"""Tickets about the same matter: merging, taking it back, what each citizen and the staff see; relations."""
import pytest

from support.town import CONSTRUCTION

WARD = "UB-00316"
WHY = {"reason": "Hai vị trí khác nhau, cần giải quyết riêng."}


def merge(town, who, one, into, status=200, **more):
    return town.move(who, one, "merge", {"into": into, **more}, status)


def actions(seen):
    return [m["action"] for m in seen["moves"]]


def test_merged_and_back(town):
    head = town.person("head")
    one, filed = town.filed()
    root, _ = town.filed(title="Ổ gà trước số 999 phố Ví Dụ")
    town.move(town.person("officer"), one, "accept")
    before = head.get("/v1/tickets/" + one).json
    moved = merge(town, head, one, root, reason="Cùng một ổ gà.")
    assert moved.json["state"] == "merged" and all(c["stopped_at"] for c in moved.json["clocks"]) and actions(moved.json) == ["unmerge"]
    assert moved.json["moves"][0]["to"] == "accepted"
    assert one not in [i["id"] for i in head.get("/v1/tickets").json["items"]]
    into = head.get("/v1/tickets/" + one).json["merged_into"]
    assert (into["kind"], into["ticket"]["id"], into["ticket"]["title"]) == ("merged", root, "Ổ gà trước số 999 phố Ví Dụ")

    citizen = town.citizen(filed)
    seen = citizen.get("/v1/tracking").json
    assert seen["state"] == "merged" and seen["merged_into"]["state"] == "submitted" and seen["merged_into"]["deadlines"]
    assert seen["may_write"] and actions(seen) == ["withdraw"] and seen["supporters"] == 0

    back = town.move(head, one, "unmerge", WHY).json
    assert back["state"] == "accepted"
    after = head.get("/v1/tickets/" + one).json
    assert after["merged_into"] is None and before["merged_into"] is None
    for name in ("holder", "clocks", "moves", "returns", "route"):
        assert [c["due_at"] for c in after[name]] == [c["due_at"] for c in before[name]] if name == "clocks" else after[name] == before[name]
    assert town.move(head, one, "unmerge", WHY, status=409).problem == "wrong_state"
    assert citizen.get("/v1/tracking").json["merged_into"] is None


def test_one_answer_for_all(town):
    officer, head = town.person("officer"), town.person("head")
    one, filed = town.filed()
    root, first = town.filed()
    merge(town, head, one, root)
    citizen, other = town.citizen(filed), town.citizen(first)
    mine = "Nhà tôi ở ngõ 5, xin không nêu tên."
    etag = citizen.get("/v1/tracking").header("etag")
    citizen.post("/v1/tracking/messages", {"text": mine}, status=201)
    for action in ("accept", "claim"):
        town.move(officer, root, action)
    town.move(officer, root, "propose", {"text": "Đã vá mặt đường trong ngày."})
    town.move(head, root, "approve")
    seen = citizen.get("/v1/tracking")
    assert seen.header("etag") != etag
    assert [r["text"] for r in seen.json["merged_into"]["replies"]] == ["Đã vá mặt đường trong ngày."]
    assert seen.json["merged_into"]["code"] == first["code"] and seen.json["replies"] == []
    theirs = other.get("/v1/tracking")
    assert mine not in theirs.body.decode() and theirs.json["supporters"] == 1

    timeline = officer.get("/v1/tickets/%s/messages" % root).json["items"]
    assert [(m["text"], m["ticket"]["own"], m["ticket"]["code"]) for m in timeline] == [(mine, False, filed["code"])]
    assert officer.get("/v1/tickets/%s/messages" % one).json["items"][0]["ticket"]["own"]
    tied = officer.get("/v1/tickets/%s/relations" % root).json["items"]
    assert [(r["kind"], r["direction"], r["ticket"]["code"]) for r in tied] == [("merged", "from", filed["code"])]
    assert officer.get("/v1/tickets/" + root).json["supporters"] == 1
    assert citizen.post("/v1/tracking/withdraw", {}, status=201).json["state"] == "withdrawn"
    assert officer.get("/v1/tickets/" + root).json["supporters"] == 0


def test_the_root_is_withdrawn(town):
    head = town.person("head")
    one, filed = town.filed()
    root, first = town.filed()
    merge(town, head, one, root)
    town.citizen(first).post("/v1/tracking/withdraw", {}, status=201)
    seen = town.citizen(filed).get("/v1/tracking").json
    assert seen["state"] == "submitted" and seen["deadlines"] and seen["merged_into"] is None


def test_what_is_not_merged(town):
    head, officer = town.person("head"), town.person("officer")
    one, _ = town.filed()
    done, _ = town.answered()
    elsewhere, _ = town.filed()
    town.move(town.coordinator, elsewhere, "route", {"department": WARD, "reason": "Thuộc địa bàn của phường."})
    assert merge(town, officer, one, elsewhere, 403).problem == "forbidden"
    assert merge(town, head, one, elsewhere, 422).pointers == {"/into": "unknown-ticket"}
    itself = merge(town, head, one, one, 422)
    assert itself.problem == "merge_into_itself" and itself.pointers == {"/into": "merge-into-itself"}
    code = town.sql("select code from ticket where id = '%s'" % one)[0][0]
    assert merge(town, head, one, code, 422).problem == "merge_into_itself"
    assert merge(town, head, one, done, 409).problem == "merge_target_closed"
    town.tamper("update ticket set sight = 'private' where id = '%s'" % elsewhere)
    assert merge(town, town.coordinator, one, elsewhere, 409).problem == "not_mergeable"
    town.tamper("update ticket set sight = 'public' where id = '%s'" % elsewhere)
    merge(town, town.coordinator, one, elsewhere)
    assert merge(town, town.coordinator, elsewhere, one, 409).problem == "merge_target_closed"
    seen = town.person("officer", WARD).get("/v1/tickets/%s/relations" % elsewhere).json["items"][0]["ticket"]
    assert seen["id"] is None and seen["text"], "whoever answers for both reads both, without the right to the other ticket"
    town.person("officer", WARD).get("/v1/tickets/" + one, status=404)


@pytest.mark.parametrize("body", [{}, {"into": "x"}, {"into": None}, {"into": "00000000-0000-7000-8000-000000000000", "more": 1}])
def test_bad_merges(town, body):
    one, _ = town.filed()
    town.move(town.person("head"), one, "merge", body, 422)


def test_relations(town):
    officer = town.person("officer")
    one, filed = town.filed()
    two, _ = town.filed()
    path = "/v1/tickets/%s/relations"
    body = {"kind": "caused_by", "other": two, "reason": "Do vỡ ống nước cùng tuyến."}
    key = {"Idempotency-Key": "relation-0123456789-abcdefg"}
    made = officer.post(path % one, body, headers=key, status=201)
    assert officer.post(path % one, body, headers=key, status=201).json == made.json
    assert officer.post(path % one, body, status=409).problem == "relation_exists"
    assert officer.post(path % one, {"kind": "related", "other": one}, status=422).pointers == {"/other": "unknown-other"}
    assert officer.post(path % one, {"kind": "split_from", "other": two}, status=422).problem == "invalid"
    assert [(r["direction"], r["ticket"]["id"]) for r in officer.get(path % one).json["items"]] == [("to", two)]
    assert [(r["direction"], r["ticket"]["id"]) for r in officer.get(path % two).json["items"]] == [("from", one)]
    town.person("officer", WARD).get(path % one, status=404)
    assert "caused_by" not in town.citizen(filed).get("/v1/tracking").body.decode()
    officer("DELETE", path % two + "/" + made.json["id"], status=204)
    officer("DELETE", path % two + "/" + made.json["id"], status=404)
    assert officer.get(path % one).json["items"] == []


def test_holders_of_both(town):
    """A head of one department does not merge what another one holds, whatever is seen."""
    one, _ = town.filed()
    two, _ = town.filed()
    both = town.person(["head", "duty_officer"], CONSTRUCTION)
    town.move(town.coordinator, two, "route", {"department": WARD, "reason": "Thuộc địa bàn của phường."})
    assert merge(town, both, one, two, 403).problem == "forbidden"
