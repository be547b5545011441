"""Who may list and fetch the files of a ticket: by purpose, by role, by department, before and after a reply is published."""
import pytest

from support import images
from support.files import link, owner, uploaded
from support.town import HUB

OTHER = "HN-SYT"
UNKNOWN = "018f0000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def case(town):
    """A ticket in progress with a file of each purpose; {purpose: id}."""
    ticket_id, filed = town.filed()
    officer = town.person("officer")
    for action in ("accept", "claim"):
        town.move(officer, ticket_id, action)
    files = {}
    for n, purpose in enumerate(("citizen", "evidence", "reply", "note")):
        opened, _ = uploaded(town, images.jpeg(shade=lambda x, y, n=n: n * 60))
        files[purpose] = opened["id"]
        if purpose == "citizen":
            link(town.citizen(filed), opened)
        else:
            link(officer, opened, "/v1/tickets/%s/attachments" % ticket_id, purpose=purpose)
    return ticket_id, filed, files


def purposes(client, path):
    return [i["purpose"] for i in client.get(path).json["items"]]


def fetch(client, path, status):
    for suffix in ("", "/thumbnail"):
        answer = client.get(path + suffix, status=status)
        if status == 404:
            assert answer.problem == "not_found"


def test_the_matrix_of_staff(town, case):
    ticket_id, _, files = case
    path = "/v1/tickets/%s/attachments" % ticket_id
    every = ["citizen", "evidence", "reply", "note"]
    for who, sees in ((town.person("officer"), every), (town.person("head"), every), (town.coordinator, every),
                      (town.person("auditor", HUB), every), (town.person("leader", HUB), every[:3])):
        assert purposes(who, path) == sees
        for purpose, file_id in files.items():
            fetch(who, "%s/%s" % (path, file_id), 200 if purpose in sees else 404)
        fetch(who, "%s/%s" % (path, UNKNOWN), 404)
        fetch(who, "/v1/tickets/%s/attachments/%s" % (UNKNOWN, files["citizen"]), 404)
    stranger = town.person("officer", OTHER)
    assert stranger.get(path, status=404).problem == "not_found"
    fetch(stranger, "%s/%s" % (path, files["citizen"]), 404)
    for role in ("clerk", "admin"):
        fetch(town.person(role, HUB), "%s/%s" % (path, files["citizen"]), 403)
    fetch(town.anyone, "%s/%s" % (path, files["citizen"]), 401)


def test_other_citizens(town, case):
    _, filed, files = case
    other = town.citizen(town.file())
    for file_id in list(files.values()) + [UNKNOWN]:
        fetch(other, "/v1/tracking/attachments/" + file_id, 404)
    assert other.get("/v1/tracking/attachments").json["items"] == []
    fetch(town.anyone, "/v1/tracking/attachments/" + files["citizen"], 401)
    wrong = town.client(Authorization="Ticket %s:%s" % (filed["code"], "1" + "A" * 26))
    fetch(wrong, "/v1/tracking/attachments/" + files["citizen"], 404)


def test_a_file_of_another_ticket_is_not_under_this_one(town, case):
    _, _, files = case
    mine, _ = town.filed()
    fetch(town.person("officer"), "/v1/tickets/%s/attachments/%s" % (mine, files["note"]), 404)


def test_who_may_add(town, case):
    ticket_id, filed, files = case
    opened, _ = uploaded(town, images.png())
    path = "/v1/tickets/%s/attachments" % ticket_id
    for who, status in ((town.person("officer", OTHER), 404), (town.coordinator, 403), (town.person("leader", HUB), 403),
                        (town.person("auditor", HUB), 403), (town.citizen(filed), 403), (town.anyone, 401)):
        link(who, opened, path, status, purpose="evidence")
    version = town.version(ticket_id)
    answer = town.person("officer").post(path, {"upload": opened["id"], "token": opened["token"], "purpose": "citizen"}, status=422)
    assert answer.pointers == {"/purpose": "not_listed"}
    assert link(town.person("officer"), {"id": files["citizen"], "token": opened["token"]}, path, 422, purpose="note").problem == "unknown_upload"
    assert town.version(ticket_id) == version


def test_what_is_recorded(town, case):
    ticket_id, _, files = case
    rows = town.sql("select data->>'purpose', data->>'attachment', actor_kind, public_vi is not null from event"
                    " where ticket = '%s' and type = 'ticket.attached' order by at, id" % ticket_id)
    assert rows == [[p, i, "ticket" if p == "citizen" else "staff", "t" if p == "citizen" else "f"] for p, i in files.items()]
    row = town.sql("select author is null, department is null, address is null from attachment where id = '%s'" % files["citizen"])
    assert row == [["t", "t", "t"]]


def test_the_citizen_sees_evidence_once_the_reply_is_published(town, case):
    ticket_id, filed, files = case
    citizen = town.citizen(filed)
    path = "/v1/tracking/attachments"
    assert purposes(citizen, path) == ["citizen"]
    for purpose in ("evidence", "reply", "note"):
        fetch(citizen, "%s/%s" % (path, files[purpose]), 404)
    town.move(town.person("officer"), ticket_id, "propose", {"text": "Đã vá mặt đường, ảnh kèm theo."})
    assert purposes(citizen, path) == ["citizen"]
    town.move(town.person("head"), ticket_id, "approve")
    assert purposes(citizen, path) == ["citizen", "evidence", "reply"]
    for purpose, status in (("citizen", 200), ("evidence", 200), ("reply", 200), ("note", 404)):
        fetch(citizen, "%s/%s" % (path, files[purpose]), status)
    # What comes later waits for the next reply.
    opened, _ = uploaded(town, images.png())
    link(town.person("officer"), opened, "/v1/tickets/%s/attachments" % ticket_id, purpose="evidence")
    fetch(citizen, "%s/%s" % (path, opened["id"]), 404)
    # An answered ticket still takes files of its citizen, a closed one does not.
    opened, _ = uploaded(town, images.png())
    link(citizen, opened)
    town.tamper("update ticket set state = 'closed', done = true where id = '%s'" % ticket_id)
    opened, _ = uploaded(town, images.png())
    assert link(citizen, opened, status=409).problem == "wrong_state"
    assert owner(town, opened).get("/v1/uploads/" + opened["id"]).json["linked"] is False


def test_nobody_fetches_what_is_not_ready(town):
    """The scanner is not there, so the file waits."""
    filed = town.file()
    opened, _ = uploaded(town, images.png())
    link(town.citizen(filed), opened)
    for state, more in (("checking", "reason = null"), ("refused", "reason = 'virus'")):
        town.tamper("update attachment set state = '%s', %s, type = null, bytes = null, hash = null, lease_until = 'infinity'"
                    " where id = '%s'" % (state, more, opened["id"]))
        answer = town.citizen(filed).get("/v1/tracking/attachments/" + opened["id"], status=409)
        assert answer.problem == "attachment_not_ready"
        answer = town.person("officer").get("/v1/tickets/%s/attachments/%s" % (town.id_of(filed), opened["id"]), status=409)
        assert answer.problem == "attachment_not_ready"
        item = town.citizen(filed).get("/v1/tracking/attachments").json["items"][0]
        assert (item["state"], item["type"]) == (state, None)
