"""Rules of assignment inside a department: its head writes them, the job worker wishes by them, and a ticket tells what they said."""
import io
import tarfile

import pytest

from support.town import CONSTRUCTION, HUB, wait_until

BRIDGE = "Cầu vượt Ngã Tư Sở bị nứt mặt cầu"


@pytest.fixture(scope="module")
def head(town):
    """Two officers, who are given what is accepted."""
    head = town.person("head")
    town.person("officer"), town.person("officer", number=2)
    version = head.get("/v1/work").json["version"]
    head("PUT", "/v1/work", {"automatic": True}, headers={"If-Match": '"%d"' % version}, status=200)
    return head


def account(client):
    return client.get("/v1/me").json["account"]["id"]


def make(who, text, status=201, department=CONSTRUCTION, **more):
    return who.post("/v1/rule-sets", {"title": "Phân công", "text": text, "department": department, **more}, status=status)


def change(who, verb, made, status=200):
    return who.post("/v1/rule-sets/%s/%s" % (made["id"], verb), None, {"If-Match": '"%d"' % made["version"]}, status)


def activated(head, text):
    return change(head, "activate", make(head, text).json).json


def given(town, **changes):
    """A ticket that the job worker has given to somebody, and to whom."""
    ticket_id, _ = town.filed(**changes)
    town.move(town.person("officer"), ticket_id, "accept")
    wait_until(lambda: town.sql("select person is not null from ticket where id = '%s'" % ticket_id) == [["t"]], 60, "assigned")
    return ticket_id, town.sql("select person from ticket where id = '%s'" % ticket_id)[0][0]


def told(who, ticket_id):
    return who.post("/v1/routing/explain", {"ticket": ticket_id}, status=200).json["assignment"]


def test_the_head_writes_for_her_own_department(town, head):
    officer = town.login("officer")
    text = "rule x when always then officer %s\n" % officer
    stranger = town.person("head", "HN-TRANSERCO")
    for who, status in ((town.anyone, 401), (town.person("officer"), 403), (town.coordinator, 403), (stranger, 403)):
        make(who, text, status)
    made = make(head, text)
    draft = made.json
    assert (draft["purpose"], draft["department"]["code"], draft["number"], draft["warnings"]) == ("assignment", CONSTRUCTION, 1, [])
    assert made.header("etag") == '"1"'
    target = "/v1/rule-sets/" + draft["id"]
    body = {"title": "Phân công khác", "rules": [{"name": "y", "when": "kind = feedback", "then": {"officer": officer, "skill": ["roads"], "tag": ["a"]}}]}
    for method, where, sent in (("GET", "", None), ("PUT", "", body), ("DELETE", "", None), ("POST", "/check", None),
                                ("POST", "/activate", None), ("POST", "/take-back", None)):
        stranger(method, target + where, sent, None if method == "GET" or where == "/check" else {"If-Match": '"1"'}, 404)
    assert town.coordinator.get(target).json == {k: v for k, v in draft.items() if k != "warnings"}
    change(town.coordinator, "activate", draft, 403)
    draft = head("PUT", target, body, {"If-Match": '"1"'}, 200).json
    assert draft["text"] == "rule y\n\twhen kind = feedback\n\tthen officer %s; skill roads; tag a\n\n" % officer
    head("PUT", target, body, {"If-Match": '"1"'}, 412)
    head("PUT", target, {**body, "department": CONSTRUCTION}, {"If-Match": '"2"'}, 422)
    assert town.sql("select distinct what, code from rule_set_name where rule_set = '%s' order by 1" % draft["id"]) == [
        ["kind", "feedback"], ["officer", officer], ["skill", "roads"], ["tag", "a"]]
    listed = "/v1/rule-sets?department=" + CONSTRUCTION
    for who in (head, town.coordinator, town.person("admin", HUB)):
        assert [s["id"] for s in who.get(listed).json["items"]] == [draft["id"]]
    assert "department" in head.get("/v1/rule-sets", status=403).json["detail"], "a head reads those of the department"
    assert "detail" not in stranger.get(listed, status=403).json
    head.get("/v1/rule-sets?department=HN-NOBODY", status=422)
    assert all(s["purpose"] == "routing" for s in town.coordinator.get("/v1/rule-sets").json["items"])
    head("DELETE", target, None, {"If-Match": '"2"'}, 204)


