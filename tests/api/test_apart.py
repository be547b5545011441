"""Who serves, who lets people in and who does jobs are three roles of the database."""


def test_a_server_whose_roles_are_apart(town, cluster):
    """As every server of these tests."""
    shown = cluster.run(town.database, "roles", "show").splitlines()
    assert [line.split(None, 1) for line in shown] == [
        ["database_url", "tiepdan_app"], ["door_url", "tiepdan_door, lets people in"], ["job_url", "tiepdan_job, does jobs"]]
    assert "as one role" not in cluster.run(town.database, "doctor", ok=False).stdout
    assert "42501" not in town.log() and "permission denied" not in town.log()


def test_one_login_for_all_is_told_and_then_taken_apart(cluster):
    database = cluster.new_database()
    one = cluster.url(database, "tiepdan_app")
    cluster.run(database, "roles", "together")
    assert "as one role of the database" in cluster.run(database, "doctor", ok=False).stdout
    for setting in ("door_url", "job_url"):
        refused = cluster.run(database, "roles", "apart", "--%s=%s" % (setting, one), ok=False)
        assert refused.returncode != 0 and "signs in as tiepdan_app" in refused.stderr
    swapped = cluster.run(database, "roles", "apart", "--door_url=" + cluster.url(database, "tiepdan_job"), ok=False)
    assert swapped.returncode != 0 and "should as tiepdan_door" in swapped.stderr
    cluster.run(database, "roles", "apart")
    lost = cluster.run(database, "doctor", "--door_url=", "--job_url=", ok=False)
    assert lost.returncode != 0 and "nobody can sign in" in lost.stdout


def test_logins_are_made_with_the_lines_of_the_configuration(cluster):
    database = cluster.new_database()
    lines = dict(line.split(" = ", 1) for line in cluster.run(database, "roles", "login").splitlines())
    assert list(lines) == ["door_url", "job_url"]
    cluster.run(database, "roles", "apart", *("--%s=%s" % line for line in lines.items()))
    assert "SCRAM-SHA-256" in cluster.sql("select rolpassword from pg_authid where rolname = 'tiepdan_door'", "postgres")[0][0]
    assert cluster.run(database, "roles", "apart", "now", ok=False).returncode != 0
    assert cluster.run(database, "roles", ok=False).returncode != 0
