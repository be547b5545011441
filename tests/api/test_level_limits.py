"""A level without a limit for the answer, or without any: what is counted again begins where it began first, and a replayed filing
tells what it told."""
import pytest

from test_department_policies import OWN, load
from test_explanations import agrees, explanation
from test_levels import REASON, counted, dates, relevel
from test_questions import ANSWER, QUESTION, accepted, clock

NO_LIMIT = dict(OWN, level="urgent", category="roads.surface", accept_unit="none", accept_amount="", step_unit="none", step_amount="",
                answer_unit="none", answer_amount="", answer_from_acceptance="false", extensions="0")
LATER = dict(OWN, profile="sang_kien", kind="initiative", level="complex", accept_unit="none", accept_amount="", step_unit="none",
             step_amount="", answer_unit="wd", answer_amount="20", answer_from_acceptance="false")
KEY = {"Idempotency-Key": "a-filing-whose-level-is-changed-%s"}


@pytest.fixture(scope="module", autouse=True)
def policies(town, tmp_path_factory):
    """Urgent feedback on roads has no limit at all, initiatives have one only when they are complex."""
    town.sql("update policy set valid_to = '2026-01-02' where kind = 'initiative'")
    load(town, tmp_path_factory.mktemp("policies"), NO_LIMIT, LATER)
    town.everywhere()
    assert not town.file(kind="initiative")["deadlines"]


def keyed(name):
    return {"Idempotency-Key": KEY["Idempotency-Key"] % name}


def shown(town, ticket_id):
    return town.coordinator.get("/v1/tickets/" + ticket_id).json


