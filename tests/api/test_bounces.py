"""An address that a mail server refuses for good is marked: nothing more is tried there, the log says so, an administrator lifts the
mark, and another address is not hit."""
import pytest

from support.post import Post
from support.town import HUB, free_port, wait_until
from test_notices import MAIL, contact, silence, staff, wait_state

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
NOBODY = "550 5.1.1 no such user"


@pytest.fixture(scope="module")
def post():
    with Post(PORT) as made:
        yield made


@pytest.fixture(autouse=True)
def always_open(town, post):
    town.never_closed()
    town.sql("delete from notice_load; delete from bounce")
    silence(town)
    post.rcpt.clear()
    post.data.clear()


def item(town, ticket_id):
    return town.person("admin", HUB).get("/v1/notices?ticket=" + ticket_id).json["items"][0]


def filed_to(town, address):
    return town.filed(contact=contact(address))[0]


def bounced(town, post, address):
    """A notice that bounced at this address, which is marked now."""
    post.rcpt[address] = [NOBODY]
    ticket_id = filed_to(town, address)
    wait_state(town, ticket_id, "bounced")
    told = item(town, ticket_id)
    assert (told["error"], told["attempts"], told["marked"]) == ("550 rcpt", 1, True)
    return told


def test_later_notices_are_not_tried(town, post):
    bounced(town, post, "het@example.org")
    post.rcpt.clear()           # it would take them now
    again = filed_to(town, "het@example.org")
    assert wait_state(town, again, "bounced")[0][:3] == ["bounced", "marked", "0"]
    assert item(town, again)["marked"] and not post.to("het@example.org")
    other = filed_to(town, "con@example.org")
    wait_state(town, other, "sent")
    assert not item(town, other)["marked"]
    assert "het@" not in str(town.sql("select * from bounce")) and town.count("bounce") == 1


def test_an_administrator_lifts_the_mark(town, post):
    told = bounced(town, post, "ve@example.org")
    post.rcpt.clear()
    town.person("auditor", HUB).post("/v1/notices/%s/lift" % told["id"], status=403)
    admin = town.person("admin", HUB)
    admin.post("/v1/notices/018f0000-0000-7000-8000-000000000000/lift", status=404)
    admin.post("/v1/notices/%s/lift" % told["id"], status=204)
    assert admin.post("/v1/notices/%s/lift" % told["id"], status=409).problem == "notice_not_marked"
    assert town.sql("select count(*) from event where type = 'notice.lifted' and data->>'notice' = '%s'" % told["id"]) == [["1"]]
    later = filed_to(town, "ve@example.org")
    wait_state(town, later, "sent")
    assert len(post.to("ve@example.org")) == 1, "the one that bounced stays in the log"


def test_sending_again_lifts_it_too(town, post):
    told = bounced(town, post, "lai@example.org")
    post.rcpt.clear()
    town.person("admin", HUB).post("/v1/notices/%s/retry" % told["id"], status=204)
    wait_state(town, told["ticket"]["id"], "sent")
    assert town.count("bounce") == 0


@pytest.mark.parametrize("when,answer,error", [
    ("rcpt", "554 5.7.1 relay access denied", "554 rcpt"), ("rcpt", "552 mailbox full", "552 rcpt"), ("data", "554 spam", "554 data")])
def test_what_says_nothing_of_the_address_marks_nothing(town, post, when, answer, error):
    address = "%s.%s@example.org" % (when, answer[:3])
    getattr(post, when)[address] = [answer]
    ticket_id = filed_to(town, address)
    wait_state(town, ticket_id, "failed" if when == "data" else "bounced")
    assert item(town, ticket_id)["error"] == error and not item(town, ticket_id)["marked"]


def test_a_recipient_refused_after_the_message(town, post):
    post.data["muon@example.org"] = [NOBODY]
    ticket_id = filed_to(town, "muon@example.org")
    wait_state(town, ticket_id, "bounced")
    assert (item(town, ticket_id)["error"], item(town, ticket_id)["marked"]) == ("550 data", True)


def test_staff_with_another_address_are_told(town, post):
    _, address = staff(town, "head")
    post.rcpt[address] = [NOBODY]
    ticket_id, filed = town.filed()
    citizen = town.citizen(filed)
    citizen.post("/v1/tracking/messages", {"text": "Bao giờ thì sửa xong?"})
    wait_state(town, ticket_id, "bounced")
    citizen.post("/v1/tracking/messages", {"text": "Xin hỏi lại lần nữa."})
    wait_state(town, ticket_id, "bounced", 2)
    assert town.count("bounce") == 1
    login = town.login("head")
    town.cluster.run(town.database, "user", "add", login, "--name=Người head 1", "--department=HN-SXD", "--role=head", "--email=moi@example.org")
    assert town.count("bounce") == 0
    citizen.post("/v1/tracking/messages", {"text": "Xin hỏi lần thứ ba."})
    post.wait("moi@example.org")


def test_many_to_one_marked_address_hold_nobody_up(town, post):
    told = bounced(town, post, "nhieu@example.org")
    town.sql("insert into notice (event, event_at, ticket, type, audience, language, urgent, made_at, next_at) select gen_random_uuid(), now(),"
             " '%s', 'ticket.filed', 'citizen', 'vi', false, now(), now() - interval '1 hour' from generate_series(1, 200)" % told["ticket"]["id"])
    wait_until(lambda: len(wait_state(town, told["ticket"]["id"], "bounced", 201)) == 201, 30, "all put away")
    assert not post.to("nhieu@example.org")
