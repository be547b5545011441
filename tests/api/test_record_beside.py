"""What stands beside the events of the record: tickets, texts, the public keys alone, and the root of a day on paper."""
import json
import re

import pytest
from support.record import head, sealed, verify
from support.town import Cluster, new_town, wait_until


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        town.without_rules()
        yield town


@pytest.fixture(scope="module")
def answered(city):
    """A ticket with a note, a message, a reply and what everybody reads."""
    ticket_id, filed = city.answered(location_text="Phố Định Công")
    city.person("officer").post("/v1/tickets/%s/notes" % ticket_id, {"text": "Đã gọi cho tổ dân phố."}, status=None)
    city.citizen(filed).post("/v1/tracking/messages", {"text": "Cảm ơn, đường đã êm."}, status=None)
    city.move(city.person("officer"), ticket_id, "publication", {"question": "Đề nghị vá ổ gà trên phố Định Công."}, status=None)
    sealed(city)
    return ticket_id, filed


def test_all_is_as_events_say(city, answered):
    said = verify(city)
    assert said.returncode == 0, said.stdout + said.stderr
    tickets = city.count("ticket")
    assert re.search(r"^%d tickets as their events say, \d+ texts as they were written, 0 gone$" % tickets, said.stdout, re.M), said.stdout
    assert city.count("word") >= 3 and city.sql("select count(*) from word where event is null") == [["0"]]


def test_what_is_said_for_the_record_is_told_nobody(city, answered):
    events = city.person("officer").get("/v1/tickets/%s/events?limit=200" % answered[0]).json["items"]
    assert len(events) >= 4 and not any(e["data"] and {"ticket", "words", "filed"} & set(e["data"]) for e in events)
    assert not {"ticket.words", "ticket.recorded"} & {e["type"] for e in events}


# Field of a ticket, what a superuser writes there.
FIELDS = [
    ("state", "'closed'"), ("holder", "(select id from department where code = 'HN-EIC')"), ("person", "null"), ("policy", "null"),
    ("returns", "2"), ("kind", "'complaint'"), ("category", "'trees_lighting.trees'"), ("area", "null"), ("level", "'urgent'"),
    ("visibility", "'confidential'"), ("sight", "'restricted'"), ("outcome", "'late'"), ("version", "version - 1"), ("done", "not done"),
    ("channel", "'phone'"), ("language", "'en'"), ("anonymous", "not anonymous"), ("number", "number + 1000"),
]


@pytest.mark.parametrize("field,value", FIELDS)
def test_a_ticket_that_is_changed_is_named_with_the_field(city, answered, field, value):
    was = city.sql("select to_jsonb(t) from ticket t where id = '%s'" % answered[0])[0][0]
    city.tamper("update ticket set %s = %s where id = '%s'" % (field, value, answered[0]))
    try:
        found = verify(city)
        assert found.returncode == 1 and "ticket %s: %s is " % (answered[1]["code"], field) in found.stdout, found.stdout
    finally:
        city.tamper("update ticket set %s = (jsonb_populate_record(ticket, $j$%s$j$)).%s where id = '%s'" % (field, was, field, answered[0]))
    assert verify(city).returncode == 0


def restored(city, table, change, said, *args):
    city.tamper("create table kept as table %s" % table)
    try:
        city.tamper(change)
        found = verify(city, *args)
        assert found.returncode == 1 and said in found.stdout, found.stdout
    finally:
        city.tamper("begin; delete from %s; insert into %s overriding system value select * from kept; drop table kept; commit" % (table, table))
    assert verify(city).returncode == 0


def test_a_ticket_that_is_gone_or_added(city, answered):
    ticket_id, filed = city.filed()
    sealed(city)
    restored(city, "ticket", "delete from ticket where id = '%s'" % ticket_id, "ticket %s is gone" % filed["code"])
    new = '{"id": "00000000-0000-0000-0000-000000000002", "number": 77777, "code": "HN-26-0000-0000"}'
    restored(city, "ticket", "insert into ticket select (jsonb_populate_record(t, '%s')).* from ticket t where id = '%s'" % (new, ticket_id),
             "ticket HN-26-0000-0000 was added: no event says how it stands")


