"""`tiepdan doctor` names the departments that get tickets and have nobody who could accept them, and what a city has not chosen yet."""
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


def lines(town, *settings):
    """{name of the check: its line}."""
    got = town.cluster.run(town.database, "doctor", *settings, ok=False).stdout
    return {line[7:].split(":")[0]: line for line in got.splitlines() if not line.startswith(" ")}


def test_a_demo_has_people_wherever_somebody_files(cluster, contract):
    with new_town(cluster, contract) as town:
        cluster.run(town.database, "demo")
        town.file(category="environment.waste", area="00004")
        for name in ("people of the departments", "head of the hub", "administrators", "tickets for named people", "named people"):
            assert lines(town)[name].startswith("ok "), lines(town)[name]


def test_what_is_still_as_shipped(town):
    shipped = lines(town, "--second_factor_roles=", "--security_contact=mailto:security@example.org")
    assert shipped["security contact"].startswith("warn   security contact: security_contact is still the example")
    assert shipped["second factor"].startswith("warn   second factor: second_factor_roles is empty")
    chosen = lines(town, "--second_factor_roles=admin", "--security_contact=mailto:an.ninh@hanoi.gov.vn")
    assert chosen["security contact"].split() == ["ok", "security", "contact"] and chosen["second factor"].split() == ["ok", "second", "factor"]
