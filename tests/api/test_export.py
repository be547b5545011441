"""Everything that is held about somebody in one document: for the citizen of a ticket, and for the data protection officer about one person."""
from support.town import HUB

CONTACT = {"name": "Nguyễn Thị Ví Dụ", "phone": "0912 345 678", "email": "xuat@example.org"}


def test_the_citizen_takes_everything_along(town):
    ticket_id, filed = town.answered(contact=CONTACT)
    citizen = town.citizen(filed)
    citizen.post("/v1/tracking/messages", {"text": "Tôi cảm ơn."})
    citizen.post("/v1/tracking/rating", {"score": "acceptable", "comment": "Hơi chậm"})
    town.coordinator.get("/v1/tickets/%s/contact?purpose=Hoi%%20ro" % ticket_id)
    answer = citizen.get("/v1/tracking/export")
    got = answer.json
    assert answer.header("Content-Disposition") == 'attachment; filename="%s.json"' % filed["code"]
    assert answer.header("Cache-Control") == "private, no-store"
    assert got["contact"] == {"name": CONTACT["name"], "phone": "+84912345678", "email": CONTACT["email"]}
    assert got["ticket"]["code"] == filed["code"] and got["ticket"]["text"] and got["ticket"]["replies"][0]["text"].startswith("Đã vá")
    assert [m["text"] for m in got["ticket"]["messages"]] == ["Tôi cảm ơn."]
    assert [(r["score"], r["comment"]) for r in got["ratings"]] == [("acceptable", "Hơi chậm")]
    assert "answer" in [c["kind"] for c in got["clocks"]] and got["reads"][0]["purpose"] == "Hoi ro"
    assert got["retention"]["class"]["code"] == "feedback" and got["retention"]["permanent"] is False
    assert "Người officer" not in answer.body.decode() and "Người head" not in answer.body.decode()
    town.citizen(filed)("DELETE", "/v1/tracking/contact", status=204)
    assert citizen.get("/v1/tracking/export").json["contact"] is None


def test_nobody_takes_along_what_is_not_theirs(town):
    _, filed = town.filed(contact=CONTACT)
    _, other = town.filed()
    town.client(Authorization="Ticket %s:%s" % (filed["code"], other["secret"])).get("/v1/tracking/export", status=404)
    town.coordinator.get("/v1/tracking/export", status=403)
    for role in ("coordinator", "hub_head", "admin", "auditor"):
        town.person(role, HUB).post("/v1/personal-data/export", {"email": CONTACT["email"], "purpose": "Tò mò thôi"}, status=403)


def test_the_officer_reads_all_of_a_person_page_by_page(town):
    mine = {"email": "nhieu@example.org"}
    made = [town.filed(contact=mine) for _ in range(12)]
    town.filed(contact={"email": "nguoi.khac@example.org"})
    who = town.person("data_officer", HUB)
    ask = {"email": "nhieu@EXAMPLE.org", "purpose": "Yêu cầu số 77"}
    first = who.post("/v1/personal-data/export", ask, status=200).json
    assert len(first["items"]) == 10 and first["next"] == made[2][0]
    second = who.post("/v1/personal-data/export", {**ask, "after": first["next"]}, status=200).json
    assert second["next"] is None
    codes = [i["ticket"]["code"] for i in first["items"] + second["items"]]
    assert codes == [filed["code"] for _, filed in reversed(made)]
    assert {i["contact"]["email"] for i in first["items"]} == {mine["email"]}
    reads = town.citizen(made[0][1]).get("/v1/tracking/personal-data").json["reads"]
    assert [(r["type"], r["purpose"]) for r in reads] == [("contact.exported", "Yêu cầu số 77")]
    assert town.count("event where type = 'contact.exported'") == 12
    assert who.post("/v1/personal-data/export", {"purpose": "Không nêu ai"}, status=422).pointers.keys() == {"/phone", "/email"}


def test_whom_a_ticket_concerns_it_is_kept_from(town):
    mine = {"phone": "0987 000 333"}
    ticket_id, _ = town.filed(kind="denunciation", category="officials_conduct", contact={"name": "Người Tố Cáo", **mine})
    who = town.sign_in(town.login("data_officer", HUB, 6))
    ask = {**mine, "purpose": "Yêu cầu số 78"}
    assert len(who.post("/v1/personal-data/export", ask, status=200).json["items"]) == 1
    town.tamper("insert into ticket_excluded (ticket, account, reason) values ('%s', '%s', 'named')"
                % (ticket_id, who.get("/v1/me").json["account"]["id"]))
    assert who.post("/v1/personal-data/export", ask, status=200).json == {"items": [], "next": None}
