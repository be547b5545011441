"""What people ask about their data: filed by a citizen or for somebody who came, with dates of their own, answered, refused, restricted."""
import datetime
from urllib.parse import quote

from support.post import Post
from support.town import HUB, free_port, new_town, wait_until

CONTACT = {"name": "Nguyễn Thị Ví Dụ", "phone": "0912 345 678", "email": "hoi@example.org"}
ASKED = {"kind": "delete", "text": "Đề nghị xóa dữ liệu của tôi trong phiếu này."}


def officer(town, number=1):
    return town.person("data_officer", HUB, number)


def ask(town, **changes):
    """A citizen asks; returns the id of the ticket, the citizen, and the id of the request."""
    ticket_id, filed = town.filed(contact=CONTACT)
    citizen = town.citizen(filed)
    return ticket_id, citizen, citizen.post("/v1/tracking/data-requests", {**ASKED, **changes}).json["id"]


def move(who, request, name, body, version=None, status=200):
    version = version or who.get("/v1/data-requests/" + request).header("ETag").strip('"')
    return who.post("/v1/data-requests/%s/%s" % (request, name), body, {"If-Match": '"%s"' % version}, status)


def day(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at.astimezone(datetime.timezone(datetime.timedelta(hours=7))).date()


def test_the_citizen_asks_and_sees_until_when(town):
    ticket_id, citizen, request = ask(town)
    seen = citizen.get("/v1/tracking/data-requests").json["items"]
    assert [(i["id"], i["state"], i["kind"]) for i in seen] == [(request, "received", "delete")]
    assert (seen[0]["limit"]["amount"], seen[0]["limit"]["unit"], seen[0]["limit"]["citation_en"]) == (20, "cd", "Decree 356/2025/ND-CP Art. 5")
    assert (day(seen[0]["due_at"]) - day(seen[0]["filed_at"])).days >= 20 and seen[0]["first_due"] < seen[0]["due_at"]
    assert "request.filed" in [s["type"] for s in citizen.get("/v1/tracking").json["steps"]]
    assert "restricted" not in seen[0] and "identity" not in seen[0]
    assert citizen.get("/v1/tracking/export").json["data_requests"] == seen


def test_asking_twice_with_one_key_is_asking_once(town):
    _, filed = town.filed()
    citizen = town.citizen(filed)
    first, second = (citizen.post("/v1/tracking/data-requests", ASKED, {"Idempotency-Key": "hai-lan-cung-nhu-mot-lan-1234"}).json for _ in range(2))
    assert first == second and len(citizen.get("/v1/tracking/data-requests").json["items"]) == 1
    for _ in range(4):
        citizen.post("/v1/tracking/data-requests", ASKED)
    assert citizen.post("/v1/tracking/data-requests", ASKED, status=409).problem == "too_many_data_requests"


def test_first_reply_extension_and_answer(town):
    _, citizen, request = ask(town, kind="see")
    who = officer(town)
    assert request in [i["id"] for i in who.get("/v1/data-requests").json["items"]]
    before = who.get("/v1/data-requests/" + request).json
    move(who, request, "acknowledge", {"text": "Đã tiếp nhận yêu cầu."}, version="7", status=412)
    acknowledged = move(who, request, "acknowledge", {"text": "Đã tiếp nhận yêu cầu."}).json
    assert acknowledged["state"] == "acknowledged" and acknowledged["first_reply"] == "Đã tiếp nhận yêu cầu."
    assert move(who, request, "acknowledge", {"text": "Lần thứ hai."}, status=409).problem == "data_request_state"
    extended = move(who, request, "extend", {"reason": "Hồ sơ nằm ở nhiều đơn vị."}).json
    counted = "/v1/deadline?start=%s&amount=%d&unit=cd&department=" + HUB
    assert [r["due_at"] for r in (before, extended)] == [town.anyone.get(counted % (before["filed_at"], days)).json["due"] for days in (10, 20)]
    assert move(who, request, "extend", {"reason": "Một lần nữa."}, status=409).problem == "data_request_not_extended"
    move(who, request, "answer", {"text": "Bản sao được gửi kèm."})
    told = citizen.get("/v1/tracking/data-requests").json["items"][0]
    assert (told["state"], told["reply"], told["extended_for"]) == ("answered", "Bản sao được gửi kèm.", "Hồ sơ nằm ở nhiều đơn vị.")
    assert request not in [i["id"] for i in who.get("/v1/data-requests").json["items"]]
    assert who.get("/v1/data-requests?ended=true").json["items"][0]["id"] == request
    assert move(who, request, "answer", {"text": "Một lần nữa."}, status=409).problem == "data_request_state"


def test_what_cannot_be_deleted_is_restricted(town):
    ticket_id, citizen, request = ask(town)
    who = officer(town)
    assert move(who, request, "refuse", {"reason_code": "khong_co", "text": "Không thực hiện được."}, status=422).pointers.keys() == {"/reason_code"}
    town.coordinator.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Hỏi rõ vị trí")))
    refused = move(who, request, "refuse", {"reason_code": "law_keeps", "text": "Hồ sơ phải lưu trữ đến hết hạn."}).json
    assert refused["restricted"] and refused["reason"]["basis_en"].startswith("Law 91/2025")
    assert citizen.get("/v1/tracking/data-requests").json["items"][0]["reason"]["code"] == "law_keeps"
    lawyer = town.person("legal_officer")
    assert lawyer.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Hỏi rõ vị trí")), status=409).problem == "data_restricted"
    assert town.coordinator("DELETE", "/v1/tickets/%s/restriction" % ticket_id, status=403).problem == "forbidden"
    who("DELETE", "/v1/tickets/%s/restriction" % ticket_id, status=204)
    who("DELETE", "/v1/tickets/%s/restriction" % ticket_id, status=404)
    town.coordinator.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Hỏi rõ vị trí")))


def test_what_is_restricted_is_for_the_department_that_has_it(town):
    ticket_id, citizen, request = ask(town, kind="restrict")
    holder, hub, leader, who = town.person("officer"), town.coordinator, town.person("leader", HUB), officer(town)
    assert hub.get("/v1/tickets/" + ticket_id).json["restricted"] is False
    code = holder.get("/v1/tickets/" + ticket_id).json["code"]
    assert len(hub.get("/v1/tickets?code=" + code).json["items"]) == 1
    move(who, request, "answer", {"text": "Đã hạn chế."})
    assert holder.get("/v1/tickets/" + ticket_id).json["restricted"] is True
    for other in (hub, leader):
        other.get("/v1/tickets/" + ticket_id, status=404)
        other.get("/v1/tickets/%s/events" % ticket_id, status=404)
        assert other.get("/v1/tickets?code=" + code).json["items"] == []
        assert ticket_id not in [i["id"] for i in other.get("/v1/tickets?sort=filed&holder=any").json["items"]]
    assert ticket_id in [i["id"] for i in holder.get("/v1/tickets?sort=filed").json["items"]]
    leader.post("/v1/tickets/%s/break-glass" % ticket_id, {"reason": "Kiểm tra theo đơn của công dân"}, status=200)
    assert leader.get("/v1/tickets/" + ticket_id).json["text"]
    assert "access.broken" in [e["type"] for e in holder.get("/v1/tickets/%s/events" % ticket_id).json["items"]]
    assert citizen.get("/v1/tracking").json["code"] == code
    who("DELETE", "/v1/tickets/%s/restriction" % ticket_id, status=204)
    assert hub.get("/v1/tickets/" + ticket_id).json["restricted"] is False


def test_what_is_restricted_is_not_published(town):
    ticket_id, filed = town.answered(contact=CONTACT)
    head, citizen, who = town.person("head"), town.citizen(filed), officer(town)
    town.move(head, ticket_id, "publication", {"question": "Đề nghị vá ổ gà trên phố."})
    request = citizen.post("/v1/tracking/data-requests", {"kind": "restrict", "text": "Đề nghị hạn chế xử lý."}).json["id"]
    move(who, request, "answer", {"text": "Đã hạn chế."})
    assert citizen.get("/v1/tracking").json["publication"]["state"] == "private"
    assert town.move(head, ticket_id, "publication", {"question": "Đề nghị vá ổ gà trên phố."}, status=409).problem == "data_restricted"
    who("DELETE", "/v1/tickets/%s/restriction" % ticket_id, status=204)
    town.move(head, ticket_id, "publication", {"question": "Đề nghị vá ổ gà trên phố."})


def test_what_is_granted_is_done(town):
    ticket_id, filed = town.answered(contact=CONTACT)
    head, citizen, who = town.person("head"), town.citizen(filed), officer(town)
    town.move(head, ticket_id, "publication", {"question": "Đề nghị vá ổ gà trên phố."})
    request = citizen.post("/v1/tracking/data-requests", ASKED).json["id"]
    assert move(who, request, "answer", {"text": "Đã xóa."}).json["restrictions"] == ["publication"]
    assert citizen.get("/v1/tracking/personal-data").json["contact"] is None
    assert citizen.get("/v1/tracking").json["publication"]["state"] == "private"
    assert {"contact.erased", "data.restricted"} <= {e["type"] for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]}
    assert town.move(head, ticket_id, "publication", {"question": "Đề nghị vá ổ gà trên phố."}, status=409).problem == "data_restricted"

    ticket_id, citizen, request = ask(town, kind="object")
    assert move(who, request, "answer", {"text": "Không gửi thư nữa."}).json["restrictions"] == ["letters", "publication"]
    town.coordinator.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Hỏi rõ vị trí")))
    who("DELETE", "/v1/tickets/%s/restriction" % ticket_id, status=204)
    assert who.get("/v1/data-requests/" + request).json["restrictions"] == []


