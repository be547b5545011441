"""The demo mode writes messages to files; `tiepdan mail` lists them, the newest last."""
import re

from support.town import new_town, wait_until


def mail(town, folder, ok=True):
    return town.cluster.run(town.database, "mail", "--mail_url=file:%s" % folder, "--mail_from=a@example.org", ok=ok)


def test_nothing_yet(town, tmp_path):
    done = mail(town, tmp_path / "none", ok=False)
    assert done.returncode == 0 and done.stdout == "" and "no message" in done.stderr
    assert mail(town, tmp_path, ok=False).returncode == 0
    (tmp_path / "file").write_text("")
    assert mail(town, tmp_path / "file", ok=False).returncode == 1


def test_only_in_the_demo_mode(town):
    done = town.cluster.run(town.database, "mail", "--mail_url=smtp://127.0.0.1:25", ok=False)
    assert done.returncode == 1 and "mail_url is not file:DIR" in done.stderr
    assert town.cluster.run(town.database, "mail", "everything", ok=False).returncode == 1


def test_what_a_server_has_written(cluster, contract, tmp_path):
    with new_town(cluster, contract, mail_url="file:%s" % (tmp_path / "mail"), mail_from="Cổng <khong-tra-loi@example.org>",
                  mail_from_hour=0, mail_to_hour=0) as town:
        codes = []
        for n in range(2):
            codes.append(town.file(contact={"email": "an%d@example.org" % n})["code"])
            wait_until(lambda: len(list((tmp_path / "mail").glob("*.eml"))) == n + 1, 30, "%d messages" % (n + 1))
        (tmp_path / "mail" / "other.txt").write_text("no message")
        lines = mail(town, tmp_path / "mail").splitlines()
    assert len(lines) == 2
    for n, line in enumerate(lines):
        at, to, subject, path = line.split("  ")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at)
        assert (to, subject) == ("an%d@example.org" % n, "[%s] Đã ghi nhận phiếu của Ông/Bà" % codes[n])
        assert open(path, encoding="utf-8").read().startswith("From: ")
