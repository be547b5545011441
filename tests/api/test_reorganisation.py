"""Reorganisations: drafted, previewed, applied on their day or by the job worker, dropped; who may, and what others find afterwards."""
from datetime import date, timedelta

import pytest
from support.town import CONSTRUCTION, HUB, new_town, wait_until

WARD, INSPECTORS, COMMITTEE = "UB-00316", "HN-TTRA", "HN-UBND"
PATH = "/v1/reorganisations"


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        yield town


def today(city, days=0):
    return str(date.fromisoformat(city.sql("select city_day(now())")[0][0]) + timedelta(days))


def unit(code):
    return {"code": code, "name_vi": "Đơn vị " + code, "name_en": "Department " + code}


def body(city, before, after, days=0, choices=(), what="department"):
    return {"title": "Sắp xếp " + after[0]["code"], "basis_vi": "Nghị quyết của Hội đồng nhân dân", "basis_en": "Resolution of the council",
            "day": today(city, days), "steps": [{"what": what, "from": list(before), "to": list(after), "choices": list(choices)}]}


def admin(city):
    return city.person("admin", HUB)


def draft(city, *args, **more):
    return admin(city).post(PATH, body(city, *args, **more)).json


def change(city, made, what, status=200, version=None):
    return admin(city).post("%s/%s/%s" % (PATH, made["id"], what), None, {"If-Match": '"%d"' % (version or made["version"])}, status)


def preview(city, made):
    return admin(city).get("%s/%s/preview" % (PATH, made["id"])).json


def faults(city, *args, **more):
    return {(f["fault"], f["unit"], f["stops"]) for f in preview(city, draft(city, *args, **more))["faults"]}


def holder(city, ticket_id):
    return city.sql("select d.code from ticket t join department d on d.id = t.holder where t.id = '%s'" % ticket_id)[0][0]


def loaded(city, code):
    """Until the workers know of it: a filing is explained by what they have in memory."""
    wait_until(lambda: city.file(category="roads.surface")["department"]["code"] == code, 20, "in memory")


def test_a_draft_is_made_shown_listed_and_changed(city):
    admin(city).post(PATH, body(city, ["HN-STC"], [unit("HN-STC2")]), {"Idempotency-Key": "k" * 22})
    made = admin(city).post(PATH, body(city, ["HN-STC"], [unit("HN-STC2")]), {"Idempotency-Key": "k" * 22}).json
    assert len([r for r in admin(city).get(PATH).json["items"] if r["title"] == "Sắp xếp HN-STC2"]) == 1, "a repeated request makes one"
    assert made["state"] == "draft" and made["version"] == 1 and made["steps"][0]["from"] == ["HN-STC"] and made["moved"] is None
    shown = admin(city).get(PATH + "/" + made["id"])
    assert shown.json == made and shown.header("ETag") == '"1"'

    def put(version, status=200):
        return admin(city)("PUT", PATH + "/" + made["id"], body(city, ["HN-STC"], [{"code": "HN-SNV"}]), {"If-Match": '"%d"' % version}, status)
    put(9, 412)
    changed = put(1).json
    assert changed["version"] == 2 and changed["steps"][0]["to"] == [{"code": "HN-SNV"}]
    admin(city)("PUT", PATH + "/" + made["id"], body(city, ["HN-STC"], [unit("X")]), {}, 428)
    assert change(city, changed, "drop").json["state"] == "dropped"
    put(3, 409)
    change(city, changed, "apply", 409, 3)
    admin(city).get(PATH + "/01940000-0000-7000-8000-000000000003", status=404)
    admin(city).get(PATH + "/01940000-0000-7000-8000-000000000003/preview", status=404)


def test_only_administrators(city):
    for role in ("head", "hub_head", "leader", "auditor", "officer"):
        who = city.person(role, HUB)
        who.get(PATH, status=403)
        who.post(PATH, body(city, ["HN-STC"], [unit("X")]), status=403)
    city.anyone.get(PATH, status=401)


def test_what_is_wrong_is_told_before(city):
    assert faults(city, ["HN-STC"], [unit("HN-STC2")]) == {("nobody_accepts", "HN-STC2", False)}
    assert ("unknown_unit", "HN-NOBODY", True) in faults(city, ["HN-NOBODY"], [unit("X")])
    assert ("hub_ends", HUB, True) in faults(city, [HUB], [unit("X")])
    assert ("code_taken", "HN-SNV", True) in faults(city, ["HN-STC"], [unit("HN-SNV")])
    assert ("past_day", None, True) in faults(city, ["HN-STC"], [unit("X")], days=-1)
    made = draft(city, [HUB], [unit("X")])
    assert change(city, made, "apply", 409).problem == "reorganisation_faults"
    assert admin(city).get(PATH + "/" + made["id"]).json["state"] == "draft", "nothing happened"
    admin(city).post(PATH, {**body(city, ["HN-STC"], [unit("X")]), "steps": []}, status=422)
    admin(city).post(PATH, body(city, ["HN STC"], [unit("X")]), status=422)


