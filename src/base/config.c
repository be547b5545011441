/* The settings: default, file, environment and flags brought together, and the texts that describe them. */
#include "base/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum kind {
	TEXT,
	CHOICE,
	INT,
	BOOL
};

struct setting {
	const char *name;
	enum kind kind;
	const char *text; /* default of TEXT and CHOICE */
	int64_t number;	  /* default of INT and BOOL    */
	int64_t min, max;
	const char *choices; /* separated by '|'           */
	const char *when;
	const char *help;
	size_t offset; /* in struct config           */
};

static const struct setting settings[] = {
#define CONFIG_TEXT(name, text, when, help)                                                                  \
	{#name, TEXT, text, 0, 0, 0, NULL, #when, help, offsetof(struct config, name)},
#define CONFIG_CHOICE(name, text, choices, when, help)                                                       \
	{#name, CHOICE, text, 0, 0, 0, choices, #when, help, offsetof(struct config, name)},
#define CONFIG_INT(name, number, min, max, when, help)                                                       \
	{#name, INT, NULL, number, min, max, NULL, #when, help, offsetof(struct config, name)},
#define CONFIG_BOOL(name, on, when, help)                                                                    \
	{#name, BOOL, NULL, on, 0, 1, NULL, #when, help, offsetof(struct config, name)},
#include "base/config.def"
};

enum {
	SETTINGS = sizeof(settings) / sizeof(settings[0]),
	FILE_MAX = 64 << 10
};

struct load {
	struct arena *arena;
	struct config *config;
	FILE *complain;
	unsigned faults;
	unsigned lines[SETTINGS]; /* where the file sets it, 0: nowhere */
};

static void fault(struct load *load, const char *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void fault(struct load *load, const char *where, const char *format, ...)
{
	va_list args;

	load->faults++;
	fprintf(load->complain, "%s: ", where);
	va_start(args, format);
	vfprintf(load->complain, format, args);
	va_end(args);
	fputc('\n', load->complain);
}

static void *member(struct config *config, const struct setting *s)
{
	return (char *)config + s->offset;
}

/* Flags may be written with '-' where the name has '_'. */
static const struct setting *find(struct str name)
{
	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		size_t i = 0;

		while (i < name.len && s->name[i] && (name.at[i] == '-' ? '_' : name.at[i]) == s->name[i])
			i++;
		if (i == name.len && s->name[i] == '\0')
			return s;
	}
	return NULL;
}

static bool one_of(const char *choices, struct str value)
{
	struct str rest = str_of(choices), choice;

	while (str_next(&rest, '|', &choice))
		if (str_eq(choice, value))
			return true;
	return false;
}

static bool read_bool(struct str value, bool *ret_on)
{
	*ret_on = one_of("true|yes|on|1", value);
	return *ret_on || one_of("false|no|off|0", value);
}

/* A value is shown in a fault only where it cannot be a secret. */
static void set(struct load *load, const struct setting *s, struct str value, const char *where)
{
	int64_t number;
	bool on;

	switch (s->kind) {
	case CHOICE:
		if (!one_of(s->choices, value)) {
			fault(load, where, "%s is one of %s", s->name, s->choices);
			break;
		}
		/* fall through */
	case TEXT:
		if (!str_is_utf8(value))
			fault(load, where, "%s is not UTF-8", s->name);
		*(const char **)member(load->config, s) = arena_cstr(load->arena, value);
		break;
	case INT:
		if (str_to_i64(value, &number) == -EINVAL)
			fault(load, where, "%s is not a number", s->name);
		else if (str_to_i64(value, &number) != 0 || number < s->min || number > s->max)
			fault(load, where, "%s is not between %lld and %lld", s->name, (long long)s->min,
				(long long)s->max);
		else
			*(int64_t *)member(load->config, s) = number;
		break;
	case BOOL:
		if (read_bool(value, &on))
			*(bool *)member(load->config, s) = on;
		else
			fault(load, where, "%s is true or false", s->name);
		break;
	}
}

static void set_defaults(struct config *config)
{
	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		if (s->kind == INT)
			*(int64_t *)member(config, s) = s->number;
		else if (s->kind == BOOL)
			*(bool *)member(config, s) = s->number;
		else
			*(const char **)member(config, s) = s->text;
	}
}

static void read_line(struct load *load, struct str line, unsigned number, const char *where)
{
	static const char blanks[] = " \t\r";
	const struct setting *s;
	struct str name;

	line = str_trim(line, blanks);
	if (line.len == 0 || line.at[0] == '#')
		return;
	if (!memchr(line.at, '=', line.len)) {
		fault(load, where, "not of the form: name = value");
		return;
	}
	str_next(&line, '=', &name);
	name = str_trim(name, blanks);
	s = find(name);
	if (!s) {
		fault(load, where, "there is no setting %.*s", STR_ARG(name));
		return;
	}
	if (load->lines[s - settings])
		fault(load, where, "%s was set in line %u already", s->name, load->lines[s - settings]);
	load->lines[s - settings] = number;
	set(load, s, str_trim(line, blanks), where);
}

static void read_settings_file(struct load *load, const char *path)
{
	struct str rest, line;
	int error = file_read(load->arena, path, FILE_MAX, &rest);

	if (error < 0) {
		fault(load, path, "%s", strerror(-error));
		return;
	}
	for (unsigned number = 1; str_next(&rest, '\n', &line); number++)
		read_line(load, line, number, arena_printf(load->arena, "%s:%u", path, number).at);
}

static void read_environment(struct load *load)
{
	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		char *where =
			arena_cstr(load->arena, arena_printf(load->arena, "environment TIEPDAN_%s", s->name));
		const char *value;

		for (char *c = where + strlen("environment "); *c; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - ('a' - 'A'));
		value = getenv(where + strlen("environment "));
		if (value)
			set(load, s, str_of(value), where);
	}
}

/* One argument looked at as a flag. */
struct flag {
	const struct setting *setting; /* NULL: --config */
	struct str value;	       /* absent: not given */
	int used;		       /* arguments it takes up, 0: no setting */
};

static struct flag read_flag(char *const *arg)
{
	struct str rest = str_of(*arg), name;
	struct flag flag = {.used = 1};
	bool inverse;

	if (!str_starts(rest, STR("--")) || rest.len == 2)
		return (struct flag){0};
	rest = (struct str){rest.at + 2, rest.len - 2};
	if (!str_next(&rest, '=', &name))
		return (struct flag){0};
	if (name.at[name.len] == '=')
		flag.value = rest;
	flag.setting = find(name);
	inverse = !flag.setting && str_starts(name, STR("no-"));
	if (inverse)
		flag.setting = find((struct str){name.at + 3, name.len - 3});
	if (flag.setting ? inverse && (flag.setting->kind != BOOL || flag.value.at)
			 : !str_eq(name, STR("config")))
		return (struct flag){0};
	if (flag.value.at)
		return flag;
	if (flag.setting && flag.setting->kind == BOOL) {
		flag.value = inverse ? STR("false") : STR("true");
	} else if (arg[1]) {
		flag.value = str_of(arg[1]);
		flag.used = 2;
	}
	return flag;
}

/* Sets what is a setting and moves the rest to `rest`; behind "--" everything is rest. */
static void read_flags(struct load *load, char **args, char **rest)
{
	while (*args && strcmp(*args, "--") != 0) {
		struct flag flag = read_flag(args);
		const char *where =
			arena_printf(load->arena, "flag %.*s", (int)strcspn(*args, "="), *args).at;

		if (!flag.used)
			*rest++ = *args++;
		else if (!flag.value.at)
			fault(load, where, "the value is missing");
		else if (flag.setting)
			set(load, flag.setting, flag.value, where);
		args += flag.used;
	}
	while (*args)
		*rest++ = *args++;
}

static const char *settings_path(struct arena *arena, char **args)
{
	const char *path = getenv("TIEPDAN_CONFIG");

	while (*args && strcmp(*args, "--") != 0) {
		struct flag flag = read_flag(args);

		if (flag.used && !flag.setting && flag.value.at)
			path = arena_cstr(arena, flag.value);
		args += flag.used ? flag.used : 1;
	}
	return path && *path ? path : NULL;
}

const struct config *config_load(struct arena *arena, char **args, char ***ret_rest, FILE *complain)
{
	struct load load = {
		.arena = arena,
		.config = arena_alloc(arena, sizeof(struct config)),
		.complain = complain,
	};
	const char *path = settings_path(arena, args);
	char **rest;
	size_t n = 0;

	while (args[n])
		n++;
	rest = arena_alloc(arena, (n + 1) * sizeof(*rest));
	set_defaults(load.config);
	if (path)
		read_settings_file(&load, path);
	read_environment(&load);
	read_flags(&load, args, rest);
	if (ret_rest)
		*ret_rest = rest;
	return load.faults ? NULL : load.config;
}

/* "the default; what is allowed" */
static void print_range(FILE *out, const struct setting *s)
{
	switch (s->kind) {
	case TEXT:
		fprintf(out, "%s%s", s->text[0] ? "default " : "not set by default", s->text);
		break;
	case CHOICE:
		fprintf(out, "default %s; %s", s->text, s->choices);
		break;
	case INT:
		fprintf(out, "default %lld; %lld to %lld", (long long)s->number, (long long)s->min,
			(long long)s->max);
		break;
	case BOOL:
		fprintf(out, "default %s", s->number ? "true" : "false");
		break;
	}
}

static void print_flag(FILE *out, const struct setting *s)
{
	static const char *const values[] = {
		[TEXT] = "=TEXT", [CHOICE] = "=WORD", [INT] = "=NUMBER", [BOOL] = ""};

	fputs(s->kind == BOOL ? "  --[no-]" : "  --", out);
	for (const char *c = s->name; *c; c++)
		fputc(*c == '_' ? '-' : *c, out);
	fputs(values[s->kind], out);
}

void config_print_help(FILE *out)
{
	fputs("  --config=FILE\n        read settings from FILE, lines of: name = value (or "
	      "TIEPDAN_CONFIG)\n",
		out);
	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		print_flag(out, s);
		fprintf(out, "\n        %s (", s->help);
		print_range(out, s);
		fputs(")\n", out);
	}
}

void config_print_sample(FILE *out)
{
	fputs("# Settings of tiepdan. Each can also be given as TIEPDAN_<NAME> in the environment or as a "
	      "flag;\n"
	      "# the environment wins over this file, a flag over both. START: needs a restart; RELOAD: "
	      "SIGHUP is enough.\n",
		out);
	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		fprintf(out, "\n# %s\n# %s; ", s->help, s->when);
		print_range(out, s);
		fprintf(out, "\n#%s =", s->name);
		if (s->kind == INT)
			fprintf(out, " %lld\n", (long long)s->number);
		else if (s->kind == BOOL)
			fprintf(out, " %s\n", s->number ? "true" : "false");
		else
			fprintf(out, "%s%s\n", s->text[0] ? " " : "", s->text);
	}
}
