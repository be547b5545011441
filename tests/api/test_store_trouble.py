"""The disk is full, the machine dies between a file and its row, nobody wants an upload: nothing is lost, nothing stays for ever."""
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support import images
from support.files import checked, link, owner, send, stands, uploaded
from support.town import new_town, wait_until

HOUR_AGO = 7200


def age(path):
    then = time.time() - HOUR_AGO
    os.utime(path, (then, then))


def orphan(town, name, content=b"x"):
    path = town.attachments / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_what_no_row_knows_is_swept(town):
    kept, _ = uploaded(town, b"mot tep duoc giu\n", name="a.txt")
    link(town.citizen(town.file()), kept)
    known = [p for p in town.attachments.glob("??/??/*")]
    waiting = town.anyone("POST", "/v1/uploads", b"", {"Upload-Length": "10", "Content-Type": None}, 201).json
    crashed = orphan(town, "ab/cd/abcd" + "0" * 60)         # renamed, and then the machine died
    half = orphan(town, "incoming/018f0000-0000-7000-8000-000000000000.clean")
    raw = orphan(town, "incoming/018f0000-0000-7000-8000-000000000001")
    young = orphan(town, "ab/cd/abcd" + "1" * 60)           # its row may still come
    stranger = orphan(town, "ab/cd/readme")                  # not ours
    for path in known + [crashed, half, raw, stranger, town.attachments / "incoming" / waiting["id"]]:
        age(path)
    wait_until(lambda: not (crashed.exists() or half.exists() or raw.exists()), 40, "orphans are swept")
    time.sleep(6)
    assert young.exists() and stranger.exists() and all(p.exists() for p in known)
    assert stands(town, waiting)["state"] == "uploading" and (town.attachments / "incoming" / waiting["id"]).exists()


def test_uploads_that_nobody_wants_are_forgotten(town):
    opened, _ = uploaded(town, b"khong ai can\n", name="a.txt")
    form = send(town.anyone, images.jpeg()).json
    linked, _ = uploaded(town, b"co nguoi can\n", name="a.txt")
    link(town.citizen(town.file()), linked)
    # In one transaction: the sweep of the job worker would forget it as well.
    assert town.sql("begin; update attachment set at = at - interval '25 hours' where id in ('%s', '%s'); select forget_uploads(now(), 10); commit"
                    % (opened["id"], linked["id"])) == [["1"]]
    owner(town, opened).get("/v1/uploads/" + opened["id"], status=404)
    assert stands(town, form)["size"] > 0 and stands(town, linked)["state"] == "ready"
    for path in town.attachments.glob("??/??/*"):
        age(path)
    rows = {r[0] for r in town.sql("select encode(hash, 'hex') from attachment where hash is not null"
                                   " union select encode(thumbnail, 'hex') from attachment where thumbnail is not null")}
    wait_until(lambda: {p.name for p in town.attachments.glob("??/??/*") if len(p.name) == 64} <= rows, 40, "its file is swept")


def test_uploads_that_stand_still_are_forgotten(town):
    """How far one is its file says; announcing a size and leaving takes no room for long."""
    opened = [town.anyone("POST", "/v1/uploads", b"", {"Upload-Length": "10485760", "Content-Type": None}, 201).json for _ in range(2)]
    still, slow = opened
    for upload in opened:
        piece = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        owner(town, upload)("PATCH", "/v1/uploads/" + upload["id"], b"x" * 5000, piece, 204)
    town.sql("update attachment set at = at - interval '1 hour' where id in ('%s', '%s')" % (still["id"], slow["id"]))
    age(town.attachments / "incoming" / still["id"])
    wait_until(lambda: town.sql("select id, arrived from attachment where id in ('%s', '%s')" % (still["id"], slow["id"])) == [[slow["id"], "5000"]],
               60, "what stands still is forgotten, of the other it is known how much has arrived")
    owner(town, still).get("/v1/uploads/" + still["id"], status=404)
    wait_until(lambda: not (town.attachments / "incoming" / still["id"]).exists(), 40, "its file is swept")
    assert stands(town, slow)["offset"] == 5000


def test_a_worker_killed_in_the_middle_of_a_check(town):
    """The lease ends, and another goes on: with what the dead one left lying there."""
    opened = send(town.anyone, images.jpeg(), name="a.jpg").json
    checked(town, opened)
    orphan(town, "incoming/" + opened["id"], images.jpeg())
    orphan(town, "incoming/%s.clean" % opened["id"], b"half of it")
    orphan(town, "incoming/%s.small" % opened["id"], b"")
    town.tamper("update attachment set state = 'checking', type = null, bytes = null, hash = null, thumbnail = null, attempts = 1,"
                " lease_until = now() + interval '2 s' where id = '%s'" % opened["id"])
    assert checked(town, opened)["state"] == "ready"
    citizen = town.citizen(town.file())
    link(citizen, opened)
    assert citizen.get("/v1/tracking/attachments/" + opened["id"]).body[:2] == b"\xff\xd8"


