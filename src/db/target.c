/* Turns a connection URL into parameters for libpq that need no name resolution. */
#include "db/target.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <string.h>

#include "base/buf.h"

/* The three lists of libpq that go together: the i-th host has the i-th address and the i-th port. */
struct hosts {
	struct buf name, address, port;
	unsigned n;
};

static void set(struct target *t, const char *keyword, const char *value)
{
	unsigned i = 0;

	while (t->keywords[i] && strcmp(t->keywords[i], keyword) != 0)
		i++;
	if (i < TARGET_KEYWORDS_MAX) {
		t->keywords[i] = keyword;
		t->values[i] = value;
	}
}

static const char *get(const struct target *t, const char *keyword)
{
	for (unsigned i = 0; t->keywords[i]; i++)
		if (strcmp(t->keywords[i], keyword) == 0)
			return t->values[i];
	return NULL;
}

static void add(struct hosts *h, struct str name, struct str address, struct str port)
{
	if (h->n++) {
		buf_byte(&h->name, ',');
		buf_byte(&h->address, ',');
		buf_byte(&h->port, ',');
	}
	buf_put(&h->name, name);
	buf_put(&h->address, address);
	buf_put(&h->port, port);
}

static bool is_path(struct str host)
{
	return host.len == 0 || host.at[0] == '/' || host.at[0] == '@';
}

/* Adds a host once for each of its addresses; a name that is not known adds nothing. */
static void resolve(struct arena *arena, struct hosts *h, struct str host, struct str port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	char text[NI_MAXHOST];

	if (is_path(host)) {
		add(h, host, STR(""), port);
		return;
	}
	if (getaddrinfo(arena_cstr(arena, host), NULL, &hints, &found) != 0)
		return;
	for (struct addrinfo *a = found; a; a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
			add(h, host, arena_str(arena, str_of(text)), port);
	freeaddrinfo(found);
}

/* The next entry of a list; a list of one stands for all. */
static struct str next_port(struct str *list, struct str last)
{
	struct str port;

	return str_next(list, ',', &port) ? port : last;
}

static bool resolve_all(struct arena *arena, struct target *t, struct str *ret_reason)
{
	struct str list = str_of(get(t, "host")), ports = str_of(get(t, "port")), host, port = STR("");
	struct hosts h = {.name.arena = arena, .address.arena = arena, .port.arena = arena};

	if (!list.at || !list.len || get(t, "hostaddr"))
		return true;
	while (str_next(&list, ',', &host)) {
		port = next_port(&ports, port);
		resolve(arena, &h, host, port);
	}
	if (!h.n) {
		*ret_reason = arena_printf(arena, "no address for host %s", get(t, "host"));
		return false;
	}
	set(t, "host", arena_cstr(arena, buf_str(&h.name)));
	set(t, "hostaddr", arena_cstr(arena, buf_str(&h.address)));
	set(t, "port", arena_cstr(arena, buf_str(&h.port)));
	return true;
}

/* What holds unless the URL says otherwise. */
static const char *const defaults[][2] = {
	{"fallback_application_name", "tiepdan"},
	{"gssencmode", "disable"}, /* looking for Kerberos tickets may block */
	{"keepalives_idle", "30"}, /* a listener learns of a dead server only through these */
	{"keepalives_interval", "10"},
	{"keepalives_count", "3"},
	{"tcp_user_timeout", "30000"},
};

static void copy_options(struct arena *arena, const PQconninfoOption *options, struct target *t)
{
	for (; options->keyword; options++)
		if (options->val)
			set(t, arena_cstr(arena, str_of(options->keyword)),
				arena_cstr(arena, str_of(options->val)));
}

bool target_resolve(
	struct arena *arena, const char *url, struct str options, struct target *ret, struct str *ret_reason)
{
	char *reason = NULL;
	PQconninfoOption *parsed = PQconninfoParse(url, &reason);

	*ret = (struct target){0};
	if (!parsed) {
		/* libpq's own words may quote the URL, password included. */
		PQfreemem(reason);
		*ret_reason = STR("the connection URL cannot be read");
		return false;
	}
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		set(ret, defaults[i][0], defaults[i][1]);
	copy_options(arena, parsed, ret);
	PQconninfoFree(parsed);
	set(ret, "client_encoding", "UTF8");
	set(ret, "options",
		arena_cstr(arena, arena_printf(arena, "%.*s %s", STR_ARG(options),
					  get(ret, "options") ? get(ret, "options") : "")));
	return resolve_all(arena, ret, ret_reason);
}

void target_name(struct target *t, const char *name)
{
	set(t, "application_name", name);
}
