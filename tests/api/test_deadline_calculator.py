"""The public calculator of deadlines: the worked examples, what it says about them, and bad questions."""
import csv
import datetime
import pathlib
import re
import urllib.parse

import pytest

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "unit/civil/deadline_vectors.csv"
UNITS = {"wh": 3600, "wd": 1, "cd": 1, "h": 3600, "now": 60}
ZONE = datetime.timezone(datetime.timedelta(hours=7))


def ask(town, status=200, **query):
    return town.anyone.get("/v1/deadline?" + urllib.parse.urlencode(query), status=status)


def local(text):
    """An instant as the city's clock shows it: 2026-11-23T10:15."""
    at = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def adds_up(told):
    """The steps are in order, add up to the limit and end at the due time."""
    steps = told["steps"]
    assert steps[0]["kind"] == "received" and steps[-1]["kind"] == "result"
    assert [s["from"] for s in steps] == sorted(s["from"] for s in steps)
    total = 0
    for step in steps:
        total += step.get("counted", 0)
        assert step["sum"] == total
    assert total == (told["amount"] + told["extension"]) * UNITS[told["unit"]]
    ends = [s["until"] for s in steps if "counted" in s or s["kind"] == "rolled"]
    assert not ends or ends[-1] == told["due"] == steps[-1]["from"]


@pytest.mark.parametrize("row", list(csv.DictReader(VECTORS.open(encoding="utf-8"))), ids=lambda row: row["note"])
def test_worked_examples(town, row):
    answer = ask(town, start=row["start_local"] + ":00+07:00", amount=row["amount"], unit=row["clock"])
    told = answer.json
    assert local(told["due"]) == row["due_local"]
    assert local(told["start"]) == row["start_local"]
    assert answer.header("cache-control") == "public, max-age=60"
    adds_up(told)


def test_both_languages_say_why(town):
    told = ask(town, start="2026-11-23T10:15:00+07:00", amount=8, unit="wh").json
    assert "department" not in told and told["limit_vi"] == "8 giờ làm việc" and told["limit_en"] == "8 working hours"
    kinds = [s["kind"] for s in told["steps"]]
    assert kinds == ["received", "counted", "counted", "skipped", "counted", "result"]
    skipped = told["steps"][3]
    assert skipped["day"] == "2026-11-24"
    assert skipped["what_vi"].startswith("Thứ Ba 24/11/2026 không tính: ")
    assert skipped["what_en"].startswith("Tuesday 24 November 2026 does not count: ")
    assert told["steps"][-1]["what_vi"] == "Thời hạn 8 giờ làm việc kết thúc lúc 10:15 Thứ Tư 25/11/2026."


def test_the_calendar_of_a_department(town):
    told = ask(town, start="2026-11-23T03:15:00Z", amount=8, unit="wh", department="HN-SXD").json
    assert told["department"] == "HN-SXD" and local(told["due"]) == "2026-11-25T10:15"


def test_an_evening_counts_for_the_next_day_or_for_its_own(town):
    question = {"start": "2026-11-30T17:30:00+07:00", "amount": 1, "unit": "wd"}
    default, same_day = ask(town, **question).json, ask(town, receipt="same_day", **question).json
    assert local(default["due"]) == "2026-12-02T17:00" and local(same_day["due"]) == "2026-12-01T17:00"
    assert default["receipt"] == "next_opening" and same_day["receipt"] == "same_day"
    assert ask(town, receipt="next_opening", **question).json == default
    assert local(default["effective_start"]) == "2026-12-01T08:00" and same_day["effective_start"] == same_day["start"]


