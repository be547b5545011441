"""How often the classifier is right, on texts that it has not seen: tests/load/classify/test.tsv, and what keyboards and haste make
of them. It learns from the examples of the city (migrations/seed/hanoi/examples.csv) and from classify/train.tsv as the history.
No run of five syllables of a test text may occur in any of them; the run fails if one does."""
import csv
import json
import random
import re
import subprocess
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "migrations/seed/hanoi"
OVERLAP = 5
DRAWS = 8       # of mistakes by chance: one draw of a text is two hundredths off
TONES = {"\u0301": ("s", "1"), "\u0300": ("f", "2"), "\u0309": ("r", "3"), "\u0303": ("x", "4"), "\u0323": ("j", "5")}
MARKS = {"\u0302": ("", "6"), "\u031b": ("w", "7"), "\u0306": ("w", "8")}
ONSETS = (("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("gi", "d"), ("d", "r"), ("r", "d"), ("l", "n"), ("n", "l"))


def syllables(text):
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))


def rows(path):
    with open(path, encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="," if path.suffix == ".csv" else "\t", quoting=csv.QUOTE_MINIMAL
                                   if path.suffix == ".csv" else csv.QUOTE_NONE))


def overlaps(learned, tests):
    """How many of the test texts have a run of OVERLAP syllables with any text that is learned."""
    def runs(text):
        s = syllables(text)
        return {tuple(s[i:i + OVERLAP]) for i in range(len(s) - OVERLAP + 1)}
    seen = set().union(*(runs(r["text"]) for r in learned))
    return sum(bool(runs(r["text"]) & seen) for r in tests)


# --- what keyboards and haste make of a text --------------------------------------------------------------------------

def bare(text):
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def keys(word, vni):
    """A word as it is typed when the input method is off: Telex, or VNI."""
    out, tone = [], ""
    for c in unicodedata.normalize("NFD", word):
        if c in TONES:
            tone = TONES[c][vni]
        elif c in MARKS:
            out.append(MARKS[c][vni] or out[-1].lower())
        elif c in "đĐ":
            out.append(c.replace("đ", "d").replace("Đ", "D") + ("9" if vni else "d"))
        else:
            out.append(c)
    return "".join(out) + tone


def typed(vni):
    def change(text, _):
        return re.sub(r"[^\W\d_]+", lambda m: keys(m.group(), vni), text)
    return change


def slip(word, dice):
    for is_, may_be in dice.sample(ONSETS, len(ONSETS)):
        if word.startswith(is_) and dice.random() < 0.6:
            return may_be + word[len(is_):]
    at = dice.randrange(1, len(word))
    return dice.choice((word[:at] + word[at + 1:], word[:at] + word[at - 1] + word[at:],
                        word[:at - 1] + word[at] + word[at - 1] + word[at + 1:]))


def misspelled(text, dice):
    """Every fourth word has a mistake: what sounds alike, or a letter that is missing, doubled or in the wrong place."""
    return re.sub(r"[^\W\d_]{3,}", lambda m: slip(m.group().lower(), dice) if dice.random() < 0.25 else m.group(), text)


VARIANTS = {"as_written": ("vi", lambda text, _: text), "without_diacritics": ("vi", lambda text, _: bare(text).lower()),
            "telex_residue": ("vi", typed(0)), "vni_residue": ("vi", typed(1)), "misspelled": ("vi", misspelled),
            "misspelled_without_diacritics": ("vi", lambda text, dice: bare(misspelled(text, dice))),
            "english": ("en", lambda text, _: text)}


# --- asking -----------------------------------------------------------------------------------------------------------

def ask(program, learned, queries):
    flat = str.maketrans("\t\n", "  ")
    lines = ["%s\t%s\t%s" % (what, r["category"], r["text"].translate(flat)) for what, some in learned.items() for r in some]
    lines += ["Q\t" + q.translate(flat) for q in queries]
    out = subprocess.run([str(program)], input="\n".join(lines) + "\n", text=True, check=True, capture_output=True).stdout
    *answers, stats = map(json.loads, out.splitlines())
    return answers, stats


def best(shares):
    return sorted(shares, key=lambda code: -shares[code])


def departments(answer, holder):
    """A department is as likely as its categories together."""
    shares = defaultdict(int)
    for category, share in answer["share"].items():
        shares[holder[category]] += share
    return best(shares)


def accuracy(answers, tests, holder):
    n = Counter(texts=len(tests))
    for answer, test in zip(answers, tests):
        categories, found = list(answer["share"]), departments(answer, holder)
        for most in (1, 3):
            n["category_top%d" % most] += test["category"] in categories[:most]
            n["department_top%d" % most] += holder[test["category"]] in found[:most]
        n["sure"] += next(iter(answer["share"].values()))
    return {"texts": n["texts"], "sure": round(n["sure"] / 1000 / len(tests), 3),
            **{k: round(n[k] / len(tests), 3) for k in ("category_top1", "category_top3", "department_top1", "department_top3")}}


def baseline(learned, tests, holder):
    """Always the commonest one of what was learned, and the three commonest."""
    said = {}
    for name, of in (("category", lambda r: r["category"]), ("department", lambda r: holder[r["category"]])):
        common = [code for code, _ in Counter(map(of, learned)).most_common(3)]
        for most in (1, 3):
            said["%s_top%d" % (name, most)] = round(sum(of(t) in common[:most] for t in tests) / len(tests), 3)
    return said


def samples(program, learned, holder, say):
    tickets = json.loads((ROOT / "tests/data/sample_tickets.json").read_text())["tickets"]
    answers, _ = ask(program, learned, [t["title"] + ". " + t["text"] for t in tickets])
    hits = 0
    for ticket, answer in zip(tickets, answers):
        top = list(answer["share"])[:3]
        hits += ticket["category"] in top
        say("%s %-24s %-4s %s (%s)", ticket["id"], ticket["category"], "yes" if ticket["category"] in top else "NO",
            ", ".join("%s %.2f" % (c, answer["share"][c] / 1000) for c in top), "; ".join(answer["words"]))
    return {"tickets": len(tickets), "category_top3": round(hits / len(tickets), 3)}


def classify(program, say):
    holder = {r["code"]: r["department"] for r in rows(SEED / "categories.csv")}
    examples, history = rows(SEED / "examples.csv"), rows(ROOT / "tests/load/classify/train.tsv")
    tests = rows(ROOT / "tests/load/classify/test.tsv")
    shared = overlaps(examples + history, tests)
    say("%d examples, %d texts of history, %d test texts; with a run of %d syllables in common: %d",
        len(examples), len(history), len(tests), OVERLAP, shared)
    if shared:
        raise SystemExit("test texts must share no run of %d syllables with what is learned" % OVERLAP)
    measured = {}
    for when, learned in (("first_day", {"E": examples}), ("with_history", {"E": examples, "H": history})):
        for variant, (language, change) in VARIANTS.items():
            dice = random.Random(20261126)
            some = [t for t in tests if t["language"] == language] * (DRAWS if "misspelled" in variant else 1)
            answers, stats = ask(program, learned, [change(t["text"], dice) for t in some])
            measured["%s.%s" % (when, variant)] = {**accuracy(answers, some, holder), "us": stats["microseconds"]}
            say("%-44s %s", when + "." + variant, json.dumps(measured["%s.%s" % (when, variant)]))
    measured["baseline"] = baseline(examples + history, tests, holder)
    measured["samples"] = samples(program, {"E": examples, "H": history}, holder, say)
    return {"ours": {**measured, "shared_runs": shared, "model_bytes": stats["bytes"], "ngrams": stats["ngrams"]}}