def test_what_the_law_needs_is_not_deleted(town):
    ticket_id, filed = town.filed(kind="complaint", contact=CONTACT)
    citizen, who = town.citizen(filed), officer(town)
    request = citizen.post("/v1/tracking/data-requests", ASKED).json["id"]
    assert move(who, request, "answer", {"text": "Đã xóa."}, status=409).problem == "contact_needed"
    assert citizen.get("/v1/tracking/data-requests").json["items"][0]["state"] == "received"
    consent = citizen.post("/v1/tracking/data-requests", {"kind": "withdraw", "text": "Tôi rút lại sự đồng ý."}).json["id"]
    answered = move(who, consent, "answer", {"text": "Chỉ còn lưu trữ."}).json
    assert (answered["restrictions"], answered["erases_at_end"]) == (["data", "publication"], True)
    assert citizen.get("/v1/tracking/personal-data").json["contact"]["name"] == CONTACT["name"]
    town.no_parts(ticket_id)
    town.tamper("update ticket set state = 'closed', done = true, updated_at = now() - interval '2 hours' where id = '%s'" % ticket_id)

    def gone():     # after the last letter
        town.sql("select tiepdan.data_requests_forget(now(), 100)")
        return citizen.get("/v1/tracking/personal-data").json["contact"] is None
    wait_until(gone, 30, "the contact goes when the ticket has ended")
    seen = who.get("/v1/data-requests/" + consent).json
    assert (seen["restrictions"], seen["erases_at_end"]) == (["publication"], False)


