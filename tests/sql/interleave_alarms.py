"""Interleavings of alarms (promise R18): a job worker's tick against a question, its answer, an extension, an answer to the
citizen, a return, new dates, a switch of slots, and another job worker. Each order has to end in one of the allowed outcomes: no alarm
twice, none of a clock that has stopped, none that was put off before it fired, and nobody waits for ever.

A tick is two transactions: FIND keeps what is due in a table of the session, FIRE lets it fire."""
from interleave import MOVE, Board

FIND = ("create temp table if not exists seen (f tiepdan.alarm_fact[]); delete from seen; "
        "insert into seen select test.found(now() + interval '20 h')")
FIRE = "select moved || ' ' || fired from seen, test.fire(f, now() + interval '20 h')"
SUPPLY = """select question_supply(k.number, 1, k.version, gen_random_uuid(), 'Số nhà 126, ngõ 99', now(), f.slots, f.kinds, f.starts, f.dues,
    f.alarms, f.versions, gen_random_uuid()) from ticket k, (select array_agg(slot) as slots, array_agg(kind) as kinds,
    array_agg(start_at) as starts, array_agg(due_at - interval '1 d') as dues, array_agg(alarm_at - interval '1 d') as alarms,
    array_agg(version) as versions from clock_running where ticket = '{ticket}') f where k.id = '{ticket}'"""
PUT_OFF = "update clock_running set alarm_at = alarm_at + interval '30 h' where ticket = '{ticket}'"
SWITCH = """select pg_advisory_xact_lock(hashtext('tiepdan.clock_slot'));
    update clock_slot set role = 'previous' where role = 'current'; update clock_slot set role = 'current' where slot = 1"""
OFFICER, HEAD = "officer.HN-SXD", "head.HN-SXD"


class Alarms(Board):
    def run(self, sql):
        return self.cluster.run(self.database, "set search_path = test, tiepdan, public; " + sql)

    def due(self, moves, kind):
        """A ticket of which one clock is the only one that has an alarm to fire."""
        made = self.ticket(*moves)
        self.run(f"""update clock_running set alarm_at = case when ticket = '{made}' and kind = '{kind}' then now() + interval '19 h'
            else 'infinity' end""")
        return made

    def outcome(self, ticket, kind):
        """Alarms that fired, their events, and what the running clock says: level, hours until its alarm."""
        return self.run(f"""select concat_ws(' ', (select count(*) from alarm where ticket = '{ticket}'), (select count(*) from event
            where ticket = '{ticket}' and type like 'clock.%'), (select concat(alarm_level, ' ', round(extract(epoch from alarm_at - now()) / 3600))
            from clock_running where slot = slot_current() and ticket = '{ticket}' and kind = '{kind}'))""")

    def said(self, name, answer):
        """A change is accepted: it says nothing, or a new version."""
        self.check(name, answer is not None and answer.strip().isdigit() or answer == "", [True])


def move(who, action, version):
    return lambda ticket: MOVE.format(who=who, ticket=ticket, action=action, version=version)


# What changes the clock: its name, what has happened before, the kind of the clock, the change, and what the clock says after it alone and
# after an alarm and the change.
CHANGES = (
    ("question", [(OFFICER, "accept")], "answer", move(OFFICER, "ask", 2), " 1 67", " 2 67"),
    ("citizen's answer", [(OFFICER, "accept"), (OFFICER, "ask")], "answer", lambda t: SUPPLY.format(ticket=t), " 1 -5", " 2 -5"),
    ("extension", [(OFFICER, "accept"), (OFFICER, "request_extension")], "answer", move(HEAD, "approve_extension", 3), " 1 67", " 2 67"),
    ("answer", [(OFFICER, a) for a in ("accept", "claim", "propose")], "answer", move(HEAD, "approve", 4), "", ""),
    ("return", [], "accept", move(OFFICER, "return", 1), " 1 20", " 1 20"),
    ("new dates", [], "accept", lambda t: PUT_OFF.format(ticket=t), " 1 49", " 2 73"),
)


