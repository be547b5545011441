"""Notices: what citizens and staff are told, once each, whatever happens to the mail server and to the job worker."""
import contextlib
import json
import os
import signal
import subprocess
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from support.post import Post
from support.town import HUB, free_port, new_town, wait_until

PORT = free_port()
MAIL = dict(mail_url="smtp://127.0.0.1:%d" % PORT, mail_from="Cổng tiếp nhận phản ánh <khong-tra-loi@example.org>", mail_tls="none",
            mail_retry_ms=300, mail_timeout_ms=20000, mail_attempts=3, mail_from_hour=0, mail_to_hour=0)
SETTINGS = MAIL
NAME, PHONE = "Nguyễn Thị Bí Mật", "+84912345678"


@pytest.fixture(scope="module")
def post():
    with Post(PORT) as made:
        yield made


@pytest.fixture(autouse=True)
def always_open(town, post):
    """Nobody's office is closed, and no address has got anything lately."""
    town.never_closed()
    town.sql("delete from notice_load")
    post.rcpt.clear()
    post.data.clear()


def contact(address, **more):
    return {"name": NAME, "phone": PHONE, "email": address, **more}


def staff(town, role, department="HN-SXD", number=1):
    """A signed-in person with an address: (client, address)."""
    who = town.person(role, department, number)
    address = "%s.%s.%d@example.org" % (role.replace("_", "-"), department.lower(), number)
    town.sql("update account set email = '%s' where login = '%s'" % (address, town.login(role, department, number)))
    return who, address


def silence(town):
    town.sql("update account set email = null")


def notices(town, ticket_id, state=None):
    return town.sql("select state, error, attempts, type, id from notice where ticket = '%s'%s order by event_at"
                    % (ticket_id, " and state = '%s'" % state if state else ""))


def wait_state(town, ticket_id, state, n=1, seconds=20):
    wait_until(lambda: len(notices(town, ticket_id, state)) >= n, seconds, "%d %s" % (n, state))
    return notices(town, ticket_id, state)


def job_worker(town):
    """The process that delivered last."""
    return town.entries("notice.attempt")[-1]["pid"]


def test_the_citizen_is_told_in_both_forms_and_nothing_secret(town, post):
    silence(town)
    town.sql("update setting set value = 10 where name = 'notices_hour_citizen'")
    ticket_id, filed = town.answered(contact=contact("cu.dan@example.org"), title="Ổ gà trước <cổng> số 9 & ngõ 5")
    mails = post.wait("cu.dan@example.org", 3)
    town.sql("update setting set value = 3 where name = 'notices_hour_citizen'")
    subjects = [m.subject for m in mails]
    # Those that wait together go together: which one the mail server takes first is chance.
    assert sorted(s.split("] ")[1] for s in subjects) == ["Phiếu của Ông/Bà đã có trả lời", "Đã ghi nhận phiếu của Ông/Bà",
                                                          "Đơn vị đã tiếp nhận phiếu của Ông/Bà"]
    assert all(s.startswith("[%s] " % filed["code"]) for s in subjects)
    officer = town.sql("select string_agg(name, '|') from account")[0][0].split("|")
    for m in mails:
        assert m.sender == "khong-tra-loi@example.org" and m.recipients == ["cu.dan@example.org"]
        assert m.message["From"].addresses[0].display_name == "Cổng tiếp nhận phản ánh"
        assert m.message["Auto-Submitted"] == "auto-generated" and m.message["Content-Language"] == "vi"
        assert m.message.get_content_type() == "multipart/alternative" and m.message["Date"].datetime
        assert filed["secret"] not in m.words and PHONE not in m.words and "912345678" not in m.words and NAME not in m.words
        assert not [name for name in officer if name in m.words]
        assert "Kính gửi Ông/Bà" in m.part("plain") and "Ổ gà trước <cổng> số 9 & ngõ 5" in m.part("plain")
        assert "Ổ gà trước &lt;cổng&gt; số 9 &amp; ngõ 5" in m.part("html")
        assert '<a href="http://127.0.0.1:%d/v1/tracking">' % town.port in m.part("html")
        assert "Sở Xây dựng" in m.part("plain")
        assert max(m.raw.split(b"\r\n"), key=len)[78:] == b"" and b"\n" not in m.raw.replace(b"\r\n", b"")
    assert len({m.id for m in mails}) == 3 and all(m.id.endswith("@example.org>") for m in mails)
    assert [n[:3] for n in wait_state(town, ticket_id, "sent", 3)] == [["sent", "", "1"]] * 3
    log = town.log()
    for secret in ("cu.dan@example.org", "cu.dan", NAME, "912345678", filed["secret"]):
        assert secret not in log
    assert '"notice.attempt"' in log


