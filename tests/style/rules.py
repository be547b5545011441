"""The rules that tests/style/check applies. A rule takes (root, paths, sources, functions) and yields its faults."""
import math
import os
import re
import subprocess

FUNCTION_GOAL, FUNCTION_MAX, FILE_MAX, PARAMETERS_MAX, NESTING_MAX, COLUMNS = 40, 60, 600, 5, 3, 110
LAYERS = ["base", "civil", "http", "shape", "db", "auth", "app/*", "app", "jobs", "command", "serve", "main"]
GENERATED = {"gen/shapes.h": "shape", "gen/sql/": "db", "gen/embedded.h": "app"}
BANNED = ("strcpy strcat sprintf vsprintf strtok atoi atol atof gets alloca setjmp longjmp system popen mktemp tmpnam "
          "rand srand signal strncpy PQescapeLiteral PQescapeString").split()


class Source:
    """A C file: its lines, and the same with comments and the insides of literals blanked out."""

    def __init__(self, root, path):
        self.path = path
        self.folder = os.path.dirname(path)
        with open(os.path.join(root, path), encoding="utf-8") as f:
            self.text = f.read()
        self.lines = self.text.splitlines()
        self.comments, self.strings = [], []
        self.code = self._blank()
        self.code_lines = self.code.split("\n")

    def _blank(self):
        def swap(m):
            piece = m.group(0)
            line = self.text.count("\n", 0, m.start()) + 1
            if piece.startswith("/"):
                self.comments.append((line, piece))
                return re.sub(r"[^\n]", " ", piece)
            if piece.startswith('"'):
                self.strings.append((line, piece[1:-1]))
            return piece[0] + "x" * (len(piece) - 2) + piece[-1]
        return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', swap, self.text, flags=re.S)

    @property
    def is_header(self):
        return self.path.endswith(".h")

    @property
    def layer(self):
        """The layer of a file under src, None elsewhere."""
        parts = self.path.split("/")
        if parts[0] != "src" or parts[1] == "gen":
            return None
        if len(parts) == 2:
            return "main"
        return "app/*" if parts[1] == "app" and len(parts) == 4 else parts[1]

    def includes(self):
        for i, line in enumerate(self.lines, 1):
            m = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if m:
                yield i, m.group(2), m.group(1) == "<"


def percentile(values, p):
    return sorted(values)[max(0, math.ceil(len(values) * p / 100) - 1)] if values else 0


def product(sources):
    return [s for s in sources if s.path.startswith("src/")]


def layer_of_include(name):
    for prefix, layer in GENERATED.items():
        if name.startswith(prefix):
            return layer
    parts = name.split("/")
    if len(parts) == 3 and parts[0] == "app":
        return "app/*"
    return parts[0]


def layers(root, paths, sources, functions):
    """a folder includes only what stands to its left, and nouns never include each other"""
    for s in product(sources):
        for line, name, system in s.includes():
            if system:
                continue
            where = "%s:%d: " % (s.path, line)
            if s.layer is None:
                if os.path.exists(os.path.join(root, "src", name)) and not name.startswith("gen/"):
                    yield where + "gen/ includes nothing from the rest of src"
                continue
            if name.startswith("gen/") and layer_of_include(name) == "gen":
                yield where + "unknown generated header " + name
                continue
            if name.startswith("/usr/") or layer_of_include(name) not in LAYERS:
                yield where + "%s: not by path from src" % name
                continue
            left, right = LAYERS.index(layer_of_include(name)), LAYERS.index(s.layer)
            if left > right:
                yield where + "%s may not include %s" % (s.layer, name)
            if s.layer == "app/*" and left == right and not name.startswith("gen/"):
                if os.path.dirname(name) != s.folder[4:] and not name.startswith("app/record/"):
                    yield where + "a noun includes another noun: " + name


def own_header_first(root, paths, sources, functions):
    """the own header comes first, no bare include of ours"""
    for s in product(sources):
        includes = list(s.includes())
        own = s.path[4:-2] + ".h"
        if not s.is_header and includes and os.path.exists(os.path.join(root, "src", own)) and includes[0][1] != own:
            yield "%s:%d: %s must be the first include" % (s.path, includes[0][0], own)
        for line, name, system in includes:
            if not system and "/" not in name:
                yield '%s:%d: "%s" is no path from src' % (s.path, line, name)