def test_for_somebody_who_came(town):
    who = officer(town)
    made = who.post("/v1/data-requests", {"kind": "see", "channel": "counter", "identity": "Đã xem thẻ căn cước", "text": "Xin xem dữ liệu về tôi.",
                                          "contact": {"name": "Trần Văn Ví Dụ", "phone": "0987 111 222"}})
    assert made.header("Location") == "/v1/data-requests/" + made.json["id"] and made.json["restricted"] is False
    opened = who.get("/v1/data-requests/" + made.json["id"]).json
    assert opened["contact"] == {"name": "Trần Văn Ví Dụ", "phone": "+84987111222"} and opened["identity"] == "Đã xem thẻ căn cước"
    assert "contact" not in who.get("/v1/data-requests").json["items"][0]
    assert town.sql("select position('Trần' in encode(box, 'escape')) from contact where ticket = '%s'" % made.json["id"]) == [["0"]]
    move(who, made.json["id"], "answer", {"text": "Đã cho xem tại chỗ."})
    ticket_id, filed = town.filed()
    about = {"kind": "correct", "channel": "letter", "identity": "Thư có chữ ký", "text": "Tên tôi bị viết sai.", "contact": {"name": "Lê Ví Dụ"}}
    assert who.post("/v1/data-requests", {**about, "ticket": ticket_id}).json["code"] == filed["code"]
    who.post("/v1/data-requests", {**about, "ticket": made.json["id"]}, status=404)