def test_english_for_those_who_filed_in_english(town, post):
    silence(town)
    _, filed = town.filed(contact=contact("visitor@example.org"), language="en")
    mail, = post.wait("visitor@example.org")
    assert mail.subject == "[%s] Your ticket was received" % filed["code"] and "Department of" in mail.part("plain")
    assert mail.message["Content-Language"] == "en"


def due_told(deadlines):
    """The date of the answer as a letter tells it."""
    answer, = [d for d in deadlines if d["kind"] == "answer"]
    told = datetime.fromisoformat(answer["due_at"]).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%H:%M ngày %d/%m/%Y")
    return "Hạn giải quyết: %s%s" % ("chậm nhất " if answer["latest"] else "", told)


def test_a_letter_promises_what_the_api_does(town, post):
    silence(town)
    town.sql("update setting set value = 10 where name = 'notices_hour_citizen'")
    ticket_id, filed = town.filed(contact=contact("hen.ngay@example.org"))
    received, = post.wait("hen.ngay@example.org")
    assert "chậm nhất" in due_told(filed["deadlines"]) and due_told(filed["deadlines"]) in received.part("plain").splitlines()
    town.move(town.person("officer"), ticket_id, "accept")
    accepted = post.wait("hen.ngay@example.org", 2)[1]
    told = due_told(town.citizen(filed).get("/v1/tracking").json["deadlines"])
    assert "chậm nhất" not in told and told in accepted.part("plain").splitlines()
    town.sql("update setting set value = 3 where name = 'notices_hour_citizen'")


