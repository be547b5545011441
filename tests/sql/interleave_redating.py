"""Interleavings of a re-dating (promise R18): what others do to clocks against a portion that is filled, and against the switch.
In the end both slots have the same clocks, and each date is what it would be had it been computed then: here, that the
next slot is a day later than the current one."""
from interleave import MOVE, Board

SCHEMA = """
create schema redo;
create table redo.run (id uuid, worker uuid);
insert into redo.run values (gen_random_uuid(), gen_random_uuid());
-- Reads a portion: all that the job worker takes with it until it writes.
create table redo.portion as select f.mark, true as first, null::timestamptz as due, null::bigint as questions,
    null::bigint as ended from tiepdan.redating_portion((select id from redo.run), null, null, 1) f where false;
create function redo.read() returns bigint language sql as $$
    delete from redo.portion;
    insert into redo.portion select f.mark, row_number() over (partition by f.ticket order by f.due_us, f.kind) = 1,
        to_timestamp(f.due_us / 1000000) + interval '1 day', (select count(*) from tiepdan.question), (select count(ended_at) from tiepdan.question)
        from redo.run, tiepdan.redating_portion(id, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 100000) f;
    select count(*) from redo.portion;
$$;
create function redo.write() returns bigint language sql as $$
    select tiepdan.redating_fill(r.id, r.worker, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
        array_agg(p.mark), array_agg(null::timestamptz), array_agg(p.due), array_agg(null::timestamptz),
        array_agg(null::text), array_agg(null::bigint), array_agg(p.first), max(p.questions), max(p.ended), '{}')
    from redo.run r, redo.portion p group by r.id, r.worker
$$;
create function redo.lay() returns text language sql as $$
    select case when tiepdan.redating_lay(r.id, r.worker, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
        array_agg(p.mark), array_agg(null::timestamptz), array_agg(p.due), array_agg(null::timestamptz), array_agg(null::text),
        array_agg(null::bigint), array_agg(p.first)) then 'laid' else 'not mine' end
    from redo.run r, redo.portion p group by r.id, r.worker;
$$;
create function redo.seal() returns bigint language sql as $$
    select tiepdan.redating_seal(r.id, r.worker, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
        array_agg(p.mark), sum(p.mark >> 16)::bigint, max(p.questions), max(p.ended), '{}')
    from redo.run r, redo.portion p group by r.id, r.worker
$$;
create function redo.begin_slot(p_id uuid, p_worker uuid) returns boolean language plpgsql as $$
declare
    v_begun boolean;
begin
    for n in 1 .. 200 loop
        v_begun := tiepdan.redating_begin(p_id, p_worker, (select version::text from tiepdan.reference_version));
        exit when v_begun is not null;    -- else autovacuum is at the slot
    end loop;
    return v_begun;
end $$;
create function redo.begin() returns text language sql as $$
    select test.enter('admin.HN-EIC');
    update redo.run set id = gen_random_uuid();
    select tiepdan.redating_ask(id, 'Ngày nghỉ được thông báo muộn.', false, gen_random_uuid()) from redo.run;
    select task from redo.run, tiepdan.redating_take(worker, 600000, now());
    select redo.begin_slot(id, worker)::text from redo.run;
$$;
-- Clocks that are not in both slots, or not a day apart; those that began meanwhile are the same in both.
create function redo.wrong() returns bigint language sql as $$
    select count(*) from (select * from tiepdan.clock_running where slot = tiepdan.slot_current()) c
        full join (select * from tiepdan.clock_running where slot <> tiepdan.slot_current()) n on n.ticket = c.ticket and n.kind = c.kind
    where n.ticket is null or c.ticket is null or n.holder <> c.holder or n.round <> c.round or n.extension <> c.extension
        or (n.moved and abs(extract(epoch from n.due_at - c.due_at - interval '1 day')) > 1) or (not n.moved and n.due_at <> c.due_at)
$$;
create function redo.firsts() returns bigint language sql as $$
    select count(*) from (select ticket, slot, count(*) filter (where first) as firsts,
        bool_or(first and (due_at, kind) <> (select due_at, kind from tiepdan.clock_running x where x.ticket = c.ticket and x.slot = c.slot
            order by due_at, kind limit 1)) as bad from tiepdan.clock_running c group by 1, 2) f where firsts <> 1 or bad
$$;
"""