def test_who_came_is_found_and_forgotten_after_the_days(town):
    who = officer(town)
    made = who.post("/v1/data-requests", {"kind": "see", "channel": "counter", "identity": "Đã xem thẻ căn cước", "text": "Xin xem dữ liệu về tôi.",
                                          "contact": {"name": "Trần Thị Ví Dụ", "phone": "0987 111 333", "email": "quay@example.org"}}).json
    for ask in ({"phone": "0987111333"}, {"email": "quay@EXAMPLE.org"}):
        found = who.post("/v1/personal-data/search", {**ask, "purpose": "Yêu cầu số 80"}, status=200).json
        assert ([i["id"] for i in found["data_requests"]], found["items"], found["more"]) == ([made["id"]], [], False)
        got = who.post("/v1/personal-data/export", {**ask, "purpose": "Yêu cầu số 81"}, status=200).json["items"]
        assert [(i["data_request"]["id"], i["contact"]["name"], i["identity"]) for i in got] == [(made["id"], "Trần Thị Ví Dụ", "Đã xem thẻ căn cước")]
    move(who, made["id"], "answer", {"text": "Đã cho xem tại chỗ."})
    town.sql("update data_request set ended_at = now() - interval '1826 days' where id = '%s'" % made["id"])
    town.stop()
    town.start()
    wait_until(lambda: town.count("data_request where id = '%s'" % made["id"]) == 0, 60, "it is forgotten")
    assert town.count("contact where ticket = '%s'" % made["id"]) == 0
    officer(town).get("/v1/data-requests/" + made["id"], status=404)
    assert town.count("event where type = 'request.forgotten' and data->>'request' = '%s'" % made["id"]) == 1


def test_the_record_has_what_was_asked_and_answered(cluster, contract):
    with new_town(cluster, contract, workers=1) as town:
        _, citizen, request = ask(town, kind="see")
        who = officer(town)
        move(who, request, "answer", {"text": "Bản sao được gửi kèm."})
        came = who.post("/v1/data-requests", {"kind": "see", "channel": "counter", "identity": "Đã xem thẻ căn cước", "text": "Xin xem dữ liệu về tôi.",
                                              "contact": {"name": "Trần Văn Ví Dụ"}}).json["id"]
        move(who, came, "acknowledge", {"text": "Đã tiếp nhận yêu cầu."})
        wait_until(lambda: int(town.sql("select count(*) from event e where not exists (select from record_root r"
                                        " where position(uuid_send(e.id) in r.entries) > 0)")[0][0]) == 0, 30, "all is sealed")
        told = town.cluster.run(town.database, "verify", "record", ok=False)
        assert told.returncode == 0, told.stdout + told.stderr
        for change in ("reply = 'Không có gì.' where id = '%s'" % request, "text = 'Không hỏi gì cả.' where id = '%s'" % came):
            town.tamper("update data_request set %s" % change)
            told = town.cluster.run(town.database, "verify", "record", ok=False)
            assert told.returncode != 0 and "data_request" in told.stdout, told.stdout + told.stderr