def test_what_kills_its_checker_is_refused(town):
    opened, _ = uploaded(town, images.png())
    town.tamper("update attachment set state = 'checking', attempts = 5, lease_until = '-infinity', type = null, bytes = null, hash = null, thumbnail = null"
                " where id = '%s'" % opened["id"])
    seen = checked(town, opened)
    assert (seen["state"], seen["reason"]) == ("refused", "check_failed")


def test_a_file_that_the_disk_has_lost(town):
    photo = images.jpeg()
    upload = town.anyone("POST", "/v1/uploads", b"", {"Upload-Length": str(len(photo)), "Content-Type": None}, 201).json
    town.tamper("update attachment set state = 'checking' where id = '%s'" % upload["id"])
    seen = checked(town, upload)
    assert (seen["state"], seen["reason"]) == ("refused", "check_failed")
    kept, _ = uploaded(town, b"se mat\n", name="a.txt")
    citizen = town.citizen(town.file())
    link(citizen, kept)
    name = town.sql("select encode(hash, 'hex') from attachment where id = '%s'" % kept["id"])[0][0]
    (town.attachments / name[:2] / name[2:4] / name).unlink()
    assert citizen.get("/v1/tracking/attachments/" + kept["id"], status=503).problem == "unavailable"


def test_without_a_store(cluster, contract):
    with new_town(cluster, contract, attachments="") as town:
        assert send(town.anyone, images.jpeg(), 507).problem == "insufficient_storage"
        assert town.citizen(town.file()).get("/v1/tracking/attachments").json["items"] == []


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MiB where root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder)], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("nobody may mount a file system here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk(cluster, contract, small_disk):
    with new_town(cluster, contract, attachments=small_disk / "files", file_check_ms=20000) as town:
        full_disk(town, small_disk / "files")


def full_disk(town, folder):
    before = send(town.anyone, images.jpeg()).json
    checked(town, before)
    large = b"0123456789abcdef" * 200000
    assert send(town.anyone, large, 507, name="a.txt").problem == "insufficient_storage"
    assert not [p for p in (folder / "incoming").iterdir() if p.stat().st_size > 1000000]       # the half is gone
    # In pieces, what fitted stays; when there is room again, it goes on from there.
    upload = town.anyone("POST", "/v1/uploads", b"", {"Upload-Length": "3200000", "Content-Type": None}, 201).json
    piece = {"Content-Type": "application/offset+octet-stream"}
    path = "/v1/uploads/" + upload["id"]
    answer = owner(town, upload)("PATCH", path, large, {"Upload-Offset": "0", **piece}, 507)
    assert answer.problem == "insufficient_storage"
    offset = stands(town, upload)["offset"]
    assert 0 < offset < len(large)
    # The check of another file needs room as well: it waits, and is not refused.
    wait = send(town.anyone, b"x", 507, name="a.txt")
    assert wait.problem == "insufficient_storage"
    subprocess.run(["mount", "-o", "remount,size=32m", str(folder.parent)], check=True)
    answer = owner(town, upload)("PATCH", path, large[offset:], {"Upload-Offset": str(offset), **piece}, 204)
    assert answer.header("upload-offset") == str(len(large))
    assert checked(town, upload)["state"] == "ready"
    assert checked(town, send(town.anyone, images.jpeg()).json)["state"] == "ready"


def test_a_limit_on_the_size_of_files(cluster, contract):
    """RLIMIT_FSIZE stands for a full disk where nobody may mount one."""
    with new_town(cluster, contract) as town:
        pids = subprocess.run(["pgrep", "-P", str(town.process.pid)], capture_output=True, text=True, check=True).stdout.split()
        for pid in pids:
            subprocess.run(["prlimit", "--fsize=100000:", "--pid", pid], check=True)
        assert send(town.anyone, b"0123456789" * 20000, 507, name="a.txt").problem == "insufficient_storage"
        assert not [p for p in Path(town.attachments / "incoming").iterdir() if p.stat().st_size > 50000]
        assert checked(town, send(town.anyone, images.jpeg()).json)["state"] == "ready"
        os.kill(town.process.pid, signal.SIGTERM)
