"""Where nobody of the department that has a ticket may sign its reply, a head of the hub is asked to, and may; else it is not theirs."""
import pytest

from support.post import Post
from support.town import HUB, free_port
from test_notices import MAIL, silence, staff
from test_offers import offered

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
TEXT = {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."}
SUBJECT = "Dự thảo trả lời chưa có người được phê duyệt"


@pytest.fixture(scope="module")
def post():
    with Post(PORT) as made:
        yield made


@pytest.fixture(scope="module")
def people(town, post):
    """An officer, the only head, who works as an officer, too, and a head of the hub with an address."""
    town.never_closed()
    silence(town)
    officer, head = town.person("officer"), town.person("head")
    town.sql("insert into account_role (account, role) select id, 'officer' from account where login = '%s'" % town.login("head", number=1))
    hub_head, address = staff(town, "hub_head", HUB, 7)
    return officer, head, hub_head, address


def proposed(town, officer, drafter=None):
    ticket_id, filed = town.filed()
    for action in ("accept", "claim"):
        town.move(officer, ticket_id, action)
    if drafter:
        drafter("PUT", "/v1/tickets/%s/reply" % ticket_id, dict(TEXT, base_version=0), status=200)
    town.move(officer, ticket_id, "propose", None if drafter else TEXT)
    return ticket_id, filed


def events(town, ticket_id):
    return [e["type"] for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]]


def test_the_only_head_wrote_it(town, people, post):
    officer, head, hub_head, address = people
    ticket_id, filed = proposed(town, officer, head)
    assert town.move(head, ticket_id, "approve", status=409).problem == "own_request"
    mail = post.wait(address, 1)[0]
    assert SUBJECT in mail.subject and "/v1/tickets/" + ticket_id in mail.part("plain")
    assert {"approve", "send_back"} <= set(offered(hub_head, ticket_id))
    assert "approve" not in offered(town.coordinator, ticket_id)
    town.move(hub_head, ticket_id, "approve")
    assert town.citizen(filed).get("/v1/tracking").json["replies"][0]["text"] == TEXT["text"]
    assert events(town, ticket_id).count("reply.unsigned") == 1


def test_a_head_of_the_hub_sends_back_too(town, people):
    officer, head, hub_head, _ = people
    ticket_id, _ = proposed(town, officer, head)
    assert town.move(hub_head, ticket_id, "send-back", {"reason": "Chưa nêu ngày."}).json["state"] == "in_progress"


def test_what_the_department_can_sign_is_left_to_it(town, people):
    officer, head, hub_head, _ = people
    ticket_id, _ = proposed(town, officer)
    assert not {"approve", "send_back"} & set(offered(hub_head, ticket_id))
    assert town.move(hub_head, ticket_id, "approve", status=403).problem == "forbidden"
    town.move(head, ticket_id, "approve")
    assert "reply.unsigned" not in events(town, ticket_id)


def test_who_gave_the_answer_does_not_sign_the_decision_on_it(town, people):
    """On appeal to the department above, which has no head at all."""
    officer, head, hub_head, _ = people
    ticket_id, filed = proposed(town, officer)
    town.move(head, ticket_id, "approve")
    town.citizen(filed).post("/v1/tracking/second-look", {"reason": "Mặt đường lại lún sau một ngày."})
    other = town.person("officer", number=2)
    town.move(other, ticket_id, "take-up")
    town.move(other, ticket_id, "propose", TEXT)
    town.move(head, ticket_id, "approve")
    town.citizen(filed).post("/v1/tracking/appeal", {"reason": "Mặt đường vẫn lún như trước."})
    above = town.person("officer", town.coordinator.get("/v1/tickets/" + ticket_id).json["holder"]["department"]["code"])
    town.move(above, ticket_id, "take-up")
    town.move(above, ticket_id, "propose", TEXT)
    assert "approve" in offered(hub_head, ticket_id)
    town.move(hub_head, ticket_id, "approve")
