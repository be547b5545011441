"""A clerk files in the name of somebody else: at the counter, on the telephone, from a letter."""
import pytest

from support import images
from support.files import uploaded
from support.town import HUB, ticket
from test_offers import offered

WARD = "UB-00316"
CONTACT = {"name": "Nguyễn Thị Mẫu", "phone": "0900 000 007"}
KEY = {"Idempotency-Key": "quay-1-so-0001"}


def typed(who, channel="counter", headers=None, status=201, **changes):
    return who.post("/v1/tickets", ticket(channel=channel, contact=CONTACT, **changes), headers, status)


@pytest.fixture(scope="module")
def clerk(town):
    return town.person("clerk", WARD)


@pytest.mark.parametrize("channel, words", [("counter", "quầy"), ("phone", "điện thoại"), ("letter", "đơn thư")])
def test_the_citizen_learns_where_and_not_by_whom(town, clerk, channel, words):
    filed = typed(clerk, channel).json
    seen = town.citizen(filed).get("/v1/tracking").json
    assert seen["taken"]["channel"] == channel and seen["taken"]["department"]["code"] == WARD
    assert [s["type"] for s in seen["steps"]] == ["ticket.filed", "ticket.taken_down"]
    assert words in seen["steps"][1]["what_vi"] and seen["steps"][1]["department"]["code"] == WARD
    assert clerk.get("/v1/me").json["account"]["name"] not in str(seen)


def test_staff_see_who_typed_it(town, clerk):
    filed = typed(clerk).json
    ticket_id = town.id_of(filed)
    me = clerk.get("/v1/me").json["account"]
    shown = town.person("officer").get("/v1/tickets/" + ticket_id).json
    assert (shown["channel"], shown["taken_by"]["person"]["id"], shown["taken_by"]["department"]["code"]) == ("counter", me["id"], WARD)
    assert shown["holder"]["person"] is None and shown["has_contact"]
    events = town.person("officer").get("/v1/tickets/%s/events" % ticket_id).json["items"]
    assert [(e["type"], e["actor"]["kind"]) for e in events] == [("ticket.filed", "anyone"), ("ticket.taken_down", "staff")]
    assert events[1]["actor"]["account"]["id"] == me["id"]


def test_the_contact_is_the_authors(town, clerk):
    ticket_id = town.id_of(typed(clerk).json)
    base = "/v1/tickets/" + ticket_id
    assert clerk.get(base + "/contact?purpose=goi-lai", status=403).problem == "forbidden"
    assert clerk.get(base, status=403).problem == "forbidden"
    assert town.coordinator.get(base + "/contact?purpose=goi-lai").json["name"] == CONTACT["name"]


def test_whoever_typed_it_does_not_handle_it(town):
    """With another role they see and accept it like their colleagues, but it does not become theirs, nor is its answer theirs."""
    both, head, other = town.person(("clerk", "officer")), town.person("head"), town.person("officer")
    ticket_id = town.id_of(typed(both).json)
    town.move(both, ticket_id, "accept")
    assert "claim" not in offered(both, ticket_id) and "claim" in offered(other, ticket_id)
    assert town.move(both, ticket_id, "claim", status=409).problem == "not_impartial"
    me = both.get("/v1/me").json["account"]["id"]
    assert town.move(head, ticket_id, "assign", {"person": me}, 409).problem == "not_impartial"
    bulk = both.post("/v1/tickets/bulk", {"action": "claim", "tickets": [{"id": ticket_id, "version": town.version(ticket_id)}]}, status=200).json
    assert bulk["refused"] == 1 and bulk["items"][0]["problem"]["type"].endswith("/not-impartial")
    town.move(other, ticket_id, "claim")
    assert both.get("/v1/tickets/" + ticket_id + "/contact?purpose=goi-lai", status=403).problem == "forbidden"
    assert offered(both, ticket_id) <= {"return", "assign", "unassign"}
    assert town.move(both, ticket_id, "propose", {"text": "Tôi tự trả lời phiếu tôi đã nhập."}, 409).problem == "not_impartial"
    own, _ = town.filed()
    town.move(both, own, "accept")
    town.move(both, own, "claim")


def test_whoever_typed_it_signs_nothing_and_the_hub_does(town):
    """The head of the ward typed it: a head of the hub signs, nobody else."""
    ward = "UB-00619"
    clerk_head, officer, hub = town.person(("clerk", "head"), ward), town.person("officer", ward), town.person("hub_head", HUB)
    ticket_id = town.id_of(typed(clerk_head, category="public_order.noise", area=ward[3:]).json)
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    town.move(officer, ticket_id, "propose", {"text": "Phường đã kiểm tra và xử lý xong."})
    assert "approve" not in offered(clerk_head, ticket_id) and "approve" in offered(hub, ticket_id)
    assert town.move(clerk_head, ticket_id, "approve", status=409).problem == "not_impartial"
    town.move(hub, ticket_id, "approve")


