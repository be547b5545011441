"""Personal data: sealed, opened for a purpose by few, and every reading is on record."""
from support.town import HUB

CONTACT = {"name": "Nguyễn Văn Mẫu", "phone": "0900000001", "email": "mau@example.org", "address": "Số 1, phố Ví Dụ"}


def read(who, ticket_id, status=200, purpose="xac-minh-noi-dung"):
    return who.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, purpose), status=status)


def types_of_events(town, ticket_id):
    return [e["type"] for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]]


def test_every_reading_leaves_an_event(town):
    ticket_id, _ = town.filed(contact=CONTACT)
    assert read(town.coordinator, ticket_id).json == dict(CONTACT, phone="+84900000001")
    events = town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]
    assert [e["type"] for e in events][1:] == ["contact.read"]
    assert events[1]["actor"]["account"]["name"] and "purpose" in events[1]["data"]


def test_a_purpose_is_needed(town):
    ticket_id, _ = town.filed(contact=CONTACT)
    assert town.coordinator.get("/v1/tickets/%s/contact" % ticket_id, status=422).pointers == {"purpose": "required"}
    assert read(town.coordinator, ticket_id, 422, "x").pointers == {"purpose": "too_short"}
    assert len(town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]) == 1


def test_handling_bodies_never_see_it(town):
    ticket_id, _ = town.filed(contact=CONTACT)
    for role in ("officer", "head"):
        who = town.person(role)
        assert read(who, ticket_id, 403).problem == "forbidden"
        for tail in ("", "/events", "/notes", "/replies"):
            body = who.get("/v1/tickets/" + ticket_id + tail).body.decode()
            assert "Mẫu" not in body and "900000001" not in body and "mau@" not in body
        assert who.get("/v1/tickets/" + ticket_id).json["has_contact"] is True


def test_there_may_be_none(town):
    ticket_id, _ = town.filed(anonymous=True)
    assert town.coordinator.get("/v1/tickets/" + ticket_id).json["has_contact"] is False
    assert read(town.coordinator, ticket_id, 404).problem == "not_found"
    assert types_of_events(town, ticket_id) == ["ticket.filed"], "nothing was read"


def test_what_was_erased_is_told_and_is_no_reading(town):
    ticket_id, filed = town.filed(contact=CONTACT)
    town.citizen(filed)("DELETE", "/v1/tracking/contact", status=204)
    answer = read(town.coordinator, ticket_id, 404)
    assert answer.problem == "contact_erased"
    assert answer.json["erased_at"] == town.citizen(filed).get("/v1/tracking/personal-data").json["erased_at"]
    assert "contact.read" not in types_of_events(town, ticket_id) and "contact.erased" in types_of_events(town, ticket_id)
    read(town.person("officer"), ticket_id, 403)
    assert read(town.person("legal_officer", "HN-TTRA"), ticket_id, 404).problem == "not_found", "who does not see the ticket learns nothing"


def test_a_denouncer_is_known_to_the_legal_officer_only(town):
    ticket_id, _ = town.filed(kind="denunciation", category="officials_conduct", contact=CONTACT)
    read(town.coordinator, ticket_id, 404)
    read(town.person("hub_head", HUB), ticket_id, 404)
    assert read(town.person("legal_officer", "HN-TTRA"), ticket_id).json["name"] == "Nguyễn Văn Mẫu"


def test_head_requests_read_nothing(town):
    ticket_id, _ = town.filed(contact=CONTACT)
    assert town.coordinator("HEAD", "/v1/tickets/%s/contact?purpose=kiem-tra" % ticket_id).body == b""


def test_a_box_moved_to_another_ticket_does_not_open(town):
    a, _ = town.filed(contact=CONTACT)
    b, _ = town.filed(contact={"name": "Trần Thị Khác"})
    town.tamper("update contact x set box = y.box, wrapped = y.wrapped, epoch = y.epoch from contact y"
             " where x.ticket = '%s' and y.ticket = '%s'" % (b, a))
    answer = read(town.coordinator, b, None)
    assert answer.status >= 500 and "Mẫu" not in answer.body.decode()
