"""Alarms of clocks: each level once and in order, also for tickets that nobody has taken; none while the citizen is asked. Clocks are
tampered to run in plain hours, so that the time of day does not matter."""
import json
import re
import time

from support.town import HUB, wait_until

LADDER = [("clock.warning", 1, ["holder"]), ("clock.breached", 2, ["holder", "heads"]), ("clock.escalated", 3, ["hub"]),
          ("clock.escalated", 4, ["leaders"])]
SOON = 60       # seconds in which whatever is due has to happen; catches a hang, measures nothing


def run_in_hours(town, ticket_id, kind, start, due, alarm, level=1):
    """This clock of a ticket alone has an alarm. Times are intervals from now."""
    town.tamper("""update clock_running set alarm_at = 'infinity' where ticket = '%s';
        update clock_running set unit = 'h', amount = 1, start_at = date_trunc('second', now()) + interval '%s',
            due_at = date_trunc('second', now()) + interval '%s', alarm_at = date_trunc('second', now()) + interval '%s', alarm_level = %d
        where ticket = '%s' and kind = '%s'""" % (ticket_id, start, due, alarm, level, ticket_id, kind))


def alarms(town, ticket_id):
    return town.coordinator.get("/v1/tickets/%s/alarms" % ticket_id).json["items"]


def fired(town, ticket_id, kind="accept"):
    return [(a["type"], a["level"], a["audiences"]) for a in alarms(town, ticket_id) if a["clock"] == kind]


def events(town, ticket_id):
    """Whatever else happens twice would be an event without a row of its own."""
    return [(r[0], int(r[1])) for r in town.sql("select type, data->>'level' from event where ticket = '%s' and type like 'clock.%%'"
                                               " order by at, id" % ticket_id)]


def next_alarm(town, ticket_id, kind="accept"):
    """Level, and seconds from now until its alarm."""
    level, seconds = town.sql("select alarm_level, extract(epoch from alarm_at) - extract(epoch from now()) from clock_running where slot = slot_current()"
                              " and ticket = '%s' and kind = '%s'" % (ticket_id, kind))[0]
    return int(level), float(seconds)


def ticks(town, seconds=2.5):
    time.sleep(seconds)


def test_up_the_ladder_each_level_once_though_nobody_has_taken_it(town):
    ticket_id, _ = town.filed()
    run_in_hours(town, ticket_id, "accept", "-50 min", "10 min", "-2 min")
    wait_until(lambda: fired(town, ticket_id) == LADDER[:1], SOON, "the warning")
    level, seconds = next_alarm(town, ticket_id)
    assert level == 2 and 0 < seconds <= 600, "the breach is planned for the due point"
    run_in_hours(town, ticket_id, "accept", "-61 min", "-1 min", "-1 min", 2)
    wait_until(lambda: fired(town, ticket_id) == LADDER[:2], SOON, "the breach")
    assert next_alarm(town, ticket_id)[0] == 3 and next_alarm(town, ticket_id)[1] > 0, "the hub is told a working day later"
    run_in_hours(town, ticket_id, "accept", "-61 days", "-60 days", "-59 days", 3)
    wait_until(lambda: fired(town, ticket_id) == LADDER, SOON, "the escalations")
    assert next_alarm(town, ticket_id) == (5, float("inf"))
    ticks(town)
    assert events(town, ticket_id) == [(name, level) for name, level, _ in LADDER]
    assert town.version(ticket_id) == 1, "nobody has to load the ticket again because of an alarm"


def test_after_an_outage_no_warning_but_the_rest(town):
    ticket_id, _ = town.filed()
    run_in_hours(town, ticket_id, "accept", "-61 days", "-60 days", "-60 days -12 min")
    wait_until(lambda: len(fired(town, ticket_id)) == 3, SOON, "three alarms")
    assert fired(town, ticket_id) == LADDER[1:]
    shown = alarms(town, ticket_id)
    assert [a["fired_at"] for a in shown] == sorted(a["fired_at"] for a in shown)
    assert all(a["due_at"] < a["fired_at"] for a in shown)


