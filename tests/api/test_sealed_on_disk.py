"""Who filed stands nowhere in readable form: not in a dump, nor in the files of the database with its WAL, nor in any log (S15).
What citizens write into the question itself is not sealed: staff search it, and the public version is masked."""
import contextlib
import re
import subprocess

from support.town import ticket

MANY = 250      # of each: names, phones, ID numbers, addresses of mail
# Not inside of longer numbers: what is sealed stands in a dump as hexadecimal digits, among which there may be any by chance.
MARK = re.compile(rb"Kinpk\d{4}|kinpk\d{4}@|(?<![0-9a-f])0010945\d{5}(?![0-9a-f])|(?<![0-9a-f])(?:\+?84|0)?94545\d{4}(?![0-9a-f])")


def planted(i):
    return {"name": "Trần Kinpk%04d" % i, "phone": "+8494545%04d" % i, "email": "kinpk%04d@example.org" % i,
            "address": "CCCD 0010945%05d, phố Ví Dụ" % i}


def found_in(data):
    """The expression looks only where one of its literals stands: there are gigabytes to read."""
    found = set()
    for literal in (b"inpk", b"94545", b"0010945"):
        at = data.find(literal)
        while at >= 0:
            found.update(MARK.findall(data, max(0, at - 4), at + 14))
            at = data.find(literal, at + 1)
    return found


def files(folder):
    """What is there; the database makes and removes some meanwhile."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        with contextlib.suppress(FileNotFoundError):
            content = path.read_bytes()
            yield path, content


def test_a_thousand_planted_values(town):
    known = set()
    for i in range(MANY):
        contact = planted(i)
        known |= found_in(" ".join(contact.values()).encode())
        answer = town.anyone.send("POST", "/v1/tickets", ticket(contact=contact))
        assert answer.status == 201, answer
    assert len(known) == 4 * MANY
    ticket_id, _ = town.filed(contact=planted(MANY))
    assert town.coordinator.get("/v1/tickets/%s/contact?purpose=xac-minh" % ticket_id).json["name"] == planted(MANY)["name"]
    # Before the checkpoint, which gives old segments away.
    wal = b"".join(content for _, content in files(town.cluster.folder / "data/pg_wal"))
    assert wal.count(ticket()["title"].encode()), "what is not sealed is found there"
    assert not found_in(wal) & known
    town.cluster.sql("checkpoint", town.database)
    dump = subprocess.run(["pg_dump", "-d", town.cluster.url(town.database, "postgres")], capture_output=True, check=True).stdout
    assert dump.count(ticket()["title"].encode()) >= MANY, "the dump has the tickets"
    assert not found_in(dump), found_in(dump)
    for path, content in files(town.cluster.folder):
        hits = found_in(content) & known
        assert not hits, (path, hits)
    assert not found_in(town.log().encode())
