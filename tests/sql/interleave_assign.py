"""Automatic assignment by two job workers at once, and beside people: each ticket goes to one officer once, nobody gets more than they
can take, the oldest go first, and neither worker waits for the other or for an officer who works with a ticket."""
from interleave import MOVE, Board

ROOM = {"HN-SXD": (300, 200, 100, 60, 20), "HN-TTRA": (10, 400)}
TICKETS = {"HN-SXD": 700, "HN-TTRA": 300}
# Filed a second apart, in an order that is not that of their ids, and accepted behind the back of the guard.
FILE = """set search_path = test, tiepdan, public; set session_replication_role = replica;
    select count(*) from (select file('{code}', p_at := now() - (n * 7919 % {many}) * interval '1 second') from generate_series(1, {many}) n) x;
    update ticket set state = 'accepted' where holder = department_id('{code}') and state = 'submitted'"""
RUN = "select tried || ' ' || assigned from tiepdan.tickets_assign(clock_timestamp(), 100)"
HOLDER = "holder = test.department_id('{code}')"


class Offices(Board):
    def ask(self, sql):
        return self.cluster.run(self.database, "set search_path = test, tiepdan, public; " + sql)

    def office(self, code, room):
        """A department whose only officers can take so much."""
        self.ask(f"""update account set active = false where department = department_id('{code}') and login not like 'head.%';
            insert into department_work select a.department, true, now(), a.id from account a where login = lower('head.{code}')
                on conflict (department) do update set automatic = true;
            insert into work_profile (account, capacity) select account_save(lower('{code}.' || n), 'Officer ' || n, '{code}', '{{officer}}'),
                (array{list(room)})[n] from generate_series(1, {len(room)}) n""")


def two_workers(board):
    for code, room in ROOM.items():
        board.office(code, room)
        board.ask(FILE.format(code=code, many=TICKETS[code]))
    rounds, given = 0, 0
    while rounds < 50:
        rounds += 1
        one, two, waited = board.race(RUN, RUN, "commit")
        board.check("nobody waits", waited, [False])
        done = sum(int(said.split()[1]) for said in (one, two))
        given += done
        for code in ROOM:
            # Whoever waits was filed after everybody who does not.
            board.check(f"oldest first, round {rounds}", board.ask(f"""select coalesce(max(filed_at) filter (where person is not null)
                < min(filed_at) filter (where person is null), true) from ticket where {HOLDER.format(code=code)}"""), ["t"])
        if rounds == 1:
            board.check("both had work", (one, two), [("100 100", "100 100")])
            board.check("shared evenly", board.ask("""select max(open) - min(open) from work_people(department_id('HN-SXD'), now())
                where open < capacity"""), ["0", "1"])
        if not done:
            break
    board.check("all that there is room for", given, [680 + 300])
    board.check("nobody above", board.ask("select count(*) from department d, work_people(d.id, now()) where open > capacity and d.code in ('HN-SXD', 'HN-TTRA')"), ["0"])
    board.check("each once", board.ask("""select count(*) || ' ' || count(distinct ticket) from event where type = 'ticket.assigned'
        and actor_kind = 'job'"""), ["980 980"])
    board.check("the rest waits", board.ask("select count(*) from ticket where person is null and state = 'accepted'"), ["20"])


def one_department(board):
    """Where only one department has work, the second worker leaves it alone; what a worker that dies has begun is done again."""
    board.office("UB-00316", (50,))
    board.ask(FILE.format(code="UB-00316", many=10))
    one, two, waited = board.race(RUN, RUN, "rollback")
    board.check("one worker, then nobody", (one, two, waited), [("10 10", "0 0", False)])
    board.check("nothing is left of a worker that died", board.ask(f"select count(person) from ticket where {HOLDER.format(code='UB-00316')}"), ["0"])
    board.check("the next one does it", board.ask(RUN), ["10 10"])


def beside_people(board):
    """An officer claims while the worker goes by: the ticket is the officer's, in either order."""
    claim = MOVE.format(who="officer.HN-EIC", ticket="{ticket}", action="claim", version=2)
    board.ask("""insert into department_work select department, true, now(), id from account where login = 'hub_head.hn-eic'""")
    for first in ("claim", "worker"):
        ticket = board.ask("set search_path = test, tiepdan, public; select id from file('HN-EIC')")
        board.ask(f"select etag from move('officer.HN-EIC', '{ticket}', 'accept')")
        both = (claim.format(ticket=ticket), RUN)
        one, two, waited = board.race(*(both if first == "claim" else both[::-1]), "commit")
        if first == "claim":
            board.check("a ticket somebody works with is left alone", (one, two, waited), [("3", "0 0", False)])
        else:
            board.check("who comes later reads again", (one, two, waited), [("1 1", "TD412", True)])
        board.check("one of them", board.ask(f"""select count(*) from event where ticket = '{ticket}' and type in ('ticket.claimed',
            'ticket.assigned')"""), ["1"])


def beside_profiles(board):
    """The head changes what an officer can take while the worker assigns to that officer, in either order: one waits, both succeed."""
    profile = """select length(test.profile('head.HN-TTRA', (select id from tiepdan.account where login = 'hn-ttra.2'), 400)) > 0"""
    board.ask("""create function test.profile(p_login text, p_account uuid, p_capacity int) returns text language sql as $$
        select test.enter(p_login); select body from tiepdan.work_profile_set(p_account, (select version from tiepdan.work_profile
            where account = p_account), p_capacity, '{}', '{}', now(), gen_random_uuid()) $$""")
    for first in ("profile", "worker"):
        board.ask(FILE.format(code="HN-TTRA", many=2))
        # One that was set aside, and is tried again.
        board.ask(f"""insert into assignment_wait (ticket, department, next_at) select id, holder, now() - interval '1 minute' from ticket
            where person is null and state = 'accepted' and {HOLDER.format(code='HN-TTRA')} on conflict do nothing""")
        board.a.do("begin"), board.b.do("begin")
        # Each takes its first lock before the other one goes on.
        if first == "profile":
            said = board.a.do(profile), board.b.do(RUN)
            board.check("the worker leaves the department alone", said, [("t", "0 0")])
        else:
            one = board.a.do(RUN)
            board.b.send(profile)
            waited = board.b.settled(board.a, board.watch) is None
            board.a.do("commit")
            board.check("who comes later waits", (one, waited, board.b.answer() if waited else "t"), [("2 2", True, "t")])
        board.a.do("commit"), board.b.do("commit")
        board.ask(RUN)


def run(cluster):
    board = Offices(cluster, "interleave_assign")
    for scenario in (two_workers, one_department, beside_people, beside_profiles):
        scenario(board)
    board.close()
    print(f"interleave_assign: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
