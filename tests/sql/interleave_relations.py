"""Interleavings of merges (promise R18): with what moves, answers or warns of the ticket at the same time, and with each other."""
from interleave import Board

MOVE = "select etag from test.move('{who}', '{ticket}', '{action}', p_version := {version}, p_department := {department}, p_into := {into})"
WAY = (("officer.HN-SXD", "accept"), ("officer.HN-SXD", "claim"), ("officer.HN-SXD", "propose"))


def move(who, ticket, action, version, into=None, department=None):
    return MOVE.format(who=who, ticket=ticket, action=action, version=version, into=f"'{into}'" if into else "null",
                       department=f"'{department}'" if department else "null")


def state(board, ticket):
    return board.cluster.run(board.database, f"""
        select concat_ws(' ', t.state, d.code, (select count(*) from tiepdan.ticket_merge where ticket = t.id and ended_at is null),
            (select count(*) from tiepdan.clock_running where ticket = t.id and slot = tiepdan.slot_current() and not parked),
            (select count(*) from tiepdan.clock_running where ticket = t.id and slot = tiepdan.slot_current() and parked))
        from tiepdan.ticket t join tiepdan.department d on d.id = t.holder where t.id = '{ticket}'""")


def transfers(board):
    """One is merged while it, or the other one, is sent to another department: one of both for the ticket itself; a root may
    go wherever it likes."""
    for first in ("merge", "route"):
        one, root = board.ticket(), board.ticket()
        asked = {"merge": move("coordinator.HN-EIC", one, "merge", 1, into=root),
                 "route": move("coordinator.HN-EIC", one, "route", 1, department="UB-00316")}
        second = "route" if first == "merge" else "merge"
        board.check(f"{first}, {second}", board.race(asked[first], asked[second], "commit"), [("2", "TD412", True)])
        board.check("and the ticket", state(board, one), ["merged HN-SXD 1 0 2" if first == "merge" else "submitted UB-00316 0 2 0"])
    for first in ("merge", "route"):
        one, root = board.ticket(), board.ticket()
        asked = {"merge": move("coordinator.HN-EIC", one, "merge", 1, into=root),
                 "route": move("coordinator.HN-EIC", root, "route", 1, department="UB-00316")}
        second = "route" if first == "merge" else "merge"
        # Whoever routes the root learns that it stands for two now.
        board.check(f"{first}, {second} of the root", board.race(asked[first], asked[second], "commit"),
                    [("2", "TD412" if first == "merge" else "2", True)])
        board.check("and the ticket", state(board, one), ["merged HN-SXD 1 0 2"])


def answers(board):
    """A ticket, or the one it is merged into, is answered at the same time."""
    for first, want in (("merge", ["merged HN-SXD 1 0 1"]), ("approve", ["answered HN-SXD 0 0 0"])):
        one, root = board.ticket(*WAY), board.ticket()
        asked = {"merge": move("head.HN-SXD", one, "merge", 4, into=root), "approve": move("head.HN-SXD", one, "approve", 4)}
        second = "approve" if first == "merge" else "merge"
        board.check(f"{first}, {second}", board.race(asked[first], asked[second], "commit"), [("5", "TD412", True)])
        board.check("and the ticket", state(board, one), want)
    for first, want in (("merge", ("2", "TD412", True)), ("approve", ("5", "TD481", True))):
        one, root = board.ticket(), board.ticket(*WAY)
        asked = {"merge": move("head.HN-SXD", one, "merge", 1, into=root), "approve": move("head.HN-SXD", root, "approve", 4)}
        second = "approve" if first == "merge" else "merge"
        board.check(f"{first}, {second} of the root", board.race(asked[first], asked[second], "commit"), [want])


