"""Who may do what is under the record: accounts and their roles, what happened to them, roles for others, the configuration."""
import os
import re
import subprocess

import pytest
from support.contract import ROOT
from support.record import open_transaction, sealed, verify
from support.town import BINARY, CONSTRUCTION, ENVIRONMENT, new_town, wait_until


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        town.person("officer"), town.person("head")
        town.account, other = (town.sql("select id from account where login = '%s'" % town.login(role, CONSTRUCTION, 1))[0][0] for role in ("officer", "head"))
        town.sql("insert into delegation (id, giver, taker, roles, from_at, until_at, reason, made_by) values (gen_random_uuid(), '%s', '%s', '{officer}',"
                 " now(), now() + interval '1 day', 'Nghỉ phép', '%s'); select account_tell('%s', 'password.set', null);"
                 " update setting set value = value + 1 where name = 'glass_most'" % (town.account, other, town.account, town.account))
        sealed(town)
        yield town


def told(city, of):
    return int(city.sql("select count(*) from event where type = '%s.recorded'" % of)[0][0])


def test_each_row_is_told(city):
    said = verify(city)
    assert said.returncode == 0, said.stdout + said.stderr
    for of, rows in (("account", "account"), ("delegation", "delegation"), ("account_event", "account_event where type not like 'session.%'"),
                     ("configuration_change", "configuration_change")):
        assert told(city, of) >= int(city.sql("select count(*) from " + rows)[0][0]) > 0, of


def test_roles_are_told_by_whatever_way_they_change(city):
    before = told(city, "account")
    city.sql("begin; insert into account_role values ('%s', 'auditor'); delete from account_role where account = '%s' and role = 'auditor'; commit"
             % (city.account, city.account))
    assert told(city, "account") == before, "what comes to nothing is not told"
    city.sql("insert into account_role values ('%s', 'auditor')" % city.account)
    assert told(city, "account") == before + 1
    last = city.sql("select data->'roles' ? 'auditor', actor_kind from event where type = 'account.recorded' order by at desc limit 1")
    assert last == [["t", "job"]]
    city.sql("delete from account_role where account = '%s' and role = 'auditor'" % city.account)
    assert told(city, "account") == before + 2
    sealed(city)
    assert verify(city).returncode == 0


# What is done behind the record, and what is said of it; {id} is the account, {row} one of the table.
TAMPERED = [
    ("account_role", "insert into account_role values ('{id}', 'admin')", "account {id} is not what was written"),
    ("account_role", "delete from account_role where account = '{id}'", "account {id} is not what was written"),
    ("account_identity", "insert into account_identity values ('https://id.example', 'x', '{id}')", "account {id} is not what was written"),
    ("account", "update account set active = false where id = '{id}'", "account {id} is not what was written"),
    ("account", "update account set login = 'someone.else' where id = '{id}'", "account {id} is not what was written"),
    ("account", "insert into account (login, name, department) select 'mot.nguoi', 'Một người', department from account where id = '{id}'",
     r"account \S+ was added: no event tells of it"),
    ("delegation", "update delegation set until_at = until_at + interval '1 s'", r"delegation \S+ is not what was written"),
    ("delegation", "delete from delegation", r"delegation \S+ is gone"),
    ("account_event", "update account_event set actor = null, at = at - interval '1 s' where type = 'password.set'",
     r"account_event \S+ is not what was written"),
    ("account_event", "delete from account_event where type = 'password.set'", r"account_event \S+ is gone"),
    ("account_event", "update account_event set type = 'session.opened' where type = 'password.set'", r"account_event \S+ is gone"),
    ("account_event", "insert into account_event (account, type) values ('{id}', 'key.made')", r"account_event \S+ was added: no event tells of it"),
    ("configuration_change", "update configuration_change set changes = '[]', hash = sha256('x') where kind = 'settings'",
     r"configuration_change \S+ is not what was written"),
    ("configuration_change", "delete from configuration_change where kind = 'settings'", r"configuration_change \S+ is gone"),
    ("word", "update word set version = version + 1 where of = 'account' and key = '{id}'", "account {id} is not what was written"),
    ("word", "delete from word where of = 'account' and key = '{id}'", "account {id} is not what was written"),
]


@pytest.mark.parametrize("table,change,said", TAMPERED)
def test_what_is_changed_is_named(city, table, change, said):
    city.tamper("create table kept as table %s" % table)
    city.tamper(change.format(id=city.account))
    found = verify(city)
    city.tamper("delete from %s; insert into %s select * from kept; drop table kept" % (table, table))
    assert found.returncode == 1 and re.search("^" + said.format(id=city.account) + "$", found.stdout, re.M), found.stdout
    assert verify(city).returncode == 0


