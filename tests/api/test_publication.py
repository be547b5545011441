"""The public version of an answered ticket: proposed by staff, looked through for personal data, previewed by the citizen, read
by everybody."""
import pytest

from support.town import CONSTRUCTION, HUB, wait_until
from test_reviews import WHY, answer_again

PHONE = "0912 345 678"
QUESTION = "Đề nghị vá ổ gà trên phố Ví Dụ, liên hệ %s hoặc an@example.org." % PHONE
REASON = {"reason": "Còn sót thông tin, cần gỡ để sửa."}


@pytest.fixture(scope="module", autouse=True)
def no_waiting(town):
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")


def path(ticket_id, verb=""):
    return "/v1/tickets/%s/publication%s" % (ticket_id, verb and "/" + verb)


def ask(town, who, ticket_id, verb="", body=None, status=200):
    return who.post(path(ticket_id, verb), body, {"If-Match": '"%d"' % town.version(ticket_id)}, status)


def published(town, **changes):
    ticket_id, filed = town.answered(**changes)
    ask(town, town.person("officer"), ticket_id)
    ask(town, town.coordinator, ticket_id, "publish")
    return ticket_id, filed


def listed(town, query=""):
    return [item["code"] for item in town.anyone.get("/v1/public/tickets" + query).json["items"]]


def superseded(who, query=""):
    return [item["id"] for item in who.get("/v1/tickets?publication=superseded" + query).json["items"]]


def test_the_way_to_the_public(town):
    ticket_id, filed = town.answered(title="Ổ gà trước nhà ông Nguyễn Văn Mẫu", contact={"name": "Trần Thị Mẫu", "phone": "0987654321"})
    officer, citizen = town.person("officer"), town.citizen(filed)
    assert officer.get(path(ticket_id)).json["state"] == "private"
    assert citizen.get("/v1/tracking").json["publication"] == {
        "state": "private", "state_vi": "Không công khai", "state_en": "Private", "version": None, "superseded": False, "preview_until": None, "may_object": False}
    town.anyone.get("/v1/public/tickets/" + filed["code"], status=404)

    proposed = ask(town, officer, ticket_id, body={"question": QUESTION, "mask": False}).json
    assert proposed["state"] == "proposed" and proposed["version"]["question"] == QUESTION
    found = {f["kind"]: f for f in proposed["findings"]}
    assert set(found) == {"phone", "email", "name"}
    assert QUESTION[found["phone"]["offset"]:][:found["phone"]["length"]] == found["phone"]["text"] == PHONE
    assert proposed["masked"]["title"] == "Ổ gà trước nhà [họ tên]" and PHONE not in proposed["masked"]["question"]
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "findings_open"

    told = citizen.get("/v1/tracking").json
    assert told["publication"]["version"]["question"] == QUESTION and told["publication"]["may_object"]
    assert told["steps"][-1]["type"] == "publication.proposed"
    for finding in proposed["findings"]:
        confirmed = officer.post(path(ticket_id, "confirm"), {"finding": finding["id"]}, status=200).json
    assert all(f["confirmed_by"] for f in confirmed["findings"])
    assert ask(town, officer, ticket_id, "publish", status=403).problem == "forbidden"
    assert ask(town, town.coordinator, ticket_id, "publish").json["state"] == "public"

    shown = town.anyone.get("/v1/public/tickets/" + filed["code"])
    assert shown.json["question"] == QUESTION and shown.json["outcome"] == "answered"
    assert "Trần Thị Mẫu" not in shown.body.decode() and "0987654321" not in shown.body.decode()
    assert town.anyone.get("/v1/public/tickets/" + filed["code"].lower().replace("-", ""), status=200).json["code"] == filed["code"]
    assert filed["code"] in listed(town)
    assert PHONE not in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).body.decode()

    assert ask(town, town.coordinator, ticket_id, "hide", status=422).pointers == {"/reason": "required"}
    assert ask(town, town.coordinator, ticket_id, "hide", REASON).json["state"] == "hidden"
    town.anyone.get("/v1/public/tickets/" + filed["code"], status=404)
    assert filed["code"] not in listed(town)
    assert ask(town, officer, ticket_id).json["state"] == "proposed"