def change_first(board, name, moves, kind, change, alone, _):
    """The clock changes between the two transactions of a tick: it does not fire."""
    ticket = board.due(moves, kind)
    board.a.do(FIND)
    board.said(f"{name}, changed between", board.b.do(change(ticket)))
    board.check(f"{name}, tick after it", board.a.do(FIRE), ["0 0"])
    board.check(f"{name} first", board.outcome(ticket, kind), ["0 0" + alone])


def change_open(board, name, moves, kind, change, alone, _):
    """The change is not committed when the tick comes: the tick leaves the clock to it, and does not wait."""
    for end, after in (("commit", "0 0" + alone), ("rollback", "0 0 1 19")):
        ticket = board.due(moves, kind)
        board.b.do(FIND)
        said, fired, _ = board.race(change(ticket), FIRE, end)
        board.said(f"{name}, open", said)
        board.check(f"{name}, tick during it, {end}", fired, ["0 0"])
        board.check(f"{name} open, {end}", board.outcome(ticket, kind), [after])


def tick_open(board, name, moves, kind, change, alone, both):
    """The tick is not committed when the change comes: the alarm has fired, then the change counts."""
    for end, after in (("commit", "1 1" + both), ("rollback", "0 0" + alone)):
        ticket = board.due(moves, kind)
        board.a.do(FIND)
        fired, said, _ = board.race(FIRE, change(ticket), end)
        board.check(f"{name}, tick before it, {end}", fired, ["1 1"])
        board.said(f"{name}, after the tick", said)
        board.check(f"{name} last, {end}", board.outcome(ticket, kind), [after])


def workers(board):
    """Two job workers have found the same alarms: one lets them fire. If it dies, the other does at its next tick."""
    tickets = [board.ticket() for _ in range(20)]
    for end, again in (("rollback", "20 20"), ("commit", "0 0")):
        board.run("update clock_running set alarm_at = case when kind = 'accept' and alarm_level = 1 and ticket = any "
                  f"('{{{','.join(tickets)}}}') then now() + interval '19 h' else 'infinity' end")
        board.a.do(FIND), board.b.do(FIND)
        one, two, _ = board.race(FIRE, FIRE, end)
        board.check(f"two workers, {end}", (one, two), [("20 20", "0 0")])
        board.check(f"the next tick, {end}", board.b.do(FIRE), [again])
        board.check(f"each once, {end}", {board.outcome(t, "accept") for t in tickets}, [{"1 1 2 43"}])
        board.run("delete from alarm; update clock_running set alarm_level = 1; set session_replication_role = replica; "
                  "delete from event where type like 'clock.%'")


def opposite(board):
    """Both have found them in another order: nobody waits for the other in a circle."""
    tickets = [board.ticket() for _ in range(10)]
    for turn in range(5):
        board.run("update clock_running set alarm_at = case when kind = 'accept' and ticket = any "
                  f"('{{{','.join(tickets)}}}') then now() + interval '19 h' else 'infinity' end")
        for session, order in ((board.a, "asc"), (board.b, "desc")):
            session.do(FIND)
            session.do(f"update seen set f = (select array_agg(x order by (x).ticket {order}) from unnest(f) x)")
        board.a.do("begin"), board.b.do("begin")
        board.a.send(FIRE), board.b.send(FIRE)
        said = [s.answer() for s in (board.a, board.b)]
        board.a.do("commit"), board.b.do("commit")
        moved = sum(int(s.split()[0]) for s in said if s)
        board.check(f"opposite orders {turn}", (len([s for s in said if s]), moved), [(2, 10)])
        board.check(f"levels {turn}", board.run(f"select count(*), count(distinct event) from alarm where level = {turn + 1} and ticket = any "
                                                f"('{{{','.join(tickets)}}}')"), ["10|10" if turn < 4 else "0|0"])


