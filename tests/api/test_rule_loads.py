"""A rule asks how much a department has to do: the job worker counts, filing does not."""
from support.town import CONSTRUCTION, HUB, wait_until

RULES = """
rule busy when load HN-SXD >= 3 then flag overload
rule idle when load HN-SNNMT < 3 then tag idle
"""


def test_a_rule_knows_what_a_department_has_to_do(town):
    admin = town.person("admin", HUB)
    made = admin.post("/v1/rule-sets", {"title": "Quá tải", "text": RULES}, status=201).json
    admin.post("/v1/rule-sets/%s/activate" % made["id"], None, {"If-Match": '"1"'}, 200)

    def marks():
        ticket_id, filed = town.filed()
        assert filed["department"]["code"] == CONSTRUCTION
        got = town.coordinator.get("/v1/tickets/" + ticket_id).json
        return got["tags"], got["flags"]

    wait_until(lambda: marks()[0] == ["idle"], 20, "active")
    wait_until(lambda: marks() == (["idle"], ["overload"]), 60, "counted by the job worker, told to every worker")
    assert town.sql("select count(*) from department_load") == [["2"]], "those that are asked about, and no others"

    def marks_when_all_is_done():
        town.tamper("update ticket set done = true, state = 'closed' where not done")
        return marks()

    wait_until(lambda: marks_when_all_is_done() == (["idle"], []), 60, "counted again")