def test_masked_unless_asked_otherwise(town):
    ticket_id, filed = town.answered(text="Ông Lê Văn Mẫu ở số nhà 999 phố Ví Dụ, gọi 0912345678, đề nghị vá ổ gà.")
    version = ask(town, town.person("officer"), ticket_id).json
    assert version["findings"] == [] and version["masked"] is None
    assert version["version"]["question"] == "[họ tên] ở [số nhà] phố Ví Dụ, gọi [số điện thoại], đề nghị vá ổ gà."
    assert version["version"]["answer"] == "Đã vá mặt đường, xin cảm ơn ông/bà."


def test_a_name_of_the_usual_shape(town):
    """Nobody gave it, and it has no title; a street of that shape is none."""
    ticket_id, filed = town.answered(title="Hàng xóm Lê Thị Bưởi đề nghị vá ổ gà phố Nguyễn Văn Cừ")
    kept = ask(town, town.person("officer"), ticket_id, body={"mask": False}).json
    assert [(f["kind"], f["text"]) for f in kept["findings"] if f["field"] == "title"] == [("name", "Lê Thị Bưởi")]
    assert kept["masked"]["title"] == "Hàng xóm [họ tên] đề nghị vá ổ gà phố Nguyễn Văn Cừ"
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "findings_open"
    ask(town, town.person("officer"), ticket_id)
    ask(town, town.coordinator, ticket_id, "publish")
    assert "Bưởi" not in town.anyone.get("/v1/public/tickets/" + filed["code"]).body.decode()


NAME = "Trần Lệ Hoa Mẫu"


def test_the_name_of_the_citizen(town):
    """It has no title, and is found because the citizen gave it; also by those who may not read it."""
    text = "Tôi là %s, nhà cạnh đó. Hoa Mẫu xin cảm ơn." % NAME
    ticket_id, filed = town.answered(text=text, contact={"name": NAME, "phone": "0987654321"})
    officer = town.person("officer")
    officer.get("/v1/tickets/%s/contact?purpose=thu-quyen-xem" % ticket_id, status=403)
    reads = town.count("event where type = 'contact.read'")
    shown = ask(town, officer, ticket_id).json
    assert shown["version"]["question"] == "Tôi là [họ tên], nhà cạnh đó. [họ tên] xin cảm ơn." and shown["findings"] == []
    kept = ask(town, officer, ticket_id, body={"answer": "Kính gửi tran le hoa mau: đã vá xong mặt đường.", "mask": False}).json
    assert [(f["field"], f["kind"], f["text"]) for f in kept["findings"]] == [
        ("answer", "name", "tran le hoa mau"), ("question", "name", NAME), ("question", "name", "Hoa Mẫu")]
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "findings_open"
    assert town.count("event where type = 'contact.read'") == reads and NAME not in town.log()


GUESS = {"answer": "Kính gửi Lê Minh Thử, %s, Vũ Hoài Đoán: đã vá xong mặt đường." % NAME, "mask": False}


def in_answer(publication):
    return [(f["text"], f["withheld"]) for f in publication["findings"] if f["field"] == "answer"]