@pytest.mark.parametrize("text,fault,column", [
    ("rule x when always then officer nobody", "unknown_name", 33),
    ("rule x when always then officer officer.hn-transerco.1", "unknown_name", 33),
    ("rule x when always then skill flying", "unknown_name", 31),
    ("rule x when always then department HN-SXD", "not_here", 25),
    ("rule x when always then level urgent", "not_here", 25),
])
def test_what_they_may_not_say(town, head, text, fault, column):
    town.person("officer", "HN-TRANSERCO")
    errors = make(head, text, 422).json["errors"]
    assert [(e["rule_fault"], e["column"]) for e in errors] == [(fault, column)], errors
    make(head, text, 422, department="HN-NOBODY")


def test_who_is_wished_for_gets_it_until_the_set_is_taken_back(town, head):
    officer, other = town.login("officer"), town.login("officer", number=2)
    first = activated(head, "rule all when always then officer %s" % officer)
    second = activated(head, 'rule bridge "Cầu" when text has "cầu vượt" then officer %s; tag cau; flag gap; stop\n'
                             "rule rest when always then officer %s" % (other, officer))
    assert head.get("/v1/rule-sets/" + second["id"]).json["off"] == [] and second["replaces"]["id"] == first["id"]
    ticket_id, person = given(town, title=BRIDGE)
    assert person == account(town.person("officer", number=2))
    made = told(head, ticket_id)
    assert made["person"]["id"] == person and made["department"]["code"] == CONSTRUCTION
    assert made["rules"] == {"set": second["number"], "officer": other, "tags": ["cau"], "flags": ["gap"], "by": "officer",
                             "taken": [{"rule": "bridge", "title": "Cầu", "word": "cau vuot", "said": ["officer", "tag", "flag"]}]}
    assert told(town.coordinator, ticket_id) == made
    town.person("head", "HN-TRANSERCO").post("/v1/routing/explain", {"ticket": ticket_id}, status=404)
    event = head.get("/v1/tickets/%s/events" % ticket_id).json["items"][-1]
    assert event["type"] == "ticket.assigned" and event["data"]["rules"] == made["rules"]
    item = head.get("/v1/tickets?tag=cau").json["items"][0]
    assert (item["id"], item["tags"], item["flags"]) == (ticket_id, ["cau"], ["gap"])
    change(head, "take-back", second)
    ticket_id, person = given(town, title=BRIDGE)
    assert person == account(town.person("officer")) and told(head, ticket_id)["rules"]["set"] == first["number"]
    assert [e[0] for e in town.sql("select type from event where type like 'rules.%' and data->>'department' = 'HN-SXD' order by at")][-3:] == [
        "rules.written", "rules.activated", "rules.taken_back"]


def test_a_draft_says_what_it_would_wish(town, head):
    officer = town.login("officer")
    made = make(head, 'rule bridge "Cầu" when text has "cầu vượt" and level = normal then officer %s; skill roads; tag cau\n' % officer).json
    wish = {"set": made["number"], "officer": officer, "skills": ["roads"], "tags": ["cau"],
            "taken": [{"rule": "bridge", "title": "Cầu", "word": "cau vuot", "said": ["officer", "tag", "skill"]}]}
    ticket_id, _ = town.filed(title=BRIDGE)
    explain = {"rule_set": made["id"], "ticket": ticket_id}
    said = head.post("/v1/routing/explain", explain, status=200).json
    assert said["wish"] == wish and said["decision"]["department"]["code"] == CONSTRUCTION and "assignment" not in said
    text = {"kind": "feedback", "category": "roads.surface", "area": "00316", "title": BRIDGE, "text": "Mặt cầu nứt dài.", "rule_set": made["id"]}
    assert town.coordinator.post("/v1/routing/explain", text, status=200).json["wish"] == wish
    assert head.post("/v1/routing/explain", {**text, "title": "Ổ gà"}, status=200).json["wish"] == {"set": made["number"], "taken": []}
    stranger = town.person("head", "HN-TRANSERCO")
    stranger.post("/v1/routing/explain", text, status=404)
    town.person("spokesperson").post("/v1/routing/explain", text, status=200)


