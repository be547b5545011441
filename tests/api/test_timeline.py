"""One list of everything for staff; for the citizen neither internal notes nor names of officers."""

NOTE = "Nội bộ: người gửi đã gọi hai lần."


def test_who_did_what(town):
    ticket_id, filed = town.filed(contact={"phone": "0912 345 678"})
    officer, head, citizen = town.person("officer"), town.person("head"), town.citizen(filed)
    town.move(officer, ticket_id, "accept")
    officer.post("/v1/tickets/%s/notes" % ticket_id, {"text": NOTE})
    citizen.post("/v1/tracking/messages", {"text": "Tôi bổ sung: gần trạm xe buýt."})
    town.move(officer, ticket_id, "claim")
    town.move(officer, ticket_id, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
    town.move(head, ticket_id, "approve")
    town.coordinator.get("/v1/tickets/%s/contact?purpose=goi+lai" % ticket_id)

    events = head.get("/v1/tickets/%s/events?limit=100" % ticket_id).json["items"]
    kinds = [(e["type"], e["from"], e["to"], e["actor"]["kind"]) for e in events]
    for expected in (("ticket.filed", None, "submitted", "anyone"), ("ticket.accepted", "submitted", "accepted", "staff"),
                     ("ticket.noted", None, None, "staff"), ("ticket.message", None, None, "ticket"),
                     ("ticket.claimed", "accepted", "in_progress", "staff"), ("ticket.answered", "pending_approval", "answered", "staff"), ("contact.read", None, None, "staff")):
        assert expected in kinds
    assert [e["at"] for e in events] == sorted(e["at"] for e in events)
    for event in events:
        assert (event["actor"]["account"] is not None) == (event["actor"]["kind"] == "staff") and event["department"]

    seen = citizen.get("/v1/tracking")
    types = [s["type"] for s in seen.json["steps"]]
    assert "ticket.noted" not in types and "ticket.answered" in types
    text = seen.body.decode()
    assert NOTE not in text and "Người officer" not in text and "Người head" not in text
    assert all(town.sql("select id from account where login = '%s'" % login)[0][0] not in text for login in town.people)


def test_staff_see_what_the_citizen_is_told_and_who_had_it_before(town):
    ticket_id, filed = town.filed()
    head, first, second = town.person("head"), town.person("officer"), town.person("officer", number=2)
    people = [who.get("/v1/me").json["account"]["id"] for who in (first, second)]
    town.move(first, ticket_id, "accept")
    first.post("/v1/tickets/%s/notes" % ticket_id, {"text": "Đã gọi đơn vị duy tu."})
    for person in people:
        town.move(head, ticket_id, "assign", {"person": person})
    events = head.get("/v1/tickets/%s/events?limit=200" % ticket_id).json["items"]
    steps = town.citizen(filed).get("/v1/tracking").json["steps"]
    assert [e["type"] for e in events if e["told"]] == [s["type"] for s in steps]
    assert [e["type"] for e in events if not e["told"]] == ["ticket.noted"]
    assert [(e["data"].get("from_person"), e["data"]["person"]) for e in events if e["type"] == "ticket.assigned"] == [
        (None, people[0]), (people[0], people[1])]
