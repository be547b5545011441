"""A ticket is shown with all its messages: whoever holds its secret cannot make it too large to show."""


def test_there_is_an_end_to_messages(town):
    ticket_id, filed = town.filed()
    citizen = town.citizen(filed)
    town.tamper("insert into message (id, ticket, at, text) select gen_random_uuid(), '%s', now(), 'Lần thứ ' || n"
                " from generate_series(1, 99) n" % ticket_id)
    assert citizen.get("/v1/tracking").json["may_write"] is True
    citizen.post("/v1/tracking/messages", {"text": "Lần cuối cùng."})
    shown = citizen.get("/v1/tracking").json
    assert shown["may_write"] is False and len(shown["messages"]) == 100
    answer = citizen.post("/v1/tracking/messages", {"text": "Thêm một lần nữa."}, status=409)
    assert answer.problem == "too_many_messages"
    assert len(citizen.get("/v1/tracking").json["messages"]) == 100


def test_there_is_an_end_to_what_they_say(town):
    citizen = town.citizen(town.file())
    for _ in range(2):
        citizen.post("/v1/tracking/messages", {"text": "đ" * 10000})
    citizen.post("/v1/tracking/messages", {"text": "đ" * 9990})
    assert citizen.get("/v1/tracking").json["may_write"] is True
    answer = citizen.post("/v1/tracking/messages", {"text": "đ" * 11}, status=409)
    assert answer.problem == "too_many_messages"
    citizen.post("/v1/tracking/messages", {"text": "đ" * 10})
    assert citizen.get("/v1/tracking").json["may_write"] is False
