"""Likely duplicates: for staff with reasons, before filing without what others wrote, and the bursts of the hub."""
import urllib.parse

import pytest

from support.town import CONSTRUCTION, samples, wait_until

WARD = "UB-00316"


def of_sample(name, **changes):
    sample = next(t for t in samples() if t["id"] == name)
    body = {m: sample[m] for m in ("kind", "category", "area", "title", "text", "language", "location_text")}
    return {**body, "anonymous": True, **changes}


def followed(town, *tickets):
    """Waits until the job worker has looked at them."""
    listed = ",".join("'%s'" % t for t in tickets)
    wait_until(lambda: town.sql("select count(*) from ticket_alike where event is not null and ticket in (%s)" % listed) == [[str(len(tickets))]],
               60, "duplicates of %s" % listed)


@pytest.fixture(scope="module")
def storm(town):
    """The storm tree of the samples, and a street lamp of the same ward; ids and what the citizens got."""
    filed = {n: town.filed(**of_sample(n)) for n in ("T03", "T04", "T24")}
    filed["lamp"] = town.filed(**of_sample("T03", category="trees_lighting.lighting", title="Đèn đường không sáng", location_text="Phố Đào Duy Anh",
                                           text="Cả dãy đèn đường trên phố Đào Duy Anh tắt từ tối qua, đi lại rất nguy hiểm."))
    followed(town, *(ticket for ticket, _ in filed.values()))
    return filed


def duplicates(who, ticket):
    return who.get("/v1/tickets/%s/duplicates" % ticket).json["items"]


def test_found_with_reasons(town, storm):
    found = duplicates(town.coordinator, storm["T03"][0])
    assert {i["ticket"]["id"] for i in found if i["same"]} == {storm["T04"][0], storm["T24"][0]}
    assert [i["score"] for i in found] == sorted((i["score"] for i in found), reverse=True)
    for item in found[:2]:
        assert {"same_names", "same_area", "same_day", "same_matter", "same_category"} <= set(item["reasons"])
        assert not item["merged"] and item["minutes"] < 60 and item["metres"] is None and item["name"]
    assert storm["lamp"][0] not in {i["ticket"]["id"] for i in found if i["same"]}
    assert not any(i["same"] for i in duplicates(town.coordinator, storm["lamp"][0]))


def test_only_what_one_sees(town, storm):
    town.person("officer", WARD).get("/v1/tickets/%s/duplicates" % storm["T03"][0], status=404)
    elsewhere, _ = town.filed(**of_sample("T03", area="00229"))
    followed(town, elsewhere)
    town.move(town.coordinator, elsewhere, "route", {"department": WARD, "reason": "Thuộc địa bàn của phường."})
    seen = {i["ticket"]["id"] for i in duplicates(town.person("officer", CONSTRUCTION), storm["T03"][0])}
    assert elsewhere not in seen and storm["T04"][0] in seen
    assert elsewhere in {i["ticket"]["id"] for i in duplicates(town.coordinator, storm["T03"][0])}
    sight = town.sql("select sight from ticket where id = '%s'" % elsewhere)[0][0]
    town.tamper("update ticket set sight = 'denunciation' where id = '%s'" % elsewhere)
    assert elsewhere not in {i["ticket"]["id"] for i in duplicates(town.coordinator, storm["T03"][0])}
    town.tamper("update ticket set sight = '%s' where id = '%s'" % (sight, elsewhere))


def test_merged_ones_stand_for_one(town, storm):
    head = town.coordinator
    one, _ = town.filed(title="Ngõ 77 phố Ví Dụ mất nước", text="Ngõ 77 phố Ví Dụ mất nước từ sáng, không có thông báo gì.", category="water.supply")
    two, _ = town.filed(title="Ngõ 77 phố Ví Dụ mất nước", text="Ngõ 77 phố Ví Dụ mất nước từ sáng, đề nghị cấp lại ngay.", category="water.supply")
    three, _ = town.filed(title="Mất nước ở ngõ 77 phố Ví Dụ", text="Từ sáng ngõ 77 phố Ví Dụ không có giọt nước nào.", category="water.supply")
    followed(town, one, two, three)
    assert not duplicates(head, one)[0]["merged"]
    town.move(head, one, "merge", {"into": two})
    assert [(i["ticket"]["id"], i["merged"]) for i in duplicates(head, three) if i["same"]] == [(two, False)]
    assert (two, True) in [(i["ticket"]["id"], i["merged"]) for i in duplicates(head, one)]


