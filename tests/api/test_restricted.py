"""What is restricted is only stored: who follows the feed forgets what it had made of it, and reads nothing of it until the restriction ends; and
that it is restricted is under the record."""
import pytest
from support.record import sealed, verify
from support.town import HUB, new_town, wait_until
from test_search import ids

FOLLOWED = {"ticket_alike": "compared", "suggestion_learned": "learned", "ticket_search": "found"}
CONTACT = {"name": "Nguyễn Thị Ví Dụ", "phone": "0912 345 678"}


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        yield town


def has(town, table, ticket):
    return town.count("%s where ticket = '%s'" % (table, ticket)) > 0


def followed(town):
    """Nobody has anything to read."""
    for follower in ("alike", "suggestion", "triage", "search"):
        wait_until(lambda: town.sql("select count(*) from event e, %s_cursor c where (e.xid, e.id) > (c.xid, c.id)" % follower) == [["0"]], 30, follower)


def restrict(town, filed):
    request = town.citizen(filed).post("/v1/tracking/data-requests", {"kind": "restrict", "text": "Đề nghị hạn chế xử lý."}).json["id"]
    who = town.person("data_officer", HUB)
    version = who.get("/v1/data-requests/" + request).header("ETag")
    who.post("/v1/data-requests/%s/answer" % request, {"text": "Đã hạn chế."}, {"If-Match": version}, 200)
    return who


def test_what_was_made_of_it_is_forgotten(city):
    officer = city.person("officer")
    ticket, filed = city.filed(contact=CONTACT)
    other, _ = city.filed(contact=CONTACT)
    for each in (ticket, other):
        city.move(officer, each, "accept")
    for table, what in FOLLOWED.items():
        wait_until(lambda: has(city, table, ticket) and has(city, table, other), 30, what)
    grams = int(city.sql("select sum(n) from suggestion_gram")[0][0])
    who = restrict(city, filed)
    followed(city)
    for table in (*FOLLOWED, "ticket_alike_key"):
        assert not has(city, table, ticket), table
        assert has(city, table, other), table
    assert int(city.sql("select sum(n) from suggestion_gram")[0][0]) * 2 == grams, "two tickets with the same words: those of one"
    city.move(officer, ticket, "claim")
    followed(city)
    assert not any(has(city, table, ticket) for table in FOLLOWED), "whatever happens to it"
    who("DELETE", "/v1/tickets/%s/restriction" % ticket, status=204)
    followed(city)
    assert all(has(city, table, ticket) for table in FOLLOWED), "as it was before"
    assert int(city.sql("select sum(n) from suggestion_gram")[0][0]) == grams


def test_accepted_meanwhile_it_is_learned_later(city):
    ticket, filed = city.filed(contact=CONTACT)
    who = restrict(city, filed)
    city.move(city.person("officer"), ticket, "accept")
    followed(city)
    assert not has(city, "suggestion_learned", ticket)
    who("DELETE", "/v1/tickets/%s/restriction" % ticket, status=204)
    followed(city)
    assert has(city, "suggestion_learned", ticket)


def test_given_back_meanwhile_it_is_not_learned(city):
    ticket, filed = city.filed(contact=CONTACT)
    officer = city.person("officer")
    city.move(officer, ticket, "accept")
    who = restrict(city, filed)
    city.move(officer, ticket, "return", {"reason": "Không thuộc thẩm quyền của đơn vị."})
    who("DELETE", "/v1/tickets/%s/restriction" % ticket, status=204)
    followed(city)
    assert not has(city, "suggestion_learned", ticket)


def test_nobody_finds_it_by_its_words(city):
    """Who decides it finds it by its code alone, and which of its words sounded like danger is forgotten."""
    ticket, filed = city.filed(contact=CONTACT, title="Cháy nhà ở ngõ 102", text="Nhà bên cạnh đang bốc cháy, biển hiệu ghi zyloquark.")
    officer, words = city.person("officer"), "select words from triage_suggestion where kind = 'danger' and ticket = '%s'" % ticket
    followed(city)
    assert ids(officer, "zyloquark") == [ticket] and city.sql(words) == [["{\"chay nha\",\"boc chay\"}"]]
    who = restrict(city, filed)
    assert ids(officer, "zyloquark") == [] and city.sql(words) == [["{}"]]
    assert city.count("search_word where word = 'zyloquark'") == 0
    city.move(officer, ticket, "accept")
    followed(city)
    assert ids(officer, "zyloquark") == [] and ids(officer, filed["code"]) == [ticket]
    assert ticket in [item["id"] for item in officer.get("/v1/tickets?sort=filed&limit=50").json["items"]]
    told = city.count("notice where type = 'ticket.danger'")
    who("DELETE", "/v1/tickets/%s/restriction" % ticket, status=204)
    followed(city)
    assert ids(officer, "zyloquark") == [ticket] and city.sql(words) == [["{\"chay nha\",\"boc chay\"}"]]
    assert city.count("notice where type = 'ticket.danger'") == told, "nobody is told twice"


def test_it_is_under_the_record(city):
    ticket, filed = city.filed(contact=CONTACT)
    sealed(city)
    assert verify(city).returncode == 0
    city.tamper("update ticket set restricted = true where id = '%s'" % ticket)
    found = verify(city)
    assert found.returncode == 1 and "ticket %s: restricted is true, its events say nothing" % filed["code"] in found.stdout, found.stdout
    city.tamper("update ticket set restricted = false where id = '%s'" % ticket)
    restrict(city, filed)
    sealed(city)
    assert verify(city).returncode == 0
    city.tamper("update ticket set restricted = false where id = '%s'" % ticket)
    found = verify(city)
    assert found.returncode == 1 and "ticket %s: restricted is nothing, its events say true" % filed["code"] in found.stdout, found.stdout
    city.tamper("update ticket set restricted = true where id = '%s'" % ticket)
    assert verify(city).returncode == 0
