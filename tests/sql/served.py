"""Servers of before (schema_info.oldest_binary) go on while and after the schema is brought forward. A connection of theirs is lost
when one of their statements cannot be prepared, so what they prepare is kept here, a line each, and has to fit today's schema."""
from support import ROOT

# Name, types of the parameters, columns, statement: of the programs whose newest migration has this number.
SERVED = {58: ROOT / "tests/data/served_0058.tsv"}


def fault(cluster, database, types, columns, statement):
    """What keeps a server from preparing or calling this; "" when nothing does."""
    called = "(" + ", ".join("null" for _ in types.split(", ")) + ")" if types else ""
    prepare = f"prepare s {f'({types})' if types else ''} as {statement};\n"
    # Explained by the server's role: rights count, nothing happens.
    explain = f"set role tiepdan_app;\nset plan_cache_mode = force_generic_plan;\nexplain execute s{called};\n"
    done = cluster.psql(database, script=f"{prepare}{explain}\\echo ---\nexecute s{called} \\gdesc\n")
    if done.returncode:
        return done.stderr.strip()
    got = ", ".join(line.replace("|", " ", 1) for line in done.stdout.split("---\n")[1].splitlines() if "|" in line)
    return "" if got == columns else f"columns are {got}, were {columns}"


def run(cluster):
    cluster.run("postgres", "create database served template fixture;")
    oldest = int(cluster.run("served", "select oldest_binary from tiepdan.schema_info;"))
    passed = failed = 0
    for version, path in SERVED.items():
        if version < oldest:
            continue
        for line in path.read_text().splitlines():
            name, types, columns, statement = line.split("\t")
            wrong = fault(cluster, "served", types, columns, statement)
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"served: {version}: {name}: {wrong}")
    if oldest not in SERVED:
        print(f"served: the statements of the programs of {oldest} are not kept here")
        failed += 1
    print(f"served: {passed} passed, {failed} failed", flush=True)
    return passed, failed
