"""Logins are not case-sensitive, neither where a code is made nor where it is used."""


def test_letter_case_of_a_login(town):
    login = town.login("officer", number=8)
    code = town.code(login.upper())
    opened = town.anyone.post("/v1/sessions", {"login": login.title(), "code": code}).json
    assert opened["account"]["login"] == login
