"""A published ticket is answered once more: whoever can propose the new version gets a letter for that answer, unless it is proposed by now."""
import pytest

from support.post import Post
from support.town import free_port, wait_until
from test_cases import publish
from test_notices import MAIL, silence, staff
from test_publication import ask, path
from test_reviews import ABOVE, WHY, answer_again

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
SUBJECT = {"vi": "Nội dung công khai đã cũ", "en": "An older answer is public"}
WORDS = {"vi": "nội dung đang công khai vẫn là câu trả lời trước. Đề nghị đề xuất nội dung công khai theo câu trả lời mới",
         "en": "what is public is still the answer before. Please propose a public version with the new answer"}


@pytest.fixture(autouse=True)
def always_open(town):
    silence(town)
    town.never_closed()
    town.sql("delete from notice_load;"
             "update setting set value = 0 where name = 'publication_preview_days'; update setting set value = 100 where name = 'notices_hour_staff'")


def again(town, filed, ticket_id, wish, **who):
    town.citizen(filed).post("/v1/tracking/" + wish, WHY, status=201)
    answer_again(town, ticket_id, **who)


def settled(town, ticket_id, n):
    """All letters of the ticket have been made and have gone, or are told to nobody any more; those of older answers."""
    wait_until(lambda: town.count("notice where ticket = '%s' and type = 'publication.superseded'" % ticket_id) == n
               and not town.count("notice where ticket = '%s' and state in ('waiting', 'sending')" % ticket_id), 20, "letters")
    return [tuple(row) for row in town.sql("select a.login, n.state, n.error from notice n join account a on a.id = n.account where n.ticket = '%s'"
                                           " and n.type = 'publication.superseded' order by n.event_at, a.login" % ticket_id)]


def letter(post, address, language):
    """The one about the older answer, among all that this person gets."""
    def got():
        return [m for m in post.mails if m.recipients == [address] and SUBJECT[language] in m.subject]
    wait_until(got, 20, "a letter")
    mail, = got()
    return mail


@pytest.mark.parametrize("language", ["vi", "en"])
def test_one_letter_for_each_answer(town, language):
    with Post(PORT) as post:
        ticket_id, filed = town.answered()
        publish(town, ticket_id)
        (_, first), (_, second), (_, head) = (staff(town, "officer"), staff(town, "officer", number=2), staff(town, "head", number=2))
        _, above = staff(town, "officer", ABOVE, 2)
        town.sql("update account set language = '%s'" % language)
        again(town, filed, ticket_id, "second-look")
        mail = letter(post, second, language)
        assert mail.subject.startswith("[%s] %s" % (filed["code"], SUBJECT[language]))
        assert WORDS[language] in " ".join(mail.part("plain").split()) and "/v1/tickets/" + ticket_id in mail.part("plain")
        town.citizen(filed).post("/v1/tracking/messages", {"text": "Tôi đã xem câu trả lời mới."}, status=201)
        again(town, filed, ticket_id, "appeal", department=ABOVE)
        letter(post, above, language)
        told = settled(town, ticket_id, 2)
        assert [state for _, state, _ in told] == ["sent", "sent"], told
        assert not any(SUBJECT[language] in m.subject for m in post.mails if {first, head} & set(m.recipients))


def test_not_once_it_is_proposed(town):
    """The letter looks again when it goes."""
    ticket_id, filed = town.answered()
    publish(town, ticket_id)
    client, _ = staff(town, "officer", number=2)
    again(town, filed, ticket_id, "second-look")          # no mail server takes letters: it waits
    wait_until(lambda: town.count("notice where ticket = '%s' and type = 'publication.superseded'" % ticket_id), 20, "a letter")
    assert ask(town, client, ticket_id).json["state"] == "proposed"
    assert [row[1:] for row in settled(town, ticket_id, 1)] == [("cancelled", "late")]
    assert client.get(path(ticket_id)).json["superseded"] is False
