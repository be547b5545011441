"""The words of notices come in by `tiepdan import templates`, by the day from which they count; what stands in the database goes
out by `tiepdan export`, as import takes it."""
import csv
import datetime
import io

import pytest

from support.contract import ROOT
from support.town import new_town, wait_until

SEEDS = ROOT / "migrations/seed/hanoi"
COLUMNS = (SEEDS / "templates.csv").read_text("utf-8").split("\n")[0].split(",")
WORDS = {"type": "ticket.filed", "side": "citizen", "language": "vi", "subject": "[{{code}}] Đã nhận",
         "text": "Kính gửi Ông/Bà,\n\nPhiếu {{code}}: {{title}}\n{{link}}\n"}


@pytest.fixture(scope="module")
def town(cluster, contract, tmp_path_factory):
    folder = tmp_path_factory.mktemp("words") / "mail"
    with new_town(cluster, contract, mail_url="file:%s" % folder, mail_from="Cổng <khong-tra-loi@example.org>", mail_from_hour=0,
                  mail_to_hour=0) as made:
        made.mail = folder
        yield made


def load(town, tmp_path, *rows, dry=False):
    path = tmp_path / "templates.csv"
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, COLUMNS)
        out.writeheader()
        out.writerows(rows)
    return town.cluster.run(town.database, "import", "templates", str(path), *(["--dry-run"] if dry else []), ok=False)


def told(town, address):
    """Subject and file of the message that the citizen of a new ticket gets."""
    town.sql("delete from notice_load")
    code = town.file(contact={"email": address})["code"]

    def line():
        listed = town.cluster.run(town.database, "mail", "--mail_url=file:%s" % town.mail).splitlines()
        return [x.split("  ") for x in listed if code in x]
    wait_until(line, 30, "the message")
    return line()[0][2].replace(code, "CODE"), line()[0][3]


def day(n):
    return str(datetime.date.today() + datetime.timedelta(days=n))


@pytest.mark.parametrize("kind", sorted(p.stem for p in SEEDS.glob("*.csv")))
def test_what_goes_out_comes_in_again(town, tmp_path, kind):
    text = town.cluster.run(town.database, "export", kind)
    table = list(csv.DictReader(io.StringIO(text)))
    shipped = (SEEDS / (kind + ".csv")).read_text("utf-8").splitlines()[0].split(",")
    assert [c for c in text.splitlines()[0].split(",") if c in shipped] == shipped, "all columns, in one order"
    assert len(table) == int(town.sql("select count(*) from import_row where kind = '%s'" % kind)[0][0]) > 0
    (tmp_path / (kind + ".csv")).write_text(text, "utf-8", newline="")
    said = town.cluster.run(town.database, "import", kind, str(tmp_path / (kind + ".csv")), "--dry-run")
    assert said == "0 rows would change; nothing was loaded\n"


def test_words_count_from_their_day_on(town, tmp_path):
    before, _ = told(town, "mot@example.org")
    assert before == "[CODE] Đã ghi nhận phiếu của Ông/Bà"
    trial = load(town, tmp_path, dict(WORDS, valid_from=day(-2)), dict(WORDS, valid_from=day(9), subject="Sau này {{code}}"), dry=True)
    assert trial.returncode == 0 and "added   ticket.filed citizen vi %s: " % day(-2) in trial.stdout
    assert trial.stdout.endswith("2 rows would change; nothing was loaded\n")
    assert told(town, "hai@example.org")[0] == before
    assert load(town, tmp_path, dict(WORDS, valid_from=day(-2)), dict(WORDS, valid_from=day(9), subject="Sau này {{code}}")).returncode == 0
    subject, path = told(town, "ba@example.org")
    assert subject == "[CODE] Đã nhận"
    assert "Kính gửi Ông/Bà,\r\n\r\nPhiếu HN-" in open(path, encoding="utf-8", newline="").read()
    # The same day corrects its version; those of before stay.
    assert load(town, tmp_path, dict(WORDS, valid_from=day(-2), subject="Đã nhận {{code}}")).returncode == 0
    assert told(town, "bon@example.org")[0] == "Đã nhận CODE"
    assert town.sql("select version, subject from notice_template where (type, side, language) = ('ticket.filed', 'citizen', 'vi') order by 1") == [
        ["1", "[{{code}}] Đã ghi nhận phiếu của Ông/Bà"], ["2", "Đã nhận {{code}}"], ["3", "Sau này {{code}}"]]


@pytest.mark.parametrize("change,says", [
    ({"subject": "Phiếu {{mã số}} của bạn"}, 'subject: "{{mã số}}" is none of the variables'),
    ({"text": "Phiếu {{code"}, 'text: "{{code" is not {{ and a name and }}'),
    ({"html": "<p>Phiếu }} {{code}}</p>"}, 'html: "}}" closes nothing'),
    ({"type": "ticket.eaten"}, 'type: "ticket.eaten" is not known among notices'),
    ({"side": "press"}, 'side: "press" is not citizen or staff'),
    ({"language": "fr"}, 'language: "fr" is not vi or en'),
    ({"subject": "hai\ndòng"}, "is not a text of at most 1000 characters in one line"),
    ({"subject": "x" * 201}, "breaks the rule notice_template_sizes"),
    ({"text": "x" * 10001}, "is not a text of at most 10000 characters"),
    ({"valid_from": "2026-02-30"}, 'valid_from: "2026-02-30" is not a date'),
    ({"text": ""}, "text: is missing")])
@pytest.mark.parametrize("dry", [True, False])
def test_wrong_words_are_refused_with_their_line(town, tmp_path, change, says, dry):
    before = town.sql("select * from notice_template order by 1, 2, 3, 4")
    refused = load(town, tmp_path, dict(WORDS, valid_from="2031-01-01"), {**WORDS, "valid_from": "2031-01-02", **change}, dry=dry)
    assert refused.returncode == 1 and "nothing was loaded" in refused.stderr
    line = 7        # the first row has five lines
    assert "templates.csv:%d: " % line in refused.stderr and says in refused.stderr
    assert town.sql("select * from notice_template order by 1, 2, 3, 4") == before