def test_where_nobody_else_may_have_it_the_head_does(town):
    """The one officer of a ward typed it: the head works on it, and a head of the hub signs."""
    ward = "UB-00004"
    only, head, hub = town.person(("clerk", "officer"), ward), town.person("head", ward), town.person("hub_head", HUB)
    typed_id, filed_id = [town.id_of(f) for f in (typed(only, category="public_order.noise", area=ward[3:]).json,
                                                  town.file(category="public_order.noise", area=ward[3:]))]
    town.move(head, typed_id, "accept")
    town.move(head, filed_id, "accept")
    assert "claim" in offered(only, filed_id) and "claim" not in offered(head, filed_id) and "assign" in offered(head, filed_id)
    assert {"claim", "assign"} & offered(head, typed_id) == {"claim"}
    town.move(head, typed_id, "claim")
    town.move(head, typed_id, "propose", {"text": "Phường đã kiểm tra và xử lý xong."})
    assert town.move(head, typed_id, "approve", status=409).problem == "own_request"
    town.move(hub, typed_id, "approve")


def test_nobody_else_uses_the_channels_of_clerks(town):
    before = town.count("ticket")
    mine = town.citizen(town.file())
    for channel in ("counter", "phone", "letter"):
        body = ticket(channel=channel)
        refused = town.anyone.post("/v1/tickets", body, status=401)
        assert refused.problem == "unauthorized" and "kênh web" in refused.json["detail"]
        assert mine.post("/v1/tickets", body, status=403).problem == "forbidden"
        for role in ("officer", "head", "admin", "auditor"):
            assert town.person(role, HUB).post("/v1/tickets", body, status=403).problem == "forbidden"
        joined = town.anyone.post("/v1/joins", {"ticket": "HN-26-0000-0000", "channel": channel}, status=422)
        assert joined.pointers == {"/channel": "not_listed"}
    assert town.count("ticket") == before + 1


def test_a_session_that_has_ended_files_nothing(town):
    login = town.login("clerk", WARD, 2)
    gone = town.sign_in(login)
    typed(gone)
    before = town.count("ticket")
    gone("DELETE", "/v1/sessions/current", status=204)
    assert typed(gone, status=401).problem == "unauthorized"
    late = town.sign_in(login)
    town.cluster.run(town.database, "user", "disable", login)
    assert typed(late, status=401).problem == "unauthorized"
    assert town.count("ticket") == before


def test_the_same_key_files_once(town, clerk):
    first = typed(clerk, headers=KEY)
    again = typed(clerk, headers=KEY)
    assert again.header("idempotent-replayed") == "true" and again.json == first.json
    assert typed(clerk, headers=KEY, status=422, title="Một việc khác hẳn").problem == "idempotency_key_reused"
    other = typed(town.person("clerk", HUB), headers=KEY).json
    assert other["code"] != first.json["code"]
    rows = town.sql("select count(*) from event where ticket = '%s'" % town.id_of(first.json))
    assert rows == [["2"]]


def test_what_does_not_fit_is_refused_as_for_citizens(clerk):
    assert typed(clerk, category="no.such", anonymous=True, status=422).pointers == {"/category": "ended", "/contact": "not_allowed"}


def test_papers_come_along(town, clerk):
    opened, _ = uploaded(town, images.pdf())
    filed = typed(clerk, "letter", uploads=["%s:%s" % (opened["id"], opened["token"])]).json
    assert [a["id"] for a in town.citizen(filed).get("/v1/tracking/attachments").json["items"]] == [opened["id"]]


def test_a_clerk_says_how_it_came(town, clerk):
    """What they have to say themselves they file without their session: test_staff_have_their_say_like_everybody()."""
    assert "counter" in town.person("clerk", WARD).post("/v1/tickets", ticket(), status=403).json["detail"]
    assert town.citizen(town.file()).get("/v1/tracking").json["taken"] is None


def test_who_typed_the_whole_handles_no_part_of_it(town):
    both, other = town.person(("clerk", "officer")), town.person("officer")
    whole = town.id_of(typed(both).json)
    part = {"category": "roads.surface", "title": "Nắp cống bị vỡ", "text": "Nắp cống trước nhà bị vỡ, đề nghị thay mới."}
    town.move(town.coordinator, whole, "split", {"items": [part], "reason": "Thuộc đơn vị khác giải quyết."})
    part_id = town.coordinator.get("/v1/tickets/" + whole).json["splits"]["children"][0]["id"]
    shown = [other.get("/v1/tickets/" + i).json["taken_by"] for i in (whole, part_id)]
    assert shown[0] == shown[1] and shown[1]["person"]["id"] == both.get("/v1/me").json["account"]["id"]
    town.move(other, part_id, "accept")
    assert "claim" not in offered(both, part_id) and "claim" in offered(other, part_id)
    assert town.move(both, part_id, "claim", status=409).problem == "not_impartial"