def end(board):
    """The worker reads again what had changed, until nothing is left; both slots agree; the next scenario begins anew."""
    for _ in range(3):
        board.b.do("select redo.read()")
        if board.b.do("select redo.write()") == "0":
            break
    board.check("all is filled", board.b.do("select redo.wrong(), redo.firsts()"), ["0|0"])
    board.check("finished", board.b.do("select tiepdan.redating_finish(id, worker) from redo.run"), ["t"])


def empty(board):
    board.check("emptied", board.b.do("""select task from redo.run, redating_take(worker, 600000, now());
        select redating_empty(id, worker) from redo.run""").strip(), ["empty"])


def drop(board):
    board.cluster.run(board.database, """set search_path = test, tiepdan, public;
        begin; select enter('admin.HN-EIC'); select redating_drop(id, gen_random_uuid()) from redo.run; commit;""")
    empty(board)


def begin(board):
    said = board.cluster.run(board.database, "set search_path = test, tiepdan, public; begin; select redo.begin(); commit;")
    board.check("begun", said.split("\n")[-1], ["true"])


CHANGES = [
    ("accept", ()), ("return", ()), ("ask", (("officer.HN-SXD", "accept"),)), ("propose", (("officer.HN-SXD", "accept"), ("officer.HN-SXD", "claim"))),
    ("approve_extension", (("officer.HN-SXD", "accept"), ("officer.HN-SXD", "request_extension"))),
    ("relevel", (("officer.HN-SXD", "accept"),))]
WHO = {"approve_extension": "head.HN-SXD", "relevel": "coordinator.HN-EIC"}
DATED = ("ask", "approve_extension", "relevel")    # by dates that were computed before


def portion(board):
    """A change is not committed while the portion is to be written, or the other way round; or both come one after the other
    after the portion was read."""
    for action, way in CHANGES:
        for order in ("change first", "change waits", "portion first", "rolled back"):
            ticket = board.ticket(*way)
            begin(board)
            change = MOVE.format(who=WHO.get(action, "officer.HN-SXD"), ticket=ticket, action=action, version=len(way) + 1)
            # A proposal changes no clock; with a question all tickets of the portion that have any are read again.
            left = {"propose": ["0"], "ask": list("1234")}.get(action, ["1"])
            board.b.do("select redo.read()")
            if order == "change first":
                board.a.do(change)
                board.check(f"{action}: the ticket is left", board.b.do("select redo.write()"), left)
            elif order == "portion first":
                one, two, waited = board.race("select redo.write()", change, "commit")
                # Dates that were computed before the slot had the ticket are refused: the caller begins anew.
                again = board.b.do(change) if two == "55P03" and action in DATED else two
                board.check(f"{action} after the portion", (one, again, waited), [("0", str(len(way) + 2), True)])
            else:
                ending = "rollback" if order == "rolled back" else "commit"
                one, two, waited = board.race(change, "select redo.write()", ending)
                board.check(f"{action}, {order}", (one, two), [(str(len(way) + 2), n) for n in (["0"] if ending == "rollback" else left)])
            end(board)
            drop(board)


