"""Several people file one petition: a representative who can be reached, a number, a list of names for few eyes."""
import pytest

from support import images
from support.files import checked, link, send, uploaded
from support.town import ticket

SPEAKER = {"name": "Nguyễn Thị Đại Diện", "phone": "0900 000 008"}


def petition(who, people=40, status=201, contact=SPEAKER, headers=None, **changes):
    listed = changes.pop("listed", None)
    body = ticket(petition={"people": people, "list": listed}, contact=contact, **changes)
    return who.post("/v1/tickets", body, headers, status)


def names(town):
    opened, _ = uploaded(town, images.pdf())
    return opened["id"], "%s:%s" % (opened["id"], opened["token"])


def purposes(who, path):
    return sorted(i["purpose"] for i in who.get(path).json["items"])


def test_everybody_learns_how_many_they_are(town):
    filed = petition(town.anyone).json
    seen = town.citizen(filed).get("/v1/tracking").json
    assert seen["petition"] == {"people": 40}
    assert "40 người" in [s for s in seen["steps"] if s["type"] == "ticket.petition"][0]["what_vi"]
    assert town.person("officer").get("/v1/tickets/" + town.id_of(filed)).json["petition"] == {"people": 40}
    assert town.citizen(town.file()).get("/v1/tracking").json["petition"] is None


@pytest.mark.parametrize("contact, changes, fault", [
    (None, {}, {"/contact": "required"}),
    ({"phone": "0900 000 008"}, {}, {"/contact/name": "required"}),
    ({"name": "Nguyễn Thị Đại Diện"}, {}, {"/contact/phone": "required"}),
    (None, {"anonymous": True}, {"/petition": "not_allowed"}),
    (SPEAKER, {"people": 1}, {"/petition/people": "too_small"}),
    (SPEAKER, {"people": 1000001}, {"/petition/people": "too_large"}),
    (SPEAKER, {"listed": "x" * 80}, {"/petition/list": "unknown"}),
])
def test_the_representative_can_be_reached(town, contact, changes, fault):
    before = town.count("ticket")
    assert petition(town.anyone, status=422, contact=contact, **changes).pointers == fault
    assert town.count("ticket") == before


@pytest.mark.parametrize("way", [{"phone": "0900 000 008"}, {"email": "dai.dien@example.org"}, {"address": "Số 9 phố Ví Dụ"}])
def test_any_way_to_reach_them_will_do(town, way):
    petition(town.anyone, contact={"name": SPEAKER["name"], **way})


def test_the_names_are_for_those_who_may_read_contacts(town):
    file_id, pair = names(town)
    photo, photo_pair = names(town)
    filed = petition(town.anyone, listed=pair, uploads=[photo_pair]).json
    base = "/v1/tickets/%s/attachments" % town.id_of(filed)
    for who in (town.person("officer"), town.person("head")):
        assert purposes(who, base) == ["citizen"]
        assert who.get("%s/%s" % (base, file_id), status=404).problem == "not_found"
        who.get("%s/%s" % (base, photo))
    assert purposes(town.coordinator, base) == ["citizen", "petitioners"]
    town.coordinator.get("%s/%s" % (base, file_id))
    assert purposes(town.citizen(filed), "/v1/tracking/attachments") == ["citizen", "petitioners"]
    petition(town.anyone, listed=pair, status=422)      # it is another ticket's now


def test_another_list_later(town):
    first, pair = names(town)
    filed = petition(town.anyone, listed=pair).json
    ticket_id, citizen = town.id_of(filed), town.citizen(filed)

    def add(status=201, **more):
        opened, _ = uploaded(town, images.pdf())
        return link(citizen, opened, status=status, **more), opened["id"]
    _, second = add(purpose="petitioners")
    _, third = add(purpose="petitioners", replaces=True)
    base = "/v1/tickets/%s/attachments" % ticket_id
    for who, path in ((citizen, "/v1/tracking/attachments"), (town.coordinator, base)):
        shown = {i["id"]: (i["purpose"], i["replaced_at"] is None) for i in who.get(path).json["items"]}
        assert shown == {first: ("petitioners", False), second: ("petitioners", False), third: ("petitioners", True)}
    assert town.person("officer").get(base).json["items"] == []
    town.person("officer").get("%s/%s" % (base, third), status=404)
    assert "danh sách người cùng kiến nghị" in citizen.get("/v1/tracking").json["steps"][-1]["what_vi"]
    assert add(422, replaces=True)[0].pointers == {"/replaces": "not_allowed"}
    assert add(422, purpose="evidence")[0].json["errors"]
    for action in ("accept", "claim"):
        town.move(town.person("officer"), ticket_id, action)
    town.move(town.person("officer"), ticket_id, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
    town.move(town.person("head"), ticket_id, "approve")
    assert add(409, purpose="petitioners")[0].problem == "wrong_state"
    add()
    alone = town.citizen(town.file())
    assert link(alone, uploaded(town, images.pdf())[0], status=409, purpose="petitioners").problem == "not_a_petition"


def test_a_refused_list_replaces_none(town):
    """It is named before anybody has looked at it; if that is done already, another one is tried."""
    first, pair = names(town)
    filed = petition(town.anyone, listed=pair).json
    citizen = town.citizen(filed)
    for _ in range(50):
        opened = send(town.anyone, images.pdf(end=b"")).json
        answer = citizen("POST", "/v1/tracking/attachments", {"upload": opened["id"], "token": opened["token"], "purpose": "petitioners",
                                                              "replaces": True})
        if answer.status == 201:
            break
        assert answer.problem == "upload_refused"
    assert answer.status == 201
    assert checked(town, opened)["state"] == "refused"
    shown = {i["id"]: (i["state"], i["replaced_at"] is None) for i in town.coordinator.get(
        "/v1/tickets/%s/attachments" % town.id_of(filed)).json["items"]}
    assert shown == {first: ("ready", True), opened["id"]: ("refused", True)}
    assert {i["id"]: i["replaced_at"] for i in citizen.get("/v1/tracking/attachments").json["items"]}[first] is None
    town.coordinator.get("/v1/tickets/%s/attachments/%s" % (town.id_of(filed), first))


def test_filed_once_with_a_key_and_together_with_others(town):
    _, pair = names(town)
    key = {"Idempotency-Key": "kien-nghi-chung-0000000001"}
    first = petition(town.anyone, listed=pair, headers=key)
    again = petition(town.anyone, listed=pair, headers=key)
    assert again.header("idempotent-replayed") == "true" and again.json == first.json
    assert town.count("petition where ticket = '%s'" % town.id_of(first.json)) == 1


def test_a_clerk_takes_one_down(town):
    filed = petition(town.person("clerk"), channel="counter").json
    seen = town.citizen(filed).get("/v1/tracking").json
    assert seen["petition"] == {"people": 40} and seen["taken"]["channel"] == "counter"


def test_what_is_published_tells_of_a_group_and_of_nobody(town):
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")
    _, pair = names(town)
    ticket_id, filed = town.answered(petition={"people": 40, "list": pair}, contact=SPEAKER)
    for path in ("", "/publish"):
        town.coordinator.post("/v1/tickets/%s/publication%s" % (ticket_id, path), {}, {"If-Match": '"%d"' % town.version(ticket_id)}, 200)
    shown = town.anyone.get("/v1/public/tickets/" + filed["code"]).json
    assert shown["petition"] == {"people": 40}
    assert [i["petition"] for i in town.anyone.get("/v1/public/tickets?q=o+ga").json["items"]] == [{"people": 40}]
    assert SPEAKER["name"] not in str(shown) and pair[:36] not in str(shown)
