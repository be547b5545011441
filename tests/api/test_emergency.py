"""Danger to life: whom to call is the first that a citizen reads, in the answer to the filing, when following the ticket, in letters."""
import json

import pytest

from support.post import Post
from support.town import free_port, wait_until
from test_notices import MAIL

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
NUMBERS = ["113", "114", "115", "111"]
FIRE = {"title": "Cháy nhà trong ngõ", "text": "Có cháy nhà, lửa bốc cháy rất lớn, chưa thấy ai đến."}


@pytest.fixture(scope="module")
def post():
    with Post(PORT) as made:
        yield made


@pytest.fixture(autouse=True)
def always_open(town, post):
    town.never_closed()
    town.sql("delete from notice_load")


def first(answer):
    """The first member, as it stands in the bytes."""
    return json.loads(answer.body, object_pairs_hook=lambda pairs: pairs)[0]


def follow(town, filed, **headers):
    return town.citizen(filed).get("/v1/tracking", headers or None)


@pytest.mark.parametrize("changes", [
    {"kind": "emergency"},                                  # by the citizen's own choice
    FIRE,                                                   # by the words, whatever the kind
    {"kind": "question", "text": "Xin hỏi: nhà bên cạnh bị rò rỉ gas thì gọi ai, mùi rất nặng?"},
    {"title": "Dây điện cao thế đứt rơi xuống đường", "text": "Rất nguy hiểm, có thể chết người, đề nghị xử lý."},
    {"text": "There is a live wire on the ground in front of the school gate."},
])
def test_first_in_the_answer_and_when_following(town, changes):
    answer = town.anyone.post("/v1/tickets", dict(kind="feedback", category="roads.surface", area="00316", title="Cần giúp", text="x" * 20) | changes)
    name, told = first(answer)
    assert name == "emergency" and answer.json["emergency"]["numbers"] == NUMBERS
    assert "114" in answer.json["emergency"]["text_vi"] and "call at once" in answer.json["emergency"]["text_en"]
    seen = follow(town, answer.json)
    assert first(seen)[0] == "emergency" and seen.json["emergency"] == answer.json["emergency"]


def test_not_without_a_sign(town):
    _, filed = town.filed()
    assert "emergency" not in filed and "emergency" not in follow(town, filed).json
    # One weak word is none: "chạy lớn" sounds like "cháy lớn".
    _, filed = town.filed(text="Xe tải chạy lớn tiếng suốt đêm, đề nghị kiểm tra giúp.")
    assert "emergency" not in filed


def test_a_replay_tells_it_too(town):
    key = {"Idempotency-Key": "an-emergency-filed-twice-0000001"}
    once, again = (town.anyone.post("/v1/tickets", dict(kind="emergency", category="roads.surface", area="00316", **FIRE), key) for _ in range(2))
    assert first(again)[0] == "emergency" and again.json == once.json
    assert town.sql("select count(*) from ticket_danger x join ticket t on t.id = x.ticket where t.code = '%s'" % once.json["code"]) == [["1"]]


def test_only_while_the_ticket_is_open(town):
    ticket_id, filed = town.filed(**FIRE)
    tag = follow(town, filed).header("etag")
    town.move(town.person("head"), ticket_id, "refuse", {"reason_code": "insufficient_basis"})
    seen = follow(town, filed, **{"If-None-Match": tag})
    assert seen.status == 200 and "emergency" not in seen.json and seen.json["state"] == "refused"


@pytest.mark.parametrize("language, starts", [("vi", "Nếu tính mạng, sức khỏe đang bị đe dọa, hãy gọi ngay: 113"),
                                              ("en", "If life or health is in danger, call at once: 113")])
def test_the_letter_begins_with_it(town, post, language, starts):
    address = "nguy.hiem.%s@example.org" % language
    town.file(language=language, contact={"name": "Nguyễn Văn Mẫu", "email": address}, **FIRE)
    mail = post.wait(address, 1)[0]
    assert mail.part("plain").startswith(starts), mail.part("plain")[:200]
    assert mail.part("html").index(starts) < mail.part("html").index("HN-"), "before the code of the ticket"
    quiet = "yen.binh.%s@example.org" % language
    town.file(language=language, contact={"name": "Nguyễn Văn Mẫu", "email": quiet})
    assert starts not in post.wait(quiet, 1)[0].part("plain")


def test_an_own_letter_in_html(town, post):
    """Where a city has made its letters in HTML, it stands at the top of what is seen."""
    town.sql("update notice_template set html = '<!DOCTYPE html><html><body class=\"a\"><p>{{code}}: {{what}}</p></body></html>'"
             " where type = 'ticket.filed' and side = 'citizen'")
    town.file(contact={"name": "Nguyễn Văn Mẫu", "email": "html@example.org"}, **FIRE)
    html = post.wait("html@example.org", 1)[0].part("html")
    assert html.startswith('<!DOCTYPE html><html><body class="a"><p><strong>Nếu tính mạng'), html
    town.sql("update notice_template set html = null")


def import_texts(town, tmp_path, rows, *options):
    file = tmp_path / "texts.csv"
    file.write_text("kind,valid_from,numbers,text_vi,text_en,basis_vi,basis_en\n" + "".join(",".join(row) + "\n" for row in rows))
    return town.cluster.run(town.database, "import", "triage_texts", str(file), *options, ok=False)


def test_the_texts_are_imported_and_have_their_time(town, tmp_path):
    future = ("press", "2031-01-01", "", "Câu hỏi của báo chí theo luật mới.", "Press questions under the new law.", "Luật số 1/2031/QH17", "Law 1/2031/QH17")
    now = ("danger", "2026-01-01", "113 114 115 112", "Hãy gọi ngay 112.", "Call 112 at once.", "", "")
    done = import_texts(town, tmp_path, [future, now], "--dry-run")
    assert done.returncode == 0 and "press" in done.stdout and "2031" in done.stdout
    assert town.file(**FIRE)["emergency"]["numbers"] == NUMBERS
    done = import_texts(town, tmp_path, [future, now])
    assert done.returncode == 0, done.stderr
    wait_until(lambda: town.file(**FIRE)["emergency"] == {"numbers": ["113", "114", "115", "112"], "text_vi": "Hãy gọi ngay 112.",
                                                          "text_en": "Call 112 at once."}, 30, "the new numbers")
    paths = {p["kind"]: p for p in town.anyone.post("/v1/triage/check", {"text": "Cháy nhà, tôi là phóng viên"}, status=200).json["paths"]}
    assert paths["danger"]["numbers"][-1] == "112" and paths["press"]["basis_vi"] == "Luật Báo chí số 126/2025/QH15"
    assert [r[0] for r in town.sql("select (triage_text_on('press', d)).basis_en from unnest('{2030-12-31,2031-01-01}'::date[]) d")] == [
        "Press Law 126/2025/QH15", "Law 1/2031/QH17"]
    for wrong in (("nothing", "", "", "Chữ", "Words", "", ""), ("press", "", "12", "Chữ", "Words", "", ""), ("press", "", "", "", "Words", "", ""),
                  ("press", "", "", "{{code}}", "Words", "", ""), ("press", "", "", "Chữ", "Words", "Luật", "")):
        assert import_texts(town, tmp_path, [wrong]).returncode != 0, wrong