def test_a_merger_on_its_day(city):
    """Open tickets go on at the new department with their people and dates, citizens see it, new filings get there."""
    officer = city.person("officer")
    one, filed = city.filed(category="roads.surface")
    city.move(officer, one, "accept")
    city.move(officer, one, "claim")
    answered, old = city.answered(category="roads.surface")
    dues = city.sql("select kind, due_at from clock_running where ticket = '%s' order by 1" % one)
    made = draft(city, [CONSTRUCTION, "HN-SDL"], [unit("HN-SXDDL")])
    load = {d["department"]["code"]: d for d in preview(city, made)["departments"]}[CONSTRUCTION]
    assert load["tickets"] == 1 and load["successors"] == [{"code": "HN-SXDDL", "tickets": 1}] and load["members"] >= 2
    assert change(city, made, "apply", 412, 7).problem == "precondition_failed"
    done = change(city, made, "apply").json
    assert done["state"] == "applied" and done["moved"]["tickets"] == 1 and done["moved"]["members"] >= 2 and done["remaining"] == 0

    assert holder(city, one) == "HN-SXDDL" and holder(city, answered) == CONSTRUCTION
    assert city.sql("select kind, due_at from clock_running where ticket = '%s' order by 1" % one) == dues, "the law's clock goes on"
    held = officer.get("/v1/tickets/%s/holders" % one).json["items"]
    assert [(h["department"]["code"], h["ended_by"]) for h in held] == [(CONSTRUCTION, "succeed"), ("HN-SXDDL", None)]
    city.move(officer, one, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
    tracked = city.citizen(filed).get("/v1/tracking").json
    assert tracked["holder"]["code"] == "HN-SXDDL"
    assert any(step["what_en"] == "The ticket passed to the successor by a reorganisation" for step in tracked["steps"])
    loaded(city, "HN-SXDDL")
    assert city.file(category="roads.surface")["route"]["via"] == CONSTRUCTION

    # A citizen who comes back to an old answer meets the successor.
    citizen = city.citizen({"code": city.sql("select code from ticket where id = '%s'" % answered)[0][0], "secret": old["secret"]})
    citizen.post("/v1/tracking/second-look", {"reason": "Mặt đường lại lún sau một ngày."}, status=201)
    wait_until(lambda: holder(city, answered) == "HN-SXDDL", 20, "with the successor")

    days = "from=%s&to=%s" % (today(city, -1), today(city, 1))
    then = {r["key"]: r for r in admin(city).get("/v1/reports/sla?by=department&" + days).json["rows"]}
    rolled = admin(city).get("/v1/reports/sla?by=department&lineage=rolled&" + days).json
    rows = {r["key"]: r for r in rolled["rows"]}
    assert then[CONSTRUCTION]["answered_on_time"] == 1 and CONSTRUCTION not in rows and rolled["lineage"] == "rolled"
    assert rows["HN-SXDDL"]["rolled_from"] == [CONSTRUCTION] and rows["HN-SXDDL"]["split_from"] == []
    assert rows["HN-SXDDL"]["total"] == then[CONSTRUCTION]["total"] + then["HN-SXDDL"]["total"]
    text = admin(city).get("/v1/reports/sla?lineage=rolled&" + days, {"Accept": "text/csv"}).body.decode()
    assert text.splitlines()[0].endswith("returned,rolled_from,split_from") and ",%s," % CONSTRUCTION in text


def test_a_split_on_a_day_to_come(city):
    """Scheduled, dropped, scheduled again; on the day the job worker does it, by the choices."""
    loaded(city, holder(city, city.filed(category="roads.surface")[0]))
    before = holder(city, city.filed(category="roads.surface")[0])
    here, _ = city.filed(category="roads.surface", area="00316")
    there, _ = city.filed(category="roads.surface", area="00004")
    choices = [{"to": "HN-B", "area": "00316"}]
    made = draft(city, [before], [unit("HN-A"), unit("HN-B")], 2, choices)
    assert {s["code"] for s in preview(city, made)["departments"][0]["successors"]} == {"HN-A", "HN-B"}
    waiting = change(city, made, "apply").json
    assert waiting["state"] == "scheduled" and holder(city, here) == before
    assert city.sql("select count(*) from lineage where old = '%s'" % before)[0][0] == "3"
    dropped = change(city, waiting, "drop").json
    assert dropped["state"] == "dropped" and city.sql("select valid_to, successor from department where code = '%s'" % before) == [["", ""]]

    again = change(city, draft(city, [before], [unit("HN-A"), unit("HN-B")], 2, choices), "apply").json
    # Two days go by.
    city.sql("set tiepdan.reorganising = 'on'; update department set valid_from = valid_from - 9 where code = '%s'" % before)
    city.sql("""set tiepdan.reorganising = 'on'; update reorganisation set day = day - 2 where id = '%s'; update lineage set since = since - 2 where reorganisation = '%s';
        update department set valid_to = valid_to - 2 where code = '%s'; update department set valid_from = valid_from - 2
            where code in ('HN-A', 'HN-B'); update reference_version set version = version + 1; notify reference_changed"""
             % (again["id"], again["id"], before))
    wait_until(lambda: holder(city, here) == "HN-B" and holder(city, there) == "HN-A", 30, "moved")
    assert admin(city).get(PATH + "/" + again["id"]).json["state"] == "applied"
    change(city, again, "drop", 409, admin(city).get(PATH + "/" + again["id"]).json["version"])
    wait_until(lambda: city.file(category="roads.surface", area="00316")["department"]["code"] == "HN-B", 20, "filed by the choice")
    assert city.file(category="roads.surface", area="00004")["department"]["code"] == "HN-A"
    # What is about the one that was divided is kept from all that came of it.
    answer = city.file(kind="complaint", category="roads.surface", area="00316", against={"department": before})
    assert answer["department"]["code"] not in ("HN-A", "HN-B")
    then, rows = [{r["key"]: r for r in admin(city).get("/v1/reports/sla?by=department&lineage=%s&from=%s&to=%s"
                                                        % (way, today(city, -1), today(city, 1))).json["rows"]} for way in ("then", "rolled")]
    assert (before in then) == (before in rows["HN-A"]["split_from"]), "its figures are the principal successor's, and the report says so"


def test_what_is_against_who_ends_leaves_the_successor(city):
    """Nobody of the successor sees it any more; who is above does."""
    filed = city.file(kind="denunciation", category="officials_conduct", against={"department": WARD})
    ticket_id = city.id_of(filed)
    assert holder(city, ticket_id) == INSPECTORS
    city.person("legal_officer", INSPECTORS).get("/v1/tickets/" + ticket_id)
    made = draft(city, [WARD], [{"code": INSPECTORS}])
    assert [f["fault"] for f in preview(city, made)["faults"] if f["stops"]] == []
    assert change(city, made, "apply").json["state"] == "applied"
    assert holder(city, ticket_id) == COMMITTEE
    city.person("legal_officer", INSPECTORS).get("/v1/tickets/" + ticket_id, status=404)
    city.person("legal_officer", COMMITTEE).get("/v1/tickets/" + ticket_id)
    assert city.citizen(filed).get("/v1/tracking").json["holder"]["code"] == COMMITTEE


def test_many_move_in_portions(city):
    city.sql("update setting set value = 1 where name = 'reorganisation_at_once'")
    ids = [city.filed(category="environment.waste")[0] for _ in range(4)]
    held = holder(city, ids[0])
    made = draft(city, [held], [unit("HN-MANY")])
    assert preview(city, made)["remaining"] >= 3
    assert change(city, made, "apply").json["moved"]["tickets"] == 1
    wait_until(lambda: admin(city).get(PATH + "/" + made["id"]).json["remaining"] == 0, 30, "the others")
    assert {holder(city, i) for i in ids} == {"HN-MANY"}


def test_an_older_file_does_not_undo_it(city):
    made = draft(city, ["HN-STP"], [unit("HN-STP2")])
    change(city, made, "apply")
    kind = admin(city).get("/v1/configuration/departments")
    row = dict(next(r for r in kind.json["rows"] if r["code"] == "HN-STP"), valid_to=None, successor=None)
    answer = admin(city)("PUT", "/v1/configuration/departments/rows", {"rows": [row]}, {"If-Match": kind.header("ETag")}, 422)
    assert "HN-STP" in str(answer.json) and city.sql("select successor is not null from department where code = 'HN-STP'") == [["t"]]


def test_areas_and_categories(city):
    """Two communes become one, a category gets another name: from then on the new codes are filed under."""
    made = draft(city, ["00004", "00008"], [{"code": "HN-BDNH", "name_vi": "Phường Ba Đình Ngọc Hà", "name_en": "Ba Dinh Ngoc Ha Ward"}], what="area")
    assert {f["fault"] for f in preview(city, made)["faults"]} == {"committee_stays"}
    assert [u["code"] for u in preview(city, made)["units"]] == ["00004", "00008"]
    assert change(city, made, "apply").json["state"] == "applied"
    wait_until(lambda: city.anyone.post("/v1/tickets", ticket_in("HN-BDNH"), status=None).status == 201, 20, "filed in the new one")
    assert city.anyone.post("/v1/tickets", ticket_in("00004"), status=422).pointers.keys() == {"/area"}
    assert city.sql("select new from lineage where what = 'area' order by old") == [["HN-BDNH"], ["HN-BDNH"]]


def ticket_in(area):
    return {"kind": "feedback", "category": "roads.surface", "area": area, "title": "Ổ gà trước số 126",
            "text": "Trước số nhà 126 có một ổ gà rộng khoảng 60 cm."}
