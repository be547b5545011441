"""Search for staff: fresh, by words, beginnings and phrases, only what one sees, in pages that neither skip nor repeat, and with nothing
left of what was destroyed."""
import time
import urllib.parse

import pytest

from support.town import CONSTRUCTION, HUB, wait_until
from test_retention import aged, ended, officer

WARD = "UB-00316"


def ask(who, q, status=200, **more):
    return who.get("/v1/search?" + urllib.parse.urlencode({"q": q, **more}, doseq=True), status=status).json


def ids(who, q, **more):
    return [item["id"] for item in ask(who, q, **more)["items"]]


def followed(town):
    """Waits until the follower has read all events that there are."""
    last = town.sql("select xid, id from event order by event.xid desc, id desc limit 1")[0]
    wait_until(lambda: town.sql("select (xid, id) >= ('%s', '%s') from search_cursor" % tuple(last)) == [["t"]], 60, "the search has followed")


def filed(town, title, text, **more):
    ticket, _ = town.filed(title=title, text=text, **more)
    return ticket


@pytest.fixture(scope="module")
def some(town):
    made = {
        "lang": filed(town, "Nước ngập đường Láng", "Đường Láng ngập sâu sau trận mưa chiều qua, xe máy chết máy hàng loạt."),
        "lảng": filed(town, "Chợ cóc lấn chiếm vỉa hè", "Người bán hàng lảng tránh khi công an đến, hết đường đi bộ.", location_text="Ngõ 102 phố Quỳnh Mai"),
        "lamp": filed(town, "Đèn đường không sáng", "Cả dãy đèn trên phố Kim Đồng tắt từ tối qua, rất nguy hiểm.", category="trees_lighting.lighting"),
        "ward": filed(town, "Rác thải chất đống", "Rác chất đống trước cổng trường tiểu học Quỳnh Mai đã ba ngày.", category="environment.waste", area="00103"),
    }
    followed(town)
    return made


def test_within_a_second(town):
    ticket = filed(town, "Cống thoát nước bị tắc", "Nước thải xyloquark tràn ra mặt đường từ sáng sớm nay.")
    began = time.monotonic()
    wait_until(lambda: ids(town.coordinator, "xyloquark") == [ticket], 10, "found")
    assert time.monotonic() - began < 5    # a second, on a machine that is ten times as slow


def test_words_phrases_and_beginnings(town, some):
    who = town.coordinator
    assert ids(who, "duong lang ngap") == [some["lang"]]
    assert ids(who, "LÁNG Nước") == [some["lang"]]
    assert set(ids(who, "đường láng")) == {some["lang"], some["lảng"]}
    assert ids(who, '"đường láng"') == [some["lang"]]
    assert ids(who, '"láng đường"') == []
    assert ids(who, '"lang ngap sau" mua') == [some["lang"]]
    assert set(ids(who, "quynh m")) == {some["lảng"], some["ward"]}, "a consonant has only begun"
    assert set(ids(who, "quynh y")) == {some["lảng"], some["ward"]}, "so has a vowel"
    assert ids(who, 'quynh "y"') == ids(who, "m") == [], "which is a word in quotation marks, and so is a letter alone"
    assert set(ids(who, "quynh ma")) == {some["lảng"], some["ward"]}
    assert set(ids(who, "quy* mai")) == {some["lảng"], some["ward"]}
    assert ids(who, "102") == [some["lảng"]] and ids(who, "10") == []
    assert ids(who, "duong khongcotunay") == []


def test_as_typed_comes_first(town, some):
    who = town.coordinator
    assert ids(who, "láng", sort="best")[:2] == [some["lang"], some["lảng"]]
    assert ids(who, "lảng", sort="best")[:2] == [some["lảng"], some["lang"]]


def test_marks_are_where_the_words_are(town, some):
    [item] = ask(town.coordinator, '"quỳnh mai" rác')["items"]
    parts = {f["field"]: [f["text"][m["from"]:m["from"] + m["length"]] for m in f["marks"]] for f in item["fragments"]}
    assert parts == {"title": ["Rác"], "text": ["Rác", "Quỳnh", "Mai"]}
    ticket = filed(town, "Biển <b>quảng</b> cáo & rác", "Nội dung <script>alert('zzquang')</script> dán khắp nơi trong ngõ.")
    followed(town)
    [item] = ask(town.coordinator, "zzquang")["items"]
    assert item["id"] == ticket and item["title"] == "Biển <b>quảng</b> cáo & rác"
    [part] = item["fragments"]
    assert part["text"] == "Nội dung <script>alert('zzquang')</script> dán khắp nơi trong ngõ." and not part["cut_before"] and not part["cut_after"]
    assert [part["text"][m["from"]:m["from"] + m["length"]] for m in part["marks"]] == ["zzquang"]


