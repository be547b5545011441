"""A running clock keeps the version of its calendar: a day off that was not brought to it does not come in with a question or an
extension. What begins anew counts by the newest version."""
import pytest

from support.town import CONSTRUCTION
from test_explanations import agrees, explanation
from test_questions import ANSWER, QUESTION, accepted, clock
from test_redating import day_off


def versions(town, ticket_id):
    return dict(town.sql("select kind, version from clock_running where slot = slot_current() and ticket = '%s'" % ticket_id))


def newest(town):
    return town.sql("select max(version) from calendar_version where calendar = 'office'")[0][0]


@pytest.fixture
def late(town, tmp_path):
    """A ticket whose clocks run by a calendar that has changed since; with what was told before."""
    ticket_id, filed, before = accepted(town)
    kept = newest(town)
    day = day_off(town, tmp_path)
    town.everywhere()
    assert day not in town.anyone.get("/v1/deadline?start=%sT08:00:00%%2B07:00&amount=1&unit=wh" % day).json["due"]
    assert newest(town) != kept and versions(town, ticket_id)["answer"] == kept
    return ticket_id, filed, clock(before, "answer")["due_at"], kept, day


def test_a_question_moves_the_date_by_its_pause_only(town, late):
    ticket_id, filed, due, kept, _ = late
    officer = town.person("officer")
    asked = clock(town.move(officer, ticket_id, "ask", QUESTION).json, "answer")
    assert asked["due_at"] > due and versions(town, ticket_id)["answer"] == kept
    agrees(explanation(officer, ticket_id, "answer").json, asked["due_at"])
    town.citizen(filed).post("/v1/tracking/answer", ANSWER, status=201)
    # Asked and answered within moments: nothing was paused.
    told = explanation(officer, ticket_id, "answer").json
    assert told["due_at"] == due and versions(town, ticket_id)["answer"] == kept
    agrees(told, due)
    other, _, _ = accepted(town)
    assert versions(town, other)["answer"] == newest(town), "a new ticket has the newest"


def test_an_extension_is_counted_in_the_same_calendar(town, late):
    ticket_id, _, due, kept, day = late
    town.move(town.person("officer"), ticket_id, "request-extension", {"amount": 1, "reason": "Phải chờ kết quả kiểm định độc lập."})
    moved = clock(town.move(town.person("head"), ticket_id, "approve-extension").json, "answer")
    assert moved["due_at"] > due and versions(town, ticket_id)["answer"] == kept
    told = explanation(town.person("officer"), ticket_id, "answer").json
    agrees(told, moved["due_at"])
    assert day in [s.get("day") for s in told["explanation"]["steps"] if s["kind"] == "counted"], "a working day then"


def test_a_new_round_has_the_newest(town, late):
    ticket_id, _, _, kept, _ = late
    town.tamper("update ticket set state = 'submitted' where id = '%s'" % ticket_id)
    town.move(town.person("officer"), ticket_id, "return", {"reason": "Không thuộc thẩm quyền của Sở."})
    assert versions(town, ticket_id) == {"accept": newest(town), "route": newest(town), "answer": kept}


def test_a_version_that_nobody_keeps_any_more(town, late, tmp_path):
    """Then the newest takes its place, and the clock says so."""
    ticket_id, filed, due, kept, _ = late
    for n in range(8):
        day_off(town, tmp_path, 4 + n)
    day = day_off(town, tmp_path, 12)
    town.everywhere()
    assert day not in town.anyone.get("/v1/deadline?start=%sT08:00:00%%2B07:00&amount=1&unit=wh" % day).json["due"]
    town.move(town.person("officer"), ticket_id, "ask", QUESTION)
    town.citizen(filed).post("/v1/tracking/answer", ANSWER, status=201)
    told = explanation(town.person("officer"), ticket_id, "answer").json
    assert versions(town, ticket_id)["answer"] == newest(town) != kept
    assert told["due_at"] > due
    agrees(told, told["due_at"])


ELSEWHERE = "HN-SCT"


@pytest.fixture
def moved(town):
    """An officer whose token is of a department that is open day and night, and who is at Construction by now."""
    town.sql("update department set calendar = 'always' where code = '%s'" % ELSEWHERE)
    town.everywhere()
    login = town.login("officer", ELSEWHERE, 30)
    town.sql("update account set department = (select id from department where code = '%s') where login = '%s'" % (ELSEWHERE, login))
    who = town.sign_in(login)
    town.sql("update account set department = (select id from department where code = '%s') where login = '%s'" % (CONSTRUCTION, login))
    return who


def begun(town, ticket_id):
    return town.sql("select distinct calendar from clock_running where slot = slot_current() and ticket = '%s' and start_at > (select filed_at "
                    "from ticket where id = ticket)" % ticket_id)


def test_who_came_from_another_department_brings_no_calendar_along(town, moved):
    ticket_id, _ = town.filed()
    town.move(moved, ticket_id, "accept")
    assert begun(town, ticket_id) == [["office"]]
    town.move(moved, ticket_id, "progress", {"text": "Đã khảo sát hiện trạng mặt đường."})
    assert begun(town, ticket_id) == [["office"]]
    town.move(moved, ticket_id, "accept", status=409)


def test_nor_with_many_tickets_at_once(town, moved):
    tickets = [town.filed()[0] for _ in range(2)]
    body = {"action": "accept", "tickets": [{"id": t, "version": town.version(t)} for t in tickets]}
    key = {"Idempotency-Key": "lich-cua-don-vi-0001"}
    done = moved.post("/v1/tickets/bulk", body, key, 200).json
    assert done["done"] == 2 and [begun(town, t) for t in tickets] == [[["office"]]] * 2
    assert moved.post("/v1/tickets/bulk", body, key, 200).json == done


def test_a_department_that_is_not_in_memory_yet(town, moved):
    """Nobody counts by another calendar until it is."""
    ticket_id, _ = town.filed()
    town.tamper("insert into department overriding system value select (jsonb_populate_record(d, '{\"id\": 9999, \"code\": \"HN-MOI\"}')).* from department d where code = '%s';"
                "update account set department = 9999 where id = '%s'; update ticket set holder = 9999 where id = '%s'"
                % (CONSTRUCTION, moved.get("/v1/me").json["account"]["id"], ticket_id))
    assert town.move(moved, ticket_id, "accept", status=503).problem == "unavailable"
    town.everywhere()
    town.move(moved, ticket_id, "accept")
