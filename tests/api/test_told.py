"""Whom else is written to: co-handlers, reviewed authors and signers, deputies; each in the language of their account."""
import pytest

from support.post import Post
from support.town import free_port, wait_until
from test_notices import MAIL, notices, silence, staff

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
WARD = "UB-00316"
TASK = {"department": WARD, "task": "Đề nghị phường kiểm tra hiện trạng và gửi ảnh.", "days": 1}


@pytest.fixture(scope="module")
def post():
    with Post(PORT) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def by_hand(town):
    town.without_rules()


@pytest.fixture(autouse=True)
def always_open(town, post):
    town.never_closed()
    town.sql("delete from notice_load; delete from absence")
    silence(town)


def subjects(post, address, n=1):
    return [m.subject.split("] ")[1].split(": ")[0] for m in post.wait(address, n)]


@pytest.fixture
def asked(town, post):
    """A ticket with an officer, and a part that the ward is asked for: (ticket, part, officer, their address, that of the ward's head)."""
    officer, address = staff(town, "officer", number=7)
    _, ward = staff(town, "head", WARD, 7)
    ticket_id, _ = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    post.mails.clear()
    return ticket_id, town.move(officer, ticket_id, "parts", TASK, 201).json, officer, address, ward


def test_the_department_that_is_asked_and_the_lead(town, post, asked):
    ticket_id, part, _, address, ward = asked
    mail = post.wait(ward, 1)[0]
    assert "Đề nghị phối hợp giải quyết phiếu" in mail.subject and "/v1/parts/" + part["id"] in mail.part("plain")
    assert ticket_id not in mail.words, "the ticket is not theirs to open"
    town.person("head", WARD, 7).post("/v1/parts/%s/give" % part["id"], {"text": "Đã kiểm tra, có ảnh."}, {"If-Match": '"1"'}, 200)
    mail = post.wait(address, 1)[0]
    assert "Cơ quan phối hợp đã gửi ý kiến" in mail.subject and "Ủy ban nhân dân phường Định Công" in mail.part("plain")
    assert "có ảnh" not in mail.words, "what was given stays in the house"


def test_what_is_declined_or_taken_back(town, post, asked):
    ticket_id, part, officer, address, ward = asked
    post.wait(ward, 1)    # what is decided before that is not asked for any more
    town.person("head", WARD, 7).post("/v1/parts/%s/decline" % part["id"], {"reason": "Không thuộc thẩm quyền."}, {"If-Match": '"1"'}, 200)
    assert subjects(post, address) == ["Cơ quan được đề nghị không phối hợp"]
    again = town.move(officer, ticket_id, "parts", TASK, 201).json
    assert subjects(post, ward, 2)[1:] == ["Đề nghị phối hợp giải quyết phiếu"]
    officer.post("/v1/parts/%s/cancel" % again["id"], {"reason": "Không cần nữa."}, {"If-Match": '"1"'}, 200)
    assert subjects(post, ward, 3)[2:] == ["Đề nghị phối hợp đã được rút lại"]


def test_the_time_of_a_part_runs_out(town, post, asked):
    ticket_id, part, _, address, ward = asked
    post.wait(ward, 1)
    town.sql("update part set asked_at = now() - interval '90 minutes', due_at = now() + interval '10 minutes', alarm_at = now() where id = '%s'"
             % part["id"])
    assert subjects(post, ward, 2)[1:] == ["Phần việc phối hợp sắp đến hạn"]
    town.sql("update part set due_at = now() - interval '1 second', alarm_at = now() where id = '%s'" % part["id"])
    assert subjects(post, ward, 3)[2:] == ["Phần việc phối hợp đã quá hạn"]
    assert subjects(post, address) == ["Phần việc phối hợp đã quá hạn"]
    assert town.sql("select type, count(*) from event where ticket = '%s' and type like 'clock.part%%' group by 1 order by 1" % ticket_id) == [
        ["clock.part_breached", "1"], ["clock.part_warning", "1"]]
    assert town.sql("select alarm_at from part where id = '%s'" % part["id"]) == [["infinity"]]