def laid(board):
    """A portion that is laid down beside everybody else: whenever somebody changes a ticket of it, at the latest the seal finds
    that out, and neither waits for the other for long."""
    for action, way in CHANGES:
        for moment in ("before", "during", "while laying", "between", "not yet", "rolled back", "after"):
            ticket = board.ticket(*way)
            begin(board)
            change = MOVE.format(who=WHO.get(action, "officer.HN-SXD"), ticket=ticket, action=action, version=len(way) + 1)
            moved = str(len(way) + 2)
            # A proposal changes no clock; with a question all tickets of the portion that have any are read again.
            left = {"propose": ["0"], "ask": list("12345678")}.get(action, ["1"])
            board.b.do("select redo.read()")
            if moment == "before":
                board.a.do(change)
                board.check(f"{action} before", board.b.do("select redo.lay()"), ["laid"])
                board.check(f"{action} before: seal", board.b.do("select redo.seal()"), left)
            elif moment == "during":
                one, two, _ = board.race(change, "select redo.lay()", "commit")
                # A clock of a ticket that is begun and not committed is not waited for long: it is there already when it is committed
                # meanwhile. Either way the worker lays the portion down again.
                two = board.b.do("select redo.lay()") if two in ("55P03", "23505") else two
                board.check(f"{action} during", (one, two), [(moved, "laid")])
                board.check(f"{action} during: seal", board.b.do("select redo.seal()"), left)
            elif moment == "while laying":
                one, two, _ = board.race("select redo.lay()", change, "commit")
                again = board.b.do(change) if two == "55P03" and action in DATED else two
                board.check(f"{action} while laying", (one, again), [("laid", moved)])
                board.check(f"{action} while laying: seal", board.b.do("select redo.seal()"), left)
            elif moment == "between":
                board.b.do("select redo.lay()")
                board.check(f"{action} between", board.a.do(change), [moved])
                board.check(f"{action} between: seal", board.b.do("select redo.seal()"), left)
            elif moment == "after":
                board.b.do("select redo.lay()")
                one, two, waited = board.race("select redo.seal()", change, "commit")
                again = board.b.do(change) if two == "55P03" and action in DATED else two
                board.check(f"{action} after the seal", (one, again, waited), [("0", moved, True)])
            else:
                board.b.do("select redo.lay()")
                ending = "rollback" if moment == "rolled back" else "commit"
                one, two, _ = board.race(change, "select redo.seal()", ending)
                board.check(f"{action}, {moment}", (one, two), [(moved, n) for n in (["0"] if ending == "rollback" else left)])
            end(board)
            drop(board)


def laid_again(board):
    """What a worker has laid down before it died is laid down again by the next one, by the rows as they are then."""
    ticket = board.ticket(("officer.HN-SXD", "accept"))
    begin(board)
    board.b.do("select redo.read(), redo.lay()")
    board.a.do(MOVE.format(who="officer.HN-SXD", ticket=ticket, action="return", version=2))
    board.check("again", board.b.do("select redo.read(); select redo.lay(); select redo.seal()").split("\n")[-2:], [["laid", "0"]])
    end(board)
    one, two, waited = board.race("select redo.lay()", "select test.enter('admin.HN-EIC'); select redating_drop(id, gen_random_uuid()) is null from redo.run", "commit")
    board.check("dropped after it was laid", (one, two.strip(), waited), [("not mine", "f", False)])
    empty(board)


def filing(board):
    """A ticket that is filed while the slot is filled is in it, whichever comes first."""
    board.ticket()
    begin(board)
    board.b.do("select redo.read()")
    one, two, waited = board.race("select outcome from test.file('HN-SXD')", "select redo.write()", "commit")
    board.check("file, write", (one, two, waited), [("filed", "1", True), ("filed", "0", True)])
    one, two, waited = board.race("select redo.read(), redo.write()", "select outcome from test.file('HN-SXD')", "commit")
    board.check("write, file", (two, waited), [("filed", True)])
    end(board)
    drop(board)


def stale_facts(board):
    """An officer asks while the portion is written: the clocks were read before the slot had them, and are read again."""
    ticket = board.ticket(("officer.HN-SXD", "accept"))
    begin(board)
    board.b.do("select redo.read()")
    board.a.do("create temp table read as select slot, kind from clock_running where ticket = '%s'" % ticket)
    board.check("filled", board.b.do("select redo.write()"), ["0"])
    board.check("refused", board.a.do("select clocks_redate('%s', array_agg(slot), array_agg(kind), null, null, null, null) from read" % ticket), ["55P03"])
    end(board)
    drop(board)


