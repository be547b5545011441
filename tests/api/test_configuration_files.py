"""The whole configuration as files: the same rows give the same bytes, in a folder, in an archive, after a way through another
database; and what they would change is told before anything does."""
import hashlib
import io
import shutil
import subprocess
import tarfile

import pytest

from support.contract import ROOT
from support.town import HUB

SEEDS = ROOT / "migrations/seed/hanoi"
BASE = "/v1/configuration"


@pytest.fixture(scope="module")
def admin(town):
    return town.person("admin", HUB)


def export(town, folder, database=None):
    town.cluster.run(database or town.database, "export", "--all", str(folder))
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.fixture
def folder(town, tmp_path):
    export(town, tmp_path / "city")
    return tmp_path / "city"


def bring(town, folder, *more, ok=True):
    return town.cluster.run(town.database, "import", "--all", str(folder), *more, ok=ok)


def refused(town, folder, *more):
    got = bring(town, folder, *more, ok=False)
    assert got.returncode == 1 and "nothing was loaded" in got.stderr, got.stdout + got.stderr
    return got.stderr


def contents(town):
    return town.sql("select kind, version, content from configuration_kept order by 1") + town.sql("select version from reference_version")


def edit(folder, kind, old, new):
    path = folder / (kind + ".csv")
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_the_same_rows_give_the_same_bytes(town, tmp_path):
    files = export(town, tmp_path / "a")
    assert files == export(town, tmp_path / "b") and set(files) >= {p.name for p in SEEDS.glob("*.csv")} | {"VERSION"}
    told = {name: digest for digest, name in (line.split("  ") for line in files["VERSION"].decode().splitlines()[1:])}
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "VERSION"}
    assert subprocess.run(["sha256sum", "--quiet", "-c", "VERSION"], cwd=tmp_path / "a").returncode == 0
    for kind in ("kinds", "policies"):
        assert files[kind + ".csv"].decode().replace("\r\n", "\n") == town.cluster.run(town.database, "export", kind)


def test_what_was_exported_changes_nothing(town, folder):
    before = contents(town)
    assert bring(town, folder).splitlines()[-1] == "0 rows changed"
    assert contents(town) == before


@pytest.mark.parametrize("source", ["shipped", "changed"])
def test_a_fresh_database_becomes_the_same_city(town, tmp_path, source):
    """The way of an export into another installation and out of it again."""
    if source == "changed":
        town.sql("update category set public_point = 'exact' where code = 'roads.surface'; update setting set value = 21 where name = 'close_after_days'")
        town.sql("update department set reply_review = true, valid_from = '2020-01-01' where code = 'HN-SXD'")
        town.sql("update triage_word set weight = 9 where phrase = (select min(phrase) from triage_word)")
        (tmp_path / "words.csv").write_text("type,side,language,valid_from,subject,text\nticket.filed,citizen,vi,2027-01-01,\"Đã nhận, {{code}}\",\"Dòng một\n\"\"Dòng hai\"\"\"\n")
        town.cluster.run(town.database, "import", "templates", str(tmp_path / "words.csv"))
    files = export(town, tmp_path / "out")
    fresh = next(town.cluster.names)
    town.cluster.sql("create database %s owner tiepdan" % fresh, "postgres")
    town.cluster.run(fresh, "migrate")
    town.cluster.run(fresh, "seed", "--from", str(tmp_path / "out"))
    assert export(town, tmp_path / "again", fresh) == files
    town.cluster.run(fresh, "import", "--all", str(tmp_path / "out"))
    assert export(town, tmp_path / "again", fresh) == files


def test_a_trial_tells_every_difference(town, folder):
    before = contents(town)
    edit(folder, "settings", "parts_most,10", "parts_most,12")
    edit(folder, "profiles", "code,name_vi,name_en\r\n", "code,name_vi,name_en\r\nmoi,Mới,New\r\n")
    lines = (folder / "triage_words.csv").read_bytes().splitlines(True)
    (folder / "triage_words.csv").write_bytes(b"".join(lines[:-1]))
    (folder / "days.csv").unlink()
    said = bring(town, folder, "--dry-run").splitlines()
    assert any(line.startswith("changed settings parts_most: value \"10\" -> \"12\"") for line in said)
    assert any(line.startswith("added   profiles moi:") for line in said)
    assert [line for line in said if line.startswith("left ")] == ["left    triage_words %s: stays as it is" % " ".join(
        c for c in lines[-1].decode().strip().split(",")[:2])]
    assert said[-1] == "2 rows would change; nothing was loaded" and len(said) == 4
    assert contents(town) == before
    assert bring(town, folder).splitlines()[-1] == "2 rows changed"
    assert town.sql("select value from setting where name = 'parts_most'") == [["12"]]
    kinds = town.sql("select kind from configuration_change where at = (select max(at) from configuration_change) order by 1")
    assert kinds == [["profiles"], ["settings"]], "one transaction"


