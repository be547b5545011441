"""Sets of routing rules: drafts with their faults, activation that reaches every worker without a restart, and back; files."""
import concurrent.futures

import pytest

from support.contract import ROOT
from support.town import HUB, wait_until

SHIPPED = ROOT / "migrations/seed/hanoi/routing.rules"
TO_SNNMT = 'rule here when category = roads.surface then department HN-SNNMT\n'


@pytest.fixture(scope="module")
def admin(town):
    return town.person("admin", HUB)


def sets(who):
    return who.get("/v1/rule-sets?limit=50").json["items"]


def active(who):
    return next(s for s in sets(who) if s["state"] == "active")


def make(who, text, status=201, **more):
    return who.post("/v1/rule-sets", {"title": "Thử nghiệm", "text": text, **more}, status=status)


def change(who, verb, made, status=200, version=None):
    return who.post("/v1/rule-sets/%s/%s" % (made["id"], verb), None, {"If-Match": '"%s"' % (version or made["version"])}, status)


def routed(town, **changes):
    return town.file(**changes)["department"]["code"]


def test_the_shipped_set_is_active(town, admin):
    first = active(admin)
    assert first["number"] == 1 and first["made_by"] is None and first["replaces"] is None and "text" not in first
    shown = admin.get("/v1/rule-sets/" + first["id"])
    assert shown.json["text"] == SHIPPED.read_text("utf-8") and shown.json["off"] == []
    assert shown.header("etag").startswith('"%d-' % first["version"])
    assert town.coordinator.get("/v1/rule-sets/" + first["id"]).json == shown.json
    for who, status in ((town.anyone, 401), (town.person("officer"), 403), (town.person("head"), 403)):
        who.get("/v1/rule-sets", status=status)
        make(who, TO_SNNMT, status)
    make(town.coordinator, TO_SNNMT, 403)
    admin.get("/v1/rule-sets/01940000-0000-7000-8000-000000000060", status=404)


def test_a_draft_is_written_activated_and_taken_back(town, admin):
    before = active(admin)
    made = make(admin, "rule other when category = tourism then department HN-SNNMT\n")
    draft = made.json
    assert made.header("location") == "/v1/rule-sets/" + draft["id"] and made.header("etag") == '"1"'
    assert draft["state"] == "draft" and draft["rules"] == 1 and draft["warnings"] == [] and draft["made_by"]["name"]
    body = {"title": "Mặt đường", "text": TO_SNNMT}
    admin("PUT", "/v1/rule-sets/" + draft["id"], body, None, 428)
    admin("PUT", "/v1/rule-sets/" + draft["id"], body, {"If-Match": '"7"'}, 412)
    draft = admin("PUT", "/v1/rule-sets/" + draft["id"], body, {"If-Match": '"1"'}, 200).json
    assert draft["version"] == 2 and draft["text"] == TO_SNNMT
    assert town.sql("select what, code, rule, effect, line from rule_set_name where rule_set = '%s' order by 1" % draft["id"]) == [
        ["category", "roads.surface", "here", "f", "1"], ["department", "HN-SNNMT", "here", "t", "1"]]
    assert routed(town) == "HN-SXD", "a draft does not count"
    change(admin, "activate", draft, 412, version=1)
    change(town.coordinator, "activate", draft, 403)
    now = change(admin, "activate", draft).json
    assert now["state"] == "active" and now["replaces"] == {"id": before["id"], "number": before["number"]} and now["warnings"] == []
    wait_until(lambda: all(routed(town) == "HN-SNNMT" for _ in range(8)), 20, "routed by the new set, by every worker")
    assert admin("PUT", "/v1/rule-sets/" + draft["id"], body, {"If-Match": '"%d"' % now["version"]}, 409).problem == "rules_not_draft"
    change(admin, "activate", now, 409)
    admin("DELETE", "/v1/rule-sets/" + draft["id"], None, {"If-Match": '"%d"' % now["version"]}, 409)
    back = change(admin, "take-back", now).json
    assert back["id"] == before["id"] and back["state"] == "active"
    wait_until(lambda: all(routed(town) == "HN-SXD" for _ in range(8)), 20, "routed by the set of before")
    assert change(admin, "take-back", back, 409).problem == "rules_first"
    assert admin.get("/v1/rule-sets/" + draft["id"]).json["state"] == "retired"
    told = town.sql("select type, data->>'number', actor is not null from event where type like 'rules.%' order by at")
    assert [(t, who) for t, _, who in told] == [("rules.activated", "f")] + [
        ("rules." + what, "t") for what in ("written", "written", "activated", "taken_back")], "the first one by the command line"