def test_sign_ins_go_after_their_days(city):
    old = "now() - interval '731 days'"
    kept = city.count("account_event")
    # In one transaction: the sweep of the job worker would forget it as well.
    assert city.tamper("begin; insert into account_event (account, type, at) values ('%s', 'session.opened', %s),"
                       " ('%s', 'session.ended', now() - interval '729 days'); set session_replication_role = origin; select forget_sign_ins(100); commit"
                       % (city.account, old, city.account)) == [["1"]]
    assert city.count("account_event") == kept + 1
    assert city.sql("select forget_sign_ins(100)") == [["0"]]
    assert verify(city).returncode == 0


# --- more than one at a time -----------------------------------------------------------------------------------------------------------

def open_change(city, sql):
    """What has been changed has been told, too."""
    return open_transaction(city, sql + "; set constraints all immediate")


def waiting(city, what):
    return [row[0] for row in city.sql("select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ '%s'" % what)]


def test_two_who_give_roles_at_once_are_both_told(city):
    give = "insert into account_role values ('%s', '%s')"
    with open_change(city, give % (city.account, "auditor")):
        other = subprocess.Popen(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", city.cluster.url(city.database, "postgres"), "-c",
                                  "set search_path = tiepdan", "-c", give % (city.account, "clerk")])
        wait_until(lambda: waiting(city, "account_role"), 60, "the second waits for the first")
    assert other.wait(60) == 0
    last = city.sql("select data->'roles' @> '[\"auditor\", \"clerk\"]' from event where type = 'account.recorded' and data->>'account' = '%s'"
                    " order by at desc, id limit 1" % city.account)
    assert last == [["t"]] and verify(city).returncode == 0
    city.sql("delete from account_role where account = '%s' and role in ('auditor', 'clerk')" % city.account)


def test_what_was_there_before_is_told_once_by_a_migration_that_is_killed(city):
    """It is stopped in the middle by somebody who changes an account and does not end, while others go on; then all of it dies."""
    version, = (int(path.name[:4]) for path in (ROOT / "migrations").glob("*_record_of_before.sql"))
    city.tamper("insert into account (id, login, name, department) select md5(n::text)::uuid, 'truoc.' || n, 'Có từ trước', department from account,"
                " generate_series(1, 300) n where id = '%s'; delete from migration where version = %d" % (city.account, version))
    of_before = "account where login like 'truoc.%'"
    untold = "select id from %s and not exists (select from word where of = 'account' and key = account.id::text)" % of_before
    middle = city.sql("select id from %s offset 150 limit 1" % of_before)[0][0]
    with open_change(city, "update account set name = 'Đổi tên', active = not active where id = '%s'" % middle):
        env = dict(os.environ, **ENVIRONMENT, TIEPDAN_OWNER_URL=city.cluster.url(city.database, "tiepdan"))
        migrate = subprocess.Popen([BINARY, "migrate"], env=env, stdout=subprocess.DEVNULL)
        wait_until(lambda: waiting(city, "row_tell"), 60, "the migration waits for one row")
        left = [row[0] for row in city.sql(untold)]
        assert 0 < len(left) < 300, "what it has told is there"
        city.sql("set lock_timeout = '10s'; update account set active = false where id = '%s'" % next(i for i in left if i != middle))
        migrate.kill()
        city.sql("select pg_terminate_backend(%s)" % waiting(city, "row_tell")[0])
        migrate.wait(60)
        wait_until(lambda: not waiting(city, "row_tell"), 60, "it is gone")
    assert 0 < len(city.sql(untold)) < len(left)
    assert city.cluster.run(city.database, "migrate").endswith("1 migrations\n")
    assert not city.sql(untold)
    assert city.sql("select count(*), max(n) from (select count(*) as n from event where type = 'account.recorded' and data->>'account' in"
                    " (select id::text from %s) group by data->>'account') x" % of_before) == [["300", "1"]], "each once"
    sealed(city)
    said = verify(city)
    assert said.returncode == 0, said.stdout + said.stderr


def test_nothing_is_verified_half_way(city):
    city.sql("create table kept as select * from migration where version = (select max(version) from migration); delete from migration"
             " where version in (select version from kept)")
    said = verify(city)
    city.sql("insert into migration select * from kept; drop table kept")
    assert said.returncode == 1 and "run `tiepdan migrate` first" in said.stderr and not said.stdout
    assert verify(city).returncode == 0
