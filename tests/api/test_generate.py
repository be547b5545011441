"""Generated tickets against tickets whose lives went through the API: the same rows, the same events, the same record; and people go on
with them."""
import hashlib
import hmac
import subprocess
from urllib.parse import quote

import pytest

from support.record import sealed, verify
from support.town import HUB, Town, wait_until

TICKETS, SEED = 3000, 7
WORDS = "Đề nghị kiểm tra lại hiện trường trước khi trả lời."
TABLES = ("ticket", "holding", "clock", "clock_running", "alarm", "contact", "word", "event_text", "reply", "rating", "question", "extension",
          "message", "part", "ticket_merge", "ticket_tag", "publication")
SCHEMA = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'tiepdan'::regnamespace
        and conrelid::regclass::text !~ '^(event|ticket_search)_2'
    union all select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
        where indrelid in (select oid from pg_class where relnamespace = 'tiepdan'::regnamespace and relname !~ '^(event|ticket_search)_2')
    union all select tgrelid::regclass::text, tgname, tgenabled::text from pg_trigger
        where not tgisinternal and tgrelid::regclass::text !~ '^(event|ticket_search)_2'
    order by 1, 2, 3"""


def generate(cluster, database, *args, ok=True):
    return cluster.run(database, "generate", *args, ok=ok)


@pytest.fixture(scope="module")
def town(cluster, contract):
    database = cluster.new_database()
    before = cluster.sql("set search_path = tiepdan;" + SCHEMA, database)
    cluster.place(database)
    generate(cluster, database, "--tickets", str(TICKETS), "--seed", str(SEED), "--yes")
    assert cluster.sql("set search_path = tiepdan;" + SCHEMA, database) == before, "all that was dropped is there again"
    made = Town(cluster, contract, database)
    yield made
    made.close()


def secret_of(town, number):
    """What the citizen of a ticket was given: it is derived (auth/ticket_secret.h)."""
    key = bytes.fromhex((town.cluster.keys / "secret.key").read_text().strip())

    def mac(under, text):
        return hmac.new(under, text, hashlib.sha256).digest()
    key = mac(mac(bytes(32), key), b"tiepdan/1/ticket-secret\x01")
    value = int.from_bytes(mac(key, b"".join((8).to_bytes(8, "big") + n.to_bytes(8, "big") for n in (number, 1)))[:17], "big") >> 6
    return "1" + "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[value >> 5 * i & 31] for i in reversed(range(26)))


def shapes(town, table, which):
    """How rows look: the columns that are there, and, of JSON, its members."""
    rows = town.sql("select distinct (select string_agg(case when jsonb_typeof(value) = 'object' and key in ('data', 'ticket') then key || '('"
                    " || (select string_agg(k, ',' order by k) from jsonb_object_keys(value) k) || ')' else key end, ' ' order by key)"
                    " from jsonb_each(to_jsonb(x)) where jsonb_typeof(value) <> 'null') from %s x where %s" % (table, which))
    return {row[0] for row in rows}


# --- what is refused ------------------------------------------------------------------------------------------


def test_nothing_is_filled_by_mistake(town):
    before = town.count("ticket")
    said = generate(town.cluster, town.database, "--tickets", "10", ok=False)
    assert said.returncode == 1 and "say --yes" in said.stderr and town.database in said.stderr
    for args in (["--yes"], ["--tickets", "0", "--yes"], ["--tickets", "10", "--from", "yesterday", "--yes"], ["--tickets", "10", "--yes", "more"],
                 ["--tickets", "10", "--from", "2100-01-01", "--yes"]):
        assert generate(town.cluster, town.database, *args, ok=False).returncode == 1, args
    assert town.count("ticket") == before


# --- what there is --------------------------------------------------------------------------------------------


def test_as_much_of_everything_as_a_city_has(town):
    assert town.count("ticket") >= TICKETS
    for table in TABLES:
        assert town.count(table) > 0, table
    kinds = dict(town.sql("select type, count(*) from event where ticket is not null group by 1"))
    assert {"ticket.filed", "ticket.accepted", "ticket.claimed", "ticket.asked", "ticket.supplied", "ticket.progress", "ticket.returned",
            "ticket.routed", "ticket.refused", "ticket.withdrawn", "ticket.merged", "ticket.merged_in", "ticket.extension_requested",
            "ticket.extension_approved", "reply.proposed", "reply.sent_back", "ticket.answered", "ticket.rated", "ticket.closed",
            "publication.proposed", "publication.published", "part.asked"} <= set(kinds)
    assert {row[0] for row in town.sql("select distinct coalesce(outcome, '-') from ticket")} == {"-", "met", "late"}
    most, least = town.sql("select max(n), min(n) from (select count(*) as n from ticket group by category) x")[0]
    assert int(most) > 5 * int(least)
    night, day = town.sql("select count(*) filter (where h < 6), count(*) filter (where h between 8 and 10)"
                          " from (select extract(hour from filed_at at time zone 'Asia/Ho_Chi_Minh') as h from ticket) x")[0]
    assert int(day) > 5 * int(night)


@pytest.mark.parametrize("says,which", [
    ("each ticket has one holder now", "select from ticket t where (select count(*) from holding where ticket = t.id and until is null) <> 1"),
    ("and it is the holder", "select from ticket t join holding h on h.ticket = t.id and h.until is null where h.department <> t.holder"),
    ("holders follow each other", "select from holding a where a.until is not null and not exists"
     " (select from holding b where b.ticket = a.ticket and b.since = a.until)"),
    ("open tickets have one first clock", "select from ticket t where not t.done and"
     " (select count(*) from clock_running c where c.ticket = t.id and c.first) <> 1"),
    ("and no other ticket has one", "select from ticket t join clock_running c on c.ticket = t.id where t.done and c.first"),
    ("clocks that run are the holder's", "select from ticket t join clock_running c on c.ticket = t.id where c.holder <> t.holder"),
    ("clocks end behind their beginning", "select from clock where stop_at < start_at and outcome <> 'passed' and kind <> 'answer'"),
    ("who was in time was", "select from clock where (outcome = 'met' and stop_at > due_at) or (outcome = 'late' and stop_at <= due_at)"),
    ("days of answers are counted", "select from clock where kind = 'answer' and days is null and outcome <> 'passed'"),
    ("versions are those of events", "select from ticket t where t.version <> (select count(*) from event e where e.ticket = t.id"
     " and e.type not like 'part.%' and e.type not like 'clock.%')"
     " and not exists (select from event j where j.ticket = t.id and j.actor_kind = 'job' and j.type <> 'ticket.closed')"),
    ("words are said", "select from word where event is null"),
    ("states are led to", "select from ticket t where done = (select open from state where code = t.state)"),
    ("answers are published replies", "select from ticket t where t.state in ('answered', 'closed') and not exists"
     " (select from reply r where r.ticket = t.id and r.state = 'published' and r.decided_at = t.answered_at and r.author <> r.decided_by)"),
    ("numbers are taken", "select from ticket where number >= (select next from number_stock)"),
    ("merged ones have their root", "select from ticket t where state = 'merged' and not exists"
     " (select from ticket_merge m where m.ticket = t.id and m.ended_at is null)"),
    ("alarms are events of their instant", "select from alarm a where not exists (select from event e where e.id = a.event and e.at = a.fired_at"
     " and e.ticket = a.ticket and e.data->>'clock' = a.kind and (e.data->>'level')::int = a.level)"),
    ("what runs comes to the level that has not fired", "select from clock_running c join alarm a using (ticket, kind, round) where a.level >= c.alarm_level"),
    ("and the breach of what is overdue is known", "select from clock_running c where c.due_at < now() - interval '1 hour' and not c.parked"
     " and not exists (select from alarm a where (a.ticket, a.kind, a.round) = (c.ticket, c.kind, c.round) and a.level = 2)"),
    ("parts end with the ticket", "select from part p join ticket t on t.id = p.ticket where (p.state = 'asked') = t.done"),
    ("events are those of the past", "select from event where at > now()"),
    ("each month has its events", "select from event_default"),
])
def test_it_holds_together(town, says, which):
    assert town.sql("select count(*) from (%s) x" % which) == [["0"]], says


# --- as through the API ---------------------------------------------------------------------------------------


def publish(town, ticket_id):
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")
    for who, verb in ((town.person("officer"), ""), (town.coordinator, "/publish")):
        body = None if verb else {"question": "Đề nghị vá ổ gà trên phố Ví Dụ."}
        who.post("/v1/tickets/%s/publication%s" % (ticket_id, verb), body, {"If-Match": '"%d"' % town.version(ticket_id)}, 200)


def lives(town):
    """Tickets through the API, one of each tale; -> their ids."""
    officer, head, hub = town.person("officer"), town.person("head"), town.coordinator
    answer = {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."}
    contact = {"name": "Nguyễn Thị Mẫu", "phone": "0900000001", "email": "mau@example.org"}
    ids = []

    def life(*moves, **changes):
        ticket_id, filed = town.filed(**changes)
        ids.append(ticket_id)
        for who, action, body in moves:
            town.move(who, ticket_id, action, body)
        return ticket_id, town.citizen(filed)
    begin = [(officer, "accept", None), (officer, "claim", None)]
    done = [(officer, "propose", answer), (head, "approve", None)]
    one, citizen = life(*begin, *done, contact=contact)
    citizen.post("/v1/tracking/rating", {"score": "satisfied"}, status=201)
    publish(town, one)
    one, citizen = life(*begin, (officer, "ask", {"text": WORDS}))
    citizen.post("/v1/tracking/answer", {"text": "Trước số nhà 126."}, status=201)
    for who, action, body in done:
        town.move(who, one, action, body)
    citizen.post("/v1/tracking/rating", {"score": "unsatisfied", "reasons": ["too_slow"], "comment": "Chờ lâu."}, status=201)
    life(*begin, (officer, "request-extension", {"amount": 2, "reason": WORDS}), (head, "approve-extension", None), *done)
    life(*begin, (officer, "progress", answer), *done, location_text="số 9 phố Ví Dụ", point={"lon": 105.8, "lat": 21})
    life(*begin, (officer, "propose", answer), (head, "send-back", {"reason": WORDS}), *done)
    life((officer, "return", {"reason": WORDS}), (hub, "route", {"department": "HN-SXD", "reason": WORDS}), *begin, *done)
    life((head, "refuse", {"reason_code": "out_of_scope"}), anonymous=True)
    life()[1].post("/v1/tracking/withdraw", {}, status=201)
    life((officer, "accept", None))[1].post("/v1/tracking/withdraw", {}, status=201)
    root = life()[0]
    life((hub, "merge", {"into": root, "reason": WORDS}))
    for moves in ([], begin[:1], begin, begin + done[:1]):
        life(*moves)
    overdue(town, life(begin[0])[0])
    return ids


def overdue(town, ticket_id):
    """With alarms of a clock and of the part that a rule has asked for."""
    for left, kind in (("10 min", "clock.warning"), ("-1 sec", "clock.breached"), ("-1 sec", "clock.part_breached")):
        dates = "= date_trunc('second', now()) - interval '90 min', due_at = date_trunc('second', now()) + interval '%s', alarm_at = now()" % left
        town.tamper("update clock_running set unit = 'h', amount = 1, start_at %s where ticket = '%s' and kind = 'answer';"
                    " update part set asked_at %s where ticket = '%s'" % (dates, ticket_id, dates, ticket_id))
        wait_until(lambda: town.sql("select count(*) > 0 from event where ticket = '%s' and type = '%s'" % (ticket_id, kind)) == [["t"]], 30, kind)


def test_rows_look_as_those_of_tickets_that_people_filed(town):
    ids = "('%s')" % "', '".join(lives(town))
    for table in TABLES:
        ours, theirs = (shapes(town, table, "%s %s in %s" % ("id" if table == "ticket" else "x.ticket" if table != "event_text" else
                                                              "(select e.ticket from event e where e.id = x.event and e.at = x.at)", how, ids))
                        for how in ("not", ""))
        if table == "ticket":     # which of place, point and rules there are is by chance
            continue
        assert theirs <= ours or table in ("ticket_tag",), (table, theirs - ours)
    # Generated texts have their first form (migrations/0116), by which what becomes of them later is committed to nowhere.
    first = "case when exists (select from jsonb_array_elements(data->'words') w where w->>2 = '1') then data else data - 'words' end"
    for kind, data in town.sql("select distinct type, (select string_agg(k, ',' order by k) from jsonb_object_keys(" + first + ") k) || ' ' || (actor is null)"
                               " || ' ' || (department is null) || coalesce(from_state, '-') || coalesce(to_state, '-') from event where ticket in %s" % ids):
        assert town.sql("select count(*) > 0 from event where type = '%s' and ticket not in %s and (select string_agg(k, ',' order by k)"
                        " from jsonb_object_keys(data) k) || ' ' || (actor is null) || ' ' || (department is null) || coalesce(from_state, '-')"
                        " || coalesce(to_state, '-') = '%s'" % (kind, ids, data)) == [["t"]], (kind, data)


def test_every_date_is_as_the_product_counts_it(town):
    """All clocks of tickets that nobody has touched since, as GET explains them."""
    officer = town.coordinator
    for (ticket_id,) in town.sql("select t.id from ticket t where exists (select from clock where ticket = t.id and kind = 'answer')"
                                 " and number < %d order by md5(id::text) limit 40" % TICKETS):
        for clock in officer.get("/v1/tickets/" + ticket_id).json["clocks"]:
            path = "/v1/tickets/%s/clocks/%s/explanation?round=%d" % (ticket_id, clock["kind"], clock["round"])
            assert officer.get(path).json["explanation"]["due"] == clock["due_at"], (ticket_id, clock["kind"])


# --- nobody is told ------------------------------------------------------------------------------------------


def test_nobody_is_told_of_what_was_generated(cluster, contract, tmp_path):
    """By a server that runs meanwhile: clocks and parts that were due are as if their alarms had fired then."""
    town = Town(cluster, contract, mail_url="file:%s" % tmp_path, mail_from="a@b.example")
    more = "--tickets", "1000", "--seed", "11", "--yes", "--add"
    wait_until(lambda: generate(cluster, town.database, *more, ok=False).returncode == 0, 30, "the job worker has come to what was seeded")
    made = "xid = (select xid from event where type = 'tickets.generated')"
    assert town.sql("select count(*) > 100 from event where " + made + " and type = 'clock.breached'") == [["t"]]
    to_come = "select ticket from clock_running where alarm_at > (select at from event where type = 'tickets.generated')" \
              " and alarm_at < now() + interval '1 hour' union select ticket from part where alarm_at between now() - interval '5 min' and now() + interval '1 hour'"
    quiet = town.sql("select coalesce(array_agg(id), '{}') from ticket where id not in (%s)" % to_come)[0][0]
    ticket_id, _ = town.filed()
    town.tamper("update clock_running set unit = 'h', amount = 1, start_at = now() - interval '2 hours', due_at = now() - interval '1 hour', alarm_at = now()"
                " where ticket = '%s' and kind = 'accept'" % ticket_id)
    wait_until(lambda: town.sql("select count(*) > 0 from notice where type = 'clock.breached'") == [["t"]], 60, "a letter about another ticket")
    later = "ticket = any ('%s') and ticket <> '%s'" % (quiet, ticket_id)
    assert town.sql("select type from event where not (%s) and %s" % (made, later)) == []
    assert town.sql("select type from notice where " + later) == []
    town.close()


# --- people go on ---------------------------------------------------------------------------------------------


def test_people_go_on_with_them(town):
    rows = town.sql("select t.id, t.number, t.code, a.login, d.code from ticket t join account a on a.id = t.person join department d on d.id = t.holder"
                    " where t.state = 'in_progress' and t.number < %d order by t.id limit 3" % TICKETS)
    assert rows
    for ticket_id, number, code, login, department in rows:
        citizen = town.citizen({"code": code, "secret": secret_of(town, int(number))})
        assert citizen.get("/v1/tracking").json["state"] == "in_progress"
        officer, head = town.sign_in(login), town.sign_in("lanhdao." + department.lower())
        town.move(officer, ticket_id, "propose", {"text": "Đã xử lý xong, xin cảm ơn ông/bà."})
        town.move(head, ticket_id, "approve")
        citizen.post("/v1/tracking/rating", {"score": "acceptable"}, status=201)
        assert citizen.get("/v1/tracking").json["state"] == "answered"
        assert citizen.get("/v1/tracking/receipt").json["event"]
    admin = town.person("admin", HUB)
    assert admin.get("/v1/reports/sla?from=2025-07-01&to=2026-12-31&by=department").json
    assert len(town.coordinator.get("/v1/tickets?limit=100").json["items"]) > 20
    assert town.anyone.get("/v1/public/tickets").json["items"]


def test_a_contact_opens(town):
    ticket_id, = town.sql("select c.ticket from contact c join ticket t on t.id = c.ticket where not t.done limit 1")[0]
    told = town.coordinator.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Hỏi rõ vị trí"))).json
    assert told["name"] and told.get("phone", "+8490000").startswith("+8490000") and told.get("email", "@example.org").endswith("@example.org")


def test_the_record_holds_them(town):
    sealed(town)
    said = verify(town)
    assert said.returncode == 0 and " 0 faults" in said.stdout, said.stdout
    assert ", 0 of them not sealed yet" in said.stdout


def test_the_reports_count_them(town):
    """Each way through the states, with holders and clocks, and what is open now."""
    wait_until(lambda: town.sql("select filled_to is null from report_cursor") == [["t"]], 120, "the follower of reports")
    assert town.cluster.run(town.database, "verify", "reports").endswith(": 0 faults\n")


def test_what_waits_for_its_root_was_not_added_behind_it(cluster, contract):
    """The sealer has come to the middle of what was generated, and there are roots over later events from before."""
    town = Town(cluster, contract)
    sealed(town)
    town.stop()
    generate(cluster, town.database, "--tickets", "2000", "--seed", "5", "--yes")
    last = int(town.sql("select max(number) from record_root")[0][0])
    town.sql("create function half_way() returns trigger language plpgsql as $$ begin raise exception 'half way'; end $$;"
             " create trigger half_way before insert on record_root for each row when (new.number > %d) execute function half_way()" % (last + 1))
    town.start()
    wait_until(lambda: int(town.sql("select max(number) from record_root")[0][0]) > last, 30, "a portion is sealed")
    said = verify(town)
    town.sql("drop trigger half_way on record_root; drop function half_way()")
    assert said.returncode == 0 and " 0 faults" in said.stdout, said.stdout
    assert ", 0 of them not sealed yet" not in said.stdout
    sealed(town)
    assert verify(town).returncode == 0
    town.close()


LAST = "(select xid, id from event order by xid desc, id desc limit 1)"


def test_a_filing_gets_a_number_of_its_own_and_more_can_be_added(town):
    before = town.count("ticket")
    town.file()
    assert "were not generated" in generate(town.cluster, town.database, "--tickets", "100", "--yes", ok=False).stderr
    more = "--tickets", "100", "--seed", "9", "--yes", "--add"
    town.stop()
    town.sql("update notice_cursor c set xid = e.xid, id = nobody() from %s e" % LAST)
    assert "has not come to" in generate(town.cluster, town.database, *more, ok=False).stderr, "letters would be lost"
    for name in ("notice", "triage", "alike", "suggestion", "search"):
        town.sql("update %s_cursor c set xid = e.xid, id = e.id from %s e" % (name, LAST))
    generate(town.cluster, town.database, *more)
    assert "another --seed" in generate(town.cluster, town.database, *more, ok=False).stderr
    town.start()
    assert town.count("ticket") == before + 101
    town.file()
    sealed(town)
    assert verify(town).returncode == 0


def test_they_are_found_as_if_the_search_had_followed_them(cluster, contract):
    """Search follows nothing of them; when it is made to, it finds the same."""
    database = cluster.new_database()
    generate(cluster, database, "--tickets", "200", "--seed", "4", "--yes")
    kept = "select md5(string_agg(x::text, '' order by x)) from ticket_search x union all select md5(string_agg(x::text, '' order by x)) from search_word x"
    made = cluster.sql("set search_path = tiepdan;" + kept, database)
    cluster.sql("set search_path = tiepdan; delete from ticket_search; delete from search_word;"
                " update search_cursor set xid = '0', id = '00000000-0000-0000-0000-000000000000'", database)
    town = Town(cluster, contract, database)
    wait_until(lambda: town.sql("select (c.xid, c.id) >= (e.xid, e.id) from search_cursor c, %s e" % LAST) == [["t"]], 60, "the search has followed")
    assert town.sql(kept) == made and town.count("ticket_search") == 200
    town.close()


def test_who_reads_for_long_is_not_waited_for_without_end(cluster):
    """Whoever comes behind it to a table that it is to drop something of would wait, too."""
    database = cluster.new_database()
    cluster.place(database)
    before = cluster.sql("set search_path = tiepdan;" + SCHEMA, database)
    reader = subprocess.Popen(["psql", "-X", "-q", "-d", cluster.url(database, "postgres"), "-c", "begin", "-c", "select count(*) from tiepdan.contact",
                               "-c", "select pg_sleep(60)"], stdout=subprocess.DEVNULL)
    wait_until(lambda: cluster.sql("select 1 from pg_stat_activity where query ~ 'pg_sleep.60' and pid <> pg_backend_pid()", database), 20, "a reader")
    failed = generate(cluster, database, "--tickets", "10", "--yes", ok=False)
    assert reader.poll() is None and failed.returncode == 1 and "lock timeout" in failed.stderr, failed.stderr
    assert cluster.sql("set search_path = tiepdan;" + SCHEMA, database) == before, "nothing is dropped"
    cluster.sql("select pg_terminate_backend(pid) from pg_stat_activity where query ~ 'pg_sleep.60' and pid <> pg_backend_pid()", database)
    reader.wait(20)


def test_the_same_seed_gives_the_same_tickets(town, cluster):
    made = []
    for _ in range(2):
        database = cluster.new_database()
        generate(cluster, database, "--tickets", "300", "--seed", "3", "--to", "2026-11-01", "--yes")
        made.append(cluster.sql("set search_path = tiepdan; select md5(string_agg(x::text, '' order by id)) from"
                                " (select id, number, code, title, text, state, version, holder, filed_at, updated_at, outcome from ticket) x"
                                " union all select md5(string_agg(id::text || type || at, '' order by id)) from event where ticket is not null", database))
    assert made[0] == made[1]
