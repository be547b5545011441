"""Co-handlers: another department gives its part, sees only what it needs, and the citizen sees which part is missing."""
import pytest

WARD, OTHER = "UB-00316", "UB-00004"
TASK = {"department": WARD, "task": "Đề nghị phường kiểm tra hiện trạng và gửi ảnh.", "days": 1}


@pytest.fixture(scope="module", autouse=True)
def by_hand(town):
    town.without_rules()


@pytest.fixture
def asked(town):
    ticket_id, filed = town.filed(contact={"name": "Nguyễn Văn Riêng", "phone": "0900000123"})
    officer = town.person("officer")
    town.move(officer, ticket_id, "accept")
    officer.post("/v1/tickets/%s/notes" % ticket_id, {"text": "Ghi chú nội bộ."})
    return ticket_id, filed, town.move(officer, ticket_id, "parts", TASK, 201).json


def end(who, part, how, body, version=None, status=200):
    return who.post("/v1/parts/%s/%s" % (part["id"], how), body, {"If-Match": '"%d"' % (version or part["version"])}, status)


def test_asked_given_and_seen(town, asked):
    ticket_id, filed, part = asked
    ward, citizen = town.person("officer", WARD), town.citizen(filed)
    assert [(p["department"]["code"], p["state"]) for p in citizen.get("/v1/tracking").json["parts"]] == [(WARD, "asked")]
    assert part["ticket_version"] == town.version(ticket_id)
    assert part["id"] in [p["id"] for p in ward.get("/v1/parts?limit=200").json["items"]]
    seen = ward.get("/v1/parts/" + part["id"])
    assert seen.json["ticket"]["code"] == filed["code"] and seen.json["task"] == TASK["task"]
    for hidden in ("Riêng", "0900000123", "nội bộ", filed["secret"], ticket_id):
        assert hidden not in seen.body.decode()
    ward.get("/v1/tickets/" + ticket_id, status=404)
    given = end(ward, part, "give", {"text": "Đã kiểm tra, có ảnh kèm theo."}).json
    assert given["state"] == "given" and given["ended_by"]["name"]
    assert town.person("officer").get("/v1/tickets/" + ticket_id).json["parts"][0]["text"] == "Đã kiểm tra, có ảnh kèm theo."
    told = citizen.get("/v1/tracking")
    assert told.json["parts"][0]["state"] == "given" and "có ảnh kèm theo" not in told.body.decode()
    assert [s["type"] for s in told.json["steps"]][-2:] == ["part.asked", "part.given"]
    assert end(ward, part, "give", {"text": "Lần nữa."}, 2, 409).problem == "part_state"
    assert part["id"] in [p["id"] for p in ward.get("/v1/parts?ended=true&limit=200").json["items"]]


def test_declined_and_taken_back(town, asked):
    ticket_id, filed, part = asked
    reason = {"reason": "Tuyến phố này do Sở quản lý."}
    declined = end(town.person("head", WARD), part, "decline", reason).json
    assert declined["state"] == "declined" and declined["text"] == reason["reason"]
    assert town.citizen(filed).get("/v1/tracking").json["parts"] == []
    again = town.move(town.person("officer"), ticket_id, "parts", TASK, 201).json
    assert end(town.person("officer"), again, "cancel", {"reason": "Không cần nữa."}).json["state"] == "cancelled"


def test_who_is_kept_away_from_the_ticket_has_no_part_of_it(town, asked):
    ticket_id, _, part = asked
    ward = town.person("officer", WARD)
    town.tamper("insert into ticket_excluded (ticket, account, reason) select '%s', id, 'named' from account where login = '%s'" % (ticket_id, town.login("officer", WARD)))
    ward.get("/v1/parts/" + part["id"], status=404)
    assert part["id"] not in [p["id"] for p in ward.get("/v1/parts?limit=200").json["items"]]
    end(ward, part, "give", {"text": "Đã kiểm tra, có ảnh kèm theo."}, status=404)
    assert part["id"] in [p["id"] for p in town.person("head", WARD).get("/v1/parts?limit=200").json["items"]]