def test_an_accepted_answer_comes_back(town):
    ticket_id, filed, before = accepted(town)
    began = clock(before, "answer")["started_at"]
    assert dates(relevel(town, ticket_id, "urgent").json) == {}
    told = explanation(town.coordinator, ticket_id, "answer").json
    assert told["outcome"] == "passed" and town.citizen(filed).get("/v1/tracking").json["deadlines"][-1]["kind"] == "accept"
    moved = relevel(town, ticket_id, "normal").json
    assert dates(moved)["answer"] == dates(before)["answer"]
    assert clock(moved, "answer")["started_at"][:19] == began[:19] and clock(moved, "answer")["round"] == 1
    told = explanation(town.coordinator, ticket_id, "answer").json
    agrees(told, clock(moved, "answer")["due_at"])
    assert told["outcome"] is None and told["explanation"]["steps"][0]["what_en"].startswith("The department accepted the ticket"), told
    assert town.citizen(filed).get("/v1/tracking/clocks/answer/explanation").json == told
    town.move(town.person("officer"), ticket_id, "claim")
    town.move(town.person("officer"), ticket_id, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
    town.move(town.person("head"), ticket_id, "approve")
    stopped = clock(shown(town, ticket_id), "answer")
    assert (stopped["round"], stopped["standing"]) == (1, "met")


def test_before_the_acceptance(town):
    ticket_id, _ = town.filed()
    before = shown(town, ticket_id)
    assert dates(relevel(town, ticket_id, "urgent").json) == {}
    moved = relevel(town, ticket_id, "normal").json
    assert dates(moved) == dates(before) and clock(moved, "answer")["latest"]
    agrees(explanation(town.coordinator, ticket_id, "accept").json, clock(moved, "accept")["due_at"])
    moved = town.move(town.person("officer"), ticket_id, "accept").json
    assert clock(moved, "answer")["due_at"] == counted(town, clock(moved, "answer")["started_at"], 5, "wd")


def test_accepted_while_nothing_was_counted(town):
    ticket_id, _ = town.filed()
    relevel(town, ticket_id, "urgent")
    town.move(town.person("officer"), ticket_id, "accept")
    moved = relevel(town, ticket_id, "normal").json
    assert list(dates(moved)) == ["answer"] and not clock(moved, "answer")["latest"]
    told = explanation(town.coordinator, ticket_id, "answer").json
    agrees(told, clock(moved, "answer")["due_at"])
    assert told["explanation"]["steps"][0]["what_en"].startswith("The department accepted the ticket"), told


def test_late_acceptance_buys_no_time(town):
    """Accepted after the end of the limit for it: the answer is counted from that end, whatever the level was meanwhile."""
    ticket_id, _ = town.filed()
    relevel(town, ticket_id, "urgent")
    town.tamper("update ticket set filed_at = filed_at - interval '20 days' where id = '%s'" % ticket_id)
    town.move(town.person("officer"), ticket_id, "accept")
    moved = relevel(town, ticket_id, "normal").json
    filed_at = shown(town, ticket_id)["filed_at"]
    assert clock(moved, "answer")["due_at"] == counted(town, counted(town, filed_at, 8, "wh"), 5, "wd")
    agrees(explanation(town.coordinator, ticket_id, "answer").json, clock(moved, "answer")["due_at"])


def test_with_its_pauses_and_extensions(town):
    ticket_id, filed, _ = accepted(town)
    officer, head, citizen = town.person("officer"), town.person("head"), town.citizen(filed)
    town.move(officer, ticket_id, "request-extension", {"amount": 2, "reason": REASON})
    town.move(head, ticket_id, "approve-extension")
    town.move(officer, ticket_id, "ask", QUESTION)
    town.tamper("update ticket set filed_at = filed_at - interval '4 days' where id = '%s';"
                " update question set asked_at = asked_at - interval '3 days' where ticket = '%s';"
                " update clock_running set start_at = start_at - interval '4 days' where ticket = '%s' and kind = 'answer';"
                " update event set at = at - interval '4 days' where ticket = '%s' and type = 'ticket.accepted';"
                " update extension set asked_at = asked_at - interval '3 days' where ticket = '%s'" % ((ticket_id,) * 5))
    citizen.post("/v1/tracking/answer", ANSWER, status=201)
    before = shown(town, ticket_id)
    relevel(town, ticket_id, "urgent")
    moved = relevel(town, ticket_id, "normal").json
    assert dates(moved)["answer"] == dates(before)["answer"] and clock(moved, "answer")["extension"] == 2
    told = explanation(town.coordinator, ticket_id, "answer").json
    agrees(told, clock(moved, "answer")["due_at"])
    assert {"paused", "extended"} <= {s["kind"] for s in told["explanation"]["steps"]}


def test_a_second_look_is_counted_from_when_it_was_asked_for(town):
    ticket_id, filed = town.answered()
    town.citizen(filed).post("/v1/tracking/second-look", {"reason": "Mặt đường lại lún sau một ngày."})
    before = shown(town, ticket_id)
    relevel(town, ticket_id, "urgent")
    moved = relevel(town, ticket_id, "normal").json
    assert dates(moved)["answer"] == dates(before)["answer"] and clock(moved, "answer")["round"] == 2
    agrees(explanation(town.coordinator, ticket_id, "answer").json, clock(moved, "answer")["due_at"])


@pytest.mark.parametrize("levels", [["urgent"], ["urgent", "normal"], ["complex", "urgent", "complex"]])
def test_a_replay_tells_what_was_told(town, levels):
    key = keyed("-".join(levels))
    first = town.file(key)
    for name in levels:
        relevel(town, town.id_of(first), name)
        assert town.file(key) == first


def test_a_replay_of_a_filing_without_a_policy(town):
    key = keyed("without-a-policy")
    first = town.file(key, kind="initiative")
    assert first["deadlines"] == []
    ticket_id = town.id_of(first)
    moved = relevel(town, ticket_id, "complex").json
    filed_at = shown(town, ticket_id)["filed_at"]
    assert clock(moved, "answer")["due_at"] == counted(town, filed_at, 20, "wd"), "as if it had been filed with it"
    assert town.file(key, kind="initiative") == first
    relevel(town, ticket_id, "normal")
    assert town.file(key, kind="initiative") == first
