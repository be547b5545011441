"""Routing: every category and every ward reach who is responsible; kinds go before categories."""
import csv

import pytest

from support.contract import ROOT
from support.town import HUB, ticket

BY_KIND = {"complaint": "HN-BTCD", "denunciation": "HN-TTRA", "press": HUB, "data_request": HUB}


def responsible():
    with open(ROOT / "tests/data/responsible.csv", encoding="utf-8") as f:
        return list(csv.DictReader(f))


@pytest.mark.parametrize("row", responsible(), ids=lambda r: r["category"])
def test_every_category_in_two_wards_and_without_one(town, row):
    for area in ("00004", "10402", None):
        filed = town.file(category=row["category"], area=area)
        expected = row["department"]
        if expected == "AREA":
            expected = "UB-" + area if area else HUB
        assert filed["department"]["code"] == expected, (row, area)
        assert town.sql("select level from ticket where code = '%s'" % filed["code"]) == [[row["level"]]]


def test_every_ward_and_commune_gets_its_own_matters(town):
    wards = []
    target = "/v1/areas?limit=200"
    for area in town.anyone.get(target).json["items"]:
        if area["kind"] in ("ward", "commune"):
            wards.append(area["code"])
    assert len(wards) == 126
    for ward in wards:
        assert town.file(category="environment.waste", area=ward)["department"]["code"] == "UB-" + ward


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_some_kinds_go_to_one_place_whatever_they_are_about(town, kind):
    for category in ("roads.surface", "environment.waste", "officials_conduct", "other"):
        filed = town.file(kind=kind, category=category)
        assert filed["department"]["code"] == BY_KIND[kind]
        assert filed["route"]["reason"] == "rule"


def test_the_reason_is_stored_with_the_ticket(town):
    ticket_id, filed = town.filed(category="environment.waste", area=None)
    assert filed["route"]["reason"] == "hub_no_area"
    seen = town.coordinator.get("/v1/tickets/" + ticket_id).json
    assert seen["route"].pop("rules")["set"] == 1, "which is for staff"
    assert seen["route"] == filed["route"]


def test_the_whole_city_as_area_is_no_ward(town):
    assert town.anyone.post("/v1/tickets", ticket(category="environment.waste", area="01")).json["department"]["code"] == HUB