def banned_calls(root, paths, sources, functions):
    """no banned calls"""
    pattern = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))
    for s in product(sources):
        for i, line in enumerate(s.code_lines, 1):
            for m in pattern.finditer(line):
                yield "%s:%d: %s is banned" % (s.path, i, m.group(1))
            if re.search(r"\bPQexec\w*\s*\(", line) and s.layer not in ("command", None):
                yield "%s:%d: PQexec outside command/ blocks the loop" % (s.path, i)


def sql_text(root, paths, sources, functions):
    """no SQL text in C: statements are .sql files"""
    pattern = re.compile(r"^\s*(select|insert\s+into|update\s+\w+\s+set|delete\s+from|with\s+\w+\s+as)\b", re.I)
    for s in product(sources):
        for line, text in s.strings:
            if s.layer and pattern.match(text):
                yield "%s:%d: SQL in C: \"%s\"" % (s.path, line, text[:50])


def function_sizes(root, paths, sources, functions):
    """functions: 95 % at most 40 lines, none over 60"""
    sizes = []
    for path, name, first, last, _ in functions:
        if not path.startswith("src/"):
            continue
        sizes.append(last - first + 1)
        if sizes[-1] > FUNCTION_MAX:
            yield "%s:%d: %s() has %d lines" % (path, first, name, sizes[-1])
    if percentile(sizes, 95) > FUNCTION_GOAL:
        yield "src: the 95th percentile of function sizes is %d lines" % percentile(sizes, 95)


def file_sizes(root, paths, sources, functions):
    """files: none over 600 lines"""
    for path in paths:
        if re.search(r"\.(c|h|py|sh)$", path) or path in ("deploy/quickstart", "tests/all"):
            with open(os.path.join(root, path), encoding="utf-8") as f:
                n = sum(1 for _ in f)
            if n > FILE_MAX:
                yield "%s:1: %d lines" % (path, n)


def parameters(root, paths, sources, functions):
    """functions take at most 5 parameters"""
    for path, name, first, _, signature in functions:
        inner = re.sub(r"\([^()]*\)", "", signature.strip()[1:-1])
        if path.startswith("src/") and inner.count(",") + 1 > PARAMETERS_MAX:
            yield "%s:%d: %s() takes %d parameters" % (path, first, name, inner.count(",") + 1)


def nesting(root, paths, sources, functions):
    """blocks nest at most 3 deep"""
    by_path = {s.path: s for s in product(sources)}
    for path, name, first, last, _ in functions:
        if path not in by_path:
            continue
        body = "\n".join(by_path[path].code_lines[first - 1:last])
        depth = deepest = 0
        stack = []
        for m in re.finditer(r"[{}]", body):
            if m.group(0) == "{":
                before = body[:m.start()].rstrip()
                block = before.endswith(")") and not re.search(r"[=,(]\s*\([^()]*\)$", before) or bool(
                    re.search(r"\b(else|do)$", before))
                stack.append(block)
                depth += block
                deepest = max(deepest, depth)
            elif stack:
                depth -= stack.pop()
        if deepest - 1 > NESTING_MAX:
            yield "%s:%d: %s() nests %d blocks" % (path, first, name, deepest - 1)


def jumps(root, paths, sources, functions):
    """goto only jumps forward"""
    by_path = {s.path: s for s in product(sources)}
    for path, name, first, last, _ in functions:
        body = by_path[path].code_lines[first - 1:last] if path in by_path else []
        labels = {m.group(1): i for i, line in enumerate(body) if (m := re.match(r"\s*(\w+):(?!:)", line))}
        for i, line in enumerate(body):
            m = re.search(r"\bgoto\s+(\w+)", line)
            if m and labels.get(m.group(1), i + 1) <= i:
                yield "%s:%d: %s() jumps back to %s" % (path, first + i, name, m.group(1))


def marks(root, paths, sources, functions):
    """no marks of unfinished work, no paths of one machine"""
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    leak = re.compile(r"(^|[^\w])/wo" r"rk/|\.\./sha" r"red|/tmp/br" r"ief")
    for path in paths:
        if re.search(r"\.(png|ico|gz|bin)$", path) or "/corpus/" in path:
            continue
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
            for i, line in enumerate(f, 1):
                if not path.endswith(".md") and mark.search(line):
                    yield "%s:%d: a mark of unfinished work" % (path, i)
                if leak.search(line):
                    yield "%s:%d: names a path of one machine" % (path, i)