def test_days_off_that_nobody_knows_yet(town):
    """Tết of 2028 is in no calendar yet: a date behind it is told as one that may change."""
    told = ask(town, start="2028-01-24T10:00:00+07:00", amount=5, unit="wd").json
    assert told["provisional"] and told["provisional_vi"] == "Chưa có thông báo về ngày nghỉ sau Thứ Sáu 31/12/2027: thời hạn có thể thay đổi."
    assert told["provisional_en"] == "Days off after Friday 31 December 2027 have not been announced yet: the date may change."
    for question in ({"start": "2027-12-01T10:00:00+07:00", "amount": 5, "unit": "wd"}, {"start": "2028-01-24T10:00:00+07:00", "amount": 5, "unit": "h"}):
        told = ask(town, **question).json
        assert told["provisional"] is False and "provisional_vi" not in told


def test_years_are_told_by_month(town):
    now = datetime.datetime.now(ZONE).replace(microsecond=0)
    told = ask(town, start=now.isoformat(), amount=1000, unit="wd").json
    adds_up(told)
    assert len(told["steps"]) < 100


def test_nothing_to_count(town):
    for unit in UNITS:
        told = ask(town, start="2026-11-23T10:15:00+07:00", amount=0, unit=unit).json
        adds_up(told)
        assert told["due"] >= told["start"]


def test_start_is_a_whole_second(town):
    told = ask(town, start="2026-11-23T10:15:00.999+07:00", amount=1, unit="h").json
    assert told["start"] == "2026-11-23T03:15:00.000Z" and told["due"] == "2026-11-23T04:15:00.000Z"


GOOD = {"start": "2026-11-23T10:15:00+07:00", "amount": "8", "unit": "wh"}


@pytest.mark.parametrize("change,faults", [
    ({"start": None}, {"start": "required"}),
    ({"amount": None}, {"amount": "required"}),
    ({"unit": None}, {"unit": "required"}),
    ({"start": None, "amount": None, "unit": None}, {"start": "required", "amount": "required", "unit": "required"}),
    ({"start": "yesterday"}, {"start": "bad_format"}),
    ({"start": "2026-02-29T10:00:00Z"}, {"start": "bad_format"}),
    ({"start": "2026-11-23T10:15:00"}, {"start": "bad_format"}),
    ({"start": "1850-01-01T00:00:00Z"}, {"start": "too_small"}),
    ({"start": "0001-01-01T00:00:00Z"}, {"start": "too_small"}),
    ({"start": "9999-12-31T23:59:59Z"}, {"start": "too_large"}),
    ({"amount": "-1"}, {"amount": "too_small"}),
    ({"amount": "8.5"}, {"amount": "wrong_type"}),
    ({"amount": "99999999999999999999"}, {"amount": "wrong_type"}),
    ({"amount": "9223372036854775807"}, {"amount": "too_large"}),
    ({"amount": "1000000000"}, {"amount": "too_large"}),
    ({"amount": "1000000000", "unit": "cd"}, {"amount": "too_large"}),
    ({"unit": "none"}, {"unit": "not_listed"}),
    ({"unit": "WH"}, {"unit": "not_listed"}),
    ({"receipt": "never"}, {"receipt": "not_listed"}),
    ({"department": "HN-NOBODY"}, {"department": "ended"}),
    ({"department": "HN-SQHKT"}, {"department": "ended"}),        # gone into HN-SXD on 2026-08-10
    ({"department": "HN-NOBODY", "amount": "1000000000"}, {"department": "ended", "amount": "too_large"}),
    ({"department": "'; drop table department; --"}, {"department": "bad_format"}),
    ({"pauses": "1"}, {"pauses": "unknown"}),
])
def test_bad_questions(town, change, faults):
    query = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    answer = ask(town, status=422, **query)
    assert answer.problem == "invalid" and answer.pointers == faults


@pytest.mark.parametrize("change", [{"start": "1990-01-01T00:00:00Z"}, {"start": "2090-01-01T00:00:00Z"}, {"amount": "1000000000"}])
def test_the_calendar_has_ends(town, change):
    fault, = ask(town, status=422, **{**GOOD, **change}).json["errors"]
    assert re.search(r"\d{4}-\d\d-\d\dT", fault["detail"])


def test_only_get(town):
    assert town.anyone.send("POST", "/v1/deadline", {"amount": 1}).status == 405