def test_one_set_is_active_whoever_is_first(town, admin):
    drafts = [make(admin, TO_SNNMT).json for _ in range(4)]
    admins = [town.person("admin", HUB, number) for number in range(2, 6)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda who, draft: change(who, "activate", draft).json, admins, drafts))
    assert sum(s["state"] == "active" for s in sets(admin)) == 1
    assert len({d["replaces"]["id"] for d in done}) == 4, "each took the place of another one"
    for _ in done:
        change(admin, "take-back", active(admin))
    assert active(admin)["number"] == 1


@pytest.mark.parametrize("text,fault,line,column", [
    ("rule x when kind = feedback then\n", "syntax", 2, 1),
    ("rule x when always then department HN-SXD\n\nrule x when kind = press then tag a\n", "doubled", 3, 6),
    ("rule x\n  when category = nowhere then tag a\n", "unknown_name", 2, 19),
    ("rule x when kind = feedback and kind = press then tag a\n", "never_true", 1, None),
    ("rule a when always then department HN-SXD; stop\nrule b when kind = press then department HN-EIC\n", "unreachable", 2, None),
    ("let a = b\nlet b = a\nrule x when a then tag a\n", "cycle", None, None),
    ("any order\nrule a when kind = press then department HN-SXD\nrule b when area = 00316 then department HN-EIC\nend\n", "no_order", 3, None),
])
def test_faults_are_told_with_their_place(town, admin, text, fault, line, column):
    before = town.count("rule_set")
    errors = make(admin, text, 422).json["errors"]
    first = errors[0]
    assert first["rule_fault"] == fault and first["pointer"] == "#/text" and first["detail_vi"] != first["detail_en"], errors
    assert line in (None, first["line"]) and column in (None, first["column"]), errors
    if fault in ("unreachable", "no_order"):
        assert first["other_line"] == line - 1
    assert make(admin, text, 422, dry_run=True).json["errors"] == errors
    assert town.count("rule_set") == before


def test_rules_as_json_are_the_same_rules(town, admin):
    body = {"title": "Bằng JSON", "lets": [{"name": "storm", "is": 'text has "mưa bão"'}], "rules": [
        {"name": "first", "title": 'Có "ngoặc" và \\', "from": "2026-01-01", "when": "storm\n  and kind = feedback # lời chú",
         "then": {"with": ["HN-CVCX", "AREA"], "tag": ["mua_bao", "gap"], "level": "urgent"}},
        {"name": "second", "when": "category = tourism", "then": {"department": "HN-SDL", "stop": True}}]}
    made = admin.post("/v1/rule-sets", body, status=201).json
    assert made["rules"] == 2
    assert make(admin, made["text"], 200, dry_run=True).json == {"dry_run": True, "rules": 2, "warnings": []}
    admin("DELETE", "/v1/rule-sets/" + made["id"], None, {"If-Match": '"1"'}, 204)
    admin.get("/v1/rule-sets/" + made["id"], status=404)
    body["rules"][1]["then"]["department"] = "HN-NOBODY"
    errors = admin.post("/v1/rule-sets", body, status=422).json["errors"]
    assert [(e["pointer"], e["rule_fault"]) for e in errors] == [("#/rules/1", "unknown_name")]
    body["rules"][1]["then"]["department"] = "HN-SDL"
    body["rules"][0]["when"] = "kind = press then tag a rule hidden when kind = feedback"
    assert admin.post("/v1/rule-sets", body, status=422).json["errors"][0]["pointer"] == "#/rules"
    for wrong in ({"title": "Cả hai", "text": TO_SNNMT, "rules": body["rules"]}, {"title": "Không gì cả"}, {"title": "Thừa", "text": TO_SNNMT, "lets": body["lets"]}):
        admin.post("/v1/rule-sets", wrong, status=422)


def test_a_big_set_keeps_nobody_waiting(town, admin):
    names = [c["code"] for c in town.anyone.get("/v1/areas?limit=200").json["items"]]
    text = "".join('rule r%d when area = %s and text has "chuyện số %d" then department HN-SNNMT\n' % (i, names[i % len(names)], i)
                   for i in range(8000))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        made = pool.submit(make, admin, text)
        filed = 0
        while not made.done():
            town.file()
            filed += 1
    assert made.result().json["rules"] == 8000
    assert filed > 1, "others were served meanwhile"
    make(admin, "# " + "x" * 1048577, 422)