def test_reviews_and_signatures(town, post):
    officer, address = staff(town, "officer", number=7)
    head, signer = staff(town, "head", number=7)
    ticket_id, _ = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    post.mails.clear()
    officer("PUT", "/v1/tickets/%s/reply" % ticket_id, {"text": "Đã vá mặt đường.", "base_version": 0}, status=200)
    head.post("/v1/tickets/%s/replies/1/reviews" % ticket_id, {"verdict": "changes", "comment": "Cần nêu ngày hoàn thành."}, status=201)
    mail = post.wait(address, 1)[0]
    assert "Kết quả: đề nghị chỉnh sửa." in mail.part("plain") and "ngày hoàn thành" not in mail.words
    town.move(officer, ticket_id, "propose", {"text": "Đã vá mặt đường ngày 25/11."})
    assert subjects(post, signer) == ["Dự thảo trả lời chờ phê duyệt"]
    town.move(head, ticket_id, "send-back", {"reason": "Chưa nêu ngày."})
    assert subjects(post, address, 2)[1:] == ["Dự thảo trả lời được trả lại"]
    assert [n[3] for n in notices(town, ticket_id)] == ["reply.reviewed", "reply.proposed", "reply.sent_back"]


def test_who_is_asked_for_a_review(town, post):
    officer, _ = staff(town, "officer", number=9)
    colleague, address = staff(town, "officer", number=10)
    ticket_id, _ = town.filed()
    for action in ("accept", "claim"):
        town.move(officer, ticket_id, action)
    post.mails.clear()
    officer("PUT", "/v1/tickets/%s/reply" % ticket_id, {"text": "Đã vá mặt đường.", "base_version": 0}, status=200)
    person = colleague.get("/v1/me").json["account"]["id"]
    asked = officer.post("/v1/tickets/%s/replies/1/review-requests" % ticket_id, {"person": person}, status=201).json
    mail = post.wait(address, 1)[0]
    assert "Đề nghị rà soát dự thảo trả lời" in mail.subject and "/v1/tickets/" + ticket_id in mail.part("plain")
    assert "Đã vá" not in mail.words
    officer("DELETE", "/v1/review-requests/" + asked["id"], status=204)
    assert subjects(post, address, 2)[1:] == ["Đề nghị rà soát dự thảo đã được rút lại"]


def change(who, body, status=200):
    return who("PATCH", "/v1/me", body, status=status)


def test_everybody_chooses_their_language(town, post):
    officer, address = staff(town, "officer", number=8)
    assert officer.get("/v1/me").json["language"] == "vi"
    assert change(officer, {"language": "en"}).json["language"] == "en"
    assert officer.get("/v1/me").json["language"] == "en"
    assert change(officer, {"language": "fr"}, 422).json["errors"]
    assert change(officer, {}, 422).json["errors"]
    change(town.anyone, {"language": "en"}, 401)
    ticket_id, filed = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    post.mails.clear()
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Xin bổ sung ảnh."}, status=201)
    mail = post.wait(address, 1)[0]
    assert "The citizen wrote" in mail.subject and mail.message["Content-Language"] == "en"
    assert town.sql("select distinct language from account where login <> '%s'" % town.login("officer", number=8)) == [["vi"]]


def test_the_command_sets_a_language(town):
    base = ["user", "add", "song.ngu", "--name=Song Ngữ", "--department=HN-SXD", "--role=officer"]
    shown = "select language, email from account where login = 'song.ngu'"
    town.cluster.run(town.database, *base, "--language=en", "--email=song.ngu@example.org")
    assert town.sql(shown) == [["en", "song.ngu@example.org"]]
    town.cluster.run(town.database, *base)
    assert town.sql(shown) == [["en", "song.ngu@example.org"]], "what is not given stays"
    town.cluster.run(town.database, *base, "--language=vi")
    assert town.sql(shown) == [["vi", "song.ngu@example.org"]]
    for wrong in (["--language=fr"], ["--language="], ["--langage=en"], ["--language=en", "--email=a@example.org", "x"]):
        assert town.cluster.run(town.database, *base, *wrong, ok=False).returncode == 1
    assert town.sql(shown) == [["vi", "song.ngu@example.org"]]


def test_a_deputy_is_told_as_well(town, post):
    officer, address = staff(town, "officer", number=7)
    deputy, other = staff(town, "officer", number=8)
    town.sql("update account set language = 'vi'")
    ticket_id, filed = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    account = officer.get("/v1/me").json["account"]["id"]
    town.sql("insert into absence select gen_random_uuid(), a.id, now() - interval '1 h', now() + interval '1 h', d.id, now(), a.id"
             " from account a, account d where a.id = '%s' and d.login = '%s'" % (account, town.login("officer", number=8)))
    post.mails.clear()
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Xin bổ sung ảnh."}, status=201)
    assert subjects(post, address) == subjects(post, other) == ["Người gửi phiếu bổ sung ý kiến"]
    town.sql("delete from absence")
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Và một ảnh nữa."}, status=201)
    post.wait(address, 2)
    wait_until(lambda: town.sql("select count(*) from notice where ticket = '%s' and state <> 'sent'" % ticket_id) == [["0"]], 20, "sent")
    assert len(post.to(other)) == 1, "back again, the deputy is told nothing"
