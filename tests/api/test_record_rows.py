"""Who may do what is under the record: accounts and their roles, what happened to them, roles for others, the configuration."""
import re

import pytest
from support.record import sealed, verify
from support.town import CONSTRUCTION, new_town, wait_until


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
