"""Interleavings of the two jobs that keep the clusters of likely duplicates: a ticket is closed while they look at it."""
from interleave import Board

REFUSE = "select etag from move('coordinator.HN-EIC', '{ticket}', 'refuse', p_reason_code := 'out_of_scope')"
GROUP = "select alike_group(array['{ticket}'::uuid], array[null::uuid])"
# What the follower stores of all events that there are, as the server would.
FOLLOW = """with e as materialized (select * from alike_next(now(), 1000)), f as (select * from e where ticket is not null)
    select alike_store(l.after_xid, l.after_id, l.xid, l.id, 1, (select array_agg(ticket) from f), (select array_agg(5) from f), (select array_agg(1) from f),
        (select array_agg('n lang'::text) from f), (select array_agg(decode(repeat('0a', 128), 'hex')) from f), '{}', '{}', now())
    from (select * from e order by xid::xid8 desc, id desc limit 1) l"""


def followed(board):
    """A ticket that belongs to no event yet."""
    ticket = board.ticket()
    board.a.do(FOLLOW)
    return ticket


def counted(board, ticket):
    return board.cluster.run(board.database, f"""
        select concat_ws(' ', a.event is not null, a.counted, coalesce(c.tickets, 0)) from tiepdan.ticket_alike a
            left join tiepdan.alike_cluster c on c.event = a.ticket where a.ticket = '{ticket}'""")


def grouping(board):
    """It is closed and followed while it is grouped as an open one: the follower waits, and counts it no more."""
    ticket = followed(board)
    board.a.do("begin"), board.a.do(REFUSE.format(ticket=ticket))
    board.b.do("begin"), board.b.do(GROUP.format(ticket=ticket))
    board.a.do("commit")
    board.a.send(FOLLOW)
    board.check("the follower waits", board.a.settled(board.b, board.watch), [None])
    board.b.do("commit")
    board.a.answer()
    board.check("closed while it is grouped", counted(board, ticket), ["t f 0"])


def following(board):
    """It is grouped while the follower looks at its end: whoever groups waits, and sees it closed."""
    ticket = followed(board)
    board.cluster.run(board.database, "set search_path = test, tiepdan, public;" + REFUSE.format(ticket=ticket))
    board.check("both", board.race(FOLLOW, GROUP.format(ticket=ticket), "commit"), [("1", "1", True)])
    board.check("grouped while it is followed", counted(board, ticket), ["t f 0"])


def both(board):
    """Two job workers group the same ticket: it is counted once; also when the first gives up."""
    for end in ("commit", "rollback"):
        ticket = followed(board)
        board.check(f"group, group, {end}", board.race(GROUP.format(ticket=ticket), GROUP.format(ticket=ticket), end), [("1", "1", True)])
        board.check("counted once", counted(board, ticket), ["t t 1"])


def run(cluster):
    board = Board(cluster, "interleave_alike")
    for scenario in (grouping, following, both):
        scenario(board)
    board.close()
    print(f"interleave_alike: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
