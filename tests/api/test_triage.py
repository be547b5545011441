"""What does not belong into the channel: warned of before filing, suggested to the hub afterwards; danger to life is told at once."""
import csv
import datetime
import json

import pytest

from support.contract import ROOT
from support.town import HUB, wait_until

FIRE = {"title": "Cháy nhà trong ngõ", "text": "Có cháy nhà, lửa bốc cháy rất lớn, chưa thấy ai đến."}


def check(town, **body):
    return town.anyone.post("/v1/triage/check", body, status=200).json["paths"]


def test_danger_comes_first_with_its_numbers(town):
    paths = check(town, title="Tố cáo cán bộ", text="CHÁY NHÀ vì cán bộ nhận hối lộ.")
    assert [p["kind"] for p in paths] == ["danger", "denunciation"]
    assert paths[0]["numbers"] == ["113", "114", "115", "111"] and "114" in paths[0]["text_vi"] and "114" in paths[0]["text_en"]
    assert paths[1]["file_as"] == "denunciation" and not paths[1]["chosen"] and "25/2018" in paths[1]["basis_vi"]


@pytest.mark.parametrize("text, kind", [
    ("Tôi khiếu nại quyết định thu hồi đất", "complaint"), ("I am a journalist of a paper", "press"), ("Đề nghị cung cấp thông tin quy hoạch", "information_request"),
    ("Xin xóa dữ liệu của tôi", "data_request"), ("Nghi có tổ chức đánh bạc", "crime"), ("Tài liệu tuyệt mật", "secret"), ("Vay tiền nhanh lãi thấp", "spam")])
def test_other_ways(town, text, kind):
    assert [p["kind"] for p in check(town, text=text)] == [kind]


def texts(what):
    with open(ROOT / "tests/data/danger_texts.tsv", encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["what"] == what]


def sounds_like_danger(town, text):
    return "danger" in [p["kind"] for p in check(town, text=text)]


def test_danger_is_recognised_and_ordinary_complaints_are_none(town):
    assert len(texts("danger")) > 100 and len(texts("ordinary")) > 80
    assert [t for t in texts("danger") if not sounds_like_danger(town, t)] == []
    assert [t for t in texts("ordinary") if sounds_like_danger(town, t)] == []


def test_the_samples_have_one_emergency(town):
    with open(ROOT / "tests/data/sample_tickets.json", encoding="utf-8") as file:
        tickets = json.load(file)["tickets"]
    assert [t["title"] for t in tickets if sounds_like_danger(town, t["title"] + "\n" + t["text"])] == ["Cháy nhà trọ trong ngõ, khói dày đặc"]


def test_a_city_writes_phrases_with_gaps(town, tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("kind,phrase,weight\ndanger,khinh khi cau !long *2 roi,10\n")
    town.cluster.run(town.database, "import", "triage_words", str(file))
    assert sounds_like_danger(town, "Khinh khí cầu vừa bị rơi") and not sounds_like_danger(town, "Khinh khí cầu lông rơi")
    file.write_text("kind,phrase,weight\ndanger,khinh khi cau *10 roi,10\n")
    refused = town.cluster.run(town.database, "import", "triage_words", str(file), ok=False)
    assert refused.returncode != 0 and ":2: phrase: \"khinh khi cau *10 roi\" is not up to eight syllables" in refused.stderr
    assert "*1 to *9" in refused.stderr


def test_nothing_to_say(town):
    assert check(town) == []
    assert check(town, text="Nước chảy nhạt, đi từ từ, cháy") == []
    assert [(p["kind"], p["chosen"]) for p in check(town, text="Xin hỏi", kind="press")] == [("press", True)]
    town.anyone.post("/v1/triage/check", {"text": "x" * 10001}, status=422)
    town.anyone.post("/v1/triage/check", {"body": "x"}, status=422)


def hours(n):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


def account(town, login):
    return town.sql("select id from account where login = '%s'" % login)[0][0]


def suggestions(town, ticket_id):
    return town.coordinator.get("/v1/tickets/%s/suggestions" % ticket_id).json["suggestions"]


def test_the_roster(town):
    chief, officer = town.person("hub_head", HUB), account(town, town.login("duty_officer", HUB))
    line = chief.post("/v1/duty", {"person": officer, "from": hours(1), "until": hours(9)}).json["id"]
    assert [(d["id"], d["person"]["id"]) for d in chief.get("/v1/duty").json["items"]] == [(line, officer)]
    assert chief.post("/v1/duty", {"person": officer, "from": hours(2), "until": hours(3)}, status=409).problem == "duty_overlaps"
    assert chief.post("/v1/duty", {"person": officer, "from": hours(20), "until": hours(1000)}, status=422).problem == "duty_too_long"
    assert chief.post("/v1/duty", {"person": officer, "from": hours(3), "until": hours(2)}, status=422).pointers == {"/until": "too_small"}
    assert chief.post("/v1/duty", {"person": line, "from": hours(2), "until": hours(3)}, status=422).problem == "unknown_person"
    town.coordinator.post("/v1/duty", {"person": officer, "from": hours(2), "until": hours(3)}, status=403)
    assert len(town.coordinator.get("/v1/duty").json["items"]) == 1
    chief("DELETE", "/v1/duty/" + line, status=204)
    chief("DELETE", "/v1/duty/" + line, status=404)
    assert chief.get("/v1/duty").json["items"] == []


def test_danger_is_told_at_once(town):
    chief, login = town.person("hub_head", HUB), town.login("duty_officer", HUB)
    town.sql("update account set email = 'truc@example.org' where login = '%s'" % login)
    chief.post("/v1/duty", {"person": account(town, login), "from": hours(-1), "until": hours(1)})
    fire, quiet = town.filed(**FIRE)[0], town.filed()[0]
    chosen = town.filed(kind="emergency")[0]
    wait_until(lambda: suggestions(town, fire) and suggestions(town, chosen), 30, "suggestions")
    found = suggestions(town, fire)[0]
    assert found["kind"] == "danger" and set(found["words"]) == {"chay nha", "boc chay"} and found["score"] == 20
    assert suggestions(town, chosen)[0]["words"] == [] and suggestions(town, quiet) == []
    told = [n for n in chief.get("/v1/notices").json["items"] if n["type"] == "ticket.danger"]
    assert {n["ticket"]["id"] for n in told} == {fire, chosen} and all(n["urgent"] and n["audience"] == "duty" for n in told)
    assert town.coordinator.get("/v1/tickets/" + fire).json["state"] == "submitted"
    town.person("officer").get("/v1/tickets/%s/suggestions" % fire, status=403)
