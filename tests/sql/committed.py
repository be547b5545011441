"""What events commit to is listed in three places: in the triggers word_say() and the function recorded_row(), which commit, in
command/verify_words.sql, by which `tiepdan verify record` looks, and in command/verify_texts.sql, by which it reads copies. A table or a
column that one of them has and another lacks would make a record that is whole look broken, or the other way round."""
import json
import re

from support import ROOT

FILES = ("verify_texts", "verify_words")
TRIGGERS = """
select json_agg(json_build_object('table', c.relname, 'args', encode(g.tgargs, 'escape'), 'columns', (select json_agg(a.attname)
	from pg_attribute a where a.attrelid = g.tgrelid and a.attnum = any (g.tgattr::smallint[]))))
from pg_trigger g join pg_class c on c.oid = g.tgrelid where g.tgfoid = 'tiepdan.word_say'::regproc;
"""


def squeezed(sql):
    return re.sub(r"([(,])\s+", r"\1", re.sub(r"\s+", " ", sql.replace("tiepdan.", ""))).strip()


def split(sql):
    """The parts of a list, at the commas outside of parentheses."""
    parts, depth = [""], 0
    for c in sql:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [p.strip() for p in parts]


def closed(sql):
    """What stands in the parentheses with which the text begins."""
    depth = 0
    for at, c in enumerate(sql):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return sql[1:at]
    raise ValueError(sql)


def column(item):
    """`m.state` of m.state, m.author::text, to_jsonb(m.reasons)::text; what is made in another way stays as it is."""
    found = re.fullmatch(r"(?:to_jsonb\()?\w\.(\w+)\)?(?:::text)?", item)
    return found[1] if found else item


def lists(name):
    """{of: (table, key, texts, rest)} of a statement file; `rest` is None where a row is committed to as a whole."""
    sql = squeezed("\n".join(line for line in (ROOT / f"src/command/{name}.sql").read_text().splitlines() if not line.startswith("--")))
    found = {}
    for at in re.finditer(r"select '(\w+)'(?: as of)?,([^,]+?)(?: as key)?,(?:\w\.\w+|null),jsonb_build_array\(", sql):
        rest = sql[at.end() - 1:]
        texts = closed(rest)
        rest = rest[len(texts) + 2:].removeprefix(" as texts").removeprefix(",")
        if rest.startswith("null"):
            others = None
        else:
            others = [column(i) for i in split(closed(rest.removeprefix("jsonb_build_array")))]
        table = re.search(r" from (\w+) \w\b(?! join)", rest[0 if others is None else len(closed(rest.removeprefix("jsonb_build_array"))):])[1]
        key = "/".join(re.findall(r"\w\.(\w+)", at[2]))
        found[at[1]] = (table, key, [column(i) for i in split(texts)], others)
    return found


def triggers(cluster):
    """The same of the triggers, and what they do not fire for."""
    found, deaf = {}, []
    for t in json.loads(cluster.run("committed", TRIGGERS)):
        of, key, texts, rest = t["args"].split("\\000")[:4]
        key, texts, rest = (x.strip("{}").split(",") for x in (key, texts, rest))
        found[of] = (t["table"], "/".join(key), texts, rest)
        if sorted(t["columns"]) != sorted(texts + rest):
            deaf.append(f"{of}: the trigger fires for {sorted(t['columns'])}, and commits to {sorted(texts + rest)}")
    return found, deaf


def rows(cluster):
    """The same of recorded_row(): what it joins laterally stands where the files have it."""
    body = squeezed(cluster.run("committed", "select prosrc from pg_proc where oid = 'tiepdan.recorded_row'::regproc;"))
    found = {}
    for case in body.split("when '")[1:]:
        for what, name, source, alias in re.findall(r"lateral \(select (.*?) as (\w+) from (\w+ where [^)]*)\) (\w)\b", case):
            case = case.replace(f"{alias}.{name}", f"(select {what} from {source})")
        texts = closed(case[case.index("jsonb_build_array(") + len("jsonb_build_array"):])
        table, alias = re.search(r" into said,told from (\w+) (\w)\b", case).groups()
        key = re.search(rf"where {alias}\.(\w+) = p_key", case)[1]
        found[case[:case.index("'")]] = (table, key, [column(i) for i in split(texts)], None)
    return found


def differences(one, other, names):
    for of in sorted(set(one) | set(other)):
        if one.get(of) != other.get(of):
            yield f"{of}: {names[0]} has {one.get(of)}, {names[1]} has {other.get(of)}"


def run(cluster):
    cluster.run("postgres", "create database committed template fixture;")
    done, deaf = triggers(cluster)
    whole = rows(cluster)
    texts, words = (lists(name) for name in FILES)
    faults = deaf + list(differences(texts, words, FILES)) + list(differences({**done, **whole}, words, ("the schema", "verify_words")))
    if len(done) < 8 or len(whole) < 4 or set(done) & set(whole):
        faults.append(f"the schema commits to {sorted(done)} and {sorted(whole)}, which is less than there was, or twice")
    for text in faults:
        print(f"committed: {text}")
    passed = len({*done, *whole} - {text.split(":")[0] for text in faults})
    print(f"committed: {passed} passed, {len(faults)} failed", flush=True)
    return passed, len(faults)
