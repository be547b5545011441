"""Filing by rules: words, co-handlers, tags, flags, profile and level; the stored path and what would become of a text."""
import pytest

from support.town import HUB, samples, ticket, wait_until

RULES = """
let storm = text has "cây đổ", "bật gốc"
rule gone when category = culture_sport and valid HN-SQHKT then department HN-SVHTT
rule storm "Mưa bão" when storm then level complex; tag cay_do; flag mua_bao; with HN-CVCX, AREA
rule profile when category = tourism then profile hoi_dap; visibility private; department HN-SVHTT
rule app when channel = app and language = en then tag from_app
rule night when category = health and time = 22:00-06:00 then department HN-CATP
rule press when kind = press then visibility public
"""


@pytest.fixture(scope="module", autouse=True)
def rules(town):
    admin = town.person("admin", HUB)
    made = admin.post("/v1/rule-sets", {"title": "Thử nghiệm", "text": RULES}, status=201).json
    admin.post("/v1/rule-sets/%s/activate" % made["id"], None, {"If-Match": '"1"'}, 200)
    town.everywhere()
    assert town.file(category="tourism")["department"]["code"] == "HN-SVHTT"
    return made


def seen(town, **changes):
    ticket_id, filed = town.filed(**changes)
    return town.coordinator.get("/v1/tickets/" + ticket_id).json, filed


def explain(who, body, status=200):
    return who.post("/v1/routing/explain", body, status=status).json


def test_words_decide_and_the_path_is_stored(town, rules):
    got, filed = seen(town, category="roads.works", title="Cay do chan ngang duong")
    assert got["level"] == "complex" and got["tags"] == ["cay_do"] and got["flags"] == ["mua_bao"]
    assert got["route"]["reason"] == "category" and got["route"]["rules"] == {
        "set": rules["number"], "level": "complex", "with": ["HN-CVCX", "UB-00316"], "tags": ["cay_do"], "flags": ["mua_bao"],
        "taken": [{"rule": "storm", "title": "Mưa bão", "word": "cay do", "said": ["level", "with", "tag", "flag"]}]}
    assert "rules" not in filed["route"], "which is for staff"
    tracked = town.citizen(filed).get("/v1/tracking")
    assert b"cay_do" not in tracked.body and b"mua_bao" not in tracked.body and b"HN-CVCX" not in tracked.body


def test_a_ticket_without_marks_has_none(town):
    got, _ = seen(town)
    assert got["tags"] == [] and got["flags"] == [] and got["route"]["rules"]["taken"] == []
    assert town.sql("select count(*) from ticket_tag where ticket = '%s'" % got["id"]) == [["0"]]


def test_the_queue_by_tag_and_by_flag(town):
    ids = [town.filed(category=c, title="Cây đổ chắn ngang đường số %d" % n)[0] for n, c in enumerate(["roads.works", "tourism", "roads.works"])]
    read = lambda who, query: [i["id"] for i in who.get("/v1/tickets?" + query).json["items"]]
    assert read(town.coordinator, "tag=cay_do")[:3] == ids[::-1]
    assert read(town.coordinator, "flag=mua_bao&category=tourism") == [ids[1]]
    assert read(town.coordinator, "tag=cay_do&flag=mua_bao&holder=HN-SVHTT") == [ids[1]]
    assert read(town.coordinator, "tag=mua_bao") == [] and read(town.coordinator, "tag=cay_do&flag=cay_do") == []
    first = town.coordinator.get("/v1/tickets?tag=cay_do&limit=1").json
    assert first["items"][0]["tags"] == ["cay_do"] and first["items"][0]["flags"] == ["mua_bao"]
    town_of = town.coordinator.get("/v1/tickets?tag=cay_do&limit=1&cursor=" + first["next_cursor"]).json
    assert town_of["items"][0]["id"] == ids[1]
    assert read(town.person("officer"), "tag=cay_do")[:2] == [ids[2], ids[0]], "what one may see"