def test_before_filing(town, storm):
    ask = of_sample("T24", title="Tree fell on Pham Ngoc Thach street")
    ask = {m: ask[m] for m in ("category", "area", "location_text", "title", "text")}
    found = town.anyone.post("/v1/public/duplicates", ask, status=200).json["items"]
    codes = {storm[n][1]["code"] for n in ("T03", "T04", "T24")}
    assert codes <= {i["code"] for i in found if i["same"]} and len(found) <= 5
    assert all(i["title"] is None for i in found), "nobody has looked at them yet"
    joined = town.anyone.post("/v1/joins", {"ticket": found[0]["code"]}, status=201).json
    assert joined["joined"] == found[0]["code"]
    town.tamper("update ticket set visibility = 'private', sight = 'private' where code = '%s'" % storm["T04"][1]["code"])
    again = town.anyone.post("/v1/public/duplicates", ask, status=200).json["items"]
    town.tamper("update ticket set visibility = 'public', sight = 'public' where code = '%s'" % storm["T04"][1]["code"])
    assert storm["T04"][1]["code"] not in {i["code"] for i in again} and again
    nowhere = {"category": "other", "title": "Không biết ở đâu", "text": "Một việc hoàn toàn khác, không giống ai."}
    assert town.anyone.post("/v1/public/duplicates", nowhere, status=200).json["items"] == []


def test_what_others_wrote_tells_nothing(town):
    """Neither the lane nor the house, the quarter or the wording of a ticket can be guessed by asking."""
    wrote = {"category": "water.supply", "title": "Mất nước ở ngõ 46 phố Kín Đáo", "location_text": "Số 12 ngõ 46 phố Kín Đáo, tổ 9",
             "text": "Nhà số 12 ngõ 46 phố Kín Đáo, tổ 9 mất nước từ sáng, có người ốm nằm liệt giường."}
    ticket, filed = town.filed(**wrote)
    followed(town, ticket)

    def asked(*numbers, text="Mất nước ở ngõ %s, số %s, tổ %s phố Kín Đáo, đã hai ngày rồi."):
        ask = {"category": "water.supply", "area": "00316", "title": "Mất nước phố Kín Đáo", "text": text % numbers}
        return town.anyone.post("/v1/public/duplicates", ask, status=200).json["items"]

    right = asked(46, 12, 9)
    assert [(i["code"], i["same"]) for i in right if i["code"] == filed["code"]] == [(filed["code"], True)]
    for other in ((44, 12, 9), (45, 12, 9), (47, 12, 9), (46, 99, 9), (46, 12, 3)):
        assert asked(*other) == right
    assert asked(text=wrote["text"]) == right, "nor does it help to know the very words"
    assert asked(text="Cống ở phố Kín Đáo bị tắc, nước thải tràn ra đường.") == right
    elsewhere = {"category": "trees_lighting.trees", "area": "00229", "title": wrote["title"].replace("phố Kín Đáo", ""),
                 "text": wrote["text"].replace("phố Kín Đáo, ", "")}
    assert filed["code"] not in {i["code"] for i in town.anyone.post("/v1/public/duplicates", elsewhere, status=200).json["items"]}


def suggested(town, text, **more):
    query = urllib.parse.urlencode({"text": text, "category": "water.supply", "area": "00316", **more})
    return [i["code"] for i in town.anyone.get("/v1/public/suggestions?" + query).json["open"]]


def test_suggestions_find_as_duplicates_do(town):
    """In other words, another language and without diacritics, by street and by point; not in another ward."""
    there = {"lon": 105.8333, "lat": 20.9777}
    ticket, filed = town.filed(category="water.supply", title="Mất nước phố Gợi Ý", text="Cả phố Gợi Ý mất nước từ đêm qua, không ai báo trước.",
                               location_text="Phố Gợi Ý", point=there)
    followed(town, ticket)
    for text in ("Mất nước phố Gợi Ý", "mat nuoc o pho goi y", "No tap water in Goi Y street"):
        assert filed["code"] in suggested(town, text), text
    assert filed["code"] in suggested(town, "Nước yếu, chảy nhỏ giọt", **there), "by the point"
    assert filed["code"] in suggested(town, "Nước yếu, chảy nhỏ giọt", category="water.drainage"), "of the same kind of matter, in the ward"
    assert filed["code"] in suggested(town, "Mất nước phố Gợi Ý", area=""), "without a ward by the street"
    assert suggested(town, "Nước yếu, chảy nhỏ giọt", area="", category="") == [], "and by nothing"
    assert filed["code"] not in suggested(town, "Nước yếu, chảy nhỏ giọt", area="00229"), "another ward"
    assert filed["code"] not in suggested(town, "Nước yếu, chảy nhỏ giọt", lon=105.90, lat=20.98), "seven kilometres away"
    assert filed["code"] not in suggested(town, "Mất nước phố Nào Khác"), "another street"