def test_they_are_files_of_the_configuration(town, head, tmp_path):
    run, admin = town.cluster.run, town.person("admin", HUB)
    login = "an.b-c_1@example.org"
    town.sql("update account set login = '%s' where login = '%s'" % (login, town.login("officer", number=2)))
    text = "rule all when always then officer %s\n" % login
    now = activated(head, text)
    folder = tmp_path / "city"
    run(town.database, "export", "--all", str(folder))
    path = folder / ("assignment.%s.rules" % CONSTRUCTION)
    assert path.read_text() == text and path.name in (folder / "VERSION").read_text()
    archive = tarfile.open(fileobj=io.BytesIO(admin.get("/v1/configuration/archive", headers={"Accept": "application/x-tar"}).body))
    assert {f.name: archive.extractfile(f).read() for f in archive} == {f.name: f.read_bytes() for f in folder.iterdir()}
    assert "0 rows changed" in run(town.database, "import", "--all", str(folder))
    assert head.get("/v1/rule-sets/" + now["id"]).json["state"] == "active", "the same text is no other set"
    path.write_text("rule all when always then officer\n")
    said = run(town.database, "import", "--all", str(folder), ok=False)
    assert said.returncode == 1 and "assignment.HN-SXD.rules:2:1: " in said.stderr and "nothing was loaded" in said.stderr
    path.write_text("rule all when always then officer nobody\n")
    trial = run(town.database, "import", "--all", str(folder), "--dry-run", ok=False)
    assert trial.returncode == 0 and "1:35: warning: There is no active officer of the department nobody." in trial.stderr, "files outlive people"
    assert trial.stdout.endswith("0 rows and 1 sets of rules would change; nothing was loaded\n")
    fresh = town.cluster.new_database()
    run(fresh, "seed", "--from", str(folder))
    assert run(fresh, "export", "rules:" + CONSTRUCTION) == path.read_text(), "a new installation has the set before it has the people"
    path.write_text("rule all when always then skill roads\n")
    run(town.database, "import", "--all", str(folder))
    assert head.get("/v1/rule-sets/" + now["id"]).json["state"] == "retired"
    kind = "rules:" + CONSTRUCTION
    assert run(town.database, "export", kind) == path.read_text() and run(town.database, "export", "rules:HN-STC") == ""
    path.write_text(text)
    assert "1 rules would take the place of the 1 rules of set" in run(town.database, "import", kind, str(path), "--dry-run")
    run(town.database, "import", kind, str(path))
    assert run(town.database, "import", "rules:HN-NOBODY", str(path), ok=False).returncode == 1
    (folder / "assigment.HN-SXD.rules").write_text(text)
    assert "there is no such kind" in run(town.database, "import", "--all", str(folder), ok=False).stderr
    town.sql("update account set active = false where login = '%s'" % login)
    said = run(town.database, "doctor", ok=False).stdout
    assert "warn   assignment rules: 1 rules of %s are switched off, the first is all: %s has ended" % (CONSTRUCTION, login) in said
    town.sql("update account set active = true, login = '%s' where login = '%s'" % (town.login("officer", number=2), login))


def test_nothing_waits_for_who_is_away_or_gone(town, head):
    officer, other = town.person("officer"), town.person("officer", number=2)
    now = activated(head, "rule all when always then officer %s" % town.login("officer", number=2))
    absence = head.post("/v1/staff/%s/absences" % account(other), {"from": "2026-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z"}).json["id"]
    ticket_id, person = given(town)
    assert person == account(officer) and told(head, ticket_id)["rules"]["by"] == "order"
    head("DELETE", "/v1/absences/" + absence, status=204)
    assert given(town)[1] == account(other)
    town.sql("update account set active = false where id = '%s'" % account(other))
    login = town.login("officer", number=2)
    ticket_id, person = given(town)
    said = told(head, ticket_id)["rules"]
    assert person == account(officer) and said["taken"] == [{"rule": "all", "off": login, "said": []}] and said["by"] == "order"
    assert head.get("/v1/rule-sets/" + now["id"]).json["off"] == [{"rule": "all", "line": 1, "ended": login}]
    assert head.post("/v1/rule-sets/%s/check" % now["id"], None, status=422).json["errors"][0]["rule_fault"] == "unknown_name"
    town.sql("update account set active = true where login = '%s'" % login)
    assert given(town)[1] == account(other)


def test_how_much_there_is_to_do_counts(town, head):
    officer, other = town.login("officer"), town.login("officer", number=2)
    activated(head, "rule full when load %s >= 1 then officer %s; stop\nrule rest when always then officer %s" % (CONSTRUCTION, other, officer))
    town.filed()
    wait_until(lambda: town.sql("select open > 0 from department_load l join department d on d.id = l.department where d.code = 'HN-SXD'") == [["t"]],
               90, "counted")
    wait_until(lambda: told(head, given(town)[0])["rules"]["taken"][0]["rule"] == "full", 60, "the job worker knows")


def test_rules_of_another_program_keep_no_ticket(town, head):
    now = activated(head, "rule all when always then tag x")
    town.sql("update rule_set set text = 'what is this' where id = '%s'" % now["id"])
    town.stop()
    town.start()
    ticket_id, _ = given(town)
    assert told(head, ticket_id)["rules"] is None
    assert '"assignment.rules_unusable"' in town.log()
