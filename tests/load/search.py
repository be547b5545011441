"""Search among many tickets, over HTTP, against what a peer does: the words by pg_trgm and ILIKE, and by a tsvector with ORDER BY and LIMIT,
each without looking at who may see what."""
import os
import random
import re
import statistics
import time
import unicodedata
import urllib.parse

import alike
import generate
from support.town import wait_until

EACH = 20  # questions of each kind
BASELINE_MS = 20000
# What a peer has: the same words, and the texts as they are.
BASELINE_TABLE = """
create table baseline as select s.ticket as id, s.filed_at, ts_filter(s.words, '{a,b,c,d}') as words, t.title || ' ' || t.text as text
    from ticket_search s join ticket t on t.id = s.ticket;
alter table baseline add primary key (id);
create index baseline_filed on baseline (filed_at, id);
create index baseline_words on baseline using gin (words);
%s
vacuum analyze baseline;
"""
TRIGRAM = "create index baseline_trigram on baseline using gin (text public.gin_trgm_ops);"
BY_WORDS = "select id from baseline where words @@ '{query}'::tsquery order by filed_at desc, id desc limit 20"
BY_RANK = "select id from baseline where words @@ '{query}'::tsquery order by ts_rank(words, '{query}'::tsquery) desc limit 20"
BY_TRIGRAM = "select id from baseline where {likes} order by filed_at desc, id desc limit 20"


def folded(text):
    return "".join(c for c in unicodedata.normalize("NFD", text.replace("đ", "d")) if not unicodedata.combining(c))


def prepare(load):
    """Tickets of a city, with their words: the search follows nothing of them."""
    town, rows = load.town, load.options.rows
    print("making %d tickets, load of the machine %.1f" % (rows, os.getloadavg()[0]), flush=True)
    town.stop()
    generate.fill(town, rows)
    for table in ("ticket", "ticket_search", "search_word"):
        town.sql("vacuum analyze " + table)
    load.restart()


def words(town, least, most, limit=24):
    """Words that this part of all tickets has."""
    return [row[0] for row in town.sql("""select word from search_word, (select count(*) as n from ticket_search) x where tickets between n * %s and n * %s
        order by md5(word) limit %d""" % (least, most, limit))]


def questions(town):
    """Of each kind those that are asked, as somebody types them."""
    dice = random.Random(5)
    common, some = words(town, 0.15, 0.3), words(town, 0.01, 0.05)
    rare = [row[0] for row in town.sql("select word from search_word where length(word) > 3 order by tickets, md5(word) limit %d" % EACH)]
    titles = [row[0].split() for row in town.sql("select title from ticket where title ~ '^(\\w+ ){5}' order by md5(code) limit %d" % EACH)]
    return {
        "common": [dice.choice(common) + " " for _ in range(EACH)],
        "three": [" ".join([dice.choice(common)] + dice.sample(some, 2)) for _ in range(EACH)],
        "rare": rare,
        "phrase": ['"%s"' % " ".join(t[1:4]) for t in titles],
        "begun": [dice.choice(common)[:3] for _ in range(EACH)],
    }


def asked(town, who, asks, **more):
    asker = alike.signed_in(town, who)
    paths = ["/v1/search?" + urllib.parse.urlencode({"q": q, "limit": 20, **more}) for q in asks]
    found = [asker.ask("GET", path) for path in paths]
    got = alike.measured(town, asker, [lambda p=p: asker.ask("GET", p) for p in paths] * 2)
    result = {**got, "hits": round(statistics.mean(len(f["items"]) for f in found), 1), "partial": sum(f["partial"] for f in found)}
    print(asks[0], more, result, "load of the machine %.1f" % os.getloadavg()[0], flush=True)
    return result


def timed(town, statements):
    """Milliseconds of each; those that took too long count as long as they were let."""
    took = []
    for statement in statements:
        got = town.sql("""set jit = off; set statement_timeout = %d;
            create function pg_temp.took() returns float8 language plpgsql as $f$ declare v timestamptz := clock_timestamp(); begin
                perform * from (%s) x; return extract(epoch from clock_timestamp() - v) * 1000;
            exception when query_canceled then return %d; end $f$; select pg_temp.took()""" % (BASELINE_MS, statement, BASELINE_MS))
        took.append(float(got[-1][0]))
    return alike.spread(took)


def query_of(question):
    parts = re.findall(r'"([^"]+)"|(\S+)', folded(question))
    return " & ".join(" <-> ".join("''%s''" % w for w in (phrase or word).split()) for phrase, word in parts)


def baseline(town, kinds, trigram):
    town.sql(BASELINE_TABLE % (TRIGRAM if trigram else ""))
    result = {}
    for name, asks in kinds.items():
        if name == "begun":
            continue
        few = asks[:8]
        result[name] = {"order_by": timed(town, [BY_WORDS.format(query=query_of(q)) for q in few])}
        if name == "common":
            result[name]["ts_rank"] = timed(town, [BY_RANK.format(query=query_of(q)) for q in few[:3]])
        if trigram:
            likes = [" and ".join("text ilike '%%%s%%'" % w for w in (q.strip('"').split(" ") if name != "phrase" else [q.strip('"')]) if w) for q in few]
            result[name]["ilike"] = timed(town, [BY_TRIGRAM.format(likes=one) for one in likes])
    return result


def freshness(town):
    """From the answer to a filing until it is found, milliseconds."""
    took = []
    for n in range(20):
        word = "tuoi" + "".join(chr(97 + int(d)) for d in "%04d" % n)
        town.file(title="Phiếu mới " + word, text="Nội dung của phiếu mới nhất " + word + ", để xem khi nào tìm thấy.")
        began = time.monotonic()
        wait_until(lambda: town.coordinator.get("/v1/search?q=" + word).json["items"], 30, "found")
        took.append((time.monotonic() - began) * 1000)
    return alike.spread(took)


def search(load):
    prepare(load)
    town = load.town
    kinds = questions(town)
    departments = [row[0] for row in town.sql("select d.code from ticket t join department d on d.id = t.holder group by d.code order by count(*)")]
    with load.jobs_still():    # what follows a million tickets that came at once takes an hour
        result = {name: asked(town, town.coordinator, asks) for name, asks in kinds.items()}
        result.update({"best_" + name: asked(town, town.coordinator, kinds[name], sort="best") for name in ("common", "three", "rare")})
        result["of_a_category"] = asked(town, town.coordinator, kinds["common"], category="roads")
        result["officer"] = asked(town, town.person("officer", departments[len(departments) // 2]), kinds["common"])
        result["officer_of_few"] = asked(town, town.person("officer", departments[0]), kinds["three"])
    result["fresh"] = freshness(town)
    sizes = town.sql("select sum(pg_relation_size(inhrelid)), sum(pg_indexes_size(inhrelid)) from pg_inherits where inhparent = 'ticket_search'::regclass")[0]
    return {**result, "rows": load.options.rows, "mb": round(int(sizes[0]) / 1e6), "index_mb": round(int(sizes[1]) / 1e6),
            "baseline": baseline(town, kinds, load.options.rows <= 2000000)}