def test_nobody_guesses_a_name(town):
    """What an officer writes is not told apart by a contact that they may not read; who may is shown it, and publishing waits for them."""
    ticket_id, filed = town.answered(contact={"name": NAME, "phone": "0987654321"})
    officer, hub = town.person("officer"), town.coordinator
    assert in_answer(ask(town, officer, ticket_id, body=GUESS).json) == []
    assert officer.get(path(ticket_id)).json["masked"]["answer"] == GUESS["answer"]
    unmasked = ask(town, officer, ticket_id, body={**GUESS, "mask": True}).json["version"]["answer"]
    assert unmasked == GUESS["answer"], "nothing is masked for who may not know it"
    told = [e for e in officer.get("/v1/tickets/%s/events" % ticket_id).json["items"] if e["type"] == "publication.proposed"]
    assert sorted(e["data"]["findings"] for e in told) == [0, 1], "the number of the house in the question, and no name"
    shown = hub.get(path(ticket_id)).json
    assert in_answer(shown) == [(NAME, True)] and "publish" not in shown["moves"]
    assert shown["masked"]["answer"] == GUESS["answer"].replace(NAME, "[họ tên]")
    assert ask(town, hub, ticket_id, "publish", status=409).problem == "findings_open"
    confirm = {"finding": [f["id"] for f in shown["findings"] if f["withheld"]][0]}
    officer.post(path(ticket_id, "confirm"), confirm, status=404)
    assert in_answer(ask(town, hub, ticket_id, body=GUESS).json) == [(NAME, True)]
    assert in_answer(officer.get(path(ticket_id)).json) == [], "nor when the hub has proposed it"
    assert ask(town, hub, ticket_id, body={**GUESS, "mask": True}).json["findings"] == []
    assert ask(town, hub, ticket_id, "publish").json["state"] == "public"
    assert NAME not in town.anyone.get("/v1/public/tickets/" + filed["code"]).body.decode()


def test_a_name_that_is_withheld_can_be_confirmed(town):
    """And nothing tells the officer of it."""
    ticket_id, filed = town.answered(contact={"name": NAME, "phone": "0987654321"})
    officer = town.person("officer")
    ask(town, officer, ticket_id, body=GUESS)
    before = town.version(ticket_id)
    withheld = [f for f in town.coordinator.get(path(ticket_id)).json["findings"] if f["withheld"]]
    confirmed = town.coordinator.post(path(ticket_id, "confirm"), {"finding": withheld[0]["id"]}, status=200).json
    assert [f["confirmed_by"]["name"] for f in confirmed["findings"] if f["withheld"]] and town.version(ticket_id) == before
    assert "publication.confirmed" not in [e["type"] for e in officer.get("/v1/tickets/%s/events" % ticket_id).json["items"]]
    for finding in confirmed["findings"]:
        town.coordinator.post(path(ticket_id, "confirm"), {"finding": finding["id"]}, status=200)
    assert ask(town, town.coordinator, ticket_id, "publish").json["state"] == "public"


def test_the_tag_says_what_was_answered(town):
    """Also where the ticket has no new version because the others are not to know; to them nothing changes, its tag neither."""
    ticket_id, filed = town.answered(contact={"name": NAME, "phone": "0987654321"})
    officer, hub = town.person("officer"), town.coordinator
    ask(town, officer, ticket_id, body=GUESS)
    tags = {who: who.get(path(ticket_id)).header("etag") for who in (officer, hub)}
    version = '"%d-' % town.version(ticket_id)
    assert all(tag.startswith(version) for tag in tags.values()) and tags[officer] != tags[hub]
    for finding in [f for f in hub.get(path(ticket_id)).json["findings"] if f["withheld"]]:
        hub.post(path(ticket_id, "confirm"), {"finding": finding["id"]}, status=200)
    later = hub.get(path(ticket_id), {"If-None-Match": tags[hub]}, 200)
    assert [f for f in later.json["findings"] if f["withheld"] and f["confirmed_by"]]
    officer.get(path(ticket_id), {"If-None-Match": tags[officer]}, 304)
    town.citizen(filed)("DELETE", "/v1/tracking/contact", status=204)
    last = hub.get(path(ticket_id), {"If-None-Match": later.header("etag")}, 200)
    assert in_answer(last.json) == []
    hub.get(path(ticket_id), {"If-None-Match": last.header("etag")}, 304)
    dropped = officer.post(path(ticket_id, "drop"), REASON, {"If-Match": officer.get(path(ticket_id)).header("etag")}, 200)
    assert dropped.json["state"] == "private" and dropped.header("etag").startswith('"%d-' % town.version(ticket_id))
    officer.post(path(ticket_id), {}, {"If-Match": tags[officer]}, 412)


