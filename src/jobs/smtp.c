/* SMTP on the event loop. */
#include "jobs/smtp.h"

#include <errno.h>
#include <string.h>

#include <curl/curl.h>

#include "base/transfers.h"

/* How far a transfer has got: the last command that was sent. */
enum stage {
	STAGE_HELLO, /* connecting, TLS, EHLO, AUTH */
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA, /* and the message itself       */
};

static const char *const stage_names[] = {"hello", "mail", "rcpt", "data"};

struct smtp {
	struct smtp_settings settings;
	struct transfers *transfers;
};

/* --- what libcurl asks for ------------------------------------------------------------------------------ */

static size_t give_message(char *to, size_t size, size_t n, void *arg)
{
	struct smtp_send *send = arg;
	size_t left = send->message.len - send->taken, piece = size * n < left ? size * n : left;

	memcpy(to, send->message.at + send->taken, piece);
	send->taken += piece;
	return piece;
}

/* Only the commands are looked at, and nothing is printed. */
static int note_command(CURL *easy, curl_infotype type, char *data, size_t len, void *arg)
{
	struct smtp_send *send = arg;
	struct str line = {data, len};

	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	if (str_starts(line, STR("MAIL FROM:")))
		send->stage = STAGE_MAIL;
	else if (str_starts(line, STR("RCPT TO:")))
		send->stage = STAGE_RCPT;
	else if (str_starts(line, STR("DATA")))
		send->stage = STAGE_DATA;
	return 0;
}

/* --- results -------------------------------------------------------------------------------------------- */

static const char *fault_name(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "unknown_host";
	case CURLE_COULDNT_CONNECT:
		return "no_connection";
	case CURLE_OPERATION_TIMEDOUT:
		return "timeout";
	case CURLE_LOGIN_DENIED:
		return "login";
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return "tls";
	default:
		return "connection_lost";
	}
}

/* Answers to the message that are about its recipient (RFC 5321, 4.2.3): some servers look only then. */
static bool names_recipient(long answer)
{
	return answer == 550 || answer == 551 || answer == 553;
}

/* The answer of the server decides where there is one to this message; a transfer that timed out or lost its
 * connection has none. */
static enum smtp_outcome judge(const struct smtp_send *send, CURLcode code, long answer)
{
	bool answered = code != CURLE_OPERATION_TIMEDOUT && answer >= 400 && answer < 600;

	if (code == CURLE_OK)
		return SMTP_SENT;
	if (send->stage == STAGE_HELLO)
		return SMTP_UNREACHED;
	if (answered && answer >= 500 && (send->stage == STAGE_RCPT || names_recipient(answer)))
		return SMTP_BOUNCED;
	if (answered && answer >= 500 && send->stage == STAGE_DATA)
		return SMTP_REFUSED;
	return SMTP_LATER;
}

static struct str explain(const struct smtp_send *send, CURLcode code, long answer)
{
	if (code == CURLE_OK)
		return STR_NONE;
	if (code == CURLE_OPERATION_TIMEDOUT || answer < 400 || answer > 599)
		return str_of(fault_name(code));
	return arena_printf(send->arena, "%ld %s", answer, stage_names[send->stage]);
}

static void let_go(struct smtp *smtp, struct smtp_send *send)
{
	transfers_remove(smtp->transfers, send->easy);
	curl_easy_cleanup(send->easy);
	curl_slist_free_all(send->recipients);
	send->easy = send->recipients = NULL;
}

static void ended(void *easy, int code)
{
	struct smtp_send *send = NULL;
	long answer = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&send);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer);
	enum smtp_outcome outcome = judge(send, (CURLcode)code, answer);
	struct str why = explain(send, (CURLcode)code, answer);
	let_go(send->smtp, send);
	send->done(send, outcome, why);
}

/* --- the interface -------------------------------------------------------------------------------------- */

struct smtp *smtp_new(struct arena *arena, struct event_base *loop, const struct smtp_settings *settings)
{
	struct smtp *smtp = arena_alloc(arena, sizeof(*smtp));

	*smtp = (struct smtp){.settings = *settings};
	smtp->transfers = transfers_new(arena, loop, settings->parallel, ended);
	return smtp->transfers ? smtp : NULL;
}

static void set_server(CURL *easy, const struct smtp_settings *s)
{
	long tls = CURLUSESSL_ALL;

	if (strcmp(s->tls, "try") == 0)
		tls = CURLUSESSL_TRY;
	else if (strcmp(s->tls, "none") == 0)
		tls = CURLUSESSL_NONE;
	curl_easy_setopt(easy, CURLOPT_URL, s->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USE_SSL, tls);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)s->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)s->timeout_ms);
	if (s->ca_file[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, s->ca_file);
	if (s->user[0] != '\0') {
		curl_easy_setopt(easy, CURLOPT_USERNAME, s->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, s->password);
	}
}

static void set_message(CURL *easy, struct smtp_send *send, const char *from)
{
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, send->recipients);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_message);
	curl_easy_setopt(easy, CURLOPT_READDATA, send);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)send->message.len);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); /* so that note_command() hears of them */
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, note_command);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, send);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, send);
}

int smtp_begin(struct smtp *smtp, struct arena *arena, struct smtp_send *send)
{
	CURL *easy = curl_easy_init();
	const char *to = arena_printf(arena, "<%.*s>", STR_ARG(send->to)).at;
	struct curl_slist *recipients = curl_slist_append(NULL, to);

	send->smtp = smtp;
	send->arena = arena;
	send->easy = easy;
	send->recipients = recipients;
	send->taken = 0;
	send->stage = STAGE_HELLO;
	if (easy && recipients) {
		set_server(easy, &smtp->settings);
		set_message(easy, send, arena_printf(arena, "<%.*s>", STR_ARG(send->from)).at);
		if (transfers_add(smtp->transfers, easy) == 0)
			return 0;
	}
	curl_easy_cleanup(easy);
	curl_slist_free_all(recipients);
	send->easy = send->recipients = NULL;
	return -ENOMEM;
}

void smtp_abandon(struct smtp *smtp, struct smtp_send *send)
{
	if (send->easy)
		let_go(smtp, send);
}

void smtp_free(struct smtp *smtp)
{
	transfers_free(smtp->transfers);
}

struct str smtp_try(struct arena *arena, const struct smtp_settings *settings)
{
	CURL *easy = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (easy) {
		set_server(easy, settings);
		curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
		code = curl_easy_perform(easy);
	}
	struct str fault = code == CURLE_OK ? STR_NONE : arena_str(arena, str_of(curl_easy_strerror(code)));
	curl_easy_cleanup(easy);
	curl_global_cleanup();
	return fault;
}