def shown_to_strangers(town, wrote):
    """How strangers read a title as soon as the department has accepted the ticket."""
    there = {"lon": 105.8433, "lat": 20.9877}
    ticket, filed = town.filed(title=wrote, text="Ổ gà sâu trước ngõ, đề nghị vá sớm.", point=there, contact={"name": "Lý Thị Mận", "phone": "0987654321"})
    followed(town, ticket)
    town.move(town.person("officer"), ticket, "accept")
    query = urllib.parse.urlencode({"text": wrote, "category": "roads.surface", "area": "00316", **there})
    ask = {"category": "roads.surface", "area": "00316", "title": wrote, "text": "Ổ gà sâu trước ngõ, đề nghị vá sớm.", "point": there}
    answers = (town.anyone.get("/v1/public/suggestions?" + query).json["open"],
               town.anyone.post("/v1/public/duplicates", ask, status=200).json["items"])
    town.citizen(filed).post("/v1/tracking/withdraw", {}, status=201)
    return [[i["title"] for i in answer if i["code"] == filed["code"]] for answer in answers]


@pytest.mark.parametrize("wrote, shown", [
    ("Lý Thị Mận đề nghị vá ổ gà ở ngõ 55 phố Che Tên", "[họ tên] đề nghị vá ổ gà ở ngõ [số nhà] phố Che Tên"),
    ("Hàng xóm Lê Thị Bưởi đề nghị vá phố Che Tên", "Hàng xóm [họ tên] đề nghị vá phố Che Tên"),
    ("Bà Mận đề nghị vá phố Bà Triệu", "[họ tên] đề nghị vá phố Bà Triệu")])
def test_titles_that_nobody_has_looked_through_name_nobody(town, wrote, shown):
    assert shown_to_strangers(town, wrote) == [[shown], [shown]]


@pytest.mark.parametrize("wrote", [
    "Đường Nguyễn Xiển ngập khi trời mưa", "ĐÈN ĐƯỜNG HỎNG TẠI PHỐ TRẦN HƯNG ĐẠO", "Nút Khuất Duy Tiến - Lê Văn Lương đầy ổ gà"])
def test_ordinary_titles_stay_as_they_were_written(town, wrote):
    assert shown_to_strangers(town, wrote) == [[wrote], [wrote]]


def test_suggestions_never_name_what_is_not_public(town):
    kinds = {"closed": "state = 'closed', done = true", "private": "visibility = 'private', sight = 'private'",
             "denunciation": "visibility = 'confidential', sight = 'denunciation', kind = 'denunciation'", "open": "level = level"}
    made = {k: town.filed(category="water.supply", title="Mất nước phố Kín Tiếng", text="Cả phố Kín Tiếng mất nước từ đêm qua.") for k in kinds}
    followed(town, *(ticket for ticket, _ in made.values()))
    assert set(suggested(town, "Mất nước phố Kín Tiếng")) >= {filed["code"] for _, filed in made.values()}
    for kind, (ticket, _) in made.items():
        town.tamper("update ticket set %s where id = '%s'" % (kinds[kind], ticket))
    found = set(suggested(town, "Mất nước phố Kín Tiếng"))
    assert {kind for kind, (_, filed) in made.items() if filed["code"] in found} == {"open"}


@pytest.mark.parametrize("body, pointers", [
    ({}, {"/category", "/title", "/text"}), ({"category": "x", "title": "abcde", "text": "a" * 20, "point": {"lon": 181, "lat": 0}}, {"/point/lon"}),
    ({"category": "x", "title": "abcde", "text": "a" * 20, "more": 1}, {"/more"})])
def test_bad_questions(town, body, pointers):
    assert set(town.anyone.post("/v1/public/duplicates", body, status=422).pointers) == pointers


def test_hostile_texts(town):
    for text in ("phố " * 2500, "ngõ 1 " * 1600, "A" * 10000, "\U0001d518" * 2000 + "." * 20, "n lang;l 5;" * 900):
        town.anyone.post("/v1/public/duplicates", {"category": "x", "title": text[:200], "text": text[:10000], "location_text": text[:300]}, status=200)


def test_bursts(town, storm):
    found = town.coordinator.get("/v1/clusters?hours=24&members=200").json["items"]
    tree = next(c for c in found if storm["T03"][0] in {m["id"] for m in c["members"]})
    assert {storm[n][0] for n in ("T03", "T04", "T24")} <= {m["id"] for m in tree["members"]} and tree["tickets"] >= 3
    assert storm["lamp"][0] not in {m["id"] for m in tree["members"]} and tree["area"]["code"] == "00229"
    page, paged = {"next_cursor": ""}, []
    while page["next_cursor"] is not None:
        page = town.coordinator.get("/v1/clusters?hours=24&members=200&limit=1" + (page["next_cursor"] and "&cursor=" + page["next_cursor"])).json
        paged += page["items"]
    assert paged == found
    town.person("head").get("/v1/clusters", status=403)
    town.coordinator.get("/v1/clusters?hours=0", status=422)
    named = next(c for c in town.coordinator.get("/v1/clusters?members=2").json["items"] if c["id"] == tree["id"])
    assert named["members"] == tree["members"][:2] and named["tickets"] == tree["tickets"]
    town.coordinator.get("/v1/clusters?members=1", status=422)
