"""The sub-commands: what they refuse, and that they say why in one line."""
import pytest

from support.contract import ROOT

SEEDS = ROOT / "migrations/seed/hanoi"


def refused(town, *args):
    """What a sub-command that fails says."""
    got = town.cluster.run(town.database, *args, ok=False)
    assert got.returncode == 1, (args, got.stdout, got.stderr)
    return got.stderr


@pytest.mark.parametrize("command", [
    ["seed", "--form", "/nowhere"], ["seed", "/nowhere"], ["migrate", "--dry"], ["doctor", "--listn=1"], ["demo", "more"],
    ["keys", "create", "more"], ["config", "check", "more"], ["version", "more"], ["mail", "more"], ["export", "days", "more"], ["import", "days", "days.csv", "more"],
    ["serve", "--lisen=127.0.0.1:1"]])
def test_an_argument_that_nobody_reads_is_refused(town, command):
    assert "'%s' is n" % next(a for a in command if a in ("more", "/nowhere") or a.startswith("--")) in refused(town, *command)


@pytest.mark.parametrize("command", [["user"], ["user", "frob", "x"], ["user", "code"], ["user", "code", "x", "y"], ["user", "list", "x"]])
def test_user_shows_how_it_is_used(town, command):
    assert "user add LOGIN" in refused(town, *command)


@pytest.mark.parametrize("login,name,department,role,says", [
    ("Bad Login", "Tên", "HN-SXD", "officer", "account_login_format"), ("good", "T", "HN-SXD", "officer", "account_name_length"),
    ("good", "Tên", "NOPE", "officer", 'no department has the code "NOPE"'), ("good", "Tên", "HN-SXD", "boss", "unknown role")])
def test_a_refused_account_is_told_in_two_lines(town, login, name, department, role, says):
    said = refused(town, "user", "add", login, "--name=" + name, "--department=" + department, "--role=" + role)
    assert says in said and len(said.splitlines()) == 2 and "CONTEXT" not in said


def test_help_of_each_command(town):
    listed = town.cluster.run(town.database, "help")
    assert town.cluster.run(town.database, "serve", "--help") == listed
    for name in ("migrate", "seed", "import", "export", "keys", "user", "mail", "demo", "generate", "doctor", "config", "version"):
        own = town.cluster.run(town.database, "help", name)
        assert own.startswith("usage: tiepdan " + name) and own == town.cluster.run(town.database, name, "--help")
    assert town.cluster.run(town.database, "--version") == town.cluster.run(town.database, "version")
    assert "no command 'nosuch'" in refused(town, "help", "nosuch")


def test_import_lists_the_columns_of_every_kind(town):
    said = refused(town, "import")
    for path in SEEDS.glob("*.csv"):
        assert any(line.split() == [path.stem, path.read_text().splitlines()[0]] for line in said.splitlines()), path.stem


@pytest.mark.parametrize("text,says", [("", "must name the columns"), ("code;kind\nA;B\n", "separated by commas"),
                                       ("code,kind\nA\n", ":2: 1 fields, but the first line has 2")])
def test_a_file_that_is_no_table(town, tmp_path, text, says):
    (tmp_path / "departments.csv").write_text(text)
    said = refused(town, "import", "departments", str(tmp_path / "departments.csv"))
    assert says in said and "nothing was loaded" in said


def test_a_city_in_use_keeps_its_hub(town, tmp_path):
    text = (SEEDS / "departments.csv").read_text()
    (tmp_path / "departments.csv").write_text(text.replace(",false,true,office", ",false,false,office"))
    assert "no department is the hub" in refused(town, "import", "departments", str(tmp_path / "departments.csv"))
    assert town.file()["code"]
    (tmp_path / "departments.csv").write_text(text)
    assert "loaded" in town.cluster.run(town.database, "import", "departments", str(tmp_path / "departments.csv"))


def small_city(folder, hub):
    """Three departments; the law and the calendar as shipped."""
    for name in ("calendars", "hours", "days", "kinds", "profiles", "alarm_levels", "refusal_reasons"):
        (folder / (name + ".csv")).write_text((SEEDS / (name + ".csv")).read_text())
    head, *rows = (SEEDS / "policies.csv").read_text().splitlines()
    (folder / "policies.csv").write_text("\n".join([head] + [r for r in rows if r.split(",")[3] == ""]) + "\n")
    (folder / "areas.csv").write_text("code,parent,kind,name_vi,name_en\n46,,city,Huế,Hue\n19750,46,ward,Phú Xuân,Phu Xuan\n")
    (folder / "departments.csv").write_text(
        "code,parent,kind,name_vi,name_en,area,governs,hub,calendar\n"
        "HUE-UBND,,city_committee,UBND thành phố Huế,City committee,46,,,office\n"
        "HUE-IOC,HUE-UBND,service_unit,HueIOC,Hue IOC,46,,%s,office\n"
        "UB-19750,HUE-UBND,ward_committee,UBND phường Phú Xuân,Ward committee,19750,true,,office\n" % hub)
    (folder / "categories.csv").write_text(
        "code,parent,name_vi,name_en,department,level,visibility\nroads,,Đường,Roads,AREA,normal,public\n")