@pytest.mark.parametrize("alone", (False, True), ids=("keys", "public keys alone"))
def test_a_destruction_that_no_event_tells(city, answered, tmp_path, alone):
    ticket_id, filed = answered
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(city.anyone.get("/v1/record/keys", status=200).json))
    args = ("--keys", str(file)) if alone else ()
    marked = "ticket %s is marked as destroyed, and no event says that it was" % filed["code"]
    other = "ticket %s: title, text or place is not what was filed" % filed["code"]
    change = "update ticket set destroyed_at = now()%s where id = '" + ticket_id + "'"
    restored(city, "ticket", change % ", title = '', text = '', folded = '', location_text = null, lon = null, lat = null",
             marked if alone else other, *args)
    # Somebody who can take away the constraint leaves the words.
    constraint = city.sql("select pg_get_constraintdef(oid) from pg_constraint where conname = 'ticket_destroyed'")[0][0]
    city.tamper("alter table ticket drop constraint ticket_destroyed")
    try:
        restored(city, "ticket", change % "", marked, *args)
    finally:
        city.tamper("alter table ticket add constraint ticket_destroyed " + constraint)


@pytest.mark.parametrize("column", ["title", "text", "location_text"])
def test_what_was_filed_is_as_it_was(city, answered, column):
    restored(city, "ticket", "update ticket set %s = %s || 'x' where id = '%s'" % (column, column, answered[0]),
             "ticket %s: title, text or place is not what was filed" % answered[1]["code"])


@pytest.mark.parametrize("table", ["reply", "note", "message", "publication"])
def test_a_text_that_is_changed_is_named(city, answered, table):
    column = "answer" if table == "publication" else "text"
    key = city.sql("select %s from %s where ticket = '%s' limit 1" % ("ticket" if table == "publication" else "id", table, answered[0]))
    assert key, "the ticket has a %s" % table
    restored(city, table, "update %s set %s = %s || ' Không.' where ticket = '%s'" % (table, column, column, answered[0]),
             "ticket %s: %s %s is not what was written" % (answered[1]["code"], table, key[0][0]))


