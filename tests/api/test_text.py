"""Vietnamese text at the border: one spelling is stored, tricks are not."""
import os
import unicodedata
from pathlib import Path

import pytest

PAD = " của phường, kéo dài nhiều ngày nay."


def stored(town, text, member="text"):
    changes = {member: text + PAD}
    ticket_id, _ = town.filed(**changes)
    got = town.person("officer").get("/v1/tickets/" + ticket_id).json[member]
    assert got.endswith(PAD.rstrip()) or got.endswith(PAD.strip())
    return got[:-len(PAD)]


@pytest.mark.parametrize("sent,kept", [
    ("Đường Láng", "Đường Láng"),
    (unicodedata.normalize("NFD", "Đường Nguyễn Trãi"), "Đường Nguyễn Trãi"),
    ("tiê\u0323p", "tiệp"),
    ("\u00d0ường \u00f0i \u0189ông", "Đường đi Đông"),
    ("a\u200bb\u200cc\u200dd\ufeffe", "abcde"),
    ("trái\u202egnúđ\u202c", "tráignúđ"),
    ("hai\u00a0\u00a0khoảng", "hai khoảng"),
    ("  đầu  và   giữa", "đầu và giữa"),
    ("tab\tở giữa", "tab ở giữa"),
    ("mặt cười 😀", "mặt cười 😀"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("'; drop table ticket; --", "'; drop table ticket; --"),
    ("%00 \\0 \\u0000 ${x} {{x}}", "%00 \\0 \\u0000 ${x} {{x}}"),
    ("\"ngoặc\" và \\ gạch", "\"ngoặc\" và \\ gạch"),
])
def test_lines(town, sent, kept):
    assert stored(town, sent, "title") == kept


@pytest.mark.parametrize("sent,kept", [
    ("dòng một\r\ndòng hai\rdòng ba\ndòng bốn", "dòng một\ndòng hai\ndòng ba\ndòng bốn"),
    ("đoạn\n\n\n\n\n\nđoạn", "đoạn\n\n\nđoạn"),
    ("Ð\u200bường", "Đường"),
])
def test_blocks(town, sent, kept):
    assert stored(town, sent) == kept


@pytest.mark.parametrize("bad", ["\u0001", "\u0007", "\u001b[31m", "\u007f", "\u0085", "\ue000", "\uffff", "\U000f0000", "\u0378"])
def test_characters_that_no_text_has(town, bad):
    body = {"kind": "feedback", "category": "other", "title": "Tiêu đề " + bad, "text": "Nội dung đủ dài để được nhận." + bad}
    answer = town.anyone.post("/v1/tickets", body, status=422)
    assert answer.pointers == {"/title": "bad_text", "/text": "bad_text"}


def busy(town):
    """Seconds of a processor that the workers have used, whatever else the machine does."""
    fields = [Path("/proc/%s/stat" % pid).read_text().rpartition(")")[2].split() for pid in town.workers()]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def test_piled_marks_do_not_keep_the_loop_busy(town):
    pile = "a" + "\u0301" * 15000 + "\u0334" * 15000
    body = {"kind": "feedback", "category": "other", "title": pile, "text": "Nội dung đủ dài để được nhận."}
    began = busy(town)
    answer = town.anyone.post("/v1/tickets", body, status=422)
    assert answer.pointers == {"/title": "bad_text"}
    assert busy(town) - began < 1


def test_lengths_count_code_points_of_the_cleaned_text(town):
    town.file(title="ệ" * 200)
    town.file(title=unicodedata.normalize("NFD", "ệ" * 200))
    town.file(title="😀" * 200, text="đ" * 10000)
    for body in ({"title": "ệ" * 201}, {"text": "đ" * 10001}, {"title": "\u200b" * 100 + "abcd"}):
        town.anyone.post("/v1/tickets", dict({"kind": "feedback", "category": "other", "title": "Tiêu đề", "text": "Nội dung đủ dài để nhận."}, **body),
                         status=422)


def test_the_folded_copy(town):
    ticket_id, _ = town.filed(title="Đường LÁNG, Hòa và Hoà", location_text="Số 9, ngõ 44/12")
    folded = town.sql("select folded from ticket where id = '%s'" % ticket_id)[0][0]
    assert folded.startswith("duong lang hoa va hoa") and "so 9 ngo 44 12" in folded


def test_markup_comes_back_as_text(town):
    answer = town.anyone.post("/v1/tickets", {"kind": "<img src=x onerror=alert(1)>"}, status=422)
    assert answer.header("content-type") == "application/problem+json"
    assert answer.header("x-content-type-options") == "nosniff"


def test_phones_are_stored_in_one_form(town):
    coordinator = town.coordinator
    for typed, kept in (("0912 345 678", "+84912345678"), ("84.912.345.678", "+84912345678"), ("+84912345678", "+84912345678"),
                        ("0084912345678", "+84912345678"), ("024 3825 3536", "+842438253536"), ("+1 202 555 0100", "+12025550100")):
        ticket_id, _ = town.filed(contact={"phone": typed})
        assert coordinator.get("/v1/tickets/%s/contact?purpose=call-back" % ticket_id).json == {"phone": kept}
