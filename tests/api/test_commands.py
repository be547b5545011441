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
    ["keys", "create", "more"], ["config", "check", "more"], ["version", "more"], ["import", "days", "days.csv", "more"],
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
    for name in ("migrate", "seed", "import", "keys", "user", "demo", "doctor", "config", "version"):
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
    (folder / "route_rules.csv").write_text("kind,category,area,department\n")
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
