"""Staff find a ticket by its public code, which is what citizens, letters and lists have; a merge and a relation take it, too."""
import pytest

from support.town import HUB
from test_filters import make

WHY = {"reason": "Cùng một ổ gà."}


def found(who, code, more="", status=200):
    answer = who.get("/v1/tickets?code=%s%s" % (code.replace(" ", "+"), more), status=status)
    return [i["id"] for i in answer.json["items"]] if status == 200 else answer


@pytest.mark.parametrize("typed", [str, str.lower, lambda c: c.replace("-", ""), lambda c: " %s " % c.replace("-", " ")])
def test_found_as_it_is_typed(town, typed):
    ticket_id, filed = town.filed()
    town.filed()
    assert found(town.person("officer"), typed(filed["code"])) == [ticket_id]


def test_found_in_every_state_and_wherever_it_is(town):
    ticket_id, filed = town.answered()
    officer, code = town.person("officer"), filed["code"]
    assert found(officer, code) == [ticket_id] == found(town.coordinator, code)
    item = officer.get("/v1/tickets?code=" + code).json
    assert item["items"][0]["state"] == "answered" and item["next_cursor"] is None
    assert found(town.coordinator, code, "&holder=" + HUB) == [] and found(town.coordinator, code, "&holder=HN-SXD") == [ticket_id]


def test_together_with_what_else_is_asked_for(town):
    officer = town.person("officer")
    ticket_id, filed = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    fits = ("state=in_progress", "kind=feedback", "category=roads", "area=00316", "level=normal", "standing=in_time", "mine=true", "sort=filed")
    for more in fits + ("&".join(fits),):
        assert found(officer, filed["code"], "&" + more) == [ticket_id], more
    for more in ("state=submitted", "kind=press", "category=environment", "area=00004", "level=urgent", "standing=overdue", "unassigned=true"):
        assert found(officer, filed["code"], "&" + more) == [], more
    kept = make(officer, "Bộ lọc cùng mã", {"mine": True, "state": ["in_progress"]}).json["id"]
    assert found(officer, filed["code"], "&filter=" + kept) == [ticket_id]
    assert found(officer, filed["code"], "&state=submitted&filter=" + kept) == []
    assert found(officer, filed["code"], "&filter=018f0000-0000-7000-8000-000000000000", 404).problem == "not_found"


def test_what_may_not_be_seen_is_not_found(town):
    stranger, legal = town.person("officer", "HN-CATP"), town.person("legal_officer", "HN-TTRA")
    _, plain = town.filed()
    secret_id, secret = town.filed(kind="denunciation", category="officials_conduct", anonymous=True, contact=None)
    assert found(stranger, plain["code"]) == [] and found(legal, secret["code"]) == [secret_id]
    for who in (stranger, town.coordinator, town.person("hub_head", HUB)):
        assert found(who, secret["code"]) == []
        unknown = who.get("/v1/tickets?code=" + secret["code"])
        assert unknown.json == {"items": [], "next_cursor": None}
    one, _ = town.filed()
    head = town.person("head")
    assert town.move(head, one, "merge", {"into": secret["code"]}, 422).pointers == {"/into": "unknown-ticket"}
    answer = head.post("/v1/tickets/%s/relations" % one, {"kind": "related", "other": secret["code"]}, status=422)
    assert answer.pointers == {"/other": "unknown-other"}


def test_what_is_no_code_is_said(town):
    officer = town.person("officer")
    one, filed = town.filed()
    wrong = filed["code"][:-1] + ("0" if filed["code"][-1] != "0" else "1")
    for text in (wrong, "XX" + filed["code"][2:], "khong-phai-ma"):
        assert found(officer, text, status=422).json["errors"][0]["code"] == "bad_format", text
        assert town.move(town.person("head"), one, "merge", {"into": text}, 422).pointers == {"/into": "bad_format"}
        answer = officer.post("/v1/tickets/%s/relations" % one, {"kind": "related", "other": text}, status=422)
        assert answer.pointers == {"/other": "bad_format"}


def test_a_merge_and_a_relation_take_a_code(town):
    head, officer = town.person("head"), town.person("officer")
    (one, _), (root, filed) = town.filed(), town.filed()
    officer.post("/v1/tickets/%s/relations" % one, {"kind": "duplicate_of", "other": filed["code"].lower()}, status=201)
    tied = officer.get("/v1/tickets/%s/relations" % one).json["items"]
    assert [(r["kind"], r["ticket"]["id"]) for r in tied] == [("duplicate_of", root)]
    town.move(head, one, "merge", {"into": filed["code"].replace("-", ""), **WHY})
    assert head.get("/v1/tickets/" + one).json["merged_into"]["ticket"]["id"] == root