@pytest.fixture(scope="module")
def lived(city, answered):
    """A ticket with what the other one has not: a question, a part that was given, a rating and a request about its data."""
    officer = city.person("officer")
    ticket_id, filed = city.filed()
    citizen = city.citizen(filed)
    city.move(officer, ticket_id, "accept")
    city.move(officer, ticket_id, "claim")
    part = city.move(officer, ticket_id, "parts", {"department": "UB-00316", "task": "Cho biết hiện trạng mặt đường trước số nhà 126.", "days": 1}, 201).json
    city.person("officer", "UB-00316").post("/v1/parts/%s/give" % part["id"], {"text": "Mặt đường hư hỏng nặng."}, {"If-Match": '"%d"' % part["version"]}, 200)
    city.move(officer, ticket_id, "ask", {"text": "Ổ gà ở trước số nhà nào ạ?"})
    citizen.post("/v1/tracking/answer", {"text": "Trước số nhà 126."}, status=None)
    city.move(officer, ticket_id, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
    city.move(city.person("head"), ticket_id, "approve")
    citizen.post("/v1/tracking/rating", {"score": "unsatisfied", "reasons": ["too_slow"]}, status=None)
    citizen.post("/v1/tracking/data-requests", {"kind": "delete", "text": "Đề nghị xóa dữ liệu của tôi."}, status=None)
    sealed(city)
    return ticket_id, filed


# What a superuser makes of what somebody wrote, without a letter of it: whose it is and how it stands.
STANDINGS = [
    ("answered", "publication", "state = 'public', decided_by = proposed_by, decided_at = now()"),
    ("answered", "publication", "department = (select id from department where code = 'HN-EIC')"),
    ("answered", "publication", "outcome = 'refused'"),
    ("answered", "reply", "state = 'draft', decided_by = null, decided_at = null"),
    ("answered", "reply", "author = decided_by, decided_by = author"),
    ("answered", "reply", "version = version + 1"),
    ("answered", "message", "(author, department) = (select author, department from reply limit 1)"),
    ("answered", "note", "author = (select decided_by from reply where decided_by is not null limit 1)"),
    ("lived", "message", "(author, department) = (select author, department from reply limit 1)"),
    ("lived", "question", "ended = 'expired'"),
    ("lived", "question", "asked_by = (select decided_by from reply where decided_by is not null limit 1)"),
    ("lived", "part", "state = 'declined'"),
    ("lived", "part", "ended_by = asked_by"),
    ("lived", "part", "department = (select id from department where code = 'HN-EIC')"),
    ("lived", "rating", "reasons = '{}'"),
    ("lived", "data_request", "kind = 'see'"),
]


@pytest.mark.parametrize("whose,table,change", STANDINGS, ids=lambda x: x.split(" ")[0])
def test_whose_a_text_is_and_how_it_stands_is_as_it_was(city, request, whose, table, change):
    ticket_id, filed = request.getfixturevalue(whose)
    key = {"publication": "ticket", "rating": "ticket || '/' || answer"}.get(table, "id")
    of = city.sql("select %s from %s where ticket = '%s'" % (key, table, ticket_id))
    assert len(of) == 1, "the ticket has one"
    restored(city, table, "update %s set %s where ticket = '%s'" % (table, change, ticket_id),
             "ticket %s: %s %s is not what was written" % (filed["code"], table, of[0][0]))


def test_moves_tell_it_by_themselves(city, answered, lived):
    assert city.sql("select count(*) from event where type = 'ticket.words'") == [["0"]]
    assert city.sql("select count(*) from word where form <> 2 and ticket is not null") == [["0"]]


def test_the_words_alone_are_not_what_was_bound(city, answered):
    """Who says that a text has the form of before has its standing left out, and another commitment than the event."""
    restored(city, "word", "update word set form = 1 where of = 'reply' and ticket = '%s'" % answered[0], "ticket %s: reply " % answered[1]["code"])
    restored(city, "word", "update word set form = 2 where of = 'account'", "is not what was written")


def test_a_text_that_is_added_is_named(city, answered):
    restored(city, "note", "insert into note (id, ticket, at, author, department, text) select '00000000-0000-0000-0000-000000000003', ticket, at,"
             " author, department, 'Không có thật.' from note where ticket = '%s' limit 1" % answered[0],
             "ticket %s: note 00000000-0000-0000-0000-000000000003 was added: no event tells of it" % answered[1]["code"])


@pytest.mark.parametrize("table", ["note", "message"])
def test_a_text_that_is_gone_is_named(city, answered, table):
    key = city.sql("select id from %s where ticket = '%s' limit 1" % (table, answered[0]))[0][0]
    restored(city, table, "delete from %s where id = '%s'" % (table, key), "ticket %s: %s %s is gone" % (answered[1]["code"], table, key))


@pytest.mark.parametrize("table", ["note", "message", "reply"])
def test_a_text_that_is_given_to_another_ticket_is_named(city, answered, table):
    other, filed = city.filed()
    sealed(city)
    key = city.sql("select id from %s where ticket = '%s' limit 1" % (table, answered[0]))[0][0]
    move = "update %s set ticket = '%s' where id = '%s'" % (table, other, key)
    restored(city, table, move, "ticket %s: %s %s is gone" % (answered[1]["code"], table, key))
    restored(city, table, move, "ticket %s: %s %s was added: no event tells of it" % (filed["code"], table, key))


def test_texts_go_with_their_ticket(city, answered):
    """What a superuser has destroyed as the server does is destroyed; what only looks so has lost its texts."""
    ticket_id, filed = city.answered()
    city.person("officer").post("/v1/tickets/%s/notes" % ticket_id, {"text": "Đã gọi cho tổ dân phố."}, status=None)
    city.sql("select ticket_destroy(t, null, now()) from ticket t where id = '%s'" % ticket_id)
    sealed(city)
    found = verify(city)
    assert found.returncode == 0 and not found.stdout.splitlines()[1].endswith(" 0 gone"), found.stdout


def test_words_in_events_are_as_they_were(city, answered):
    ticket_id, filed = city.filed()
    city.move(city.person("officer"), ticket_id, "return", {"reason": "Không thuộc thẩm quyền của đơn vị chúng tôi."})
    sealed(city)
    restored(city, "event_text", "update event_text set text = 'Lý do khác hẳn.' where event in (select id from event where ticket = '%s')" % ticket_id,
             "ticket %s: event " % filed["code"])


def test_words_without_their_event_are_of_no_ticket_that_is_known(city, answered):
    ticket_id, _ = city.filed()
    city.move(city.person("officer"), ticket_id, "return", {"reason": "Không thuộc thẩm quyền của đơn vị chúng tôi."})
    sealed(city)
    event = city.sql("select event from event_text x join event e on e.id = x.event where e.ticket = '%s'" % ticket_id)[0][0]
    city.tamper("create table kept as table event; delete from event where id = '%s'" % event)
    said = verify(city).stdout
    city.tamper("insert into event select * from kept where id = '%s'; drop table kept" % event)
    assert re.search("^event %s of .* is gone$" % event, said, re.M) or "event %s" % event in said, said
    assert re.search("event %s/[a-z_]+: the text is there, and the event is not$" % event, said, re.M) and "nothing" not in said, said


def test_tickets_of_before_say_how_they_stand(city, answered):
    """As an upgrade finds them: no event of theirs says it, and their texts are told nowhere."""
    ticket_id = answered[0]
    city.tamper("alter function record_walk_on rename to walk_rests; create table was_event as table event;"
                " delete from event; delete from word where ticket is not null; delete from record_root;"
                " insert into event (id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data, hash)"
                " select id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, d, event_hash(id, at, ticket,"
                " type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, d) from (select *, case when"
                " ticket is null then data else data - '{ticket,words,code}'::text[] end as d from was_event) x; update record_cursor set xid = '0', id = '00000000-0000-0000-0000-000000000000';"
                " update record_walk set ticket = '00000000-0000-0000-0000-000000000000'")
    city.place.unlink()
    sealed(city)
    before = verify(city)
    assert before.returncode == 0 and re.search(r"^%d tickets and 0 filings are of before" % city.count("ticket"), before.stdout, re.M), before.stdout
    city.sql("alter function walk_rests rename to record_walk_on")
    wait_until(lambda: city.sql("select count(*) from record_walk where ticket is null") == [["1"]], 20, "all have said it")
    sealed(city)
    after = verify(city)
    assert after.returncode == 0 and "are of before" not in after.stdout, after.stdout
    restored(city, "ticket", "update ticket set person = null where id = '%s'" % ticket_id, "ticket %s: person is nothing" % answered[1]["code"])
    restored(city, "reply", "update reply set text = text || '.' where ticket = '%s'" % ticket_id, "is not what was written")
    # As before 0116, until it is written again: the words alone are bound, and nobody says that they are not.
    assert city.sql("select distinct form from word where ticket = '%s'" % ticket_id) == [["1"]]
    restored(city, "word", "update word set form = 2 where of = 'reply' and ticket = '%s'" % ticket_id, "ticket %s: reply " % answered[1]["code"])
    city.sql("update reply set version = version where ticket = '%s'" % ticket_id)
    assert city.sql("select form from word where of = 'reply' and ticket = '%s'" % ticket_id) == [["2"]]
    sealed(city)
    restored(city, "reply", "update reply set author = decided_by, decided_by = author where ticket = '%s'" % ticket_id, "is not what was written")
    city.tamper("drop table was_event")
    city.sql("update record_walk set ticket = '00000000-0000-0000-0000-000000000000'")
    wait_until(lambda: city.sql("select count(*) from record_walk where ticket is null") == [["1"]], 20, "said again")
    sealed(city)
    assert "two events say how it began" in verify(city).stdout, "nobody lets tickets that were changed say anew how they stand"


# --- keys and paper --------------------------------------------------------------------------------------------------------------------

def test_public_keys_alone_are_enough(contract, tmp_path):
    """A key is replaced and taken away; then somebody who has nothing but what is published."""
    cluster = Cluster()
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        town.filed()
        sealed(town)
        old, = cluster.keys.glob("record-*.pem")
        cluster.run(town.database, "keys", "rotate", "record")
        old.unlink()
        assert old.with_name(old.stem + ".pub.pem").exists()
        assert verify(town).returncode == 0
        town.stop()
        town.start()
        wait_until(town.ready, 30, "ready again")
        town.filed()
        sealed(town)
        keys = town.anyone.get("/v1/record/keys", status=200).json
        assert len(keys["keys"]) == 2
        file = tmp_path / "keys.json"
        file.write_text(json.dumps(keys))
        cluster.keys.rename(tmp_path / "away")
        said = verify(town, "--keys", str(file), "--head", head_of(town))
        (tmp_path / "away").rename(cluster.keys)
        assert said.returncode == 0 and "without key_dir nothing is said of title, text and place" in said.stdout, said.stdout + said.stderr
        keys["keys"].pop(0)
        file.write_text(json.dumps(keys))
        said = verify(town, "--keys", str(file))
        assert said.returncode == 1 and re.search(r"^root \d+: there is no key ", said.stdout, re.M)
        file.write_text("{}")
        assert "is no set of public keys" in verify(town, "--keys", str(file)).stderr


def head_of(town):
    top = town.anyone.get("/v1/record", status=200).json["head"]
    return "%d:%s" % (top["number"], top["chain"])


def test_a_root_of_each_day_for_paper(city, answered):
    city.tamper("create table kept as table record_root; update record_root set at = now()")      # all of today, also at midnight
    try:
        assert city.anyone.get("/v1/record/days", status=200).json == {"items": [], "next_cursor": None}, "the day is not over"
        city.tamper("update record_root r set at = at - interval '3 d' where number <= 2;"
                    " update record_root r set at = at - interval '1 d' where number = 3")
        days = city.anyone.get("/v1/record/days", status=200).json["items"]
        assert [d["root"]["number"] for d in days] == [2, 3] and days[0]["day"] < days[1]["day"]
        assert city.anyone.get("/v1/record/days?from=" + days[1]["day"]).json["items"] == days[1:]
        first = city.anyone.get("/v1/record/days?limit=1", status=200).json
        assert first["items"] == days[:1] and city.anyone.get("/v1/record/days?limit=1&cursor=" + first["next_cursor"]).json["items"] == days[1:]
        day = city.anyone.get("/v1/record?day=" + days[0]["day"]).json["head"]
        assert day == days[0]["root"]
    finally:
        city.tamper("begin; delete from record_root; insert into record_root select * from kept; drop table kept; commit")
    short = days[0]["short"]
    assert verify(city, "--head", short).returncode == verify(city).returncode
    assert "it is another one than was published" not in verify(city, "--head", short.lower().replace("-", " ")).stdout
    wrong = short[:-1] + ("0" if short[-1] != "0" else "1")
    assert "root 2: it is another one than was published" in verify(city, "--head", wrong).stdout
    assert verify(city, "--head", "2:7K3M").returncode == 1 and head(city).split(":")[0] in verify(city).stdout
