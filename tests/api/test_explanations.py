"""Every date of a clock can be explained, by the function that made it, in the calendar as it was then."""
from test_questions import ANSWER, QUESTION, accepted, clock

from support.contract import ROOT


def explanation(who, ticket_id, kind, status=200):
    kind, _, query = kind.partition("?")
    return who.get("/v1/tickets/%s/clocks/%s/explanation?%s" % (ticket_id, kind, query), status=status)


def agrees(told, due_at):
    """The explanation ends where the clock does, and what it counts adds up to the limit."""
    inner = told["explanation"]
    assert told["due_at"] == due_at == inner["due"]
    counted = sum(s["counted"] for s in inner["steps"] if s.get("counted"))
    each = 3600 if inner["unit"] in ("wh", "h") else 60 if inner["unit"] == "now" else 1
    assert counted == (inner["amount"] + inner.get("extension", 0)) * each


def test_every_clock_of_a_ticket(town):
    ticket_id, filed = town.filed()
    officer, citizen = town.person("officer"), town.citizen(filed)
    clocks = officer.get("/v1/tickets/" + ticket_id).json["clocks"]
    assert {c["kind"] for c in clocks} == {"accept", "answer"}
    for c in clocks:
        told = explanation(officer, ticket_id, c["kind"]).json
        agrees(told, c["due_at"])
        assert told["latest"] == (c["kind"] == "answer") and told["policy"] == c["policy"]
        assert citizen.get("/v1/tracking/clocks/%s/explanation" % c["kind"]).json == told, "the citizen reads the same"
    began = explanation(officer, ticket_id, "accept").json["explanation"]["steps"][0]
    assert began["what_vi"].startswith("Phiếu đã được gửi và chuyển đến đơn vị có trách nhiệm, lúc "), began
    assert began["what_en"].startswith("The ticket was filed and sent to the responsible department, at ")
    assert explanation(officer, ticket_id, "appeal", 404).problem == "not_found"
    assert explanation(officer, ticket_id, "nonsense", 404).problem == "not_found"
    assert explanation(town.person("officer", "UB-00316"), ticket_id, "accept", 404).problem == "not_found"


def test_pauses_and_extensions_are_part_of_it(town):
    ticket_id, filed, _ = accepted(town)
    officer, citizen = town.person("officer"), town.citizen(filed)
    asked = town.move(officer, ticket_id, "ask", QUESTION).json
    told = explanation(officer, ticket_id, "answer").json
    agrees(told, clock(asked, "answer")["due_at"])
    assert "paused" in [s["kind"] for s in told["explanation"]["steps"]]
    citizen.post("/v1/tracking/answer", ANSWER, status=201)
    town.move(officer, ticket_id, "request-extension", {"amount": 3, "reason": "Phải chờ kết quả kiểm định."})
    moved = town.move(town.person("head"), ticket_id, "approve-extension").json
    told = explanation(officer, ticket_id, "answer").json
    agrees(told, clock(moved, "answer")["due_at"])
    assert told["explanation"]["extension"] == 3
    assert "extended" in [s["kind"] for s in told["explanation"]["steps"]]


def test_a_stopped_clock_too(town):
    ticket_id, _ = town.answered()
    told = explanation(town.person("officer"), ticket_id, "answer").json
    agrees(told, told["due_at"])
    assert told["outcome"] == "met" and told["stopped_at"]


def test_each_round(town):
    """After a second look there are two answer clocks, and each can be explained; the citizen reads the same."""
    ticket_id, filed = town.answered()
    officer, citizen = town.person("officer"), town.citizen(filed)
    first = explanation(officer, ticket_id, "answer").json
    citizen.post("/v1/tracking/second-look", {"reason": "Mặt đường lại lún sau một ngày."}, status=201)
    dues = {d["round"]: d["due_at"] for d in citizen.get("/v1/tracking").json["deadlines"] if d["kind"] == "answer"}
    assert set(dues) == {1, 2}
    for number, due in dues.items():
        told = explanation(officer, ticket_id, "answer?round=%d" % number).json
        agrees(told, due)
        assert citizen.get("/v1/tracking/clocks/answer/explanation?round=%d" % number).json == told
    assert explanation(officer, ticket_id, "answer?round=1").json == first != explanation(officer, ticket_id, "answer").json
    assert explanation(officer, ticket_id, "answer?round=2").json == explanation(officer, ticket_id, "answer").json
    assert explanation(officer, ticket_id, "answer?round=3", 404).problem == "not_found"
    citizen.get("/v1/tracking/clocks/answer/explanation?round=3", status=404)
    for bad in ("0", "-1", "x", "1&round=2", "1001"):
        assert explanation(officer, ticket_id, "answer?round=" + bad, 422).problem == "invalid"


def test_one_that_stopped_before_it_began(town):
    ticket_id, _ = town.filed()
    before = explanation(town.person("officer"), ticket_id, "answer").json
    refused = town.move(town.person("head"), ticket_id, "refuse", {"reason_code": "insufficient_basis"}).json
    answer = clock(refused, "answer")
    assert answer["started_at"] is None and answer["standing"] == "met"
    told = explanation(town.person("officer"), ticket_id, "answer").json
    agrees(told, answer["due_at"])
    assert told["explanation"] == before["explanation"]


def test_by_the_calendar_as_it_was(town, tmp_path):
    """A holiday that is announced later does not change what was told, nor its explanation."""
    ticket_id, _ = town.filed()
    officer = town.person("officer")
    before = explanation(officer, ticket_id, "answer").json
    due_day = before["explanation"]["steps"][-1].get("day") or before["due_at"][:10]
    days = [line for line in (ROOT / "migrations/seed/hanoi/days.csv").read_text().splitlines(True) if not line.startswith("office,%s," % due_day)]
    (tmp_path / "days.csv").write_text("".join(days) + "office,%s,false,,,Ngày nghỉ thêm,A day off more,Thông báo 1/TB,\n" % due_day)
    town.cluster.run(town.database, "import", "days", str(tmp_path / "days.csv"))
    town.everywhere()
    assert due_day not in town.anyone.get("/v1/deadline?start=%sT08:00:00%%2B07:00&amount=1&unit=wh" % due_day).json["due"]
    after = explanation(officer, ticket_id, "answer").json
    assert after == before