def test_a_name_that_has_ended_is_a_warning_and_the_rule_is_off(town, admin):
    text = "rule old when category = roads.surface then department HN-OLD\n" + TO_SNNMT
    town.sql("insert into department (code, kind, name_vi, name_en, calendar, valid_to, governs, hub, parent) select 'HN-OLD', 'office', 'Cũ',"
             " 'Old', 'office', '2026-01-01', false, false, id from department where code = 'HN-UBND'; notify reference_changed")
    wait_until(lambda: "warnings" in make(admin, text, None, dry_run=True).json, 20, "the city has the department")
    made = make(admin, text).json
    assert [(w["rule_fault"], w["line"]) for w in made["warnings"]] == [("ended", 1)]
    assert admin.post("/v1/rule-sets/%s/check" % made["id"], None, status=200).json["warnings"] == made["warnings"]
    now = change(admin, "activate", made).json
    town.everywhere()
    assert routed(town) == "HN-SNNMT", "by the next rule"
    shown = admin.get("/v1/rule-sets/" + now["id"])
    assert shown.json["off"] == [{"rule": "old", "line": 1, "ended": "HN-OLD"}]
    admin.get("/v1/rule-sets/" + now["id"], headers={"If-None-Match": shown.header("etag")}, status=304)
    town.sql("update department set valid_to = null where code = 'HN-OLD'")
    town.everywhere()
    assert routed(town) == "HN-OLD", "by the rule that is on again"
    again = admin.get("/v1/rule-sets/" + now["id"], headers={"If-None-Match": shown.header("etag")}, status=200)
    assert again.json["off"] == [] and again.json["version"] == shown.json["version"], "the same version, another tag"
    town.sql("update department set valid_to = '2026-01-01' where code = 'HN-OLD'")
    town.everywhere()
    assert routed(town) == "HN-SNNMT", "off again"
    said = town.cluster.run(town.database, "doctor", ok=False).stdout
    assert "warn   routing rules: 1 rules are switched off, the first is old: HN-OLD has ended" in said
    admin.post("/v1/rule-sets/%s/take-back" % now["id"], None, {"If-Match": shown.header("etag")}, 200)


def test_a_key_makes_one_draft(town, admin):
    def once(text=TO_SNNMT, status=201):
        return admin.post("/v1/rule-sets", {"title": "Một lần", "text": text}, {"Idempotency-Key": "draft-once-0001"}, status)
    made, again = once(), once()
    assert again.json == made.json and again.header("idempotent-replayed") == "true"
    assert [again.header(h) for h in ("location", "etag")] == [made.header(h) for h in ("location", "etag")]
    assert sum(s["title"] == "Một lần" for s in sets(admin)) == 1
    assert once(TO_SNNMT + "# other\n", 422).problem == "idempotency_key_reused"
    town.sql("update setting set value = (select count(*) from rule_set where state = 'draft' and purpose = 'routing') where name = 'rule_drafts_most'")
    assert make(admin, TO_SNNMT, 409).problem == "too_many_drafts" and once().json == made.json
    town.sql("update department set valid_to = '2026-01-01' where code = 'HN-SNNMT'; notify reference_changed")
    wait_until(lambda: make(admin, TO_SNNMT, None, dry_run=True).json.get("warnings"), 20, "what the rules name has ended")
    assert once().json == made.json, "what was done stays done"
    town.sql("update department set valid_to = null where code = 'HN-SNNMT'; notify reference_changed")
    admin("DELETE", made.header("location"), None, {"If-Match": made.header("etag")}, 204)
    make(admin, TO_SNNMT)
    town.sql("update setting set value = 100 where name = 'rule_drafts_most'")


def test_rules_as_a_file(town, admin, tmp_path):
    run = town.cluster.run
    assert run(town.database, "export", "rules") == SHIPPED.read_text("utf-8")
    path = tmp_path / "city.rules"
    path.write_text("rule x when kind = nothing then tag a\n")
    said = run(town.database, "import", "rules", str(path), ok=False)
    assert said.returncode == 1 and "city.rules:1:20: " in said.stderr and "nothing was loaded" in said.stderr
    path.write_text(TO_SNNMT)
    assert "1 rules would take the place of" in run(town.database, "import", "rules", str(path), "--dry-run")
    assert active(admin)["number"] == 1
    run(town.database, "import", "rules", str(path))
    wait_until(lambda: all(routed(town) == "HN-SNNMT" for _ in range(8)), 20, "routed by the file")
    assert active(admin)["title"] == "city.rules"
    run(town.database, "import", "rules", str(path))
    assert run(town.database, "export", "rules") == TO_SNNMT
    change(admin, "take-back", active(admin))
    assert active(admin)["number"] == 1


def test_rules_of_another_program_cost_nobody_a_ticket(town):
    town.sql("update rule_set set text = 'what is this' where number = 1; notify reference_changed")
    wait_until(lambda: town.file(kind="complaint")["department"]["code"] == "HN-SXD", 20, "routed by the category")
    assert '"reference.rules_unusable"' in town.log()
    assert "WRONG  routing rules: set 1 cannot be read, line 1: " in town.cluster.run(town.database, "doctor", ok=False).stdout
    assert town.file()["route"] == {"reason": "category", "category": "roads.surface", "area": "00316", "department": "HN-SXD"}