def test_who_came_is_written_to(cluster, contract):
    with Post(free_port()) as post:
        settings = {"mail_url": "smtp://127.0.0.1:%d" % post.port, "mail_from": "Thành phố <no-reply@tiepdan.example>", "mail_tls": "none",
                    "mail_from_hour": 0, "mail_to_hour": 0}
        with new_town(cluster, contract, **settings) as town:
            who = officer(town)
            made = who.post("/v1/data-requests", {"kind": "see", "channel": "counter", "identity": "Đã xem thẻ căn cước", "text": "Xin xem dữ liệu về tôi.",
                                                  "contact": {"name": "Trần Thị Ví Dụ", "email": "thu@example.org"}}).json
            move(who, made["id"], "acknowledge", {"text": "Đã tiếp nhận yêu cầu."})
            first = post.wait("thu@example.org", 1)[0].part("plain")
            assert "yêu cầu số %d" % made["number"] in first and "Thời hạn trả lời" in first and "http" not in first
            move(who, made["id"], "answer", {"text": "Đã gửi bản sao."})
            assert "đã được trả lời" in post.wait("thu@example.org", 2)[1].part("plain")
            made = who.post("/v1/data-requests", {"kind": "see", "channel": "counter", "identity": "Đã xem thẻ căn cước", "text": "Xin xem dữ liệu về tôi.",
                                                  "language": "en", "contact": {"name": "Jane Example", "email": "jane@example.org"}}).json
            move(who, made["id"], "acknowledge", {"text": "Đã tiếp nhận yêu cầu."})
            assert "your request no. %d" % made["number"] in post.wait("jane@example.org", 1)[0].part("plain")
            wait_until(lambda: town.sql("select state, count(*) from data_request_letter group by state") == [["sent", "3"]], 30, "all are sent")


def test_what_is_due_is_told_once(town):
    _, _, request = ask(town)
    town.sql("update data_request set next_due = now() - interval '1 hour', first_due = now() - interval '1 hour' where id = '%s'" % request)
    assert officer(town).get("/v1/data-requests").json["items"][0]["overdue"]
    told = "event where type = 'request.due' and data->>'request' = '%s'" % request
    town.stop()
    town.start()
    wait_until(lambda: town.count(told) == 1, 90, "the event is there")
    assert town.sql("select tiepdan.data_requests_warn(now(), now(), 100)") == [["0"]]


def test_nobody_else(town):
    _, _, request = ask(town)
    for role in ("coordinator", "hub_head", "admin", "auditor", "leader"):
        who = town.person(role, HUB)
        who.get("/v1/data-requests", status=403)
        who.get("/v1/data-requests/" + request, status=403)
    town.anyone.get("/v1/tracking/data-requests", status=401)


def test_whom_the_ticket_concerns_sees_nothing(town):
    ticket_id, filed = town.filed(kind="denunciation", category="officials_conduct", contact=CONTACT)
    request = town.citizen(filed).post("/v1/tracking/data-requests", {"kind": "see", "text": "Xin xem dữ liệu về tôi."}).json["id"]
    who = town.sign_in(town.login("data_officer", HUB, 7))
    assert who.get("/v1/data-requests/" + request).json["ticket"] == ticket_id
    town.tamper("insert into ticket_excluded (ticket, account, reason) values ('%s', '%s', 'named')" % (ticket_id, who.get("/v1/me").json["account"]["id"]))
    who.get("/v1/data-requests/" + request, status=404)
    assert request not in [i["id"] for i in who.get("/v1/data-requests").json["items"]]
    move(who, request, "answer", {"text": "Không ai biết."}, version="1", status=404)


def test_while_somebody_asks_nothing_is_destroyed(town):
    ticket_id, citizen, request = ask(town)
    town.no_parts(ticket_id)
    town.tamper("update ticket set state = 'closed', done = true, filed_at = '2012-03-05', updated_at = '2012-03-05', answered_at = '2012-03-05' where id = '%s'" % ticket_id)
    assert officer(town).get("/v1/tickets/%s/retention" % ticket_id).json["stands"] == "asked"
    move(officer(town), request, "answer", {"text": "Đã xóa theo yêu cầu."})
    assert officer(town).get("/v1/tickets/%s/retention" % ticket_id).json["stands"] is None


def test_no_ground_counts_before_its_law_does(town):
    """Law 91/2025/QH15 and Decree 356/2025/ND-CP are in force since 1 January 2026."""
    for table in ("data_request_reason", "data_request_limit"):
        assert town.sql("select distinct valid_from from %s where concat(to_jsonb(%s)) ~ '91/2025/QH15|356/2025'" % (table, table)) == [["2026-01-01"]]