def test_one_wrong_row_refuses_all(town, folder):
    before = contents(town)
    edit(folder, "profiles", "code,name_vi,name_en\r\n", "code,name_vi,name_en\r\nmoi2,Mới,New\r\n")
    edit(folder, "settings", "close_after_days,", "close_after_days,9999")
    assert "settings.csv:" in refused(town, folder) and contents(town) == before
    line = next(n for n, text in enumerate((folder / "settings.csv").read_text().splitlines(), 1) if text.startswith("close_after_days,"))
    assert "settings.csv:%d: breaks the rule setting_bounds: close_after_days is from 1 to 365" % line in refused(town, folder, "--dry-run")


@pytest.mark.parametrize("name, says", [("policys.csv", "there is no such kind"), ("Kinds.csv", "there is no such kind")])
def test_a_misspelt_file_is_not_left_out_without_a_word(town, folder, name, says):
    shutil.copy(folder / "kinds.csv", folder / name)
    assert says in refused(town, folder)


def test_no_folder(town, tmp_path):
    assert "cannot read" in refused(town, tmp_path / "nowhere")
    assert "has no KIND.csv" in refused(town, tmp_path)
    (tmp_path / "file").write_text("")
    got = town.cluster.run(town.database, "export", "--all", str(tmp_path / "file" / "deeper"), ok=False)
    assert got.returncode == 1 and "cannot make" in got.stderr
    for args in (["import", "--all"], ["export", "--all"], ["import", "--all", str(tmp_path), "more"]):
        assert town.cluster.run(town.database, *args, ok=False).returncode == 1


def test_a_city_in_use_keeps_its_hub(town, folder):
    edit(folder, "departments", ",false,true,office", ",false,false,office")
    assert "no department is the hub" in refused(town, folder)


def test_the_archive_has_the_files_of_the_folder(town, admin, tmp_path):
    answer = admin.get(BASE + "/archive", {"Accept": "application/x-tar"})
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as tar:
        found = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
        assert all(m.isreg() and m.mode == 0o644 and m.mtime == 0 for m in tar.getmembers())
    assert found == export(town, tmp_path / "folder")
    assert admin.get(BASE + "/archive", {"If-None-Match": answer.header("etag")}, 304).body == b""
    (tmp_path / "x.tar").write_bytes(answer.body)
    listed = subprocess.run(["tar", "tf", str(tmp_path / "x.tar")], capture_output=True, text=True)
    assert listed.returncode == 0 and listed.stderr == "" and len(listed.stdout.splitlines()) == len(found)
    admin.get(BASE + "/archive", {"Accept": "application/json"}, 406)
    (tmp_path / "none.rules").write_text("# Nothing of its own.\n")
    town.cluster.run(town.database, "import", "rules", str(tmp_path / "none.rules"))
    assert admin.get(BASE + "/archive", {"If-None-Match": answer.header("etag")}, 200).header("etag") != answer.header("etag"), "rules count, too"


def compare(who, files, status=200):
    return who.post(BASE + "/compare", {"files": [{"kind": k, "text": t} for k, t in files.items()]}, status=status)


def test_comparing_changes_nothing(town, admin, folder):
    before = contents(town)
    files = {p.stem: p.read_bytes().decode() for p in folder.glob("*.csv")}
    assert compare(admin, files).json == {"changes": [], "counts": {"added": 0, "changed": 0, "removed": 0, "left": 0}}
    head = files["profiles"].splitlines()[0]
    new = {"categories": "code,name_vi,name_en,department,level,visibility\nthu,Thử,Trial,HN-MOI,normal,public\n",
           "departments": "code,kind,name_vi,name_en\nHN-MOI,department,Mới,New\n", "profiles": head + "\n"}
    got = compare(admin, new).json
    assert [(c["kind"], c["key"]) for c in got["changes"] if c["change"] == "added"] == [("departments", "HN-MOI"), ("categories", "thu")]
    assert {c["kind"] for c in got["changes"] if c["change"] == "left"} == {"departments", "categories", "profiles"}
    assert contents(town) == before


def test_comparing_what_is_wrong(town, admin):
    answer = compare(admin, {"profiles": "code,name_vi,name_en\n", "kinds": "code,position\nx y,1\n"}, 422)
    assert {(e["pointer"].lstrip("#"), e["line"]) for e in answer.json["errors"]} == {("/files/1/text", 2)}
    assert compare(admin, {"nothing": "code,name\n"}, 422).pointers == {"/files/0/text": "bad_format"}
    answer = compare(admin, {"profiles": "code,name_vi,name_en\na\n", "kinds": "code"}, 422)
    assert set(answer.pointers) == {"/files/0/text", "/files/1/text"}
    twice = [{"kind": "kinds", "text": "code,position\n"}] * 2
    assert admin.post(BASE + "/compare", {"files": twice}, status=422).pointers == {"/files/1/text": "bad_format"}
    town.coordinator.post(BASE + "/compare", {"files": twice}, status=403)
