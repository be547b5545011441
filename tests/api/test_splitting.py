"""A petition about several matters becomes several tickets: routed on their own, dated from the day of the whole."""
import pytest

from support.town import CONSTRUCTION, HUB

PART = {"category": "environment.waste", "title": "Rác đổ trộm cạnh công trình",
        "text": "Cạnh công trình có bãi rác đổ trộm đã nhiều ngày, đề nghị thu gom.", "reason": "Thuộc đơn vị khác giải quyết."}
CONTACT = {"name": "Nguyễn Văn Mẫu", "phone": "0900 000 001", "email": "mau@example.org"}


def split(town, ticket_id, status=200, who=None, **changes):
    body = {k: v for k, v in {**PART, **changes}.items() if v is not None}
    return town.move(who or town.coordinator, ticket_id, "split", body, status)


def test_a_part_of_its_own(town):
    whole, filed = town.filed(contact=CONTACT, location_text="Trước số nhà 999", point={"lon": 105.8, "lat": 21.0})
    town.tamper("update ticket set filed_at = filed_at - interval '2 days' where id = '%s'" % whole)
    moved = split(town, whole).json
    assert moved["state"] == "submitted" and "split" in [m["action"] for m in moved["moves"]]
    citizen = town.citizen(filed)
    assert [p["title"] for p in citizen.get("/v1/tracking").json["splits"]] == [PART["title"]]
    part = citizen.get("/v1/tracking/splits").json["items"][0]
    seen = town.citizen(part).get("/v1/tracking").json
    assert seen["title"] == PART["title"] and seen["category"]["code"] == PART["category"] and seen["splits"] == []
    assert seen["filed_at"] == citizen.get("/v1/tracking").json["filed_at"]
    alike = town.file(category=PART["category"])
    day = town.sql("select filed_at < now() - interval '47 hours' from ticket where code = '%s'" % part["code"])
    assert day == [["t"]] and seen["holder"] == alike["department"]
    assert min(d["due_at"] for d in seen["deadlines"]) < min(d["due_at"] for d in alike["deadlines"])

    part_id = town.id_of(part)
    contact = town.coordinator.get("/v1/tickets/%s/contact?purpose=li%%C3%%AAn%%20h%%E1%%BB%%87" % part_id).json
    assert contact["name"] == CONTACT["name"]
    boxes = town.sql("select count(distinct box), count(distinct phone_index), count(distinct email_index) from contact where ticket in ('%s', '%s')"
                     % (whole, part_id))
    assert boxes == [["2", "1", "1"]], "sealed anew, and found by the same phone"
    assert town.sql("select lon, location_text from ticket where id = '%s'" % part_id) == [["105.8", "Trước số nhà 999"]]
    tied = town.coordinator.get("/v1/tickets/%s/relations" % part_id).json["items"]
    assert [(r["kind"], r["direction"], r["ticket"]["id"]) for r in tied] == [("split_from", "to", whole)]
    assert town.citizen(part).get("/v1/tracking/splits").json["items"] == []


def test_who_and_when(town):
    whole, _ = town.filed()
    assert split(town, whole, 403, town.person("head")).problem == "forbidden"
    assert split(town, whole, 422, category="no.such").pointers == {"/category": "ended"}
    assert split(town, whole, 422, area="99999").pointers == {"/area": "ended"}
    before = town.count("ticket")
    assert town.move(town.coordinator, whole, "split", PART, 412, version=7).problem == "precondition_failed"
    officer = town.person("officer", CONSTRUCTION)
    town.move(officer, whole, "accept")
    town.move(officer, whole, "claim")
    assert split(town, whole, 409).problem == "wrong_state"
    town.person("officer", "UB-00316").post("/v1/tickets/%s/split" % whole, PART, {"If-Match": '"3"'}, 404)
    assert town.count("ticket") == before


def test_a_denunciation_inside(town):
    """The part is of another kind, which fewer people see; the whole does not tell of it."""
    whole, filed = town.filed()
    split(town, whole, kind="denunciation")
    part = town.citizen(filed).get("/v1/tracking/splits").json["items"][0]
    town.person("coordinator", HUB).get("/v1/tickets/" + town.id_of(part), status=404)
    assert town.coordinator.get("/v1/tickets/%s/relations" % whole).json["items"] == []


@pytest.mark.parametrize("change", [{"title": "x"}, {"text": "ngắn"}, {"reason": None}, {"kind": "no"}, {"more": 1}])
def test_bad_parts(town, change):
    whole, _ = town.filed()
    split(town, whole, 422, **change)
