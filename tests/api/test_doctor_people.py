"""`tiepdan doctor` names the departments that get tickets and have nobody who could accept them."""
from support.town import new_town


def said(town):
    """The line about people, and whether doctor counts it as a fault."""
    got = town.cluster.run(town.database, "doctor", ok=False).stdout
    line = next(one for one in got.splitlines() if "people of the departments" in one)
    assert line.startswith("ok") or "cure: `tiepdan user add" in got.split(line)[1].splitlines()[1]
    return line


def add(town, login, department, role):
    town.cluster.run(town.database, "user", "add", login, "--name=Người Mới", "--department=" + department, "--role=" + role)


def test_first_those_with_open_tickets(cluster, contract):
    with new_town(cluster, contract) as town:
        empty = said(town)
        assert empty.startswith("warn") and ", 0 of them with open tickets: " in empty and empty.endswith(", ..."), empty
        town.file()
        waits = said(town)
        assert waits.startswith("WRONG") and ", 1 of them with open tickets: HN-SXD, " in waits, waits
        add(town, "nhap.lieu", "HN-SXD", "clerk")
        add(town, "noi.khac", "HN-CATP", "officer")
        assert said(town).startswith("WRONG"), "a clerk accepts nothing, nor does another department"
        add(town, "can.bo", "HN-SXD", "officer")
        staffed = said(town)
        assert staffed.startswith("warn") and "HN-SXD" not in staffed, staffed
        town.cluster.run(town.database, "user", "disable", "can.bo")
        assert said(town).startswith("WRONG"), "who is switched off accepts nothing"


def test_all_is_well_with_people_everywhere(cluster, contract):
    with new_town(cluster, contract) as town:
        town.sql("select account_save('can.bo.' || lower(code), 'Người Mới', code, '{officer}') from department")
        assert said(town).split() == ["ok", "people", "of", "the", "departments"]


def test_a_hub_without_a_head(cluster, contract):
    def line(town):
        return next(one for one in town.cluster.run(town.database, "doctor", ok=False).stdout.splitlines() if "head of the hub" in one)
    with new_town(cluster, contract) as town:
        hub = town.sql("select code from department where hub")[0][0]
        add(town, "dieu.phoi", hub, "coordinator")
        assert line(town).startswith("warn   head of the hub: the hub has no active head")
        add(town, "truong.phong", hub, "hub_head")
        assert line(town).split() == ["ok", "head", "of", "the", "hub"]
        town.cluster.run(town.database, "user", "disable", "truong.phong")
        assert line(town).startswith("warn")
