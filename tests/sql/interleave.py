"""Interleavings of two sessions (promise R18): each scenario says what both ask for; every order of their steps has to end
in one of the allowed outcomes, and nobody waits for ever."""
from support import Session

MOVE = "select etag from test.move('{who}', '{ticket}', '{action}', p_version := {version})"
FILE = ("select outcome from test.file('HN-SXD', p_key := sha256('{key}'), p_fingerprint := sha256('{print}'))")


class Board:
    """Two sessions on one database; remembers what failed."""
    def __init__(self, cluster, database="interleave"):
        self.cluster, self.database, self.passed, self.failed = cluster, database, 0, 0
        cluster.run("postgres", f"create database {self.database} template fixture;")
        self.a, self.b, self.watch = (Session(cluster, self.database) for _ in range(3))

    def check(self, name, got, allowed):
        good = got in allowed
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if not good:
            print(f"{self.database}: {name}: {got}, allowed is {allowed}")

    def ticket(self, *moves):
        made = self.cluster.run(self.database, "set search_path = test, tiepdan, public; select id from file('HN-SXD');")
        for who, action in moves:
            self.cluster.run(self.database, f"set search_path = test, tiepdan, public; select etag from move('{who}', '{made}', '{action}');")
        return made

    def race(self, first, second, end):
        """`first` is done and not committed while `second` begins; then the first ends with `end`. -> both answers, and
        whether the second had to wait."""
        self.a.do("begin")
        self.b.do("begin")
        one = self.a.do(first)
        self.b.send(second)
        two = self.b.settled(self.a, self.watch)
        waited = two is None
        self.a.do(end)
        if waited:
            two = self.b.answer()
        self.b.do("commit")
        return one, two, waited

    def close(self):
        for session in (self.a, self.b, self.watch):
            session.close()


def claims(board):
    """Two officers claim the same version: one gets it, the other is told to load it again."""
    for end, allowed in (("commit", [("3", "TD412", True)]), ("rollback", [("3", "3", True)])):
        ticket = board.ticket(("officer.HN-SXD", "accept"))
        one = MOVE.format(who="officer.HN-SXD", ticket=ticket, action="claim", version=2)
        board.check(f"claim, claim, {end}", board.race(one, one, end), allowed)


def decisions(board):
    """The head approves and sends back at once, in both orders; the ticket is answered or in progress, never both."""
    way = (("officer.HN-SXD", "accept"), ("officer.HN-SXD", "claim"), ("officer.HN-SXD", "propose"))
    for actions, state in ((("approve", "send_back"), "answered published"), (("send_back", "approve"), "in_progress sent_back")):
        ticket = board.ticket(*way)
        one, two = (MOVE.format(who=w, ticket=ticket, action=a, version=4) for w, a in zip(("head.HN-SXD", "head.HN-SXD"), actions))
        board.check(" then ".join(actions), board.race(one, two, "commit"), [("5", "TD412", True)])
        board.check("and the ticket", board.cluster.run(board.database, f"""
            select t.state || ' ' || r.state from tiepdan.ticket t join tiepdan.reply r on r.ticket = t.id where t.id = '{ticket}'"""), [state])


def routes(board):
    """The holder accepts while the hub routes the ticket away: one of them, and one holder."""
    for first, second in ((("officer.HN-SXD", "return"), ("officer.HN-SXD", "accept")), (("officer.HN-SXD", "accept"), ("officer.HN-SXD", "return"))):
        ticket = board.ticket()
        one, two = (MOVE.format(who=w, ticket=ticket, action=a, version=1) for w, a in (first, second))
        # The ticket that was returned is not seen any more: 404 before 412.
        board.check(f"{first[1]}, {second[1]}", board.race(one, two, "commit")[:2], [("2", "TD412"), ("2", "TD404")])
        board.check("holders", board.cluster.run(board.database, f"""
            select count(*) from tiepdan.holding where ticket = '{ticket}' and until is null"""), ["1"])


def keys(board):
    """The same key at once on two connections: the second waits, then replays, or files when the first gave up."""
    for number, (end, prints, want) in enumerate((("commit", "ff", "replayed"), ("commit", "fg", "key_reused"), ("rollback", "ff", "filed"))):
        one, two = (FILE.format(key=f"key{number}", print=p) for p in prints)
        board.check(f"same key, {end}, {prints}", board.race(one, two, end), [("filed", want, True)])
        board.check("tickets", board.cluster.run(board.database, f"""
            select count(*) from tiepdan.ticket t join tiepdan.once o on o.ticket = t.id and o.key = sha256('key{number}')"""), ["1"])
    one = "select test.attempt('select 1'); select tiepdan.once_claim(sha256('c'), sha256('f')); select tiepdan.once_finish(sha256('c'), 201, 'x')"
    board.check("claim, claim", board.race(one, "select tiepdan.once_claim(sha256('c'), sha256('f'))", "commit")[1:], [("TD200", True)])