def expiry(board):
    """A question's time is over while its ticket's alarm fires: both happen, once."""
    for first, second in (("select questions_expire(now() + interval '3 d', 10)", FIRE), (FIRE, "select questions_expire(now() + interval '3 d', 10)")):
        ticket = board.due([(OFFICER, "accept"), (OFFICER, "ask")], "answer")
        board.a.do(FIND), board.b.do(FIND)
        one, two, _ = board.race(first, second, "commit")
        board.check("alarm and expiry", ("1 1" in (one, two), {one, two} >= {None}), [(True, False)])
        board.check("ticket", board.run(f"select state from ticket where id = '{ticket}'"), ["accepted"])
        board.check("alarm", board.outcome(ticket, "answer"), ["1 1 2 43"])


def switch(board):
    """The dates of all tickets are switched between the two transactions of a tick, or while it begins: what was found by the old dates
    does not fire by them."""
    for during in (False, True):
        ticket = board.due([], "accept")
        board.run("""delete from clock_running where slot = 1; update clock_slot set role = 'next' where slot = 1;
            update clock_slot set role = 'current' where slot = 0;
            insert into clock_running select (jsonb_populate_record(c, jsonb_build_object('slot', 1, 'alarm_at', c.alarm_at + interval '30 h'))).*
            from clock_running c""")
        board.b.do(FIND)
        if during:
            _, fired, waited = board.race(SWITCH, FIRE, "commit")
            board.check("tick waits for the switch", waited, [True])
        else:
            board.a.do(f"begin; {SWITCH}; commit")
            fired = board.b.do(FIRE)
        board.check("tick after the switch", fired, ["0 0"])
        board.check("switched", board.outcome(ticket, "accept"), ["0 0 1 49"])


def one_date_held(board):
    """Somebody holds the other date of a clock: it does not fire by one alone, and after that it fires once, whichever date is valid."""
    ticket = board.due([], "accept")
    board.run("""delete from clock_running where slot = 1; update clock_slot set role = 'next' where slot = 1;
        update clock_slot set role = 'current' where slot = 0;
        insert into clock_running select (jsonb_populate_record(c, jsonb_build_object('slot', 1, 'due_at', c.due_at + interval '1 h'))).*
        from clock_running c""")
    board.b.do(FIND)
    board.a.do(f"begin; select from clock_running where slot = 1 and ticket = '{ticket}' for update")
    board.check("tick while a date is held", board.b.do(FIRE), ["0 0"])
    board.a.do("commit")
    board.b.do(FIND)
    board.check("tick after that", board.b.do(FIRE), ["1 1"])
    board.a.do(f"begin; {SWITCH}; commit")
    board.b.do(FIND)
    board.check("tick by the other date", board.b.do(FIRE), ["0 0"])
    board.check("alarm", board.run(f"""select concat_ws(' ', (select count(*) from alarm where ticket = '{ticket}'),
        (select string_agg(alarm_level::text, ',') from clock_running where ticket = '{ticket}' and kind = 'accept'))"""), ["1 2,2"])


def date_laid(board):
    """A re-dating lays down another date of a clock between the two steps of an alarm: by both or not at all."""
    ticket = board.due([], "accept")
    board.run("""delete from clock_running where slot = 1; update clock_slot set role = 'next' where slot = 1;
        update clock_slot set role = 'current' where slot = 0""")
    board.b.do(FIND)
    board.run("""insert into clock_running select (jsonb_populate_record(c, jsonb_build_object('slot', 1, 'due_at', c.due_at + interval '1 h'))).*
        from clock_running c where slot = 0""")
    board.check("tick by one of two dates", board.b.do(FIRE), ["0 0"])
    board.b.do(FIND)
    board.check("tick by both", board.b.do(FIRE), ["1 1"])
    board.a.do(f"begin; {SWITCH}; commit")
    board.b.do(FIND)
    board.check("tick after the switch", board.b.do(FIRE), ["0 0"])
    board.check("alarm", board.run(f"select count(*) from alarm where ticket = '{ticket}'"), ["1"])


def run(cluster):
    board = Alarms(cluster, "interleave_alarms")
    for change in CHANGES:
        for order in (change_first, change_open, tick_open):
            order(board, *change)
    for scenario in (workers, opposite, expiry, switch, one_date_held, date_laid):
        scenario(board)
    board.close()
    print(f"interleave_alarms: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