@pytest.fixture
def crowd(town):
    """Twelve hundred tickets with one tag; only the one that was filed first is about tourism."""
    one, _ = town.filed()
    town.tamper("""
        insert into ticket select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', 2000000000 + n, 'code', 'HN-26-AAAA-' || 1000 + n,
            'filed_at', t.filed_at - n * interval '1 second', 'category', case n when 1200 then 'tourism' else t.category end))).*
            from ticket t, generate_series(1, 1200) n where t.id = '%s';
        insert into ticket_tag (ticket, name, flag, at, holder, sight, done)
            select id, 'dong', false, filed_at, holder, sight, done from ticket where number > 2000000000""" % one)
    yield
    town.tamper("delete from ticket_tag where name = 'dong'; delete from ticket where number > 2000000000")


def test_a_page_that_has_looked_far_enough_leads_on(town, crowd):
    first = town.coordinator.get("/v1/tickets?tag=dong&category=tourism")
    assert first.json["items"] == [] and first.json["next_cursor"] and 'rel="next"' in first.header("link")
    rest = town.coordinator.get("/v1/tickets?tag=dong&category=tourism&cursor=" + first.json["next_cursor"]).json
    assert [i["code"] for i in rest["items"]] == ["HN-26-AAAA-2200"] and rest["next_cursor"] is None
    assert len(town.coordinator.get("/v1/tickets?tag=dong&limit=100").json["items"]) == 100
    elsewhere = town.person("officer", "UB-00316").get("/v1/tickets?tag=dong").json
    assert elsewhere == {"items": [], "next_cursor": None}


def test_profile_and_visibility(town):
    got, filed = seen(town, category="tourism", kind="question")
    assert got["visibility"] == "private" and got["holder"]["department"]["code"] == "HN-SVHTT"
    assert {d["policy"]["profile"] for d in filed["deadlines"]} == {"hoi_dap"}
    got, filed = seen(town, kind="press", category="press", area=None)
    assert got["visibility"] == "restricted", "which is the kind's by law"


def test_a_rule_about_what_has_ended_is_passed_over(town):
    """HN-SQHKT has a successor, so it is valid; without one the rule would not hold."""
    assert town.file(category="culture_sport")["route"]["rule"] == "gone"
    town.sql("update department set successor = null where code = 'HN-SQHKT'; notify reference_changed")
    wait_until(lambda: town.file(category="culture_sport")["route"]["reason"] == "category", 20, "by the category")


def test_language_channel_and_time(town):
    assert seen(town, channel="app", language="en")[0]["tags"] == ["from_app"]
    assert seen(town, channel="app", language="vi")[0]["tags"] == []
    ask = {"kind": "feedback", "category": "health", "title": "Trạm y tế", "text": "Trạm y tế đóng cửa."}
    answers = [explain(town.coordinator, dict(ask, at=at))["decision"]["department"]["code"]
               for at in ("2026-11-27T21:59:00+07:00", "2026-11-27T22:00:00+07:00", "2026-11-28T05:59:00+07:00", "2026-11-28T06:00:00+07:00")]
    assert answers == ["HN-SYT", "HN-CATP", "HN-CATP", "HN-SYT"]


def test_a_part_of_nothing_comes_to_whoever_is_denounced(town):
    got, _ = seen(town, kind="complaint", title="Cây đổ mà không ai dọn", against={"department": "HN-CVCX"})
    assert got["route"]["rules"]["with"] == ["UB-00316"]
    got = town.filed(kind="denunciation", title="Cây đổ mà không ai dọn")[0]
    assert town.sql("select route->'rules' ? 'with' from ticket where id = '%s'" % got) == [["f"]]


