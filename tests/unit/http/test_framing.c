/* Raw requests, each with a hidden one behind it that must not be answered, sent whole and byte by byte. */
#include "world.h"

#define H	"Host: x\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

struct raw {
	const char *name, *text, *statuses;
	size_t len; /* 0: of the text */
};

/* clang-format off */
static const struct raw refused[] = {
	{"no version", "GET /now\r\n" H "\r\n", "400"},
	{"no target", "GET HTTP/1.1\r\n" H "\r\n", "400"},
	{"two blanks before the target", "GET  /now HTTP/1.1\r\n" H "\r\n", "400"},
	{"two blanks before the version", "GET /now  HTTP/1.1\r\n" H "\r\n", "400"},
	{"blank behind the version", "GET /now HTTP/1.1 \r\n" H "\r\n", "400"},
	{"blank before the method", " GET /now HTTP/1.1\r\n" H "\r\n", "400"},
	{"tab for a blank", "GET\t/now HTTP/1.1\r\n" H "\r\n", "400"},
	{"only a word", "HELLO\r\n\r\n", "400"},
	{"two empty lines first", "\r\n\r\nGET /now HTTP/1.1\r\n" H "\r\n", "400"},
	{"TLS hello", "\x16\x03\x01\x02", "400"},
	{"method not a token", "G(T /now HTTP/1.1\r\n" H "\r\n", "400"},
	{"method with a colon", "GET: /now HTTP/1.1\r\n" H "\r\n", "400"},
	{"method in small letters", "get /now HTTP/1.1\r\n" H "\r\n", "501"},
	{"unknown method", "BREW /now HTTP/1.1\r\n" H "\r\n", "501"},
	{"CONNECT", "CONNECT x:80 HTTP/1.1\r\n" H "\r\n", "501"},
	{"TRACE", "TRACE /now HTTP/1.1\r\n" H "\r\n", "501"},
	{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "501"},
	{"HTTP/2.0", "GET /now HTTP/2.0\r\n" H "\r\n", "505"},
	{"HTTP/0.9", "GET /now HTTP/0.9\r\n" H "\r\n", "505"},
	{"HTTP/1.2", "GET /now HTTP/1.2\r\n" H "\r\n", "505"},
	{"HTTP/1.10", "GET /now HTTP/1.10\r\n" H "\r\n", "400"},
	{"HTTP/1,1", "GET /now HTTP/1,1\r\n" H "\r\n", "400"},
	{"http/1.1", "GET /now http/1.1\r\n" H "\r\n", "400"},
	{"HTTPS/1.1", "GET /now HTTPS/1.1\r\n" H "\r\n", "400"},
	{"relative target", "GET now HTTP/1.1\r\n" H "\r\n", "400"},
	{"star for GET", "GET * HTTP/1.1\r\n" H "\r\n", "400"},
	{"authority form", "GET x:80 HTTP/1.1\r\n" H "\r\n", "400"},
	{"other scheme", "GET ftp://x/now HTTP/1.1\r\n" H "\r\n", "400"},
	{"absolute form without a host", "GET http:///now HTTP/1.1\r\n" H "\r\n", "400"},
	{"absolute form with a user", "GET http://a@x/now HTTP/1.1\r\n" H "\r\n", "400"},
	{"fragment", "GET /now#a HTTP/1.1\r\n" H "\r\n", "400"},
	{"backslash", "GET /now\\a HTTP/1.1\r\n" H "\r\n", "400"},
	{"raw UTF-8 in the target", "GET /\xc4\x91 HTTP/1.1\r\n" H "\r\n", "400"},
	{"NUL in the target", "GET /no\0w HTTP/1.1\r\n" H "\r\n", "400", 30},
	{"bad escape", "GET /n%zz HTTP/1.1\r\n" H "\r\n", "400"},
	{"cut escape", "GET /n%4 HTTP/1.1\r\n" H "\r\n", "400"},
	{"bad escape in the query", "GET /now?a=100% HTTP/1.1\r\n" H "\r\n", "400"},
	{"bare LF in the request line", "GET /now HTTP/1.1\n" H "\r\n", "400"},
	{"bare LF in a field", "GET /now HTTP/1.1\r\nHost: x\n\r\n", "400"},
	{"bare LF at the end", "GET /now HTTP/1.1\r\n" H "\n", "400"},
	{"only LF", "GET /now HTTP/1.1\nHost: x\n\n", "400"},
	{"bare CR in a field", "GET /now HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", "400"},
	{"bare CR as a line", "GET /now HTTP/1.1\r\n" H "\r\r\n", "400"},
	{"CR CR LF", "GET /now HTTP/1.1\r\r\n" H "\r\n", "400"},
	{"folded field", "GET /now HTTP/1.1\r\n" H "A: b\r\n c\r\n\r\n", "400"},
	{"folded with a tab", "GET /now HTTP/1.1\r\n" H "A: b\r\n\tc\r\n\r\n", "400"},
	{"first field folded", "GET /now HTTP/1.1\r\n Host: x\r\n\r\n", "400"},
	{"blank before the colon", "GET /now HTTP/1.1\r\nHost : x\r\n\r\n", "400"},
	{"tab before the colon", "GET /now HTTP/1.1\r\n" H "A\t: b\r\n\r\n", "400"},
	{"no colon", "GET /now HTTP/1.1\r\n" H "abc\r\n\r\n", "400"},
	{"no name", "GET /now HTTP/1.1\r\n" H ": b\r\n\r\n", "400"},
	{"name not a token", "GET /now HTTP/1.1\r\n" H "A(b): c\r\n\r\n", "400"},
	{"UTF-8 in a name", "GET /now HTTP/1.1\r\n" H "\xc4\x91: c\r\n\r\n", "400"},
	{"NUL in a value", "GET /now HTTP/1.1\r\n" H "A: b\0c\r\n\r\n", "400", 39},
	{"control byte in a value", "GET /now HTTP/1.1\r\n" H "A: b\x01\r\n\r\n", "400"},
	{"DEL in a value", "GET /now HTTP/1.1\r\n" H "A: b\x7f\r\n\r\n", "400"},
	{"no Host", "GET /now HTTP/1.1\r\nA: b\r\n\r\n", "400"},
	{"no field at all", "GET /now HTTP/1.1\r\n\r\n", "400"},
	{"two Hosts", "GET /now HTTP/1.1\r\n" H H "\r\n", "400"},
	{"two Hosts, other letters", "GET /now HTTP/1.1\r\nHOST: x\r\nhost: y\r\n\r\n", "400"},
	{"empty Host", "GET /now HTTP/1.1\r\nHost:\r\n\r\n", "400"},
	{"Host with a path", "GET /now HTTP/1.1\r\nHost: x/y\r\n\r\n", "400"},
	{"Host with a user", "GET /now HTTP/1.1\r\nHost: a@x\r\n\r\n", "400"},
	{"list of Hosts", "GET /now HTTP/1.1\r\nHost: x, y\r\n\r\n", "400"},
	{"Host with a bad port", "GET /now HTTP/1.1\r\nHost: x:65536\r\n\r\n", "400"},
	{"Host with an open bracket", "GET /now HTTP/1.1\r\nHost: [::1\r\n\r\n", "400"},
	{"length and chunked", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n" CHUNKED "\r\n0\r\n\r\n", "400"},
	{"chunked and length", "POST /echo HTTP/1.1\r\n" H CHUNKED "Content-Length: 5\r\n\r\n0\r\n\r\n", "400"},
	{"two lengths", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "400"},
	{"the same length twice", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "400"},
	{"list of lengths", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5, 5\r\n\r\nhello", "400"},
	{"negative length", "POST /echo HTTP/1.1\r\n" H "Content-Length: -5\r\n\r\n", "400"},
	{"signed length", "POST /echo HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nhello", "400"},
	{"hexadecimal length", "POST /echo HTTP/1.1\r\n" H "Content-Length: 0x5\r\n\r\nhello", "400"},
	{"empty length", "POST /echo HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", "400"},
	{"blank in the length", "POST /echo HTTP/1.1\r\n" H "Content-Length: 1 2\r\n\r\n", "400"},
	{"length beyond 64 bits", "POST /echo HTTP/1.1\r\n" H "Content-Length: 18446744073709551621\r\n\r\n", "400"},
	{"blank before the colon of the length", "POST /echo HTTP/1.1\r\n" H "Content-Length : 5\r\n\r\nhello", "400"},
	{"identity", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", "400"},
	{"chunked, identity", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "400"},
	{"gzip, chunked", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400"},
	{"chunked twice", "POST /echo HTTP/1.1\r\n" H CHUNKED CHUNKED "\r\n0\r\n\r\n", "400"},
	{"chunked, chunked", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "400"},
	{"xchunked", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400"},
	{"quoted chunked", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "400"},
	{"vertical tab and chunked", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", "400"},
	{"chunked;a=b", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", "400"},
	{"empty encoding", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n0\r\n\r\n", "400"},
	{"chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\n" H CHUNKED "Connection: keep-alive\r\n\r\n0\r\n\r\n", "400"},
	{"chunk size not hexadecimal", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\ng\r\n", "400"},
	{"empty chunk size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n\r\n0\r\n\r\n", "400"},
	{"signed chunk size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n+5\r\nhello\r\n0\r\n\r\n", "400"},
	{"chunk size with 0x", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n0x5\r\nhello\r\n0\r\n\r\n", "400"},
	{"blank behind the chunk size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5 \r\nhello\r\n0\r\n\r\n", "400"},
	{"blank before the chunk size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n 5\r\nhello\r\n0\r\n\r\n", "400"},
	{"huge chunk size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\nfffffffffffffffff\r\nhello", "400"},
	{"chunk size that wraps", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n10000000000000005\r\nhello\r\n0\r\n\r\n", "400"},
	{"bare LF behind the chunk size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5\nhello\r\n0\r\n\r\n", "400"},
	{"bare CR behind the chunk size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5\rhello\r\n0\r\n\r\n", "400"},
	{"bare LF in an extension", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5;a\nhello\r\n0\r\n\r\n", "400"},
	{"control byte in an extension", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5;a\x01\r\nhello\r\n0\r\n\r\n", "400"},
	{"chunk longer than its size", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n4\r\nhello\r\n0\r\n\r\n", "400"},
	{"chunk ends in LF", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5\r\nhello\n0\r\n\r\n", "400"},
	{"no line break behind a chunk", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5\r\nhello0\r\n\r\n", "400"},
	{"trailer with a length", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n0\r\nContent-Length: 5\r\n\r\n", "400"},
	{"trailer without a colon", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n0\r\nabc\r\n\r\n", "400"},
	{"trailer with a bare LF", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n0\r\nA: b\n\r\n", "400"},
	{"folded trailer", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n0\r\nA: b\r\n c\r\n\r\n", "400"},
	{"body longer than the cap", "POST /echo HTTP/1.1\r\n" H "Content-Length: 1001\r\n\r\n", "413"},
	{"chunk longer than the cap", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n3e9\r\n", "413"},
	{"chunks longer than the cap", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n1\r\na\r\n3e8\r\n", "413"},
	{"unknown expectation", "POST /echo HTTP/1.1\r\n" H "Expect: 200-ok\r\nContent-Length: 5\r\n\r\nhello", "417"},
	{"two Authorizations", "GET /now HTTP/1.1\r\n" H "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", "400"},
	{"two Content-Types", "POST /echo HTTP/1.1\r\n" H "Content-Type: a/b\r\nContent-Type: a/c\r\nContent-Length: 0\r\n\r\n", "400"},
	/* Not refused, but nothing may follow. */
	{"Connection: close", "GET /now HTTP/1.1\r\n" H "Connection: close\r\n\r\n", "200"},
	{"close among others", "GET /now HTTP/1.1\r\n" H "Connection: x, CLOSE ,y\r\n\r\n", "200"},
	{"HTTP/1.0", "GET /now HTTP/1.0\r\n\r\n", "200"},
	{"unread chunked body", "POST /now HTTP/1.1\r\n" H CHUNKED "\r\n", "200"},
	{"unread large body", "POST /now HTTP/1.1\r\n" H "Content-Length: 70000\r\n\r\n", "200"},
	{"unread body that waits", "POST /now HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", "200"},
	/* The hidden request is the body. */
	{"hidden in a body", "POST /echo HTTP/1.1\r\n" H "Content-Length: 33\r\n\r\n", "200"},
	{"hidden in a skipped body", "POST /now HTTP/1.1\r\n" H "Content-Length: 33\r\n\r\n", "200"},
	{"hidden in a skipped body of GET", "GET /now HTTP/1.1\r\n" H "Content-Length: 33\r\n\r\n", "200"},
	{"hidden in a chunk", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n21\r\n", ""},
	{"a request as a value", "GET /now HTTP/1.1\r\n" H "A: ", "400"},
};

static const struct raw accepted[] = {
	{"plain", "GET /now HTTP/1.1\r\n" H "\r\n", "200 200"},
	{"one empty line first", "\r\nGET /now HTTP/1.1\r\n" H "\r\n", "200 200"},
	{"kept HTTP/1.0", "GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200 200"},
	{"absolute form", "GET http://y:80/now HTTP/1.1\r\n" H "\r\n", "200 200"},
	{"absolute form without a path", "GET http://y HTTP/1.1\r\n" H "\r\n", "404 200"},
	{"star", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "200 200"},
	{"query", "GET /now?a=b&c[]=%20|{} HTTP/1.1\r\n" H "\r\n", "200 200"},
	{"IPv6 host", "GET /now HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "200 200"},
	{"no blank behind the colon", "GET /now HTTP/1.1\r\nHost:x\r\nA:\r\n\r\n", "200 200"},
	{"tabs around a value", "GET /now HTTP/1.1\r\nHost: \tx\t \r\n\r\n", "200 200"},
	{"UTF-8 in a value", "GET /now HTTP/1.1\r\n" H "A: \xc4\x91\r\n\r\n", "200 200"},
	{"body", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", "200 200"},
	{"body with leading zeros", "POST /echo HTTP/1.1\r\n" H "Content-Length: 0005\r\n\r\nhello", "200 200"},
	{"empty body", "POST /echo HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", "200 200"},
	{"no body", "POST /echo HTTP/1.1\r\n" H "\r\n", "200 200"},
	{"body of GET", "GET /now HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", "200 200"},
	{"unread body", "POST /now HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", "200 200"},
	{"chunks", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n2\r\nhe\r\n003;a=b\r\nllo\r\n0\r\n\r\n", "200 200"},
	{"chunked in other letters", "POST /echo HTTP/1.1\r\n" H "transfer-encoding: CHUNKED \r\n\r\n5\r\nhello\r\n0\r\n\r\n", "200 200"},
	{"trailer", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n", "200 200"},
	{"no chunks", "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n0\r\n\r\n", "200 200"},
	{"HEAD", "HEAD /now HTTP/1.1\r\n" H "\r\n", NULL},
	{"expected body is there", "POST /echo HTTP/1.1\r\n" H "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello", NULL},
};
/* clang-format on */

static bool follows(const struct raw *raw, bool slowly, unsigned hidden, bool *ret_closed)
{
	char text[16384], got[256];
	size_t len = raw->len > 0 ? raw->len : strlen(raw->text);
	int fd = client();

	memcpy(text, raw->text, len);
	memcpy(text + len, HIDDEN, sizeof HIDDEN);
	len += sizeof HIDDEN - 1;
	world.hidden = 0;
	if (slowly)
		say_slowly(fd, text, len);
	else
		say_bytes(fd, text, len);
	len = hear(fd, text, sizeof text, ret_closed);
	statuses(text, len, got, sizeof got);
	close(fd);
	spin();
	bool same = (raw->statuses == NULL || strcmp(got, raw->statuses) == 0) && world.hidden == hidden;
	if (!same)
		print_error("%s%s: got \"%s\", %u hidden\n", raw->name, slowly ? ", slowly" : "", got,
			world.hidden);
	return same && conns_count(&world.app) == 0;
}

static void test_nothing_hidden_is_answered(void **state)
{
	unsigned wrong = 0;
	bool closed;

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		for (int slowly = 0; slowly < 2; slowly++) {
			bool kept = strncmp(refused[i].name, "hidden", 6) == 0;
			wrong += !follows(&refused[i], slowly, 0, &closed) || (!kept && !closed);
		}
	assert_int_equal(wrong, 0);
}

static void test_what_is_well_formed_is_answered(void **state)
{
	unsigned wrong = 0;
	bool closed;

	(void)state;
	for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
		for (int slowly = 0; slowly < 2; slowly++)
			wrong += !follows(&accepted[i], slowly, 1, &closed) || closed;
	assert_int_equal(wrong, 0);
}

/* Fills `text` with a request whose head is `len` bytes long. */
static void long_head(char *text, const char *start, size_t len)
{
	size_t n = strlen(start);

	memcpy(text, start, n);
	memset(text + n, 'a', len - n);
	memcpy(text + len - 4, "\r\n\r\n", 5);
}

static void test_limits_of_the_head(void **state)
{
	static char text[40 * 1024];
	static const char field[] = "GET /now HTTP/1.1\r\nHost: x\r\nA: ";
	int fd = client();

	(void)state;
	long_head(text, field, HTTP_HEAD_MAX);
	say(fd, text);
	assert_statuses(fd, "200");
	long_head(text, field, HTTP_HEAD_MAX + 1);
	say(fd, text);
	assert_statuses(fd, "431");
	close(fd);

	fd = client();
	memset(text, 'a', HTTP_HEAD_MAX + 100);
	memcpy(text, "GET /", 5);
	text[HTTP_HEAD_MAX + 100] = 0;
	say(fd, text);
	assert_statuses(fd, "414");
	close(fd);

	fd = client();
	long_head(text, "GET /open311/x HTTP/1.1\r\nHost: x\r\nA: ", HTTP_HEAD_MAX + 1);
	say(fd, text);
	assert_statuses(fd, "431");
	close(fd);
}

static void test_limit_of_the_fields(void **state)
{
	char text[8192];

	(void)state;
	for (unsigned extra = 0; extra < 2; extra++) {
		size_t n = (size_t)sprintf(text, "GET /now HTTP/1.1\r\nHost: x\r\n");
		int fd = client();
		for (unsigned i = 1; i < HTTP_FIELDS_MAX + extra; i++)
			n += (size_t)sprintf(text + n, "A: b\r\n");
		strcpy(text + n, "\r\n");
		say(fd, text);
		assert_statuses(fd, extra ? "431" : "200");
		close(fd);
		spin();
	}
}

static void test_limits_of_chunk_lines(void **state)
{
	char text[8192], extension[8192];
	int fd = client();

	(void)state;
	memset(extension, 'a', sizeof extension);
	sprintf(text, "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5;%.*s\r\nhello\r\n0\r\n\r\n",
		HTTP_CHUNK_LINE_MAX - 4, extension);
	say(fd, text);
	assert_statuses(fd, "200");
	sprintf(text, "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n5;%.*s\r\nhello\r\n0\r\n\r\n",
		HTTP_CHUNK_LINE_MAX - 3, extension);
	say(fd, text);
	assert_statuses(fd, "400");
	close(fd);
	fd = client();
	sprintf(text, "POST /echo HTTP/1.1\r\n" H CHUNKED "\r\n0\r\nA: %.*s\r\n\r\n", HTTP_TRAILER_MAX,
		extension);
	say(fd, text);
	assert_statuses(fd, "431");
	close(fd);
	spin();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_hidden_is_answered, world_open, world_close),
		cmocka_unit_test_setup_teardown(
			test_what_is_well_formed_is_answered, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_limits_of_the_head, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_limit_of_the_fields, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_limits_of_chunk_lines, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
