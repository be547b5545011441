/* The HTTP client. */
#include "http/fetch.h"

#include <errno.h>
#include <string.h>

#include <curl/curl.h>

#include "base/transfers.h"

struct fetcher {
	struct fetch_settings settings;
	struct transfers *transfers;
};

/* Room for the answer is taken when it begins to come. */
static size_t take(char *piece, size_t size, size_t n, void *arg)
{
	struct fetch *fetch = arg;
	size_t len = size * n;

	if (len > fetch->max - fetch->body.len)
		return 0;
	if (!fetch->at)
		fetch->at = arena_try(fetch->arena, fetch->max);
	if (!fetch->at)
		return 0;
	memcpy(fetch->at + fetch->body.len, piece, len);
	fetch->body = (struct str){fetch->at, fetch->body.len + len};
	return len;
}

static const char *fault_name(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return NULL;
	case CURLE_COULDNT_RESOLVE_HOST:
		return "unknown_host";
	case CURLE_COULDNT_CONNECT:
		return "no_connection";
	case CURLE_OPERATION_TIMEDOUT:
		return "timeout";
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return "tls";
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
		return "too_large";
	default:
		return "connection_lost";
	}
}

/* --- the head of the answer --------------------------------------------------------------------------- */

static struct str field(CURL *easy, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? str_of(h->value)
										  : STR_NONE;
}

static bool is_json(struct str type)
{
	struct str media = STR_NONE;

	(void)str_next(&type, ';', &media);
	media = str_trim(media, " \t");
	return str_eq_nocase(media, STR("application/json")) ||
	       (str_starts(media, STR("application/")) && str_ends(media, STR("+json")));
}

static int64_t max_age(struct str control)
{
	static const struct str name = {"max-age=", 8};
	struct str part;
	int64_t seconds;

	while (str_next(&control, ',', &part)) {
		part = str_trim(part, " \t");
		if (!str_starts(part, name))
			continue;
		part = (struct str){part.at + name.len, part.len - name.len};
		return str_to_i64(part, &seconds) == 0 && seconds >= 0 ? seconds : -1;
	}
	return -1;
}

/* --- requests ----------------------------------------------------------------------------------------- */

static void let_go(struct fetch *fetch)
{
	curl_easy_cleanup(fetch->easy);
	curl_slist_free_all(fetch->fields);
	fetch->easy = fetch->fields = NULL;
}

static void ended(void *easy, int code)
{
	struct fetch *fetch = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &fetch->status);
	fetch->fault = fault_name((CURLcode)code);
	fetch->is_json = is_json(field(easy, "Content-Type"));
	fetch->max_age_s = max_age(field(easy, "Cache-Control"));
	transfers_remove(fetch->fetcher->transfers, easy);
	let_go(fetch);
	fetch->done(fetch);
}

struct fetcher *fetcher_new(
	struct arena *arena, struct event_base *loop, const struct fetch_settings *settings)
{
	struct fetcher *f = arena_alloc(arena, sizeof(*f));

	*f = (struct fetcher){.settings = *settings};
	f->transfers = transfers_new(arena, loop, settings->connections, ended);
	return f->transfers ? f : NULL;
}

void fetcher_free(struct fetcher *f)
{
	if (f)
		transfers_free(f->transfers);
}

static void set_limits(CURL *easy, const struct fetch_settings *s)
{
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)s->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)s->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (s->ca_file[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, s->ca_file);
}

static void set_request(CURL *easy, struct fetch *fetch)
{
	curl_easy_setopt(easy, CURLOPT_URL, fetch->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->fields);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)fetch->max);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
	if (fetch->login) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERPWD, fetch->login);
	}
	if (fetch->form.at) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->form.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->form.at);
	}
}

int fetch_begin(struct fetcher *f, struct fetch *fetch)
{
	fetch->fetcher = f;
	fetch->body = STR_NONE;
	fetch->at = NULL;
	fetch->status = 0;
	fetch->easy = curl_easy_init();
	fetch->fields = curl_slist_append(NULL, "Accept: application/json");
	if (fetch->easy && fetch->fields) {
		set_limits(fetch->easy, &f->settings);
		set_request(fetch->easy, fetch);
		if (transfers_add(f->transfers, fetch->easy) == 0)
			return 0;
	}
	let_go(fetch);
	return -ENOMEM;
}

void fetch_abandon(struct fetch *fetch)
{
	if (!fetch->easy)
		return;
	transfers_remove(fetch->fetcher->transfers, fetch->easy);
	let_go(fetch);
}
