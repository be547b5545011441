"""The last root of the record is known outside the database: one that is older, or of another record, is not sealed on before somebody
accepts it; and without a key the sealer rests."""
import re
import signal
import subprocess

import pytest
from support.record import follows, head, known, last, sealed, verify
from support.town import Cluster, Town, new_town, wait_until

TABLES = ("event", "record_root", "record_cursor", "record_passed", "ticket", "word")


@pytest.fixture()
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        town.filed()
        sealed(town)
        yield town


def save(town):
    town.tamper(";".join("create table saved_%s as table %s" % (t, t) for t in TABLES))


def restore(town):
    """At once: the sealer, which takes the cursor first, finds either the one or the other."""
    town.tamper("begin; lock table record_cursor; %s; commit" % ";".join(
        "delete from %s; insert into %s select * from saved_%s; drop table saved_%s" % (t, t, t, t) for t in TABLES))


def held(town):
    """Now, whatever the log says of before."""
    wait_until(lambda: re.search(r"^tiepdan_record_held 1$", town.ops("/metrics")[2], re.M), 20, "the sealer stops")
    wait_until(lambda: '"record.held"' in town.log(), 20, "and says so")


def replace_workers(town):
    """What was told by one that has gone is gone, too, or two would hold the record."""
    def children():
        return set(subprocess.run(["pgrep", "-P", str(town.process.pid)], capture_output=True, text=True).stdout.split())
    before = children()
    town.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(children()) == len(before) and not children() & before, 30, "new workers")


def doctor(town):
    return re.search(r"^(ok|warn|WRONG) +record\b(.*)$", town.cluster.run(town.database, "doctor", ok=False).stdout, re.M).groups()


def resume(town):
    return town.cluster.run(town.database, "record", "resume", ok=False)


def test_the_file_follows_the_database(city):
    wait_until(city.place.exists, 20, "the first root is known")
    follows(city)
    assert city.place.stat().st_mode & 0o777 == 0o600
    city.filed()
    sealed(city)
    follows(city)
    assert doctor(city)[0] == "ok" and "there is nothing to accept" in resume(city).stdout


def test_a_file_that_is_behind_goes_on(city):
    """A crash between the root and the file; another server that has sealed meanwhile."""
    first = city.sql("select number, encode(chain, 'hex') from record_root order by number limit 1")[0]
    city.filed()
    sealed(city)
    city.place.write_text("%s %s\n" % tuple(first), "ascii")
    follows(city)
    city.place.unlink()
    follows(city)
    assert '"record.held"' not in city.log()


def test_two_servers_have_two_files(city, contract, tmp_path):
    folder = tmp_path / "place"
    folder.mkdir(mode=0o700)
    other = Town(city.cluster, contract, database=city.database, record_dir=str(folder))
    try:
        for _ in range(3):
            city.filed()
            sealed(city)
        follows(city)
        wait_until(lambda: (folder / "record.place").exists() and (folder / "record.place").read_text().strip() == last(city), 20, "both follow")
        assert '"record.held"' not in city.log() + other.log() and verify(city).returncode == 0
    finally:
        other.close()


def test_an_older_database_is_not_sealed_on(city):
    follows(city)
    save(city)
    city.filed()
    sealed(city)
    follows(city)
    was, count = known(city), city.count("record_root")
    restore(city)
    city.filed()
    held(city)
    replace_workers(city)
    held(city)
    assert city.count("record_root") == count - 1 and known(city) == was
    verdict, said = doctor(city)
    assert verdict == "WRONG" and "nothing is sealed: root %s is known" % was.split()[0] in said
    assert verify(city, "--head", was.replace(" ", ":")).returncode == 1
    done = resume(city)
    assert done.returncode == 0 and done.stdout == ("the record goes on from root %d; root %s, the last that was known, is not in the database: an event says"
                                                    " so\n" % (count - 1, was.replace(" ", ":"))), done.stdout + done.stderr
    sealed(city)
    follows(city)
    wait_until(lambda: re.search(r"^tiepdan_record_held 0$", city.ops("/metrics")[2], re.M), 20, "not held any more")
    trace = city.sql("select data->'known'->>'number', data->'known'->>'chain', data->'last'->>'number' from event where type = 'record.resumed'")
    assert trace == [was.split() + [str(count - 1)]]
    assert verify(city).returncode == 0 and doctor(city)[0] == "ok" and "there is nothing to accept" in resume(city).stdout


def test_a_record_that_was_signed_anew_is_not_sealed_on(city):
    follows(city)
    save(city)
    city.filed()
    sealed(city)
    follows(city)
    was = known(city)
    restore(city)
    city.place.unlink()        # an accomplice at another server lets the same keys sign on
    for _ in range(3):
        city.filed()
        sealed(city)
    follows(city)              # or the sealer still writes it
    city.place.write_text(was + "\n", "ascii")
    city.filed()
    held(city)
    assert '"the root that is known is another one in the database"' in city.log() and known(city) == was
    assert doctor(city)[0] == "WRONG"
    done = resume(city)
    assert done.returncode == 0 and done.stdout.endswith(", the last that was known, is another one in the database: an event says so\n"), done.stdout
    sealed(city)
    follows(city)


def test_a_database_without_any_root_is_not_sealed_on(city):
    follows(city)
    city.tamper("delete from record_root; update record_cursor set xid = '0', id = '00000000-0000-0000-0000-000000000000'")
    held(city)
    assert city.count("record_root") == 0
    done = resume(city)
    assert done.returncode == 0 and done.stdout.startswith("the record begins anew; root "), done.stdout
    sealed(city)
    follows(city)
    assert verify(city).returncode == 0


def test_nothing_is_sealed_while_the_file_cannot_be_read(city):
    follows(city)
    was, count = known(city), city.count("record_root")
    city.place.write_text("x\n", "ascii")
    city.filed()
    held(city)
    assert "does not hold what was written there" in city.log() and city.count("record_root") == count
    verdict, said = doctor(city)
    assert verdict == "WRONG" and "does not hold what was written there" in said
    assert "does not hold what was written there" in resume(city).stderr
    city.place.write_text(was + "\n", "ascii")
    sealed(city)
    follows(city)


def test_without_a_key_the_sealer_rests_and_goes_on_when_it_comes(contract):
    cluster = Cluster()
    key, = cluster.keys.glob("record-*.pem")
    key.unlink()
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        ticket_id, filed = town.filed()
        town.move(town.person("officer"), ticket_id, "accept")
        wait_until(lambda: '"record.' not in town.log() and town.count("event") >= 2, 5, "it rests")
        verdict, said = doctor(town)
        assert verdict == "warn" and "there is no record key" in said
        assert town.citizen(filed).get("/v1/tracking/receipt", status=409).problem == "not_sealed"
        assert town.count("record_root") == 0 and town.anyone.get("/v1/record").json["head"] is None
        assert verify(town).returncode == 0
        cluster.run(town.database, "keys", "create")
        town.stop()
        town.start()
        wait_until(town.ready, 30, "ready again")
        sealed(town)
        follows(town)
        assert doctor(town)[0] == "ok" and verify(town, "--head", head(town)).returncode == 0
        town.citizen(filed).get("/v1/tracking/receipt", status=200)