def test_what_is_told_and_to_whom(town):
    ticket_id, _ = town.filed(kind="emergency", category="fire")
    run_in_hours(town, ticket_id, "accept", "-10 min", "5 min", "-1 min")
    wait_until(lambda: alarms(town, ticket_id), SOON, "the warning")
    shown, = alarms(town, ticket_id)
    assert (shown["type"], shown["clock"], shown["round"], shown["level"]) == ("clock.warning", "accept", 1, 1)
    assert shown["audiences"] == ["holder", "heads"], "the ladder of its own profile"
    event, = [e for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"] if e["id"] == shown["event"]]
    assert event["type"] == "clock.warning" and event["at"] == shown["fired_at"] and event["actor"]["kind"] == "job"
    assert event["data"] == {"clock": "accept", "round": 1, "level": 1, "due_at": shown["due_at"], "audiences": ["holder", "heads"],
                             "urgent": True}
    held = town.sql("select code from department where id = (select holder from ticket where id = '%s')" % ticket_id)[0][0]
    assert event["department"]["code"] == held


def test_the_citizen_is_not_told(town):
    ticket_id, filed = town.filed()
    run_in_hours(town, ticket_id, "accept", "-50 min", "10 min", "-1 min")
    wait_until(lambda: alarms(town, ticket_id), SOON, "the warning")
    assert "clock." not in json.dumps(town.citizen(filed).get("/v1/tracking").json)


def test_none_while_the_citizen_is_asked(town):
    officer, (ticket_id, filed) = town.person("officer"), town.filed()
    # A warning in 30 seconds; then the clock stands still, and an hour goes by.
    run_in_hours(town, ticket_id, "accept", "-47 min -30 s", "12 min 30 s", "30 s")
    town.move(officer, ticket_id, "ask", {"text": "Xin ông/bà cho biết số nhà và tên ngõ."})
    assert next_alarm(town, ticket_id)[1] > 3600, "the time for the answer does not count"
    town.tamper("""update question set asked_at = asked_at - interval '1 hour', until_at = until_at - interval '1 hour' where ticket = '%s';
        update clock_running set start_at = start_at - interval '1 hour', due_at = due_at - interval '1 hour',
            alarm_at = alarm_at - interval '1 hour' where ticket = '%s'""" % (ticket_id, ticket_id))
    ticks(town)
    assert not alarms(town, ticket_id)
    town.citizen(filed).post("/v1/tracking/answer", {"text": "Số nhà 126, ngõ 99."}, status=201)
    assert next_alarm(town, ticket_id)[1] <= 31, "it goes on where it stood"
    wait_until(lambda: fired(town, ticket_id) == LADDER[:1], SOON, "the warning")


def test_an_alarm_that_was_planned_too_early_waits(town):
    """Somebody who has read the clock before its warning fired may date it after that: the breach must not come then."""
    ticket_id, _ = town.filed()
    run_in_hours(town, ticket_id, "accept", "-50 min", "10 min", "-1 min", 2)
    wait_until(lambda: next_alarm(town, ticket_id)[1] > 0, SOON, "planned anew")
    level, seconds = next_alarm(town, ticket_id)
    assert level == 2 and 400 < seconds <= 600 and not alarms(town, ticket_id)


def test_none_after_the_answer(town):
    ticket_id, _ = town.answered()
    assert not town.sql("select from clock_running where ticket = '%s'" % ticket_id)
    ticks(town)
    assert not alarms(town, ticket_id)


def test_a_question_that_nobody_answers_ends(town):
    ticket_id, _ = town.filed()
    town.move(town.person("officer"), ticket_id, "ask", {"text": "Xin ông/bà cho biết số nhà và tên ngõ."})
    town.tamper("update question set asked_at = now() - interval '9 days', until_at = now() - interval '1 second' where ticket = '%s'" % ticket_id)
    wait_until(lambda: town.sql("select state from ticket where id = '%s'" % ticket_id) == [["submitted"]], SOON, "back where it was")
    kinds = [e["type"] for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]]
    assert kinds == ["ticket.filed", "ticket.asked", "ticket.question_expired"]


def test_pages_and_readers(town):
    ticket_id, _ = town.filed()
    run_in_hours(town, ticket_id, "accept", "-61 days", "-60 days", "-59 days", 3)
    wait_until(lambda: len(alarms(town, ticket_id)) == 2, SOON, "two alarms")
    path, seen = "/v1/tickets/%s/alarms?limit=1" % ticket_id, []
    page = town.person("officer").get(path).json
    while True:
        seen += [a["level"] for a in page["items"]]
        if not page["next_cursor"]:
            break
        page = town.person("officer").get(path + "&cursor=" + page["next_cursor"]).json
    assert seen == [3, 4]
    town.person("officer", "UB-00316").get(path, status=404)
    town.person("admin", HUB).get(path, status=403)
    town.anyone.get(path, status=401)


def test_a_thousand_at_once(town):
    """More than a portion: they do not wait for a second each."""
    ticket_id, _ = town.filed()
    run_in_hours(town, ticket_id, "accept", "-50 min", "10 min", "1 day")
    town.tamper("""with made as (
            insert into ticket select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', 900000 + n, 'code', 'X' || n))).*
            from ticket t, generate_series(1, 1200) n where t.id = '%s' returning id)
        insert into clock_running select (jsonb_populate_record(c, jsonb_build_object('ticket', made.id, 'alarm_at', now() - interval '1 s'))).*
            from made, clock_running c where c.ticket = '%s' and c.kind = 'accept'""" % (ticket_id, ticket_id))
    made = "from ticket where code like 'X%'"
    wait_until(lambda: town.sql("select count(*) from alarm where ticket in (select id %s)" % made) == [["1200"]], SOON * 2, "all of them")
    assert town.sql("select count(*), count(distinct ticket) from event where type = 'clock.warning' and ticket in (select id %s)" % made) == [["1200", "1200"]]


def test_the_metrics_count(town):
    def number(name):
        return float(re.search("^%s (.*)$" % name, town.ops("/metrics")[2], re.M)[1])
    # What has been committed is counted a moment later.
    wait_until(lambda: number("tiepdan_alarms_fired_total") == town.count("alarm") >= 1200, SOON, "as many as there are")
    assert number("tiepdan_questions_expired_total") == 1
    wait_until(lambda: "tiepdan_alarm_delay_seconds 0\n" in town.ops("/metrics")[2], SOON, "nothing is due")
