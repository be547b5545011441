"""A token keeps the roles it was made with; what they are worth is asked of the database at each request."""


def test_a_head_no_more_sees_no_colleagues(town):
    head = town.person("head", number=7)
    assert head.get("/v1/accounts").json["items"]
    town.cluster.run(town.database, "user", "add", town.login("head", number=7), "--name=Người khác vai", "--department=HN-STC", "--role=officer")
    assert head.get("/v1/accounts", status=403).problem == "forbidden"