def test_one_letter_of_a_sort_and_none_of_what_is_done(town, post):
    """While the mail server is down a ticket goes from one department to the next, a reply is signed, and the answer is looked at again."""
    silence(town)
    town.sql("update setting set value = 20 where name = 'notices_hour_citizen'")
    head, to_head = staff(town, "head", number=2)
    officer, _ = staff(town, "officer", number=2)
    post.stop()
    ticket_id, filed = town.filed(contact=contact("chuyen.vong@example.org"))
    hub = town.person("coordinator", HUB)
    for department in ("HN-SNNMT", "HN-SXD"):
        town.move(hub, ticket_id, "route", {"department": department, "reason": "Thuộc thẩm quyền của đơn vị này."})
    for who, action in ((officer, "accept"), (officer, "claim"), (officer, "propose"), (head, "approve")):
        town.move(who, ticket_id, action, {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."} if action == "propose" else None)
    town.citizen(filed).post("/v1/tracking/second-look", {"reason": "Ổ gà vẫn còn nguyên."}, status=201)
    wait_until(lambda: len(notices(town, ticket_id)) >= 8, 20, "all letters")
    post.start()
    town.sql("update notice set next_at = now() where state = 'waiting'")
    wait_until(lambda: not notices(town, ticket_id, "waiting") + notices(town, ticket_id, "sending"), 70, "told")
    mails = post.to("chuyen.vong@example.org")
    subjects = [m.subject.split("] ")[1] for m in mails]
    assert subjects.count("Phiếu của Ông/Bà đã được chuyển đơn vị khác") == 1
    answered = mails[subjects.index("Phiếu của Ông/Bà đã có trả lời")]
    assert "Trạng thái: Đã trả lời" in answered.part("plain").splitlines()
    assert not [m for m in post.to(to_head) if "chờ phê duyệt" in m.subject]
    assert ["cancelled", "late"] in [n[:2] for n in notices(town, ticket_id) if n[3] == "reply.proposed"]
    town.sql("update setting set value = 3 where name = 'notices_hour_citizen'")


def test_staff_are_told_what_concerns_them(town, post):
    silence(town)
    _, head = staff(town, "head")
    officer, own = staff(town, "officer")
    ticket_id, filed = town.filed()
    town.move(officer, ticket_id, "accept")
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Bao giờ thì sửa xong?"})
    mail, = post.wait(head)
    assert mail.subject == "[%s] Người gửi phiếu bổ sung ý kiến: Ổ gà sâu trên phố Ví Dụ gây ngã xe" % filed["code"]
    assert "/v1/tickets/" + ticket_id in mail.part("plain") and "Bao giờ" not in mail.words
    town.move(officer, ticket_id, "claim")
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Xin hỏi lại lần nữa."})
    post.wait(own)
    assert len(post.to(head)) == 1, "whoever has the ticket is told, nobody else"


def test_a_title_cannot_write_header_fields(town, post):
    silence(town)
    _, head = staff(town, "head")
    ticket_id, filed = town.filed(title="Bcc: x@example.com\r\nBcc: y@example.com =?UTF-8?B?eA==?=")
    town.tamper("update ticket set title = E'một\\r\\nBcc: z@example.com\\r\\n\\r\\nthân thư' where id = '%s'" % ticket_id)
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Bao giờ thì sửa xong?"})
    mail = post.wait(head, len(post.to(head)) + 1)[-1]
    assert mail.recipients == [head] and mail.message["Bcc"] is None
    assert mail.subject.endswith("một  Bcc: z@example.com    thân thư")
    assert [h for h in mail.message.keys()].count("Subject") == 1


def test_a_strangers_words_are_no_link(town, post):
    silence(town)
    town.filed(contact=contact("nan.nhan@example.org"), title="Nhận thưởng tại https://evil.example/a hoặc WWW.evil.example")
    mail, = post.wait("nan.nhan@example.org")
    assert "https://evil" not in mail.words and "www.evil" not in mail.words.lower()
    assert mail.part("html").count("<a ") == 1


def test_the_cap_of_an_address(town, post):
    silence(town)
    tickets = [town.filed(contact=contact("day.thu@example.org"))[0] for _ in range(5)]
    post.wait("day.thu@example.org", 3)
    wait_until(lambda: town.sql("select count(*) from notice n join ticket t on t.id = n.ticket where t.id in ('%s')" % "','".join(tickets))
               == [["5"]], 20, "five notices")
    time.sleep(2)
    assert len(post.to("day.thu@example.org")) == 3, "three an hour"
    held = town.sql("select not_before > now() + interval '50 minutes' from notice where state = 'waiting' and ticket in ('%s')"
                    % "','".join(tickets))
    assert held == [["t"], ["t"]]


def test_a_denunciation_is_told_to_those_who_may_see_it_and_names_nothing(town, post):
    silence(town)
    people = {role: staff(town, role, d)[1] for role, d in (
        ("legal_officer", "HN-TTRA"), ("head", "HN-TTRA"), ("officer", "HN-TTRA"), ("coordinator", HUB), ("hub_head", HUB),
        ("leader", HUB))}
    title = "Cán bộ Nguyễn Văn Ví Dụ nhận tiền của dân"
    ticket_id, filed = town.filed(kind="denunciation", category="officials_conduct", title=title, contact=contact("to.giac@example.org"))
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Tôi gửi thêm bằng chứng."})
    mail, = post.wait("to.giac@example.org")
    told, = post.wait(people["legal_officer"])
    for m in (mail, told):
        assert filed["code"] in m.words and title not in m.words and "Thanh tra" not in m.words and "tố cáo" not in m.words.lower()
    for role in ("head", "officer", "coordinator", "hub_head", "leader"):
        assert not post.to(people[role]), role
    wait_state(town, ticket_id, "sent", 2)
    admin = town.person("admin", HUB)
    assert admin.get("/v1/notices?ticket=" + ticket_id).json["items"] == []
    hidden = [n for n in admin.get("/v1/notices?limit=200").json["items"] if n["ticket"] is None]
    assert len(hidden) == 2 and ticket_id not in json.dumps(hidden) and filed["code"] not in json.dumps(hidden)


def test_mail_waits_while_the_server_is_down(town, post):
    silence(town)
    post.stop()
    ticket_id, _ = town.filed(contact=contact("doi@example.org"))
    wait_until(lambda: notices(town, ticket_id) and notices(town, ticket_id)[0][1] == "no_connection", 20, "a try")
    time.sleep(2)
    state, error, attempts, _, _ = notices(town, ticket_id)[0]
    assert state in ("waiting", "sending") and int(attempts) <= 1, "what never reached the server is no attempt"
    post.start()
    post.wait("doi@example.org", seconds=70)
    assert wait_state(town, ticket_id, "sent")[0][:3] == ["sent", "", "1"]


def test_not_now_is_tried_again_and_then_given_up(town, post):
    silence(town)
    post.rcpt["tam@example.org"] = ["451 later", "451 later", "250 OK"]
    post.data["mai@example.org"] = ["452 full"]
    once, never = town.filed(contact=contact("tam@example.org"))[0], town.filed(contact=contact("mai@example.org"))[0]
    assert wait_state(town, once, "sent")[0][:3] == ["sent", "", "3"]
    assert wait_state(town, never, "failed")[0][:3] == ["failed", "452 data", "3"]
    assert len({m.id for m in post.to("mai@example.org")}) == 1 and len(post.to("mai@example.org")) == 3


def test_a_refused_recipient_bounces_and_an_administrator_sends_again(town, post):
    silence(town)
    post.rcpt["het@example.org"] = ["550 no such user het@example.org"]
    post.data["cam@example.org"] = ["554 spam"]
    gone, spam = town.filed(contact=contact("het@example.org"))[0], town.filed(contact=contact("cam@example.org"))[0]
    bounced = wait_state(town, gone, "bounced")[0]
    assert bounced[:3] == ["bounced", "550 rcpt", "1"]
    assert wait_state(town, spam, "failed")[0][:3] == ["failed", "554 data", "1"]
    admin, auditor = town.person("admin", HUB), town.person("auditor", HUB)
    item, = admin.get("/v1/notices?state=bounced&ticket=" + gone).json["items"]
    assert (item["id"], item["error"], item["audience"], item["ticket"]["id"]) == (bounced[4], "550 rcpt", "citizen", gone)
    assert "example.org" not in json.dumps(item)
    auditor.post("/v1/notices/%s/retry" % item["id"], status=403)
    admin.post("/v1/notices/018f0000-0000-7000-8000-000000000000/retry", status=404)
    post.rcpt.clear()
    admin.post("/v1/notices/%s/retry" % item["id"], status=204)
    assert wait_state(town, gone, "sent")[0][:3] == ["sent", "", "1"]
    assert admin.post("/v1/notices/%s/retry" % item["id"], status=409).problem == "notice_not_failed"
    assert post.to("het@example.org")[0].id == "<%s@example.org>" % item["id"]
    assert town.sql("select count(*) from event where type = 'notice.retried' and ticket = '%s'" % gone) == [["1"]]
    log = town.log()
    assert "no such user" not in log and "het@example.org" not in log and "550 rcpt" in log


def test_the_log_of_delivery_by_pages(town):
    auditor = town.person("auditor", HUB)
    seen, target = [], "/v1/notices?limit=3"
    while target:
        page = auditor.get(target).json
        seen += [n["id"] for n in page["items"]]
        target = page["next_cursor"] and "/v1/notices?limit=3&cursor=" + page["next_cursor"]
    assert len(seen) == len(set(seen)) == town.count("notice")
    assert {n["state"] for n in auditor.get("/v1/notices?state=sent&limit=200").json["items"]} == {"sent"}
    auditor.get("/v1/notices?state=lost", status=422)


def test_a_worker_killed_before_it_knew_sends_the_same_message_again(town, post):
    silence(town)
    first, _ = town.filed(contact=contact("truoc@example.org"))
    wait_state(town, first, "sent")
    worker = job_worker(town)
    post.hold.clear()
    ticket_id, _ = town.filed(contact=contact("giua@example.org"))
    post.wait("giua@example.org")
    os.kill(worker, signal.SIGKILL)
    post.hold.set()
    assert notices(town, ticket_id)[0][:3] == ["sending", "", "1"]
    town.sql("update notice set next_at = now() where ticket = '%s'" % ticket_id)     # the end of its lease
    assert len({m.id for m in post.wait("giua@example.org", 2)}) == 1
    assert wait_state(town, ticket_id, "sent")[0][:3] == ["sent", "", "2"]


def test_nothing_is_lost_or_told_twice_while_workers_are_killed(town, post):
    silence(town)
    post.hold.set()
    tickets = []
    for n in range(12):
        tickets.append(town.filed(contact=contact("nguoi.%d@example.org" % n))[0])
        children = subprocess.run(["pgrep", "-P", str(town.process.pid)], capture_output=True, text=True).stdout.split()
        worker = job_worker(town)
        if str(worker) in children and n % 2:
            time.sleep(0.05 * n)
            with contextlib.suppress(ProcessLookupError):       # the one before may be the last that the log knows
                os.kill(worker, signal.SIGKILL)
    listed = "','".join(tickets)

    def all_sent():
        town.sql("update notice set next_at = now() where state = 'sending' and next_at > now() and made_at < now() - interval '3 s'")
        return town.sql("select count(*) from notice where state = 'sent' and ticket in ('%s')" % listed) == [["12"]]
    wait_until(all_sent, 90, "all were told")
    assert town.sql("select count(*) from notice where ticket in ('%s')" % listed) == [["12"]], "each event once"
    for n in range(12):
        assert len({m.id for m in post.to("nguoi.%d@example.org" % n)}) == 1
    wait_until(town.ready, 20, "ready")


def test_two_job_workers_tell_each_event_once(town, post, cluster, contract, tmp_path):
    silence(town)
    from support.town import BINARY, ENVIRONMENT
    settings = dict(MAIL, listen="127.0.0.1:%d" % free_port(), listen_ops="", key_dir=cluster.keys, workers=1,
                    **cluster.logins(town.database))
    with open(tmp_path / "log", "wb") as log:
        second = subprocess.Popen([BINARY, "serve"] + ["--%s=%s" % pair for pair in settings.items()],
                                  env=dict(os.environ, **ENVIRONMENT), stdout=log, stderr=log)
    try:
        wait_until(lambda: b'"server.ready"' in (tmp_path / "log").read_bytes(), 30, "the second server")
        tickets = [town.filed(contact=contact("doi.%d@example.org" % n))[0] for n in range(20)]
        for n in range(20):
            post.wait("doi.%d@example.org" % n)
        for ticket_id in tickets:
            wait_state(town, ticket_id, "sent")
        time.sleep(1)
        assert [len(post.to("doi.%d@example.org" % n)) for n in range(20)] == [1] * 20
    finally:
        second.terminate()
        assert second.wait(40) == 0


def test_a_stop_waits_for_the_message_on_its_way(town, post):
    silence(town)
    post.hold.clear()
    ticket_id, _ = town.filed(contact=contact("cho@example.org"))
    post.wait("cho@example.org")
    town.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert town.process.poll() is None, "it is still waiting"
    post.hold.set()
    town.stop()
    assert notices(town, ticket_id)[0][:3] == ["sent", "", "1"]
    town.start()
