"""The link of a letter that asks the citizen something: it opens that question and nothing else, until its time is over."""
import re

import pytest

from support.post import Post
from support.town import free_port, wait_until
from test_questions import QUESTION

PORT = free_port()
SETTINGS = dict(mail_url="smtp://127.0.0.1:%d" % PORT, mail_from="Cổng tiếp nhận <khong-tra-loi@example.org>", mail_tls="none",
                mail_from_hour=0, mail_to_hour=0)
ANSWER = {"text": "Số nhà 126, ngõ 99, trước cổng tổ dân phố."}


@pytest.fixture(scope="module")
def post():
    with Post(PORT) as made:
        yield made


def address(n):
    return "an%d@example.org" % n


def letters(post, n):
    """The letters with a question to the n-th citizen; other letters come to the same post."""
    return [m for m in post.mails if address(n) in m.recipients and "/v1/tracking/question#" in m.words]


def link_of(letter):
    return re.search(r"/v1/tracking/question#(\S+)", letter.part("plain")).group(1)


def asked(town, post, n, **changes):
    """A ticket with a question in the post: (id, filed, a client with the link of the letter)."""
    ticket_id, filed = town.filed(contact={"name": "Nguyễn Văn Mẫu", "email": address(n)}, **changes)
    town.move(town.person("officer"), ticket_id, "accept")
    town.move(town.person("officer"), ticket_id, "ask", QUESTION)
    wait_until(lambda: letters(post, n), 30, "the letter")
    letter = letters(post, n)[-1]
    link = link_of(letter)
    assert filed["secret"] not in letter.words and link.startswith(filed["code"] + ":")
    return ticket_id, filed, town.client(Authorization="Answer " + link), link


def test_it_opens_the_question_and_answers_it_once(town, post):
    ticket_id, filed, holder, _ = asked(town, post, 1)
    seen = holder.get("/v1/tracking/question").json
    assert seen["text"] == QUESTION["text"] and seen["code"] == filed["code"]
    for method, path in (("GET", "/v1/tracking"), ("POST", "/v1/tracking/messages"), ("POST", "/v1/tracking/withdraw"),
                         ("GET", "/v1/tracking/clocks/answer/explanation"), ("GET", "/v1/tickets/" + ticket_id)):
        assert holder(method, path, {"text": "thử"} if method == "POST" else None).status == 403, path
    holder.post("/v1/tracking/answer", ANSWER, status=201)
    assert town.citizen(filed).get("/v1/tracking").json["state"] == "accepted"
    holder.get("/v1/tracking/question", status=404)
    assert holder.post("/v1/tracking/answer", ANSWER, status=409).problem == "wrong_state"


def city_time(town, instant, language="vi"):
    """How letters write an instant: in the zone of the city."""
    form = {"vi": 'HH24:MI "ngày" DD/MM/YYYY', "en": "YYYY-MM-DD HH24:MI"}[language]
    return town.sql("select to_char(timestamptz '%s' at time zone 'Asia/Ho_Chi_Minh', '%s')" % (instant, form))[0][0]


@pytest.mark.parametrize("language,line", [("vi", "Hạn trả lời: %s"), ("en", "Please answer by: %s")])
def test_the_letter_says_until_when(town, post, language, line):
    _, _, holder, link = asked(town, post, 10 + len(line), language=language)
    until = holder.get("/v1/tracking/question").json["until"]
    letter = next(m for m in post.mails if link in m.words)
    assert line % city_time(town, until, language) in letter.part("plain").splitlines()


def test_nobody_is_asked_what_they_have_answered(town, post):
    ticket_id, filed, _, _ = asked(town, post, 5)
    town.citizen(filed).post("/v1/tracking/answer", ANSWER, status=201)
    sent = len(post.mails)
    town.tamper("update notice set state = 'waiting', next_at = now(), sent_at = null where type = 'ticket.asked' and ticket = '%s'" % ticket_id)
    row = "select state, error from notice where type = 'ticket.asked' and ticket = '%s'" % ticket_id
    wait_until(lambda: town.sql(row) == [["cancelled", "late"]], 30, "the end of the letter")
    assert [m for m in post.mails[sent:] if "question#" in m.words] == []


def test_it_does_not_open_the_next_question(town, post):
    ticket_id, filed, holder, _ = asked(town, post, 4)
    town.citizen(filed).post("/v1/tracking/answer", ANSWER, status=201)
    town.sql("update policy set questions = 5 where questions > 0")
    town.move(town.person("officer"), ticket_id, "ask", {"text": "Câu hỏi thứ hai: xin cho biết thêm thời điểm xảy ra sự việc."})
    holder.get("/v1/tracking/question", status=401)
    holder.post("/v1/tracking/answer", ANSWER, status=401)
    assert town.citizen(filed).get("/v1/tracking/question").json["text"].startswith("Câu hỏi thứ hai")


def test_forged_and_replaced(town, post):
    _, filed, holder, link = asked(town, post, 2)
    code, text = link.split(":")
    generation, question, until, mac = text.split(".")
    for forged in ("%s:%s.%s.%d.%s" % (code, generation, question, int(until) + 1, mac),
                   "%s:%s.%d.%s.%s" % (code, generation, int(question) + 1, until, mac), "%s:%s" % (code, text[:-1]), code + ":", code,
                   "%s:%s" % (filed["code"], filed["secret"]), "HN-26-0000-0000:" + text):
        assert town.client(Authorization="Answer " + forged).get("/v1/tracking/question", status=None).status in (401, 404), forged
    town.client(Authorization="Ticket " + link).get("/v1/tracking", status=404)
    town.tamper("update ticket set generation = 2 where code = '%s'" % filed["code"])
    holder.get("/v1/tracking/question", status=404)


def test_its_time_is_over(town, post):
    ticket_id, filed, holder, link = asked(town, post, 3)
    sent = len(letters(post, 3))

    def goes_again(seconds):
        """Whether the letter went before its question was over."""
        town.tamper("update question set until_at = now() + interval '%d s' where ticket = '%s'" % (seconds, ticket_id))
        town.tamper("update notice set state = 'waiting', error = null, next_at = now(), sent_at = null where type = 'ticket.asked' and ticket = '%s'"
                    % ticket_id)
        wait_until(lambda: len(letters(post, 3)) > sent or town.count("notice where ticket = '%s' and error = 'late'" % ticket_id), 30, "the letter again")
        return len(letters(post, 3)) > sent
    assert any(goes_again(seconds) for seconds in (4, 16, 64))
    short = link_of(letters(post, 3)[-1])
    assert short != link
    late = town.client(Authorization="Answer " + short)
    wait_until(lambda: late.get("/v1/tracking/question", status=None).status == 401, 70, "the end of the link")
    refused = late.post("/v1/tracking/answer", ANSWER, status=401)
    assert refused.problem == "unauthorized" and refused.header("www-authenticate") == "Ticket"
