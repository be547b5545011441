"""Deadlines told at filing, against a slow model that walks the calendar minute by minute."""
import datetime

from support.town import HUB

ZONE = datetime.timezone(datetime.timedelta(hours=7))
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


class Model:
    """Office hours of a department, from the rows of the database."""

    def __init__(self, town):
        self.off = {row[0] for row in town.sql("select day from calendar_day where not works")}
        self.on = {row[0] for row in town.sql("select day from calendar_day where works")}

    def works(self, day):
        if str(day) in self.off:
            return False
        return str(day) in self.on or day.weekday() < 5

    def open(self, at):
        return self.works(at.date()) and (8 <= at.hour < 12 or 13 <= at.hour < 17)

    def next_working_day(self, day):
        day += DAY
        while not self.works(day):
            day += DAY
        return day

    def hours(self, start, hours):
        left, at = hours * 60, start
        second = datetime.timedelta(seconds=start.second, microseconds=start.microsecond)
        if not self.open(at):
            second = datetime.timedelta(0)
        at -= datetime.timedelta(seconds=start.second, microseconds=start.microsecond)
        while left:
            if self.open(at):
                left -= 1
            at += MINUTE
        return at + second if self.open(at) or not second else self.spill(at, second)

    def spill(self, at, second):
        """The odd seconds of the last minute are worked after the break."""
        while not self.open(at):
            at += MINUTE
        return at + second

    def days(self, start, days):
        day = start.date()
        if not self.works(day) or start > self.closing(day):
            while not self.works(day) or start > self.closing(day):
                day += DAY
                start = min(start, self.closing(day))
        for _ in range(days):
            day = self.next_working_day(day)
        return self.closing(day)

    @staticmethod
    def closing(day):
        return datetime.datetime.combine(day, datetime.time(17), ZONE)


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).astimezone(ZONE)


def close_to(got, expected):
    assert abs(instant(got) - expected) < datetime.timedelta(seconds=2), (got, expected.isoformat())


def test_feedback_eight_working_hours_then_five_working_days(town):
    model = Model(town)
    for area in ("00004", "00316"):
        filed = town.file(area=area)
        accept, answer = filed["deadlines"]
        accept_due = model.hours(instant(filed["filed_at"]), 8)
        close_to(accept["due_at"], accept_due)
        close_to(answer["due_at"], model.days(accept_due, 5))


def test_a_question_one_working_day_then_ten(town):
    model = Model(town)
    filed = town.file(kind="question", category="land.use")
    accept, answer = filed["deadlines"]
    close_to(accept["due_at"], model.days(instant(filed["filed_at"]), 1))
    assert accept["policy"]["profile"] == "hoi_dap"
    start = instant(filed["filed_at"]) if not answer["latest"] else instant(accept["due_at"])
    close_to(answer["due_at"], model.days(start, 10))


def test_an_emergency_counts_clock_minutes_and_hours(town):
    filed = town.file(kind="emergency", category="fire")
    due = {d["kind"]: instant(d["due_at"]) - instant(filed["filed_at"]) for d in filed["deadlines"]}
    assert abs(due["accept"] - datetime.timedelta(minutes=15)) < datetime.timedelta(seconds=61)
    assert due["answer"] <= datetime.timedelta(hours=4, minutes=16)


def test_late_acceptance_buys_no_time(town):
    ticket_id, filed = town.filed()
    told = filed["deadlines"][1]["due_at"]
    town.tamper("update clock_running set start_at = start_at - interval '60 days', due_at = due_at - interval '60 days',"
             " latest_due = latest_due - interval '60 days' where ticket = '%s'" % ticket_id)
    latest = town.sql("select to_char(latest_due at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') from clock_running"
                      " where ticket = '%s' and kind = 'answer'" % ticket_id)[0][0]
    assert latest < told
    moved = town.move(town.person("officer"), ticket_id, "accept").json
    answer = [c for c in moved["clocks"] if c["kind"] == "answer"][0]
    assert answer["due_at"] == latest and answer["standing"] == "overdue"


def test_early_acceptance_starts_the_answer_clock_now(town):
    ticket_id, filed = town.filed()
    moved = town.move(town.person("officer"), ticket_id, "accept").json
    accept, answer = moved["clocks"]
    assert accept["remaining_seconds"] is None and answer["remaining_seconds"] > 4 * 8 * 3600
    assert accept["standing"] == "met" and accept["stopped_at"]
    assert not answer["latest"] and answer["started_at"]
    assert answer["due_at"] <= filed["deadlines"][1]["due_at"]
    close_to(answer["due_at"], Model(town).days(instant(answer["started_at"]), 5))


def test_a_new_holder_gets_a_new_accept_clock(town):
    ticket_id, filed = town.filed()
    town.move(town.person("officer"), ticket_id, "return", {"reason": "Không thuộc thẩm quyền của Sở."})
    moved = town.move(town.coordinator, ticket_id, "route", {"department": "UB-00316", "reason": "Đường do phường quản lý."}).json
    assert moved["holder"]["department"]["code"] == "UB-00316" != HUB
    accept = [c for c in moved["clocks"] if c["kind"] == "accept"][-1]
    assert accept["standing"] in ("in_time", "due_soon") and accept["due_at"] >= filed["deadlines"][0]["due_at"]