def test_filters(town, some):
    who = town.coordinator
    assert ids(who, "quynh mai", area="00103") == [some["ward"]]
    assert ids(who, "quynh mai", category="roads") == [some["lảng"]] and ids(who, "quynh mai", category="environment") == [some["ward"]]
    assert ids(who, "den", category="trees_lighting") == [some["lamp"]]
    assert ids(who, "quynh mai", kind="question") == [] and len(ids(who, "quynh mai", kind="feedback")) == 2
    assert len(ids(who, "quynh mai", state=["submitted", "accepted"])) == 2 and ids(who, "quynh mai", state="closed") == []
    assert ids(who, "duong lang", holder="HN-TTRA") == [] and len(ids(who, "duong lang", holder=CONSTRUCTION)) == 2
    assert ids(who, "quynh mai", category="khong_co") == ids(who, "quynh mai", area="99999") == ids(who, "quynh mai", holder="KHONG-CO") == []
    today = town.sql("select city_day(now())")[0][0]
    assert len(ids(who, "quynh mai", filed_from=today, filed_to=today)) == 2
    assert ids(who, "quynh mai", filed_to="2020-01-01") == [] and ids(who, "quynh mai", filed_from="2999-01-01") == []


def test_found_after_each_move(town):
    ticket = filed(town, "Nắp cống bị mất trộm", "Nắp cống qqnapcong trên vỉa hè bị mất, trẻ em đi học dễ ngã.")
    town.move(town.person("officer"), ticket, "accept")
    followed(town)
    assert ids(town.coordinator, "qqnapcong", state="accepted") == [ticket] and ids(town.coordinator, "qqnapcong", state="submitted") == []
    assert ids(town.person("officer"), "qqnapcong") == [ticket] and ids(town.person("officer", WARD), "qqnapcong") == []
    town.move(town.coordinator, ticket, "route", {"department": WARD, "reason": "Thuộc địa bàn của phường."})
    followed(town)
    assert ids(town.person("officer"), "qqnapcong") == [] and ids(town.person("officer", WARD), "qqnapcong") == [ticket]


def test_what_was_said_and_what_was_not(town):
    ticket, got = town.filed(title="Xin hỏi thủ tục cấp phép", text="Tôi muốn sửa nhà thì phải xin giấy phép ở đâu, mất bao lâu?")
    town.citizen(got).post("/v1/tracking/messages", {"text": "Bổ sung: nhà ở ngõ qqbosung."})
    who = town.person("officer")
    town.move(who, ticket, "accept")
    town.move(who, ticket, "claim")
    who.post("/v1/tickets/%s/notes" % ticket, {"text": "Ghi chú nội bộ qqghichu."}, headers={"Idempotency-Key": "0123456789abcdefghijklmn"})
    town.move(who, ticket, "ask", {"text": "Ông cho biết diện tích qqdientich là bao nhiêu?"})
    followed(town)
    assert ids(who, "qqbosung") == ids(who, "qqdientich") == [ticket] and ids(who, "qqghichu") == []
    assert [f["field"] for f in ask(who, "qqbosung")["items"][0]["fragments"]] == ["said"]


def test_by_code(town, some):
    code = town.sql("select code from ticket where id = '%s'" % some["lamp"])[0][0]
    assert ids(town.coordinator, code) == ids(town.coordinator, " %s " % code.lower().replace("-", " ")) == [some["lamp"]]
    assert ids(town.person("officer", WARD), code) == []
    assert ask(town.coordinator, code)["items"][0]["fragments"] == []