def headers(root, paths, sources, functions):
    """every header has its guard, a contract comment and declarations of its own"""
    for s in product(sources):
        if not s.is_header:
            continue
        guard = "TIEPDAN_" + re.sub(r"[^A-Z0-9]", "_", s.path[4:].upper())
        if "#ifndef %s\n#define %s\n" % (guard, guard) not in s.text:
            yield "%s:1: the guard is not %s" % (s.path, guard)
        if not any(len(text) >= 40 for _, text in s.comments):
            yield "%s:1: no contract comment" % s.path
        rest = re.sub(r"^\s*#.*$", "", s.code, flags=re.M)
        if not re.search(r"[;{]", rest) and "#define" not in s.text.replace("#define " + guard, "", 1):
            yield "%s:1: an umbrella header" % s.path


def first_lines(root, paths, sources, functions):
    """a .c file says on its first line what it is for, without a banner"""
    for s in product(sources):
        if not s.is_header and not s.text.startswith("/*"):
            yield "%s:1: the first line does not say what the file is for" % s.path
        if re.search(r"/\*\s*[-=*#]{6,}", s.text):
            yield "%s:1: a banner" % s.path


def typedefs(root, paths, sources, functions):
    """no typedef of structs and enums, no _t of our own"""
    for s in product(sources):
        for i, line in enumerate(s.code_lines, 1):
            if re.search(r"\btypedef\s+(struct|enum|union)\b|\btypedef\b.*\b\w+_t\s*;", line):
                yield "%s:%d: typedef" % (s.path, i)


def dead_code(root, paths, sources, functions):
    """no code in comments, no #if 0"""
    code = re.compile(r"^[\s*/]*(return\b.*;|\w+\s*=[^=].*;|[\w>.-]+\([^()]*\);|(if|for|while)\s*\(.*\)\s*\{?)\s*(\*/)?$", re.M)
    for s in product(sources):
        for line, text in s.comments:
            if not s.is_header and code.search(text):
                yield "%s:%d: code in a comment" % (s.path, line)
        for i, line in enumerate(s.lines, 1):
            if re.match(r"\s*#\s*if\s+0\b", line):
                yield "%s:%d: #if 0" % (s.path, i)


def width(root, paths, sources, functions):
    """lines of code and comment fit 110 columns, but for tables that are fenced from the formatter"""
    for s in product(sources):
        fenced = False
        for i, line in enumerate(s.lines, 1):
            fenced = "clang-format off" in line or (fenced and "clang-format on" not in line)
            if not fenced and len(line.expandtabs(8)) > COLUMNS:
                yield "%s:%d: %d columns" % (s.path, i, len(line.expandtabs(8)))


def spelling(root, paths, sources, functions):
    """one way to write it: !p for p == NULL, sizeof(x) for sizeof x"""
    for s in product(sources):
        for i, line in enumerate(s.code_lines, 1):
            if re.search(r"[\w\])] == NULL\b", line) or re.search(r"\bsizeof [^(]", line):
                yield "%s:%d: %s" % (s.path, i, line.strip())


def formatted(root, paths, sources, functions):
    """clang-format has nothing to change"""
    files = [s.path for s in sources]
    if not files:
        return
    got = subprocess.run(["clang-format", "--dry-run", "--ferror-limit=1"] + files, cwd=root, capture_output=True, text=True)
    for line in got.stderr.splitlines():
        if "-Wclang-format-violations" in line:
            yield line


def shell(root, paths, sources, functions):
    """shellcheck has nothing to say"""
    scripts = []
    for path in paths:
        if path.endswith(".sh"):
            scripts.append(path)
        elif "." not in os.path.basename(path):
            with open(os.path.join(root, path), "rb") as f:
                if re.match(rb"#!.*\b(ba|da)?sh\b", f.readline()):
                    scripts.append(path)
    if not scripts:
        return
    got = subprocess.run(["shellcheck", "-x", "-f", "gcc"] + scripts, cwd=root, capture_output=True, text=True)
    yield from got.stdout.splitlines()


RULES = [layers, own_header_first, banned_calls, sql_text, function_sizes, file_sizes, parameters, nesting, jumps, marks,
         headers, first_lines, typedefs, dead_code, width, spelling, formatted, shell]
