"""Categories and departments that a text sounds like: from the city's examples on the first day, then from what departments accept."""
from support.town import HUB, wait_until

HOLE = {"title": "Mặt đường hỏng", "text": "Mặt đường bong tróc, có ổ gà sâu, xe máy dễ ngã.", "area": "00316"}
ODD = "Linh cữu hàng xóm phát lộ cổ vật gốm men lam trong hố chôn."


def asked(town, **body):
    return town.anyone.post("/v1/routing/suggestions", body, status=200).json


def examples(town):
    """The examples of the city, which a town of the tests is without, and what was learned served at once."""
    town.sql("update setting set value = 0 where name = 'suggestion_minutes'")
    town.sql("delete from suggestion_example")
    town.sql("insert into suggestion_example (category, text) values ('roads.surface', 'Mặt đường có ổ gà sâu, xe máy ngã'),"
             "('roads.surface', 'Đường bong tróc lún sụt, vá ổ gà'), ('fire', 'Cháy nhà, lửa bốc cao, cứu hỏa'),"
             "('environment.waste', 'Rác thải chất đống ngoài ngõ, bốc mùi'), ('public_order.noise', 'Hát karaoke ồn ào cả đêm')"
             " on conflict do nothing")
    town.sql("update suggestion_model set changed = true, published_at = null")


def known(town, text, category):
    return category in [c["code"] for c in asked(town, text=text)["categories"]]


def test_the_first_day(town):
    examples(town)
    wait_until(lambda: asked(town, **HOLE)["categories"], 60, "suggestions")
    got = asked(town, **HOLE)
    first, department = got["categories"][0], got["departments"][0]
    assert first["code"] == "roads.surface" and first["score"] > 0.3 and got["version"] > 0
    assert "o ga" in [w["words"] for w in first["words"]] and all(w["weight"] > 0 for w in first["words"])
    assert department["code"] == "HN-SXD" and department["category"] == "roads.surface" and department["words"] == first["words"]
    assert asked(town, text="mat duong cos oor gaf xe mays")["categories"][0]["code"] == "roads.surface"
    waste = asked(town, text="Rác thải bốc mùi ngoài ngõ", area="00316")["departments"][0]
    assert waste["code"] == "UB-00316" and waste["name_en"]


def test_nothing_to_say(town):
    empty = asked(town, text="Xyzzy qwerty")
    assert empty["categories"] == [] and empty["departments"] == []
    town.anyone.post("/v1/routing/suggestions", {"title": "x"}, status=422)
    town.anyone.post("/v1/routing/suggestions", {"text": "x" * 10001}, status=422)


def test_what_departments_accept_is_learned(town):
    examples(town)
    officer = town.person("officer")
    town.sql("update setting set value = 1 where name = 'suggestion_witnesses'")
    made = town.filed(category="roads.works", title="Cổ vật trong hố đào", text=ODD)[0]
    town.move(officer, made, "accept")
    wait_until(lambda: known(town, ODD, "roads.works"), 60, "what was learned")
    assert town.sql("select category, department from suggestion_learned where ticket = '%s'" % made) == [["roads.works", "HN-SXD"]]
    town.move(officer, made, "return", {"reason": "Không thuộc thẩm quyền của đơn vị."})
    wait_until(lambda: not known(town, ODD, "roads.works"), 60, "what was unlearned")
    assert town.sql("select count(*) from suggestion_gram where gram = 'linh cuu'")[0][0] in (0, "0")


def test_closed_tickets_leave_no_word(town):
    town.filed(kind="denunciation", category="officials_conduct", title="Tố cáo", text="Vũ Zorro nhận hối lộ ở phòng tài vụ xã.")
    town.filed(kind="press", category="press", title="Câu hỏi báo chí", text="Vũ Zorro nhận hối lộ, đề nghị bình luận.")
    town.sql("update suggestion_cursor set xid = '0'")
    wait_until(lambda: town.sql("select xid > '0' from suggestion_cursor")[0][0] in (True, "t"), 60, "the feed")
    assert town.sql("select count(*) from suggestion_gram where gram ~ 'zorro'")[0][0] in (0, "0")


def test_of_a_ticket(town):
    examples(town)
    made = town.filed(**HOLE)[0]
    wait_until(lambda: town.coordinator.get("/v1/tickets/%s/routing-suggestions" % made).json["categories"], 60, "suggestions")
    got = town.coordinator.get("/v1/tickets/%s/routing-suggestions" % made).json
    assert got["categories"][0]["code"] == "roads.surface" and got["departments"][0]["code"] == "HN-SXD"
    town.person("officer").get("/v1/tickets/%s/routing-suggestions" % made, status=403)
    town.anyone.get("/v1/tickets/%s/routing-suggestions" % made, status=401)
    secret = town.filed(kind="denunciation", category="officials_conduct")[0]
    town.coordinator.get("/v1/tickets/%s/routing-suggestions" % secret, status=404)
    assert town.person("hub_head", HUB).get("/v1/tickets/%s/routing-suggestions" % made).status == 200
    town.tamper("update ticket set restricted = true, holder = (select id from department where code = '%s') where id = '%s'" % (HUB, made))
    assert town.coordinator.get("/v1/tickets/%s/routing-suggestions" % made).json["categories"] == [], "nothing is made of what is restricted"
