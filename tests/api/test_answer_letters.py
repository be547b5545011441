"""The letter about an answer asks to read and rate it whoever can; who joined is asked once it is published."""
import pytest

from support.post import Post
from support.town import free_port, wait_until
from test_cases import publish
from test_joining import join
from test_notices import MAIL, silence

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
OWN = {"vi": "Kính mời Ông/Bà xem nội dung trả lời và cho ý kiến đánh giá khi tra cứu phiếu.",
       "en": "The department answered your ticket. Please read the answer and tell us what you think of it when you follow the ticket."}
JOINED = {"vi": "Ông/Bà sẽ xem được nội dung trả lời và cho ý kiến đánh giá khi nội dung được công khai.",
          "en": "The department answered the ticket that you joined. You can read the answer, and tell us what you think of it, once it is published."}
PUBLISHED = {"vi": "Kính mời Ông/Bà xem nội dung và, nếu chưa đánh giá, cho ý kiến đánh giá khi tra cứu phiếu.",
             "en": "Please read them and, if you have not yet, tell us what you think of the answer when you follow the ticket."}


def words(mail):
    return " ".join(mail.part("plain").split())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_joined_is_asked_when_they_can_read_it(town, language):
    town.never_closed()
    town.sql("delete from notice_load;"
             "update setting set value = 100 where name = 'notices_hour_citizen'")
    silence(town)
    own, other = ("%s.%s@example.org" % (who, language) for who in ("chinh.chu", "cung.gui"))
    with Post(PORT) as post:
        ticket_id, filed = town.filed(language=language, contact={"name": "Nguyễn Văn Mẫu", "email": own})
        joined = join(town, filed["code"], language=language, contact={"name": "Trần Thị Mẫu", "email": other}).json
        officer, head = town.person("officer"), town.person("head")
        for who, action in ((officer, "accept"), (officer, "claim")):
            town.move(who, ticket_id, action)
        town.move(officer, ticket_id, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
        town.move(head, ticket_id, "approve")
        for address, said, unsaid in ((own, OWN, JOINED), (other, JOINED, OWN)):
            letters = [words(m) for m in post.wait(address, 3)]
            assert [said[language] in text for text in letters].count(True) == 1 and not any(unsaid[language] in text for text in letters)
        citizen = town.citizen(joined)
        assert not citizen.get("/v1/tracking").json["may_rate"]
        publish(town, ticket_id)
        wait_until(lambda: any(PUBLISHED[language] in words(m) for m in post.to(other)), 20, "the letter about what is published")
        assert citizen.get("/v1/tracking").json["may_rate"]