def test_how_it_stands(town, asked):
    """As a clock does, in the working time of the department that was asked."""
    ticket_id, _, part = asked
    ward = town.person("officer", WARD)

    def listed(ended=""):
        return next(p for p in ward.get("/v1/parts?limit=200" + ended).json["items"] if p["id"] == part["id"])
    seen = listed()
    assert seen["standing"] in ("in_time", "due_soon") and seen["remaining_seconds"] > 0
    town.tamper("update part set due_at = now() - interval '30 days' where id = '%s'" % part["id"])
    late = listed()
    assert late["standing"] == "overdue" and late["remaining_seconds"] < -10 * 8 * 3600
    end(ward, part, "give", {"text": "Đã kiểm tra, có ảnh kèm theo."})
    given = listed("&ended=true")
    assert (given["standing"], given["remaining_seconds"]) == ("met_late", None)
    again = town.move(town.person("officer"), ticket_id, "parts", TASK, 201).json
    end(ward, again, "decline", {"reason": "Tuyến phố này do Sở quản lý."})
    part = again
    assert (listed("&ended=true")["standing"], listed("&ended=true")["remaining_seconds"]) == (None, None)


def test_its_address(town):
    ticket_id, _ = town.filed()
    officer = town.person("officer")
    town.move(officer, ticket_id, "accept")
    made = town.move(officer, ticket_id, "parts", TASK, 201)
    assert made.header("location") == "/v1/parts/" + made.json["id"]
    for who in (officer, town.person("officer", WARD), town.coordinator):
        assert who.get(made.header("location")).header("etag") == made.header("etag") == '"1"'
    town.person("officer", OTHER).get(made.header("location"), status=404)


def test_nobody_else(town, asked):
    ticket_id, _, part = asked
    stranger = town.person("officer", OTHER)
    stranger.get("/v1/parts/" + part["id"], status=404)
    end(stranger, part, "give", {"text": "Không phải của tôi."}, status=404)
    end(stranger, part, "cancel", {"reason": "Không phải của tôi."}, status=404)
    end(town.person("officer", WARD), part, "cancel", {"reason": "Không phải của tôi."}, status=404)
    end(town.person("officer"), part, "give", {"text": "Không phải của tôi."}, status=404)
    assert end(town.person("officer", WARD), part, "give", {"text": "Phiên bản cũ."}, 7, 412).problem == "precondition_failed"
    assert "ask_part" not in [m["action"] for m in town.coordinator.get("/v1/tickets/" + ticket_id).json["moves"]]


def test_what_is_refused(town, asked):
    ticket_id, _, _ = asked
    officer = town.person("officer")
    assert town.move(officer, ticket_id, "parts", TASK, 409).problem == "part_asked_already"
    for change, problem in (({"department": "HN-SXD"}, "part_of_oneself"), ({"department": "NOBODY"}, "unknown_department")):
        assert town.move(officer, ticket_id, "parts", {**TASK, **change}, 422).problem == problem
    for bad in ({"days": 0}, {"days": 31}, {"task": "ngắn"}, {"days": "1"}):
        town.move(officer, ticket_id, "parts", {**TASK, **bad}, 422)
    town.tamper("update setting set value = 1 where name = 'parts_most'")
    try:
        assert town.move(officer, ticket_id, "parts", {**TASK, "department": OTHER}, 409).problem == "too_many_parts"
    finally:
        town.tamper("update setting set value = 10 where name = 'parts_most'")


def test_no_part_is_due_after_the_answer(town, asked):
    ticket_id, filed, first = asked
    part = town.move(town.person("officer"), ticket_id, "parts", {**TASK, "department": OTHER, "days": 30}, 201).json
    answer = [d for d in town.citizen(filed).get("/v1/tracking").json["deadlines"] if d["kind"] == "answer"][0]
    assert first["due_at"] < part["due_at"] == answer["due_at"]


def test_the_answer_ends_what_waits(town, asked):
    ticket_id, filed, part = asked
    officer = town.person("officer")
    town.move(officer, ticket_id, "claim")
    town.move(officer, ticket_id, "propose", {"text": "Đã vá xong mặt đường hôm nay."})
    town.move(town.person("head"), ticket_id, "approve")
    assert town.person("officer", WARD).get("/v1/parts/" + part["id"]).json["state"] == "cancelled"
    assert town.move(officer, ticket_id, "parts", TASK, 409).problem == "wrong_state"


def test_a_denunciation_is_nobody_elses_part(town):
    ticket_id, _ = town.filed(kind="denunciation", category="officials_conduct")
    legal = town.person("legal_officer", "HN-TTRA")
    town.move(legal, ticket_id, "accept")
    assert town.move(legal, ticket_id, "parts", {**TASK, "days": 1}, 403).problem == "forbidden"
