"""A petition about several matters becomes several tickets: routed on their own, dated from the day of the whole."""
import pytest

from support import images
from support.files import link, uploaded
from support.town import CONSTRUCTION, HUB

PART = {"category": "environment.waste", "title": "Rác đổ trộm cạnh công trình",
        "text": "Cạnh công trình có bãi rác đổ trộm đã nhiều ngày, đề nghị thu gom."}
REASON = "Thuộc đơn vị khác giải quyết."
CONTACT = {"name": "Nguyễn Văn Mẫu", "phone": "0900 000 001", "email": "mau@example.org"}


def split(town, ticket_id, status=200, who=None, **changes):
    return split_all(town, ticket_id, [{**PART, **changes}], status, who)


def split_all(town, ticket_id, items, status=200, who=None):
    return town.move(who or town.coordinator, ticket_id, "split", {"items": items, "reason": REASON}, status)


def test_a_part_of_its_own(town):
    whole, filed = town.filed(contact=CONTACT, location_text="Trước số nhà 999", point={"lon": 105.8, "lat": 21.0})
    town.tamper("update ticket set filed_at = filed_at - interval '14 days' where id = '%s'" % whole)
    moved = split(town, whole).json      # no days off are that many
    assert moved["state"] == "submitted" and "split" in [m["action"] for m in moved["moves"]]
    citizen = town.citizen(filed)
    assert [p["title"] for p in citizen.get("/v1/tracking").json["splits"]] == [PART["title"]]
    part = citizen.get("/v1/tracking/splits").json["items"][0]
    seen = town.citizen(part).get("/v1/tracking").json
    assert seen["title"] == PART["title"] and seen["category"]["code"] == PART["category"] and seen["splits"] == []
    assert seen["filed_at"] == citizen.get("/v1/tracking").json["filed_at"]
    alike = town.file(category=PART["category"])
    day = town.sql("select filed_at < now() - interval '13 days' from ticket where code = '%s'" % part["code"])
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
    told = {"id": part_id, "code": part["code"], "title": PART["title"]}
    assert town.coordinator.get("/v1/tickets/" + whole).json["splits"] == {"parent": None, "children": [told]}
    assert town.coordinator.get("/v1/tickets/" + part_id).json["splits"]["parent"]["id"] == whole
    assert town.person("officer").get("/v1/tickets/" + whole).json["splits"]["children"] == [{**told, "id": None, "title": None}]


def test_who_and_when(town):
    whole, _ = town.filed()
    assert split(town, whole, 403, town.person("head")).problem == "forbidden"
    assert split(town, whole, 422, category="no.such").pointers == {"/items/0/category": "ended"}
    assert split(town, whole, 422, area="99999").pointers == {"/items/0/area": "ended"}
    before = town.count("ticket")
    assert town.move(town.coordinator, whole, "split", {"items": [PART], "reason": REASON}, 412, version=7).problem == "precondition_failed"
    officer = town.person("officer", CONSTRUCTION)
    town.move(officer, whole, "accept")
    town.move(officer, whole, "claim")
    assert split(town, whole, 409).problem == "wrong_state"
    town.person("officer", "UB-00316").post("/v1/tickets/%s/split" % whole, {"items": [PART], "reason": REASON}, {"If-Match": '"3"'}, 404)
    assert town.count("ticket") == before


def test_a_denunciation_inside(town):
    """The part is of another kind, which fewer people see; the whole does not tell of it."""
    whole, filed = town.filed()
    split(town, whole, kind="denunciation")
    part = town.citizen(filed).get("/v1/tracking/splits").json["items"][0]
    town.person("coordinator", HUB).get("/v1/tickets/" + town.id_of(part), status=404)
    assert town.coordinator.get("/v1/tickets/%s/relations" % whole).json["items"] == []
    assert town.coordinator.get("/v1/tickets/" + whole).json["splits"] == {"parent": None, "children": []}


