"""A backup that was made while the server runs, restored into another cluster as deploy/BACKUP.md says: people go on with it, contacts and
files are read, and the record verifies."""
import atexit
import shutil
import subprocess
import tempfile
from pathlib import Path

from support import images
from support.files import link, uploaded
from support.record import follows, sealed, verify
from support.town import Cluster, Sessions, Town, wait_until

CONTACT = {"name": "Nguyễn Văn Sao Lưu", "phone": "0900000123"}


class Copy(Cluster):
    """Another PostgreSQL with what was saved, its keys and nothing else."""

    def __init__(self, saved):
        self.folder = Path(tempfile.mkdtemp(prefix="tiepdan-test-"))
        self.keys = self.folder.with_name(self.folder.name + "-keys")
        self.sessions = Sessions()
        atexit.register(self.remove)
        self.tool("start")
        shutil.copytree(saved / "keys", self.keys)
        ask = ["-X", "-q", "-d", self.url("postgres", "postgres")]
        subprocess.run(["psql"] + ask + ["-f", str(saved / "roles.sql")], capture_output=True, check=True)
        self.sql("create database city owner tiepdan", "postgres")
        subprocess.run(["pg_restore", "-d", self.url("city", "postgres"), "--exit-on-error", str(saved / "city.dump")], check=True)
        shutil.copytree(saved / "attachments", self.keys.with_name(self.folder.name + "-files-city"))


def grow_old(cluster):
    """More transactions than the restored cluster will have had."""
    many = "do $$ begin for n in 1..20000 loop perform pg_current_xact_id(); commit; end loop; end $$"
    subprocess.run(["psql", "-X", "-q", "-d", cluster.url("postgres", "postgres"), "-c", many], check=True)


def save(town, folder):
    """In the order of deploy/BACKUP.md, while the server runs."""
    cluster = town.cluster
    subprocess.run(["pg_dump", "-Fc", "-d", cluster.url(town.database, "tiepdan"), "-f", str(folder / "city.dump")], check=True)
    with open(folder / "roles.sql", "wb") as out:
        subprocess.run(["pg_dumpall", "--roles-only", "-d", cluster.url("postgres", "postgres")], stdout=out, check=True)
    shutil.copytree(town.attachments, folder / "attachments")
    shutil.copytree(cluster.keys, folder / "keys", ignore=shutil.ignore_patterns("record.place"))


def test_a_backup_is_restored(town, contract, tmp_path):
    grow_old(town.cluster)
    ticket_id, filed = town.filed(contact=CONTACT)
    upload, _ = uploaded(town, images.jpeg())
    link(town.citizen(filed), upload)
    sealed(town)
    save(town, tmp_path)
    town.filed(title="Sau khi sao lưu")
    copy = Copy(tmp_path)
    try:
        assert verify(Copied(copy)).returncode == 0
        assert "WRONG  feed of events" in copy.run("city", "doctor", ok=False).stdout
        assert copy.run("city", "migrate", "--dry-run").startswith("the schema is up to date")
        assert "have their place" in copy.run("city", "migrate")
        assert "ok     feed of events" in copy.run("city", "doctor", ok=False).stdout
        goes_on(Town(copy, contract, "city"), ticket_id, filed, upload)
    finally:
        copy.remove()


class Copied:
    """What verify() asks of a town, before one serves it."""

    def __init__(self, cluster):
        self.cluster, self.database = cluster, "city"


def goes_on(again, ticket_id, filed, upload):
    told = again.coordinator.get("/v1/tickets/%s/contact?purpose=kiem-tra-ban-sao" % ticket_id).json
    assert told["name"] == CONTACT["name"] and told["phone"] == "+84900000123"
    citizen = again.citizen(filed)
    assert citizen.get("/v1/tracking/personal-data").json["contact"]["name"] == CONTACT["name"]
    assert citizen.get("/v1/tracking/attachments/" + upload["id"]).body[:2] == b"\xff\xd8"
    assert again.sql("select count(*) from ticket where title = 'Sau khi sao lưu'") == [["0"]]
    again.filed()
    sealed(again)
    said = verify(again)
    assert said.returncode == 0 and " 0 faults" in said.stdout, said.stdout
    follows(again)
    again.close()


def test_without_the_seal_key_of_the_backup_no_contact_is_read(town, contract, tmp_path):
    """What would be the end of all contacts is seen at once."""
    ticket_id, _ = town.filed(contact=CONTACT)
    save(town, tmp_path)
    copy = Copy(tmp_path)
    try:
        for key in copy.keys.glob("seal-*.key"):
            key.unlink()
        said = copy.run("city", "doctor", ok=False)
        assert said.returncode != 0 and CONTACT["name"] not in said.stdout
        copy.run("city", "keys", "create")
        copy.run("city", "migrate")
        again = Town(copy, contract, "city")
        wait_until(again.ready, 30, "ready")
        answer = again.coordinator.send("GET", "/v1/tickets/%s/contact?purpose=kiem-tra-ban-sao" % ticket_id)
        assert answer.status >= 500 and CONTACT["name"] not in answer.body.decode()
        again.close()
    finally:
        copy.remove()
