"""Accounts of citizens at both ends of a race: whoever files, signs in, changes the address or ends the account while somebody else, or the
job that ends what nobody uses, does the other thing. One of the allowed outcomes, nothing of an account that has gone, and nobody for ever."""
from interleave import Board

# A letter of id n to an address is who comes in with it first; the session of it has the id n + 1000000.
SETUP = """set search_path = test, tiepdan, public;
create function test.cid(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function test.address(n int) returns bytea language sql as $$ select decode(lpad(n::text, 64, '0'), 'hex') $$;
create function test.letter(n int, p_address int) returns text language sql as $$
    select citizen_code_ask(cid(n), cid(n), 'vi', 1, 'w', ('box ' || n)::bytea, address(p_address), ('place ' || n)::bytea); select '' $$;
create function test.come(n int) returns text language sql as $$ select (x.opened).account::text
    from citizen_sign_in(cid(n), true, array[n], '{100}', cid(n + 1000000), now() + interval '1 day', null, null) x $$;
create function test.as_citizen(n int, p_sql text) returns text language plpgsql as $$
declare
    v text;
begin
    perform caller_enter('citizen', (select citizen from session where id = cid(n + 1000000)), cid(n + 1000000), false, 60000);
    execute p_sql into v;
    return v;
end $$;
update setting set value = 100 where name = 'citizen_inactive_days';
update setting set value = 100000 where name = 'citizen_letters_all'"""
SWEEP = "select tiepdan.forget_sessions(now() - interval '7 days', 100)"
ORPHANS = """select (select count(*) from citizen_ticket l where not exists (select from citizen c where c.id = l.citizen))
    + (select count(*) from session s where s.citizen is not null and not exists (select from citizen c where c.id = s.citizen))
    + (select count(*) from citizen_event e where e.type like 'session.%' and not exists (select from citizen c where c.id = e.citizen))"""


class Town(Board):
    def __init__(self, cluster):
        super().__init__(cluster, "interleave_citizens")
        self.ask(SETUP)
        self.n = 0

    def ask(self, sql):
        return self.cluster.run(self.database, "set search_path = test, tiepdan, public; " + sql)

    def person(self):
        """Somebody who has signed in with an address of their own; -> n of the session, of the citizen and of the address."""
        self.n += 10
        self.ask(f"select letter({self.n}, {self.n}); select come({self.n})")
        return self.n

    def letter(self, address):
        self.n += 1
        self.ask(f"select letter({self.n}, {address})")
        return self.n

    def change(self, n, address):
        """What changes the address, once the code has come."""
        self.n += 1
        m = self.n
        self.ask(f"select as_citizen({n}, $$ select citizen_email_ask(cid({m}), 'vi', 1, 'w', 'box', address({address}), 'here') $$)")
        return f"select as_citizen({n}, $$ select done from citizen_email_set(cid({m}), true) $$)"

    def asleep(self, n):
        """Nobody has come in for long, and a letter has said so."""
        self.ask(f"""update session set opened_at = now() - interval '200 days', closed_at = now() - interval '190 days' where citizen = cid({n});
            update citizen set seen_at = now() - interval '150 days', warned_at = now() - interval '31 days' where id = cid({n})""")

    def lives(self, n):
        return self.ask(f"select count(*) from citizen where id = cid({n})") == "1"

    def both(self, name, first, second, allowed, end="commit"):
        self.check(f"{name}, {end}", self.race(first, second, end), allowed)
        self.check(f"{name}, {end}: nothing of who has gone", self.ask(ORPHANS), ["0"])


def erase(n):
    return f"select as_citizen({n}, 'select citizen_erase()')"


def leave(n):
    return f"select as_citizen({n}, 'select session_end(null)')"


def come(n):
    return f"select come({n})"


def cid(n):
    return "00000000-0000-0000-0000-%012d" % n