def test_confidential_and_denunciations(town):
    ticket = filed(town, "Tố cáo cán bộ nhận tiền", "Cán bộ qqtocao nhận tiền của người dân khi làm thủ tục.", kind="denunciation", category="officials_conduct")
    followed(town)
    holder = town.sql("select d.code from ticket t join department d on d.id = t.holder where t.id = '%s'" % ticket)[0][0]
    for who in (town.coordinator, town.person("officer"), town.person("leader", HUB), town.person("hub_head", HUB)):
        assert ids(who, "qqtocao") == []
    assert ids(town.person("legal_officer", holder), "qqtocao") == [ticket]
    town.anyone.get("/v1/search?q=qqtocao", status=401)
    town.person("clerk", HUB).get("/v1/search?q=qqtocao", status=403)


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_pages(town, sort):
    want = [filed(town, "Phiếu số %d trangtrang" % n, "Nội dung của phiếu trangtrang số %d để chia trang kết quả." % n) for n in range(23)]
    followed(town)
    got, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = ask(town.coordinator, "trangtrang", limit=5, sort=sort, **({"cursor": cursor} if cursor else {}))
        got += [item["id"] for item in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
        assert not page["partial"]
        if pages == 2:
            filed(town, "Phiếu đến sau trangtrang", "Phiếu trangtrang này đến trong khi người ta đang đọc.")
            followed(town)
    assert sorted(got) == sorted(set(got)) and set(want) <= set(got) and len(got) - len(want) <= 24
    if sort == "newest":
        order = town.sql("select id from ticket order by filed_at desc, id desc")
        assert got == [row[0] for row in order if row[0] in set(got)]
    other = ask(town.coordinator, "trangtrang", limit=5)["next_cursor"]
    town.coordinator.get("/v1/search?q=khac&limit=5&cursor=" + other, status=400)
    town.person("hub_head", HUB).get("/v1/search?q=trangtrang&limit=5&cursor=" + other, status=400)


def test_hostile_questions(town, some):
    who = town.coordinator
    for q in ("&", "! | & <-> ( ) :*", "'", "\\", "''\\'", "%", "_", "%_%", "\"", "\"\"", "*", "'duong':*", "duong' | 'lang", "<script>", "a" * 200, "\u0301" * 30,
              "{", "}", "#vpublic", "=láng", "!!duong", "select pg_sleep(1)", "😀", "½ ²", "(((((((", "duong & !lang", "\"" * 199 + "a", "a* " * 66, "th " * 66):
        assert isinstance(ask(who, q)["items"], list), q
        ask(who, q, sort="best")
    assert ids(who, "#vpublic") == ids(who, "#s") == ids(who, "hsubmitted") == []
    assert set(ids(who, "'duong':* & 'lang")) == {some["lang"], some["lảng"]}
    ask(who, "a" * 201, status=422)
    ask(who, "", status=422)
    who.get("/v1/search", status=422)
    who.get("/v1/search?q=" + "a" * 10000, status=422)
    who.get("/v1/search?q=%00", status=422)
    who.get("/v1/search?q=%ff", status=422)
    who.get("/v1/search?q=a&sort=oldest", status=422)
    who.get("/v1/search?q=a&filed_from=gestern", status=422)


def test_part_of_it_when_the_time_is_up(town):
    """A look-up that takes forever, as one would on a disk that does not answer."""
    want = [filed(town, "Phiếu %d hethan" % n, "Nội dung hethan của phiếu số %d, đủ dài để nộp." % n) for n in range(3)]
    followed(town)
    town.sql("alter function search_fits rename to search_fits_really")
    town.sql("""create function search_fits(t ticket, a search_asked) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
        begin perform pg_sleep(0.25); return search_fits_really(t, a); end $$""")
    try:
        began = time.monotonic()
        page = ask(town.coordinator, "hethan", limit=1)
        assert page["partial"] and page["next_cursor"] and len(page["items"]) <= 1 and time.monotonic() - began < 5
        assert ask(town.coordinator, "hethan", sort="best")["partial"]
    finally:
        town.sql("drop function search_fits(ticket, search_asked)")
        town.sql("alter function search_fits_really rename to search_fits")
    town.sql("alter function search_said rename to search_said_really")
    town.sql("""create function search_said(p_ticket uuid, p_most int) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
        begin perform pg_sleep(0.6); return search_said_really(p_ticket, p_most); end $$""")
    try:
        assert len(ids(town.coordinator, "hethan", limit=1)) == len(ids(town.coordinator, "hethan", limit=1, sort="best")) == 1, "in time, and shown late"
    finally:
        town.sql("drop function search_said(uuid, int)")
        town.sql("alter function search_said_really rename to search_said")
    assert sorted(ids(town.coordinator, "hethan")) == sorted(want) and not ask(town.coordinator, "hethan")["partial"]


def test_nothing_is_left_of_what_is_destroyed(town):
    ticket, _ = aged(town, title="Xin cấp lại giấy tờ qqhuybo", text="Giấy tờ qqhuybo của tôi bị mất, xin cấp lại giấy mới.")
    town.sql("update search_cursor set xid = '0', id = nobody()")    # no event tells that it was aged
    followed(town)
    assert ids(town.coordinator, "qqhuybo") == [ticket] and town.sql("select word from search_word where word = 'qqhuybo'")
    who = officer(town)
    disposal = who.post("/v1/retention/disposals", {"day": "2024-01-02", "reason": "Hết thời hạn lưu trữ"}).json
    officer(town, 2).post("/v1/retention/disposals/%s/approve" % disposal["id"], status=200)
    ended(town, who, disposal)
    assert town.sql("select destroyed_at is not null from ticket where id = '%s'" % ticket) == [["t"]]
    for _ in range(2):
        assert town.sql("select from ticket_search where ticket = '%s'" % ticket) == []
        assert town.sql("select word from search_word where word = 'qqhuybo'") == [] and ids(town.coordinator, "qqhuybo") == []
        followed(town)


def test_the_words_are_counted(town):
    """As often as they stand in the table, whatever was written and destroyed until here."""
    followed(town)
    assert town.sql("""select word, tickets, n from search_word full join (
        select w as word, count(*) as n from ticket_search, unnest(tsvector_to_array(words)) w where words @@ search_open() and w ~ '^[a-z]{2,24}$' group by w) x using (word)
        where tickets is distinct from n""") == []