@pytest.mark.parametrize("written, found", [("Kính gửi ông %s: đã vá." % NAME, NAME), ("Kính gửi bà Hoa Mẫu: đã vá.", "Hoa Mẫu"),
                                            ("Kính gửi bà Mẫu: đã vá xong.", "bà Mẫu")])
def test_behind_a_title_it_is_told_apart_for_those_who_may(town, written, found):
    """An ordinary finding, which the officer may confirm, is not all there is to it."""
    ticket_id, _ = town.answered(contact={"name": NAME, "phone": "0987654321"})
    officer = town.person("officer")
    shown = ask(town, officer, ticket_id, body={"answer": written, "mask": False}).json
    for finding in shown["findings"]:
        assert not finding["withheld"]
        officer.post(path(ticket_id, "confirm"), {"finding": finding["id"]}, status=200)
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "findings_open"
    assert [f["text"] for f in town.coordinator.get(path(ticket_id)).json["findings"] if f["withheld"]] == [found]


def test_heads_publish_nothing_of_their_own_where_a_name_is_withheld(town):
    """Whether they may does not tell a right guess from a wrong one; what is as the ticket has it they publish."""
    ticket_id, filed = town.answered(contact={"name": NAME, "phone": "0987654321"})
    town.sql("update setting set value = 1 where name = 'publication_by_heads'")
    head, answers = town.person("head"), []
    for guess in (NAME, "Lê Minh Thử", "ông " + NAME, "ông Lê Minh Thử"):
        shown = ask(town, head, ticket_id, body={"answer": "Kính gửi %s: đã vá xong." % guess}).json
        refused = ask(town, head, ticket_id, "publish", status=409)
        answers.append((shown["moves"], refused.problem, len(shown["findings"])))
    assert len(set(map(str, answers))) == 1 and answers[0][1] == "publication_needs_reader"
    ask(town, head, ticket_id)
    assert ask(town, head, ticket_id, "publish").json["state"] == "public"
    town.sql("update setting set value = 0 where name = 'publication_by_heads'")


def test_a_reply_is_no_way_to_guess(town):
    ticket_id, _ = town.filed(contact={"name": NAME, "phone": "0987654321"})
    officer, head = town.person("officer"), town.person("head")
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    town.move(officer, ticket_id, "propose", {"text": GUESS["answer"]})
    town.move(head, ticket_id, "approve")
    assert in_answer(ask(town, officer, ticket_id, body={"mask": False}).json) == []
    assert in_answer(town.coordinator.get(path(ticket_id)).json) == [(NAME, True)]


def test_two_words_of_it_in_the_ticket_do_not_open_the_rest(town):
    ticket_id, _ = town.answered(text="Ổ gà lớn ở phố Minh Khai, đề nghị vá sớm.", contact={"name": "Trần Minh Khai", "phone": "0987654321"})
    body = {"answer": "Kính gửi Trần Minh Khai, Lê Minh Khai: đã vá xong mặt đường.", "mask": False}
    assert in_answer(ask(town, town.person("officer"), ticket_id, body=body).json) == []
    assert in_answer(town.coordinator.get(path(ticket_id)).json) == [("Trần Minh Khai", True), ("Minh Khai", True)]


def test_what_nobody_has_looked_through_is_proposed_anew(town):
    """A server of before has stored it."""
    ticket_id, _ = town.answered()
    ask(town, town.person("officer"), ticket_id)
    town.tamper("update publication set looked = false where ticket = '%s'" % ticket_id)
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "publication_unlooked"
    ask(town, town.person("officer"), ticket_id)
    ask(town, town.coordinator, ticket_id, "publish")


def test_an_erased_name_is_said_nowhere(town):
    ticket_id, filed = town.answered(contact={"name": NAME, "phone": "0987654321"})
    ask(town, town.person("officer"), ticket_id, body=GUESS)
    town.citizen(filed)("DELETE", "/v1/tracking/contact", status=204)
    shown = town.coordinator.get(path(ticket_id)).json
    assert in_answer(shown) == [] and shown["masked"]["answer"] == GUESS["answer"]
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "publication_unlooked"