def switch(board):
    """A change against the switch: it waits, or the switch waits for it; afterwards both slots agree."""
    for action, way in CHANGES:
        for first in ("change", "switch"):
            ticket = board.ticket(*way)
            begin(board)
            end(board)
            change = MOVE.format(who=WHO.get(action, "officer.HN-SXD"), ticket=ticket, action=action, version=len(way) + 1)
            apply = "select test.enter('admin.HN-EIC'); select redating_apply(id, gen_random_uuid())::json->>'state' from redo.run"
            one, two, _ = board.race(change, apply, "commit") if first == "change" else board.race(apply, change, "commit")
            done = (one, two) if first == "change" else (two, one)
            board.check(f"{action}, {first} first", (done[0].strip(), done[1].strip()), [(str(len(way) + 2), "applied")])
            board.check(f"{action}, {first} first: the slots", board.b.do("""
                select count(*) from clock_running c full join clock_running n on n.ticket = c.ticket and n.kind = c.kind and n.slot <> c.slot
                where c.ticket is null or n.ticket is null or c.holder <> n.holder or c.extension <> n.extension or c.round <> n.round"""), ["0"])
            board.check("firsts", board.b.do("select redo.firsts()"), ["0"])
            told = board.b.do("""select redating_tell(run.id, worker, 100000) from redo.run, redating_take(worker, 60000, now());
                select redating_tell(id, worker, 100000) from redo.run""")
            counts = told.split("\n")
            board.check(f"{action}, {first} first: told", (counts[0] not in ("", "0") and len(counts[0]) < 5, counts[-1]), [(True, "0")])
            board.cluster.run(board.database, """set search_path = test, tiepdan, public;
                begin; select enter('admin.HN-EIC'); select redating_make_final(id, gen_random_uuid()) from redo.run; commit;""")
            empty(board)


def workers(board):
    """Two job workers: the second one neither waits nor gets it; events are written once whoever writes them."""
    board.ticket()
    begin(board)
    end(board)
    board.cluster.run(board.database, "set search_path = test, tiepdan, public; begin; select enter('admin.HN-EIC'); select redating_apply(id, gen_random_uuid()) from redo.run; commit;")
    one, two, waited = board.race("select task from redo.run, redating_take(worker, 60000, now())",
                                  "select count(*) from redating_take(gen_random_uuid(), 60000, now())", "commit")
    board.check("take, take", (one, two, waited), [("tell", "0", False)])
    tell = "select redating_tell(id, worker, 100000) > 0 from redo.run"
    one, two, waited = board.race(tell, tell, "commit")
    board.check("tell, tell", (one, two, waited), [("t", "f", True)])
    one, two, waited = board.race(tell, tell, "rollback")
    board.check("once", board.b.do("""select count(*) = count(distinct ticket) from event, redo.run
        where type = 'ticket.redated' and data->>'redating' = run.id::text"""), ["t"])


def reader(board):
    """Somebody reads the slot that is to be emptied: the re-dating waits, says since when, and keeps nobody waiting."""
    board.ticket()
    board.a.do("begin")
    board.a.do("select count(*) from clock_running")
    board.cluster.run(board.database, """set search_path = test, tiepdan, public; begin; select enter('admin.HN-EIC');
        update redo.run set id = gen_random_uuid();
        select redating_ask(id, 'Ngày nghỉ được thông báo muộn.', false, gen_random_uuid()) from redo.run;
        select task from redo.run, redating_take(worker, 600000, now()); commit;""")
    once = "select redating_begin(id, worker, (select version::text from reference_version)) from redo.run"
    waiting = "select waiting_since, total > 0 from redating, redo.run where redating.id = run.id"
    board.check("it waits", board.b.do(once), [""])
    since = board.b.do(waiting)
    board.check("and says since when", (since.endswith("|t"), len(since) > 10), [(True, True)])
    board.check("again", (board.b.do(once), board.b.do(waiting)), [("", since)])
    board.check("nobody writes to it", board.b.do("select count(*) from clock_slot where role = 'empty'"), ["1"])
    board.a.do("commit")
    board.check("begun", board.b.do("select redo.begin_slot(id, worker) from redo.run"), ["t"])
    board.check("it waits no longer", board.b.do(waiting), ["|t"])
    end(board)
    drop(board)


def run(cluster):
    board = Board(cluster, "interleave_redating")
    cluster.run(board.database, SCHEMA)
    for scenario in (portion, laid, laid_again, filing, stale_facts, switch, reader, workers):
        scenario(board)
    board.close()
    print(f"interleave_redating: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
