"""A burst becomes one case by one decision of the hub; each report can be taken back."""
import uuid

import pytest

WHY = {"reason": "Cùng một ổ gà trước số nhà 999 phố Ví Dụ."}
BACK = {"reason": "Hai vị trí khác nhau, cần giải quyết riêng."}


def gather(town, into, tickets, status=200, version=None, who=None):
    return town.move(who or town.coordinator, into, "gather", {"tickets": tickets, **WHY}, status, version)


def test_a_hundred_reports_are_one_case(town):
    root, first = town.filed()
    filed = [town.filed() for _ in range(100)]
    answer = gather(town, root, [t if n % 2 else f["code"].lower() for n, (t, f) in enumerate(filed)])
    done = answer.json
    assert (done["id"], done["done"], done["refused"], done["supporters"]) == (root, 100, 0, 100)
    assert [i["id"] for i in done["items"]] == [t for t, _ in filed] and {i["state"] for i in done["items"]} == {"merged"}
    assert answer.header("etag") == '"%s"' % town.version(root) == '"%s"' % done["version"]
    assert town.coordinator.get("/v1/tickets/" + root).json["supporters"] == 100
    citizen = town.citizen(filed[42][1]).get("/v1/tracking").json
    assert citizen["state"] == "merged" and citizen["merged_into"]["code"] == first["code"]
    town.move(town.coordinator, filed[42][0], "unmerge", BACK)
    assert town.citizen(filed[42][1]).get("/v1/tracking").json["state"] == "submitted"
    assert town.coordinator.get("/v1/tickets/" + root).json["supporters"] == 99


def test_each_for_itself(town):
    root, _ = town.filed()
    good, _ = town.filed()
    answered, _ = town.answered()
    private, _ = town.filed()
    merged, _ = town.filed()
    town.move(town.person("head"), merged, "merge", {"into": town.filed()[0]})
    town.tamper("update ticket set sight = 'private', visibility = 'private' where id = '%s'" % private)
    unknown = str(uuid.uuid4())
    items = gather(town, root, [answered, good, private, root, merged, unknown]).json
    assert (items["done"], items["refused"]) == (1, 5)
    assert [i.get("state") or i["problem"]["type"].rsplit("/", 1)[1] for i in items["items"]] == [
        "wrong-state", "merged", "not-mergeable", "merge-into-itself", "wrong-state", "not-found"]
    assert [m["action"] for m in items["items"][4]["problem"]["moves"]] == ["unmerge"]
    single = town.move(town.coordinator, answered, "merge", {"into": root}, 409).json
    inside = items["items"][0]["problem"]
    for problem in (single, inside):
        problem.pop("instance")
    assert inside == single


def test_who_and_at_which_version(town):
    root, _ = town.filed()
    one, _ = town.filed()
    assert gather(town, root, [one], 412, version=7).problem == "precondition_failed"
    assert gather(town, root, [one], 403, who=town.person("head")).problem == "forbidden"
    assert gather(town, str(uuid.uuid4()), [one], 404, version=1).problem == "not_found"
    town.coordinator.post("/v1/tickets/%s/gather" % root, {"tickets": [one]}, status=428)
    assert town.version(one) == 1 and town.version(root) == 1


@pytest.mark.parametrize("tickets, pointers", [
    ([], {"/tickets": "too_short"}), (["x" * 10, str(uuid.uuid4())], {"/tickets/0": "bad_format"}),
    ([str(uuid.uuid4()) for _ in range(201)], {"/tickets": "too_many"})])
def test_bad_lists(town, tickets, pointers):
    root, _ = town.filed()
    assert gather(town, root, tickets, 422).pointers == pointers