def test_erasing_a_name_tells_nothing_of_it(town):
    """A head who publishes learns of no guess by it, and publishes no name that nobody can look for any more."""
    town.sql("update setting set value = 1 where name = 'publication_by_heads'")
    head, answers = town.person("head"), []
    for guess in (NAME, "Lê Minh Thử"):
        ticket_id, filed = town.answered(contact={"name": NAME, "phone": "0987654321"})
        body = {"answer": "Kính gửi %s: đã vá xong." % guess}
        ask(town, head, ticket_id, body=body)
        town.citizen(filed)("DELETE", "/v1/tracking/contact", status=204)
        answers.append((ask(town, head, ticket_id, "publish", status=409).problem, head.get(path(ticket_id)).json["moves"]))
        ask(town, head, ticket_id, body=body)
        assert ask(town, head, ticket_id, "publish", status=409).problem == "publication_needs_reader"
    assert answers[0] == answers[1] and answers[0][0] == "publication_needs_reader"
    town.sql("update setting set value = 0 where name = 'publication_by_heads'")


BARRIER = {"answer": "Đã dựng lại rào chắn theo tin của Quàng Thị Sáo.", "mask": False}


def erased_and_proposed(town, who, **body):
    ticket_id, filed = town.answered(text="Rào chắn của hố ga bị đổ, đề nghị dựng lại.", contact={"name": "Quàng Thị Sáo", "phone": "0987654321"})
    town.citizen(filed)("DELETE", "/v1/tracking/contact", status=204)
    return ticket_id, filed, ask(town, who, ticket_id, body={**BARRIER, **body}).json


def test_an_erased_name_does_not_become_public(town):
    """Nobody can look for it: what looks like a name is found, and that there is none says who may read contacts, whatever was written."""
    officer, hub = town.person("officer"), town.coordinator
    ticket_id, filed, shown = erased_and_proposed(town, officer)
    assert [(f["kind"], f["field"], f["text"]) for f in shown["findings"]] == [
        ("erased_contact", None, None), ("name", "answer", "Quàng Thị Sáo")]
    assert shown["masked"]["answer"] == "Đã dựng lại rào chắn theo tin của [họ tên]."
    erased, name = (path(ticket_id, "confirm"), {"finding": shown["findings"][0]["id"]}), {"finding": shown["findings"][1]["id"]}
    officer.post(path(ticket_id, "confirm"), name, status=200)
    assert officer.post(*erased, status=409).problem == "publication_needs_reader"
    assert "publish" not in hub.get(path(ticket_id)).json["moves"]
    assert ask(town, hub, ticket_id, "publish", status=409).problem == "findings_open"
    town.anyone.get("/v1/public/tickets/" + filed["code"], status=404)
    assert all(f["confirmed_by"] for f in hub.post(*erased, status=200).json["findings"])
    assert ask(town, hub, ticket_id, "publish").json["state"] == "public", "somebody has taken it upon them"


def test_of_an_erased_contact_masking_alone_is_not_enough(town):
    ticket_id, filed, shown = erased_and_proposed(town, town.person("officer"), mask=True)
    assert shown["version"]["answer"] == "Đã dựng lại rào chắn theo tin của [họ tên]." and shown["masked"] is None
    assert [(f["kind"], f["offset"], f["length"], f["withheld"]) for f in shown["findings"]] == [("erased_contact", None, None, False)]
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "findings_open"
    _, _, other = erased_and_proposed(town, town.coordinator, answer="Đã dựng lại rào chắn, xin cảm ơn.")
    assert [f["kind"] for f in other["findings"]] == ["erased_contact"], "also of what has no name"