def files(town):
    """What is filed while the account ends is on no list of anybody."""
    for end, late in (("commit", "TD401"), ("rollback", "true")):
        n, ticket = town.person(), town.ticket()
        file = f"select as_citizen({n}, $$ select citizen_file(id, filed_at) from ticket where id = '{ticket}' $$)"
        town.both("the end, a filing", erase(n), file, [("", late, True)], end)
        town.check("and the account", town.lives(n), [end == "rollback"])
        n, ticket = town.person(), town.ticket()
        file = f"select as_citizen({n}, $$ select citizen_file(id, filed_at) from ticket where id = '{ticket}' $$)"
        town.both("a filing, the end", file, erase(n), [("true", "", True)], end)
        town.check("it has ended", town.lives(n), [False])


def ends(town):
    """Twice at once is once; who comes in meanwhile does not come into what has gone."""
    n = town.person()
    town.both("the end, the end", erase(n), erase(n), [("", "TD401", True)])
    for end, late in (("commit", ""), ("rollback", None)):
        n = town.person()
        m = town.letter(n)
        town.both("the end, a sign-in", erase(n), come(m), [("", late if late is not None else cid(n), True)], end)
        n = town.person()
        m = town.letter(n)
        town.both("a sign-in, the end", come(m), erase(n), [(cid(n), "", True)], end)
        town.check("it has ended", town.lives(n), [False])
        n = town.person()
        town.both("the end, the end of the other sessions", erase(n), leave(n), [("", "TD401" if end == "commit" else "", True)], end)
        n = town.person()
        town.both("the end of the other sessions, the end", leave(n), erase(n), [("", "", True)], end)
        n = town.person()
        change = town.change(n, n + 5)
        town.both("the end, another address", erase(n), change, [("", "TD401" if end == "commit" else "true", True)], end)


def addresses(town):
    """The old address opens the account or somebody new's, and no session of before stays but that of who has changed it."""
    for end in ("commit", "rollback"):
        n = town.person()
        change, m = town.change(n, n + 5), town.letter(n)
        town.both("another address, a sign-in", change, come(m), [("true", cid(m if end == "commit" else n), True)], end)
        n = town.person()
        change, m = town.change(n, n + 5), town.letter(n)
        town.both("a sign-in, another address", come(m), change, [(cid(n), "true", True)], end)
        town.check("who changed it is in, and nobody else", town.ask(
            f"select string_agg(id::text, ' ') from session where citizen = cid({n}) and closed_at is null"), [cid(n + 1000000)])
        one, two = town.person(), town.person()
        first, second = town.change(one, two + 5), town.change(two, two + 5)
        town.both("two take one address", first, second, [("true", "TD651" if end == "commit" else "true", True)], end)
    # Two letters to an address that is new: one account.
    first = town.letter(town.n + 100)
    second = town.letter(first + 99)
    town.both("two come in for the first time", come(first), come(second), [(cid(first), cid(first), True)])


def sweeps(town):
    """The job ends what nobody uses, and nothing that somebody comes into at the same moment."""
    for end in ("commit", "rollback"):
        n = town.person()
        town.asleep(n)
        m = town.letter(n)
        town.both("the sweep, a sign-in", SWEEP, come(m), [("0", "" if end == "commit" else cid(n), True)], end)
        town.check("swept", town.lives(n), [end == "rollback"])
        n = town.person()
        m = town.letter(n)
        town.asleep(n)
        town.both("a sign-in, the sweep", come(m), SWEEP, [(cid(n), "0", False)], end)
        town.check("who comes in stays", town.lives(n), [True])
        town.ask(f"select citizen_end(cid({n}), null)")
    n = town.person()
    town.asleep(n)
    town.both("two sweeps", SWEEP, SWEEP, [("0", "0", False)])
    town.check("end it once", town.ask(f"select count(*) from citizen_event where citizen = cid({n}) and type = 'citizen.erased'"), ["1"])


def run(cluster):
    town = Town(cluster)
    for scenario in (files, ends, addresses, sweeps):
        scenario(town)
    town.close()
    print(f"interleave_citizens: {town.passed} passed, {town.failed} failed", flush=True)
    return town.passed, town.failed