def circles(board):
    """Batches with the same keys in another order cannot wait for each other in a circle."""
    take = "select tiepdan.once_take(array[{}], array[{}], array[gen_random_uuid(), gen_random_uuid()], array[now(), now()])"
    for n in range(20):
        ab, ba = (take.format(", ".join(f"sha256('{n}{k}')" for k in order), "sha256('f'), sha256('f')") for order in ("xy", "yx"))
        board.a.do("begin"), board.b.do("begin")
        board.a.send(ab), board.b.send(ba)
        first = board.a if board.a.settled(board.b, board.watch) is not None else board.b
        second = board.b if first is board.a else board.a
        if first is board.b:
            board.b.answer()
        first.do("commit")
        said = second.answer()
        second.do("commit")
        board.check("opposite orders", said, ["f|f", "{f,f}"])


def jobs(board):
    """Two job workers at once: each answer is closed once, each partition made once."""
    way = [("officer.HN-SXD", a) for a in ("accept", "claim", "propose")] + [("head.HN-SXD", "approve")]
    for _ in range(3):
        board.ticket(*way)
    board.cluster.run(board.database, "update tiepdan.ticket set answered_at = now() - interval '20 days' where state = 'answered'")
    total = board.cluster.run(board.database, "select count(*) from tiepdan.ticket where state = 'answered'")
    one, two, waited = board.race("select tiepdan.close_answered(now(), 2)", "select tiepdan.close_answered(now(), 100)", "commit")
    board.check("both together close all", (int(one) + int(two), waited), [(int(total), False)])
    board.check("with one event each", board.cluster.run(board.database, "select count(*) = count(distinct ticket) from tiepdan.event where type = 'ticket.closed'"), ["t"])
    make = "select tiepdan.make_partitions(1, '2040-01-01')"
    board.check("partitions", board.race(make, make, "commit"), [("2", "0", True)])


def ratings(board):
    """Two ratings at once: one."""
    way = [("officer.HN-SXD", a) for a in ("accept", "claim", "propose")] + [("head.HN-SXD", "approve")]
    ticket = board.ticket(*way)
    rate = f"""select tiepdan.tracking_rate((select number from tiepdan.ticket where id = '{ticket}'), 1, 'satisfied', '{{}}', null, now(),
        gen_random_uuid())"""
    board.check("rate, rate", board.race(rate, rate, "commit"), [("", "23505", True)])


def withdrawals(board):
    """The head answers while the citizen withdraws; the job closes while a second look is asked for: one of both."""
    way = [("officer.HN-SXD", a) for a in ("accept", "claim", "propose")]
    citizen = "select test.citizen((select number from tiepdan.ticket where id = '{ticket}'), '{action}', p_version := {version})"
    for first, state in (("approve", "answered"), ("withdraw", "withdrawn")):
        ticket = board.ticket(*way)
        answer = MOVE.format(who="head.HN-SXD", ticket=ticket, action="approve", version=4)
        withdraw = citizen.format(ticket=ticket, action="withdraw", version=4)
        both = (answer, withdraw) if first == "approve" else (withdraw, answer)
        board.check(f"{first} first", board.race(*both, "commit")[1:], [("55P03" if first == "approve" else "TD412", True)])
        board.check("and the ticket", board.cluster.run(board.database, f"select state from tiepdan.ticket where id = '{ticket}'"), [state])
        board.check("its clocks", board.cluster.run(board.database, f"""
            select count(*) from tiepdan.clock_running where ticket = '{ticket}'"""), ["0"])
    close = "select tiepdan.close_answered(now(), 100)"
    for first, want in (("close", ("55P03", True)), ("second_look", ("0", False))):
        ticket = board.ticket(*way, ("head.HN-SXD", "approve"))
        board.cluster.run(board.database, f"update tiepdan.ticket set answered_at = now() - interval '40 days' where id = '{ticket}'")
        look = citizen.format(ticket=ticket, action="second_look", version=5).replace("'second_look'", "'second_look', now() - interval '39 days'")
        board.check(f"{first} first", board.race(*((close, look) if first == "close" else (look, close)), "commit")[1:], [want])
    board.check("reopened", board.cluster.run(board.database, f"select state from tiepdan.ticket where id = '{ticket}'"), ["reopened"])


def run(cluster):
    board = Board(cluster)
    for scenario in (claims, decisions, routes, keys, circles, jobs, ratings, withdrawals):
        scenario(board)
    board.close()
    print(f"interleave: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