def test_a_name_in_a_message_of_the_citizen(town):
    """The officer has read it there: it is found as in the ticket's own words. What staff write does not count, or they would guess by it."""
    ticket_id, filed = town.filed(contact={"name": NAME, "phone": "0987654321"})
    officer, head, citizen = town.person("officer"), town.person("head"), town.citizen(filed)
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "ask", {"text": "Xin cho biết có phải tên là %s không." % NAME})
    citizen.post("/v1/tracking/answer", {"text": "Xin gọi vào buổi sáng."})
    for action, body in (("claim", None), ("propose", {"text": "Đã vá mặt đường, xin cảm ơn."})):
        town.move(officer, ticket_id, action, body)
    town.move(head, ticket_id, "approve")
    assert in_answer(ask(town, officer, ticket_id, body=GUESS).json) == []
    citizen.post("/v1/tracking/messages", {"text": "Xin cảm ơn. %s" % NAME})
    assert in_answer(ask(town, officer, ticket_id, body=GUESS).json) == [(NAME, False)]


def test_the_citizen_has_time_to_look(town):
    ticket_id, filed = town.answered()
    town.sql("update setting set value = 3 where name = 'publication_preview_days'")
    ask(town, town.person("officer"), ticket_id)
    assert ask(town, town.coordinator, ticket_id, "publish", status=409).problem == "preview_running"
    town.tamper("update publication set proposed_at = proposed_at - interval '4 days' where ticket = '%s'" % ticket_id)
    ask(town, town.coordinator, ticket_id, "publish")
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")


def test_the_letter_offers_what_there_is(town):
    """It names no button: the citizen objects at the ticket, before and after the day it names."""
    words = dict(town.sql("select distinct on (language) language, text from notice_template where type = 'publication.proposed' and side = 'citizen'"
                          " order by language, version desc"))
    assert '"' not in words["vi"] + words["en"] and all("{{due}}" in text for text in words.values())
    ticket_id, filed = published(town)
    citizen = town.citizen(filed)
    assert citizen.get("/v1/tracking").json["publication"]["may_object"], "also after it was published"
    citizen.post("/v1/tracking/publication/object", {})


def test_the_citizen_objects(town):
    ticket_id, filed = published(town)
    citizen = town.citizen(filed)
    key = {"Idempotency-Key": "objection-0123456789-abcdef"}
    words = "Nội dung vẫn cho biết tôi là ai."
    first = citizen.post("/v1/tracking/publication/object", {"reason": words}, key)
    assert citizen.post("/v1/tracking/publication/object", {"reason": words}, key).json == first.json
    town.anyone.get("/v1/public/tickets/" + filed["code"], status=404)
    told = citizen.get("/v1/tracking").json
    assert told["publication"]["state"] == "hidden" and told["publication"]["version"] is None and told["messages"][-1]["text"] == words
    assert citizen.post("/v1/tracking/publication/object", status=409).problem == "publication_state"
    assert ask(town, town.person("officer"), ticket_id, status=409).problem == "publication_objected"
    assert words not in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).body.decode()


def test_only_by_its_link(town):
    ticket_id, filed = town.answered()
    ask(town, town.person("officer"), ticket_id)
    key = ask(town, town.coordinator, ticket_id, "publish", {"link_only": True}).json["key"]
    assert len(key) >= 22 and filed["code"] not in listed(town)
    town.anyone.get("/v1/public/tickets/" + filed["code"], status=404)
    town.anyone.get("/v1/public/tickets/%s?key=%s" % (filed["code"], key[:-1]), status=404)
    assert town.anyone.get("/v1/public/tickets/%s?key=%s" % (filed["code"], key)).json["code"] == filed["code"]
    assert key not in town.citizen(filed).get("/v1/tracking").body.decode()
    assert ask(town, town.coordinator, ticket_id, "publish").json["key"] is None
    assert filed["code"] in listed(town)


def test_what_is_never_published(town):
    officer = town.person("officer")
    open_id, _ = town.filed()
    assert ask(town, officer, open_id, status=409).problem == "not_publishable"
    private_id, _ = town.answered()
    town.tamper("update ticket set visibility = 'private', sight = 'private' where id = '%s'" % private_id)
    assert ask(town, officer, private_id, status=409).problem == "not_publishable"
    press_id, press = town.filed(kind="press")
    assert ask(town, town.coordinator, press_id, status=409).problem == "not_publishable"
    town.anyone.get("/v1/public/tickets/" + press["code"], status=404)


