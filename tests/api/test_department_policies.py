"""A department's own policy goes before the general one like it, for the departments below it, too; and a ticket keeps the
policy of its filing wherever it is moved."""
import csv

import pytest

from support.contract import ROOT
from support.town import CONSTRUCTION, HUB

COLUMNS = (ROOT / "migrations/seed/hanoi/policies.csv").read_text("utf-8").splitlines()[0].split(",")
CITY = "HN-UBND"         # stands above Construction and the hub
TRADE = "HN-SCT"
OWN = {"profile": "phan_anh_hien_truong", "kind": "feedback", "level": "normal", "accept_unit": "wh", "accept_amount": "6",
       "forward_unit": "none", "step_unit": "wd", "step_amount": "3", "answer_unit": "wd", "answer_amount": "7",
       "answer_from_acceptance": "true", "extensions": "1", "citation_vi": "Quy chế của Sở", "citation_en": "Rules of the department",
       "valid_from": "2026-01-01"}


def load(town, tmp_path, *rows, ok=True):
    file = tmp_path / "policies.csv"
    with open(file, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, COLUMNS)
        out.writeheader()
        out.writerows(rows)
    done = town.cluster.run(town.database, "import", "policies", str(file), ok=ok)
    return done


def amounts(town, ticket_id, **where):
    clocks = town.coordinator.get("/v1/tickets/%s" % ticket_id).json["clocks"]
    return {c["kind"]: (c["amount"], c["unit"], c["policy"].get("department")) for c in clocks if not c["stopped_at"]}


@pytest.fixture(scope="module")
def policies(town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("policies")
    load(town, folder, dict(OWN, department=CITY, answer_amount="9"), dict(OWN, department=CONSTRUCTION))
    town.everywhere()
    return folder


def test_the_nearest_department_that_has_one(town, policies):
    own, filed = town.filed()
    assert filed["department"]["code"] == CONSTRUCTION
    assert amounts(town, own) == {"accept": (6, "wh", CONSTRUCTION), "step": (3, "wd", CONSTRUCTION), "answer": (7, "wd", CONSTRUCTION)}
    above, filed = town.filed(category="other", area=None)
    assert filed["department"]["code"] not in (CONSTRUCTION, CITY)
    assert amounts(town, above)["answer"] == (9, "wd", CITY)


def test_what_says_more_of_the_ticket_goes_before_the_department(town, policies):
    urgent, filed = town.filed(category="roads.surface", kind="question")
    assert filed["department"]["code"] == CONSTRUCTION
    assert amounts(town, urgent)["answer"][2] is None


def test_a_ticket_keeps_its_policy_at_another_department(town, policies):
    ticket_id, filed = town.filed()
    officer = town.person("officer")
    town.move(officer, ticket_id, "return", {"reason": "Không thuộc thẩm quyền của đơn vị."})
    assert amounts(town, ticket_id) == {"accept": (6, "wh", CONSTRUCTION), "answer": (7, "wd", CONSTRUCTION)}
    town.move(town.coordinator, ticket_id, "route", {"department": TRADE, "reason": "Thuộc thẩm quyền của Sở Công Thương."})
    assert amounts(town, ticket_id) == {"accept": (6, "wh", CONSTRUCTION), "step": (3, "wd", CONSTRUCTION), "answer": (7, "wd", CONSTRUCTION)}
    told = town.citizen(filed).get("/v1/tracking/clocks/accept/explanation").json
    assert told["policy"] == {"profile": "phan_anh_hien_truong", "department": CONSTRUCTION,
                              "citation_vi": "Quy chế của Sở", "citation_en": "Rules of the department"}


def test_a_ticket_that_comes_to_a_department_does_not_get_its_policy(town, policies):
    ticket_id, filed = town.filed(kind="question", category="land.use")
    before = amounts(town, ticket_id)["answer"]
    assert before[2] is None
    town.move(town.person("officer", filed["department"]["code"]), ticket_id, "return", {"reason": "Không thuộc thẩm quyền của đơn vị."})
    load(town, policies, dict(OWN, kind="question", department=CONSTRUCTION, level="", answer_amount="2"))
    town.move(town.coordinator, ticket_id, "route", {"department": CONSTRUCTION, "reason": "Thuộc thẩm quyền của Sở Xây dựng."})
    assert amounts(town, ticket_id)["answer"] == before


def test_wrong_rows_are_refused_with_their_line(town, tmp_path):
    before = town.count("policy")
    refused = load(town, tmp_path, dict(OWN, department="HN-KHONG-CO"), ok=False)
    assert refused.returncode == 1
    assert "policies.csv:2: department: \"HN-KHONG-CO\" is not known among departments" in refused.stderr
    refused = load(town, tmp_path, dict(OWN, department=HUB), dict(OWN, department=HUB, valid_from="2026-06-01"), ok=False)
    assert "policies.csv:3: breaks the rule policy_one_in_force" in refused.stderr
    refused = load(town, tmp_path, dict(OWN, department=HUB), dict(OWN, department=HUB), ok=False)
    assert "policies.csv:3: the same row stands in line 2 already" in refused.stderr
    assert town.count("policy") == before


def test_a_trial_names_the_department(town, tmp_path):
    load(town, tmp_path, dict(OWN, department=HUB))
    with open(tmp_path / "policies.csv", encoding="utf-8") as f:
        text = f.read().replace("Rules of the department", "Rules of the hub")
    (tmp_path / "policies.csv").write_text(text, "utf-8")
    told = town.cluster.run(town.database, "import", "policies", str(tmp_path / "policies.csv"), "--dry-run")
    assert told == ('changed phan_anh_hien_truong feedback normal * %s 2026-01-01: citation_en "Rules of the department" -> "Rules of the hub"\n'
                    '1 rows would change; nothing was loaded\n' % HUB)