def circles(board):
    """Two are merged into each other: one merge, no circle, and nobody waits for ever; also when one of them goes back."""
    for end, allowed in (("commit", [("2", "TD412", True)]), ("rollback", [("2", "2", True)])):
        one, two = board.ticket(), board.ticket()
        board.check(f"merge, merge, {end}", board.race(move("head.HN-SXD", one, "merge", 1, into=two), move("head.HN-SXD", two, "merge", 1, into=one), end),
                    allowed)
        edges = board.cluster.run(board.database, f"select count(*) from tiepdan.ticket_merge where ticket in ('{one}', '{two}') and ended_at is null")
        board.check("one edge", edges, ["1"])
    one, two, three = board.ticket(), board.ticket(), board.ticket()
    board.cluster.run(board.database, "set search_path = test, tiepdan, public;" + move("head.HN-SXD", one, "merge", 1, into=two))
    board.check("back, the root is merged", board.race(move("head.HN-SXD", one, "unmerge", 2), move("head.HN-SXD", two, "merge", 2, into=three), "commit"),
                [("3", "TD412", True)])
    board.check("and the ticket", state(board, one), ["submitted HN-SXD 0 2 0"])


def alarms(board):
    """An alarm of a ticket that is just being merged: it fires before, or it waits with its clock; no clock comes twice."""
    fire = "select fired from test.fire(test.found(now() + interval '20 h'), now() + interval '20 h')"
    for first in ("merge", "fire"):
        board.cluster.run(board.database, "update tiepdan.clock_running set alarm_at = 'infinity'")
        one, root = board.ticket(), board.ticket()
        board.cluster.run(board.database, f"update tiepdan.clock_running set alarm_at = 'infinity' where ticket = '{root}'")
        asked = {"merge": move("head.HN-SXD", one, "merge", 1, into=root), "fire": fire}
        second = "fire" if first == "merge" else "merge"
        got = board.race(asked[first], asked[second], "commit")
        board.check(f"{first}, {second}", got[:2], [("2", "0")] if first == "merge" else [("1", "2")])
        board.check("and the ticket", state(board, one), ["merged HN-SXD 1 0 2"])
        fired = board.cluster.run(board.database, f"select count(*) from tiepdan.alarm where ticket = '{one}'")
        board.cluster.run(board.database, "set search_path = test, tiepdan, public;" + move("head.HN-SXD", one, "unmerge", 2))
        board.check("back", state(board, one), ["submitted HN-SXD 0 2 0"])
        again = board.cluster.run(board.database, "set search_path = test, tiepdan, public;" + fire)
        board.check("it fires once", (int(fired), int(again)), [(0, 1), (1, 0)])


def withdrawals(board):
    """The root is withdrawn while one is merged into it: either it is too late for one of them, or the other goes on alone."""
    for first in ("merge", "withdraw"):
        one, root = board.ticket(), board.ticket()
        number = board.cluster.run(board.database, f"select number from tiepdan.ticket where id = '{root}'")
        asked = {"merge": move("head.HN-SXD", one, "merge", 1, into=root), "withdraw": f"select test.citizen({number}, 'withdraw') is null"}
        second = "withdraw" if first == "merge" else "merge"
        got = board.race(asked[first], asked[second], "commit")
        board.check(f"{first}, {second}", got[1], ["55P03"] if first == "merge" else ["TD481"])
        board.check("and the ticket", state(board, one), ["merged HN-SXD 1 0 2" if first == "merge" else "submitted HN-SXD 0 2 0"])


def reviews(board):
    """Two citizens of one case ask for a second look at once: one asks for both, and the other is told so."""
    for end, second in (("commit", "55P03"), ("rollback", "t")):
        root, one = board.ticket(*WAY), board.ticket()
        board.cluster.run(board.database, "set search_path = test, tiepdan, public;" + move("head.HN-SXD", one, "merge", 1, into=root) + ";"
                          + move("head.HN-SXD", root, "approve", 5))
        ask = "select test.citizen((select number from tiepdan.ticket where id = '%s'), 'second_look') is null"
        board.check(f"second look, second look, {end}", board.race(ask % one, ask % root, end), [("t", second, True)])
        board.check("asked for once", board.cluster.run(board.database, f"""
            select count(*), count(*) filter (where asker = '{one if end == "commit" else root}') from tiepdan.review where ticket = '{root}'"""), ["1|1"])
        board.check("and then", board.b.do(ask % (root if end == "commit" else one)), ["TD487"])