def test_a_refusal_with_its_reason(town):
    ticket_id, filed = town.filed()
    town.move(town.coordinator, ticket_id, "refuse", {"reason_code": "out_of_scope"})
    version = ask(town, town.coordinator, ticket_id).json["version"]
    assert version["answer"].startswith(town.sql("select text_vi from refusal_reason where code = 'out_of_scope'")[0][0])
    ask(town, town.coordinator, ticket_id, "publish")
    assert town.anyone.get("/v1/public/tickets/" + filed["code"]).json["outcome"] == "refused"


def test_another_version_meanwhile(town):
    ticket_id, _ = town.answered()
    town.person("officer").post(path(ticket_id), {}, {"If-Match": '"1"'}, 412)
    town.person("officer").post(path(ticket_id), {}, status=428)


@pytest.mark.parametrize("body", [{"title": "abcd"}, {"question": "ngắn"}, {"answer": 5}, {"mask": "no"}, {"state": "public"}, {"title": "x" * 201}])
def test_bad_versions(town, body):
    ticket_id, _ = town.answered()
    ask(town, town.person("officer"), ticket_id, body=body, status=422)


def test_pages_search_and_tags(town):
    codes = [published(town, title="Đèn đường phố Kiểm Thử %d không sáng" % n, category="water.drainage")[1]["code"] for n in range(3)]
    found = town.anyone.get("/v1/public/tickets?q=den+kiem+thu&limit=2")
    assert [i["code"] for i in found.json["items"]] == codes[:0:-1]
    rest = town.anyone.get("/v1/public/tickets?q=den+kiem+thu&limit=2&cursor=" + found.json["next_cursor"]).json
    assert [i["code"] for i in rest["items"]] == codes[:1] and rest["next_cursor"] is None
    assert listed(town, "?q=%C4%91%C3%A8n%20KI%E1%BB%82M%20v%E1%BA%AFng") == []
    assert set(listed(town, "?category=water")) == set(codes) and listed(town, "?area=00004") == []
    assert listed(town, "?q=%25%27--")                           # no word at all: everything
    again = town.anyone.get("/v1/public/tickets?q=den+kiem+thu&limit=2", {"If-None-Match": found.header("etag")}, status=304)
    assert again.header("cache-control") == "public, max-age=60"
    town.anyone.get("/v1/public/tickets?cursor=abc", status=400)
    town.anyone.get("/v1/public/tickets?q=" + "x" * 201, status=422)


def test_suggestions(town):
    _, answered = published(town, title="Cống thoát nước tắc tại ngã tư Thử Nghiệm", category="water.drainage")
    open_id, waiting = town.filed(title="Cống tắc, gọi 0912345678", category="water.drainage", point={"lon": 105.8301, "lat": 20.98})
    wait_until(lambda: town.sql("select count(*) from ticket_alike where ticket = '%s'" % open_id) == [["1"]], 60, "it is followed")
    query = "/v1/public/suggestions?text=cong+thoat+nuoc+bi+tac&category=water.drainage&area=00316&lon=105.83&lat=20.98"
    found = town.anyone.get(query).json
    assert [a["code"] for a in found["answers"]] == [answered["code"]]
    assert [(o["code"], o["title"], o["metres"]) for o in found["open"]] == [(waiting["code"], None, 0)], "by the net of 100 metres"
    town.move(town.person("officer"), open_id, "accept")
    found = town.anyone.get(query).json
    assert found["open"][0]["title"] == "Cống tắc, gọi [số điện thoại]" and "0912345678" not in str(found)
    assert town.anyone.get(query.replace("105.83&", "105.90&")).json["open"] == []
    assert town.anyone.get("/v1/public/suggestions?text=%21%21%21%21%21").json == {"answers": [], "open": []}
    town.anyone.get("/v1/public/suggestions?category=roads", status=422)
    town.anyone.get("/v1/public/suggestions?text=abcdef&lon=200&lat=1", status=422)
    for given, missing in (("lon=105.8", "lat"), ("lat=20.9", "lon")):
        answer = town.anyone.get("/v1/public/suggestions?text=abcdef&category=roads.surface&" + given, status=422)
        assert answer.pointers == {missing: "required"}


