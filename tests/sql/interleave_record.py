"""The record beside transactions that are open: sealers that take little or much at random moments, and writers that commit, or not, in any
order. Nobody waits for anybody, and each event comes under one root."""
import random

from interleave import Board
from support import Session

STEPS, WRITERS = 300, 4
WRITE = "select event_write(gen_random_uuid(), clock_timestamp(), null, 'system.tested', 'job', null, null, null, null, null, null, null)"
PREPARE = """
-- What the sealer does, of so many at the most.
create function test.seal(p_limit bigint) returns text language sql as $$
    select record_store(n.seen, n.xid, n.id, n.number + 1, now(), n.events, n.first_us, n.last_us, sha256('r'),
        coalesce((select chain from record_root where number = n.number), decode(repeat('00', 32), 'hex')), sha256(('c' || n.number)::bytea), 'kid',
        decode(repeat('00', 64), 'hex'), n.entries)::text
    from (select min(seen) as seen, (array_agg(xid order by i desc))[1] as xid, (array_agg(id order by i desc))[1] as id, min(number) as number,
            count(*) as events, min(at_us) as first_us, max(at_us) as last_us, string_agg(int8send(at_us) || uuid_send(id) || hash, '' order by i) as entries
        from record_leaves(p_limit) with ordinality x (number, at_ms, e, root, previous, kid, signature, seen, xid, id, at_us, hash, i)) n
    where n.events > 0
$$;
create function test.sealed() returns setof uuid language sql as $$
    select encode(substr(r.entries, 56 * n + 9, 16), 'hex')::uuid from record_root r cross join generate_series(0, r.events - 1) n
$$;
"""
# Of each event that is there how often it is under a root: 1; and what is under one is there.
WRONG = """select count(*) from (select id, count(s.*) as times from event e left join test.sealed() s (x) on s.x = e.id group by id) y
    where times <> 1 union all select count(*) from test.sealed() x where not exists (select from event where id = x)"""


def passes(board):
    """What a transaction wrote that is open meanwhile is sealed when it has ended, though the record has gone on."""
    board.watch.do("select test.seal(1000)")
    board.a.do("begin")
    board.a.do(WRITE + "; " + WRITE)
    board.b.do(WRITE)
    board.check("beside one that is open", board.watch.do("select test.seal(1000)"), ["1"])
    board.check("which is noted", board.watch.do("select count(*) from record_passed"), ["1"])
    board.check("nothing more", board.watch.do("select test.seal(1000)"), [""])
    board.a.do("commit")
    board.check("a part of it", board.watch.do("select test.seal(1)"), ["1"])
    board.check("and the rest", board.watch.do("select test.seal(1)"), ["1"])
    board.check("once", board.watch.do("select test.seal(1)"), [""])


def sealers(board):
    """Two sealers that have read the same: one stores."""
    board.watch.do(WRITE)
    board.check("the second stores nothing", board.race("select test.seal(1000)", "select test.seal(1000)", "commit"), [("1", "0", True)])


def lives(board):
    chance, writers = random.Random(board.database), [Session(board.cluster, board.database) for _ in range(WRITERS)]
    is_open, beside = [False] * WRITERS, 0
    for _ in range(STEPS):
        n = chance.randrange(WRITERS)
        if chance.random() < 0.4:
            took = board.watch.do("select test.seal(%d)" % chance.choice((1, 2, 3, 1000)))
            beside += any(is_open) and took != ""
        elif not is_open[n]:
            writers[n].do("begin")
            is_open[n] = True
        elif chance.random() < 0.6:
            writers[n].do(WRITE)
        else:
            writers[n].do(chance.choice(("commit", "commit", "rollback")))
            is_open[n] = False
    for n in range(WRITERS):
        writers[n].do("commit") if is_open[n] else None
        writers[n].close()
    board.check("it was sealed beside open ones", beside > 10, [True])
    while board.watch.do("select test.seal(3)") != "":
        pass
    board.check("each event is under one root", board.watch.do(WRONG), ["0|0", "0\n0"])
    board.check("few transactions are remembered for nothing", int(board.watch.do("select count(*) from record_passed")) <= WRITERS, [True])


def restored(board):
    """A transaction that was passed has ended, and the database is restored into another cluster before its events were sealed."""
    board.a.do("begin")
    board.a.do(WRITE)
    board.b.do(WRITE)
    board.watch.do("select test.seal(1000)")
    board.a.do("commit")
    board.b.do(WRITE)
    board.watch.do("""set session_replication_role = replica; update event set xid = (xid::text::bigint + 4000000000000)::text::xid8;
        update record_passed set xid = (xid::text::bigint + 4000000000000)::text::xid8; set session_replication_role = origin;
        update record_cursor set xid = (xid::text::bigint + 4000000000000)::text::xid8;
        update notice_cursor set (xid, id) = (select xid, id from record_cursor)""")
    board.check("what is of another cluster waits until it has places here", board.watch.do("select test.seal(1000)"), [""])
    board.watch.do("select feeds_resume()")
    board.check("the one that was passed, and the one behind", board.watch.do("select test.seal(1000)"), ["2"])
    board.check("each event is under one root", board.watch.do(WRONG), ["0|0", "0\n0"])


def run(cluster):
    board = Board(cluster, "interleave_record")
    board.watch.do(PREPARE)
    for scenario in (passes, sealers, lives, restored):
        scenario(board)
    board.close()
    print(f"interleave_record: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