def ratings(board):
    """The answer is rated for a merged ticket while a second look is asked for, which locks both in the order of their ids."""
    rate = "select tiepdan.tracking_rate((select number from tiepdan.ticket where id = '%s'), 1, 'satisfied', '{}', null, now(), gen_random_uuid())"
    ask = "select test.citizen((select number from tiepdan.ticket where id = '%s'), 'second_look') is null"
    lock = "select from tiepdan.ticket where id = '%s' for no key update nowait"

    def answered():
        root, one = sorted((board.ticket(), board.ticket()))
        for who, action in (*WAY, ("head.HN-SXD", "approve")):
            board.cluster.run(board.database, f"set search_path = test, tiepdan, public; select move('{who}', '{root}', '{action}')")
            if action == "propose":
                board.cluster.run(board.database, "set search_path = test, tiepdan, public;" + move("head.HN-SXD", one, "merge", 1, into=root))
        return root, one

    for who in (0, 1):
        case = answered()
        board.check("second look, rating", board.race(ask % case[who], rate % case[1], "commit"), [("t", "TD409", True)])
        board.check("no rating", board.cluster.run(board.database, f"select count(*) from tiepdan.rating where ticket = '{case[1]}'"), ["0"])
        case = answered()
        board.check("rating, second look", board.race(rate % case[1], ask % case[who], "commit"), [("", "55P03", True)])
    root, one = answered()
    board.a.do("begin")
    board.a.do(lock % root)
    board.b.send(rate % one)
    board.check("a rating waits", board.b.settled(board.a, board.watch), [None])
    board.check("and holds nothing meanwhile", board.a.do(lock % one), [""])
    board.a.do("commit")
    board.check("then it is there", board.b.answer(), [""])


def joins(board):
    """Two citizens join at once where there is one place left: the second one waits, and finds it taken or free."""
    join = "select joined is not null from tiepdan.tickets_join('{{{0}}}', '{{null}}', '{{null}}', '{{{1}}}', array[now()], array[gen_random_uuid()])"
    both = "select count(joined) from tiepdan.tickets_join('{{{0},{1}}}', '{{null,null}}', '{{null,null}}', '{{{2},{3}}}', array[now(), now()], " \
        "array[gen_random_uuid(), gen_random_uuid()])"
    before = "select tiepdan.ticket_join('{0}', null, '{1}', now(), gen_random_uuid()) is not null"     # a server of before 0130
    board.cluster.run(board.database, "update tiepdan.setting set value = 1 where name = 'joins_most'")
    for first, second in ((before, join), (join, before)):
        root, one, two = (board.ticket() for _ in range(3))
        board.check("before and now", board.race(first.format(one, root), second.format(two, root), "commit"), [("t", "TD489", True)])
    board.cluster.run(board.database, "update tiepdan.setting set value = 1000 where name = 'joins_most'")
    for most, refusal in (("joins_most", "TD489"), ("joins_hour_most", "TD488")):
        for end, second in (("commit", refusal), ("rollback", "t")):
            board.cluster.run(board.database, f"update tiepdan.setting set value = 1 where name = '{most}'")
            root, one, two = board.ticket(), board.ticket(), board.ticket()
            board.check(f"join, join, {end}", board.race(join.format(one, root), join.format(two, root), end), [("t", second, True)])
            joined = board.cluster.run(board.database, f"select count(*) from tiepdan.ticket_merge where into_ticket = '{root}'")
            board.check("joined", joined, ["1"])
        board.cluster.run(board.database, f"update tiepdan.setting set value = 1000 where name = '{most}'")
    root, other, one, two = (board.ticket() for _ in range(4))
    board.check("two tickets", board.race(join.format(one, root), join.format(two, other), "commit"), [("t", "t", False)])
    one, two, three, four = (board.ticket() for _ in range(4))
    crossed = board.race(both.format(one, two, root, other), both.format(three, four, other, root), "commit")
    board.check("the same two, crossed", crossed, [("2", "2", True)])


def run(cluster):
    board = Board(cluster, "interleave_relations")
    for scenario in (transfers, answers, circles, alarms, withdrawals, reviews, ratings, joins):
        scenario(board)
    board.close()
    print(f"interleave_relations: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
