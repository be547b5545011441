"""Filing: what the citizen gets, and what is refused."""
import pytest

from support.town import CONSTRUCTION, samples, ticket


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s["id"])
def test_sample_tickets_reach_the_expected_department(town, sample):
    body = {k: v for k, v in sample.items() if k not in ("id", "expected", "tags", "contact") and v is not None}
    if sample.get("contact"):
        body["contact"] = sample["contact"]
    filed = town.anyone.post("/v1/tickets", body).json
    assert filed["department"]["code"] == sample["expected"]["department"]
    assert filed["state"] == "submitted"
    row = town.sql("select level, visibility from ticket where code = '%s'" % filed["code"])[0]
    assert row == [sample["expected"]["level"], sample["expected"]["visibility"]]
    for deadline in filed["deadlines"]:
        if sample["expected"]["profile"] != "khong_ap_dung":
            assert deadline["policy"]["profile"] == sample["expected"]["profile"]
        assert deadline["due_at"] > filed["filed_at"]


def test_the_answer_names_department_reason_deadlines_and_where_to_track(town):
    answer = town.anyone.post("/v1/tickets", ticket())
    assert answer.header("location") == "/v1/tracking"
    filed = answer.json
    assert filed["department"]["code"] == "HN-SXD"
    assert filed["route"]["reason"] in ("rule", "category")
    assert [d["kind"] for d in filed["deadlines"]] == ["accept", "answer"]
    accept, final = filed["deadlines"]
    assert not accept["latest"] and final["latest"], "the answer clock has not started: this is its latest date"
    assert filed["filed_at"] < accept["due_at"] < final["due_at"]
    assert accept["policy"]["citation_vi"] and accept["policy"]["citation_en"]
    assert "emergency_numbers" not in filed


def test_members_that_are_null_count_as_not_sent(town):
    body = ticket()
    body.update(area=None, contact=None, point=None, location_text=None)
    filed = town.anyone.post("/v1/tickets", body).json
    assert filed["department"]["code"] == "HN-SXD"


def test_an_emergency_answers_with_the_numbers_to_call(town):
    filed = town.file(kind="emergency", category="fire")
    assert filed["emergency_numbers"] == ["113", "114", "115", "111"]


def test_praise_has_no_clock(town):
    assert town.file(kind="praise", category="procedures.civil_status")["deadlines"] == []


def test_a_contact_in_an_anonymous_ticket_is_a_fault(town):
    before = town.count("ticket")
    answer = town.anyone.post("/v1/tickets", ticket(anonymous=True, contact={"name": "Nguyễn Văn Mẫu"}), status=422)
    assert answer.pointers == {"/contact": "not_allowed"}
    assert town.count("ticket") == before


def test_unknown_category_and_area_are_told_together(town):
    answer = town.anyone.post("/v1/tickets", ticket(category="roads.nowhere", area="99999"), status=422)
    assert set(answer.pointers) == {"/category", "/area"}


def test_all_faults_are_told_at_once(town):
    answer = town.anyone.post("/v1/tickets", {
        "kind": "wish", "title": "abc", "text": "ngắn", "anonymous": "no", "point": {"lon": 200, "lat": 21},
        "contact": {"email": "nobody", "age": 3}, "extra": 1}, status=422)
    assert answer.pointers == {
        "/kind": "not_listed", "/category": "required", "/title": "too_short", "/text": "too_short",
        "/anonymous": "wrong_type", "/point/lon": "too_large", "/contact/email": "bad_format",
        "/contact/age": "unknown", "/extra": "unknown"}
    said = {error.get("pointer"): error["detail"] for error in answer.json["errors"]}
    assert "question, feedback" in said["#/kind"] and said["#/title"].endswith(" 5)"), "what would do is said"


def test_contacts_are_stored_sealed_and_phones_in_any_spelling(town):
    _, filed = town.filed(contact={"name": "Phạm Thị Bí Mật", "phone": "0900.000 123", "email": "bi.mat@example.org"})
    dump = town.sql("select row_to_json(t)::text from (select * from contact) t")
    dump += town.sql("select row_to_json(t)::text from (select * from ticket) t")
    dump += town.sql("select row_to_json(t)::text from (select * from event) t")
    text = str(dump)
    assert "Bí Mật" not in text and "0900000123" not in text and "bi.mat" not in text and "+84900000123" not in text
    assert filed["code"]


def test_a_point_is_enough_of_a_place(town):
    assert town.file(area=None, point={"lon": 105.838, "lat": 20.984})["department"]["code"] == "HN-SXD"


def test_a_point_of_the_city(town):
    """What a telephone says that does not know where it is, and the middle of another city."""
    for lon, lat in ((0, 0), (2.35, 48.85), (106.66, 10.77)):
        refused = town.anyone.post("/v1/tickets", ticket(point={"lon": lon, "lat": lat}), status=422)
        assert refused.pointers == {"/point": "elsewhere"}, refused.json
    town.file(point={"lon": 105.44, "lat": 21.06})


def test_staff_have_their_say_like_everybody(town):
    """Their session would tie the ticket to them, or be forgotten, so that they could work on it."""
    who = town.person("officer", CONSTRUCTION, 8)
    before = town.count("ticket")
    refused = who.post("/v1/tickets", ticket(), status=403)
    assert refused.problem == "forbidden" and "phiên đăng nhập" in refused.json["detail"] and town.count("ticket") == before
    town.anyone.post("/v1/tickets", ticket(), status=201)
    who.post("/v1/tickets", ticket(kind="emergency", point={"lon": 0, "lat": 0}), status=201)      # nobody is asked who they are


def test_who_has_signed_out_files_nothing(town):
    who = town.sign_in(town.login("clerk", CONSTRUCTION, 8))
    who.post("/v1/tickets", ticket(channel="counter"), status=201)
    who("DELETE", "/v1/sessions/current", status=204)
    before = town.count("ticket")
    who.post("/v1/tickets", ticket(channel="counter"), status=401)
    assert town.count("ticket") == before