@pytest.mark.parametrize("change", [{"title": "x"}, {"text": "ngắn"}, {"kind": "no"}, {"more": 1}, {"attachments": ["x"]}])
def test_bad_parts(town, change):
    whole, _ = town.filed()
    split(town, whole, 422, **change)


@pytest.mark.parametrize("body", [{"reason": REASON}, {"items": [], "reason": REASON}, {"items": [PART]}, {"items": [PART] * 11, "reason": REASON}, PART])
def test_bad_splits(town, body):
    whole, _ = town.filed()
    town.move(town.coordinator, whole, "split", body, 422)


def test_several_matters_at_once(town):
    whole, filed = town.filed(contact=CONTACT)
    items = [{**PART, "title": "Nội dung thứ %d của phiếu" % n} for n in range(10)]
    split_all(town, whole, items)
    parts = town.citizen(filed).get("/v1/tracking/splits").json["items"]
    assert [p["title"] for p in parts] == [i["title"] for i in items]
    ids = "', '".join(town.id_of(p) for p in parts)
    assert town.sql("select count(distinct box), count(distinct email_index) from contact where ticket in ('%s')" % ids) == [["10", "1"]]
    assert town.sql("select count(*) from clock_running where kind = 'answer' and ticket in ('%s')" % ids) == [["10"]]
    assert [town.citizen(p).get("/v1/tracking").json["title"] for p in parts] == [i["title"] for i in items]
    assert town.sql("select count(*) from event where ticket = '%s' and type = 'ticket.split'" % whole) == [["1"]]


def test_all_matters_or_none(town):
    whole, filed = town.filed()
    before = town.count("ticket")
    bad = "01940000-0000-7000-8000-000000000009"
    answer = split_all(town, whole, [PART, {**PART, "category": "no.such"}, {**PART, "area": "99999"}, {**PART, "attachments": ["x" * 36]}], 422)
    assert answer.pointers == {"/items/1/category": "ended", "/items/2/area": "ended", "/items/3/attachments/0": "bad_format"}
    assert split_all(town, whole, [PART, {**PART, "attachments": [bad]}], 422).problem == "unknown_attachment"
    assert split_all(town, whole, [{**PART, "attachments": [bad, bad]}], 422).pointers == {"/items/0/attachments/1": "duplicate"}
    town.tamper("update setting set value = 2 where name = 'relations_most'")
    try:
        assert split_all(town, whole, [PART] * 3, 409).problem == "too_many_relations"
    finally:
        town.tamper("update setting set value = 50 where name = 'relations_most'")
    assert town.count("ticket") == before and town.citizen(filed).get("/v1/tracking/splits").json["items"] == []


def test_files_go_to_a_part_as_well(town):
    whole, filed = town.filed()
    citizen = town.citizen(filed)
    files = [uploaded(town, images.jpeg(shade=lambda x, y, n=n: n * 90))[0] for n in range(2)]
    for opened in files:
        link(citizen, opened)
    split_all(town, whole, [{**PART, "attachments": [files[0]["id"]]}, PART])
    parts = citizen.get("/v1/tracking/splits").json["items"]
    given, none = (town.citizen(p).get("/v1/tracking/attachments").json["items"] for p in parts)
    assert len(given) == 1 and none == [] and given[0]["id"] != files[0]["id"]
    copy = town.citizen(parts[0]).get("/v1/tracking/attachments/" + given[0]["id"]).body
    assert copy == citizen.get("/v1/tracking/attachments/" + files[0]["id"]).body
    assert len(citizen.get("/v1/tracking/attachments").json["items"]) == 2, "the whole keeps them"
    town.citizen(parts[0]).get("/v1/tracking/attachments/" + files[0]["id"], status=404)
    other, _ = town.filed()
    assert split_all(town, other, [{**PART, "attachments": [files[0]["id"]]}], 422).problem == "unknown_attachment"