def test_explaining_a_text_and_a_ticket(town, rules):
    before = town.count("ticket")
    ask = {"kind": "feedback", "category": "roads.works", "area": "00316", "title": "Cây đổ", "text": "Cây bật gốc giữa đường."}
    said = explain(town.coordinator, ask)
    assert said["decision"]["level"] == "complex" and said["decision"]["route"]["rules"]["taken"][0]["word"] == "cay do"
    assert said["decision"]["deadlines"] and said["off"] == [] and "stored" not in said
    assert explain(town.person("head"), ask) == said
    assert town.count("ticket") == before, "nothing is stored"
    admin = town.person("admin", HUB)
    draft = admin.post("/v1/rule-sets", {"title": "Khác", "text": "rule other when kind = feedback then department HN-STC\n"}, status=201).json
    said = explain(admin, dict(ask, rule_set=draft["id"]))
    assert said["decision"]["department"]["code"] == "HN-STC" and said["decision"]["route"]["rules"]["set"] == draft["number"]
    ticket_id, _ = town.filed(category="roads.works", title="Cây đổ chắn ngang đường")
    said = explain(town.coordinator, {"ticket": ticket_id, "rule_set": draft["id"]})
    assert said["stored"]["rules"]["set"] == rules["number"] and said["decision"]["department"]["code"] == "HN-STC"
    assert explain(town.coordinator, {"ticket": ticket_id})["decision"]["route"] == said["stored"]
    for body, status in (({}, 422), ({"kind": "feedback"}, 422), (dict(ask, category="nowhere"), 422), (dict(ask, area="nowhere"), 422),
                         (dict(ask, ticket=ticket_id), 422), ({"ticket": draft["id"]}, 404), (dict(ask, rule_set=ticket_id), 404)):
        explain(town.coordinator, body, status)
    beyond = town.coordinator.post("/v1/routing/explain", dict(ask, at="2200-01-02T08:00:00Z"), status=422)
    assert beyond.pointers == {"/at": "too_large"}, "the calendars end before"
    town.anyone.post("/v1/routing/explain", ask, status=401)
    town.person("officer").post("/v1/routing/explain", ask, status=403)
    foreign, _ = town.filed(category="environment.waste", area="00004")
    explain(town.person("head"), {"ticket": foreign}, 404)


def test_a_change_of_level_keeps_the_profile_of_the_rule(town):
    ticket_id, filed = town.filed(category="tourism", kind="feedback")
    assert {d["policy"]["profile"] for d in filed["deadlines"]} <= {"hoi_dap", "phan_anh_hien_truong"}
    head = town.person("hub_head", HUB)
    head.post("/v1/tickets/%s/level" % ticket_id, {"level": "complex", "reason": "Nhiều đơn vị cùng tham gia."}, {"If-Match": '"1"'}, 200)
    assert town.sql("select level from ticket where id = '%s'" % ticket_id) == [["complex"]]


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s["id"])
def test_the_shipped_rules_and_the_sample_tickets(town, sample):
    shipped = town.sql("select id from rule_set where number = 1")[0][0]
    ask = {k: sample[k] for k in ("kind", "category", "area", "title", "text", "location_text", "language", "channel") if sample[k]}
    got = explain(town.coordinator, dict(ask, rule_set=shipped, at="2026-11-23T09:00:00+07:00"))["decision"]
    want = sample["expected"]
    rules = got["route"]["rules"]
    assert got["department"]["code"] == want["department"] and got["level"] == want["level"] and got["visibility"] == want["visibility"]
    if "quang_cao" in sample["tags"]:
        assert rules["flags"] == ["quang_cao"], "spam is seen through by a person, who refuses it"
    else:
        assert got["profile"] == want["profile"]
    # Nobody is asked for a part of a denunciation.
    assert sorted(rules.get("with", [])) == ([] if sample["kind"] == "denunciation" else sorted(want["co_departments"])), rules
    if "mua_bao" in sample["tags"] and "khong_dau" not in sample["tags"]:
        assert "mua_bao" in rules["tags"]