def test_another_city_is_loaded_whole_or_not_at_all(cluster, tmp_path):
    database = "elsewhere"
    cluster.sql("create database %s owner tiepdan" % database, "postgres")
    cluster.run(database, "migrate")
    small_city(tmp_path, "false")
    said = cluster.run(database, "seed", "--from", str(tmp_path), ok=False)
    assert said.returncode == 1 and "no department is the hub" in said.stderr
    assert cluster.sql("select count(*) from tiepdan.department", database) == [["0"]]
    small_city(tmp_path, "true")
    cluster.run(database, "seed", "--from=" + str(tmp_path))
    assert cluster.sql("select count(*) from tiepdan.department", database) == [["3"]]
    refused_demo = cluster.run(database, "demo", ok=False)
    assert refused_demo.returncode == 1 and "the shipped city" in refused_demo.stderr


def state(town, *tables):
    return [town.sql("select t::text from %s t order by 1" % table) for table in tables]


def test_a_dry_run_prints_the_difference_and_loads_nothing(town, tmp_path):
    days = tmp_path / "days.csv"
    head, *rows = (SEEDS / "days.csv").read_text().splitlines()
    kept = [r.replace("Tết Dương lịch", "Tết Tây") if r.startswith("office,2027-01-01") else r for r in rows if not r.startswith("office,2027-11-24")]
    days.write_text("\n".join([head] + kept + ["office,2027-12-31,true,,08:00-11:30,Nghỉ chiều,Half day,Thông báo 1,"]) + "\n")
    before = state(town, "calendar_day", "calendar_version", "reference_version")
    said = town.cluster.run(town.database, "import", "days", str(days), "--dry-run")
    assert said.splitlines()[-1] == "3 rows would change; nothing was loaded"
    assert 'changed office 2027-01-01: name_vi "Tết Dương lịch" -> "Tết Tây"' in said
    assert "removed office 2027-11-24: " in said and "added   office 2027-12-31: " in said and 'hours "08:00-11:30"' in said
    assert state(town, "calendar_day", "calendar_version", "reference_version") == before
    assert "loaded" in town.cluster.run(town.database, "import", "days", str(days))
    assert town.cluster.run(town.database, "import", "days", str(days), "--dry-run").startswith("0 rows would change")
    town.cluster.run(town.database, "import", "days", str(SEEDS / "days.csv"))


@pytest.mark.parametrize("kind", ["departments", "policies", "areas", "hours", "kinds"])
def test_a_dry_run_of_what_is_there(town, kind):
    said = town.cluster.run(town.database, "import", kind, str(SEEDS / (kind + ".csv")), "--dry-run")
    assert said == "0 rows would change; nothing was loaded\n"


def test_a_dry_run_tells_what_an_import_would(town, tmp_path):
    before = state(town, "calendar_day", "department", "reference_version")
    (tmp_path / "days.csv").write_text("calendar,day,works,name_vi,name_en,source\noffice,2026-02-30,true,A,A,s\n")
    said = refused(town, "import", "days", str(tmp_path / "days.csv"), "--dry-run")
    assert 'days.csv:2: day: "2026-02-30" is not a date' in said and "nothing was loaded" in said
    text = (SEEDS / "departments.csv").read_text()
    (tmp_path / "departments.csv").write_text(text.replace(",false,true,office", ",false,false,office"))
    assert "no department is the hub" in refused(town, "import", "departments", str(tmp_path / "departments.csv"), "--dry-run")
    assert "'--dry' is n" in refused(town, "import", "days", str(tmp_path / "days.csv"), "--dry")
    assert state(town, "calendar_day", "department", "reference_version") == before


def test_files_without_the_newer_columns_are_taken(town, tmp_path):
    """As cities wrote them before hours had a validity and days hours of their own; departments may leave the calendar out."""
    (tmp_path / "hours.csv").write_text("calendar,weekday,opens,closes\nalways,mon,00:00,24:00\nalways,tue,00:00,24:00\n")
    (tmp_path / "days.csv").write_text("calendar,day,works,name_vi,name_en,source,note\nalways,2027-01-02,true,Bù,Make-up,Thông báo,\n")
    (tmp_path / "departments.csv").write_text(
        "code,parent,kind,name_vi,name_en\nX-1,HN-TTPVHCC,office,Tổ một cửa,One-stop team\n")
    for kind in ("hours", "days", "departments"):
        assert "loaded" in town.cluster.run(town.database, "import", kind, str(tmp_path / (kind + ".csv")))
    assert town.sql("select weekday, valid_from, valid_to from calendar_hours where calendar = 'always' order by 1") == [["0", "", ""], ["1", "", ""]]
    assert town.sql("select works, weekday, hours from calendar_day where calendar = 'always'") == [["t", "", ""]]
    assert town.sql("select department_calendar(id) from department where code = 'X-1'") == [["counter"]]