def test_heads_where_the_city_lets_them(town):
    ticket_id, _ = town.answered()
    ask(town, town.person("officer"), ticket_id)
    head = town.person("head")
    assert ask(town, head, ticket_id, "publish", status=403).problem == "forbidden"
    town.sql("update setting set value = 1 where name = 'publication_by_heads'")
    assert ask(town, head, ticket_id, "publish").json["state"] == "public"
    assert ask(town, town.person("hub_head", HUB), ticket_id, "drop", {}, status=409).problem == "publication_state"


def test_a_later_answer_takes_the_place_of_the_first(town):
    """A version made from the first answer is neither published once the citizen asks for a second look, nor after it."""
    ticket_id, filed = town.answered()
    first, second, hub, citizen = town.person("officer"), town.person("officer", number=2), town.coordinator, town.citizen(filed)
    ask(town, first, ticket_id)
    citizen.post("/v1/tracking/second-look", WHY, status=201)
    assert ask(town, hub, ticket_id, "publish", status=409).problem == "not_publishable"
    answer_again(town, ticket_id)
    for body in ({}, {"link_only": True}):
        assert ask(town, hub, ticket_id, "publish", body, status=409).problem == "publication_superseded"
    seen = hub.get(path(ticket_id)).json
    assert seen["superseded"] and seen["moves"] == ["propose", "drop"]
    assert citizen.get("/v1/tracking").json["publication"]["superseded"]
    town.anyone.get("/v1/public/tickets/" + filed["code"], status=404)

    assert ask(town, second, ticket_id).json["version"]["answer"] == "Đã kiểm tra và xử lý lại toàn bộ đoạn đường."
    ask(town, hub, ticket_id, "publish")
    shown = town.anyone.get("/v1/public/tickets/" + filed["code"]).json
    assert shown["answer"] == "Đã kiểm tra và xử lý lại toàn bộ đoạn đường." and not shown["superseded"]


def test_what_was_published_before_a_second_look(town):
    """It says that there is a later answer, can be proposed anew, and is not read by others meanwhile."""
    ticket_id, filed = published(town)
    second, hub, public = town.person("officer", number=2), town.coordinator, "/v1/public/tickets/" + filed["code"]
    before = town.anyone.get(public)
    town.citizen(filed).post("/v1/tracking/second-look", WHY, status=201)
    assert not town.anyone.get(public, {"If-None-Match": before.header("etag")}, status=304).body
    assert ask(town, hub, ticket_id, status=409).problem == "not_publishable"
    answer_again(town, ticket_id)
    shown = town.anyone.get(public, {"If-None-Match": before.header("etag")}).json
    assert shown["superseded"] and shown["answer"] == before.json["answer"]
    assert [i["superseded"] for i in town.anyone.get("/v1/public/tickets").json["items"] if i["code"] == filed["code"]] == [True]
    assert ask(town, hub, ticket_id, "publish", {"link_only": True}, status=409).problem == "publication_superseded"
    assert hub.get(path(ticket_id)).json["moves"] == ["propose", "hide"]
    for who in (hub, second, town.person("head"), town.person("leader", HUB)):
        assert ticket_id in superseded(who), "whoever looks for what is to be proposed anew finds it"
    assert ticket_id not in superseded(town.person("officer", "UB-00316"))
    assert ticket_id in superseded(hub, "&state=answered&holder=HN-SXD&category=roads") and ticket_id not in superseded(hub, "&state=closed")

    assert ask(town, second, ticket_id).json["superseded"] is False
    town.anyone.get(public, status=404)
    assert ticket_id not in superseded(hub), "it waits for somebody to publish it"
    ask(town, hub, ticket_id, "publish")
    assert town.anyone.get(public).json["answer"] != before.json["answer"] and ticket_id not in superseded(hub)
    assert ask(town, hub, ticket_id, status=409).problem == "publication_state", "what is right stays"
