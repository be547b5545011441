/* Address text, blocks, and what proxies say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "http/proxy.h"

static int open_arena(void **state)
{
	*state = arena_new();
	return *state != NULL ? 0 : -1;
}

static int close_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static void assert_text(struct str got, const char *wanted)
{
	assert_int_equal(got.len, strlen(wanted));
	assert_memory_equal(got.at, wanted, got.len);
}

static struct address parsed(const char *text)
{
	struct address a;

	assert_true(address_parse(str_of(text), &a));
	return a;
}

static void test_texts(void **state)
{
	static const struct {
		const char *text, *address, *block, *site;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", "192.0.2.1/32", "192.0.2.1/32"},
		{"192.0.2.1:65535", "192.0.2.1", "192.0.2.1/32", "192.0.2.1/32"},
		{"::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1/32", "192.0.2.1/32"},
		{"2001:DB8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"},
		{"[2001:db8::1]", "2001:db8::1", "2001:db8::/64", "2001:db8::/48"},
		{"[2001:db8::1]:80", "2001:db8::1", "2001:db8::/64", "2001:db8::/48"},
		{"::1", "::1", "::/64", "::/48"},
	};
	static const char *const bad[] = {"", "x", "192.0.2", "192.0.2.256", "192.0.2.1:", "192.0.2.1:65536",
		"192.0.2.1:-1", "[::1", "[::1]80", "[::1]:", "::1::", "unknown", "_hidden", "1.2.3.4/32",
		" 1.2.3.4", "fe80::1%eth0"};
	struct address a;

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		a = parsed(rows[i].text);
		assert_text(address_text(*state, &a), rows[i].address);
		assert_text(address_block_text(*state, &a), rows[i].block);
		assert_text(address_site_text(*state, &a), rows[i].site);
	}
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (address_parse(str_of(bad[i]), &a))
			fail_msg("%s", bad[i]);
}

static void test_sockets(void **state)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr local = {.sa_family = AF_UNIX};
	struct address a = address_of_socket((struct sockaddr *)(void *)&four);

	assert_text(address_text(*state, &a), "192.0.2.1");
	a = address_of_socket((struct sockaddr *)(void *)&six);
	assert_text(address_text(*state, &a), "::1");
	a = address_of_socket(&local);
	assert_text(address_text(*state, &a), "::");
}

static void test_lists(void **state)
{
	struct address_list list;
	struct address a;

	(void)state;
	assert_true(address_list_parse(STR("10.0.0.0/9, 192.0.2.1 ,2001:db8::/33,,::1/128"), &list));
	assert_int_equal(list.n, 4);
	a = parsed("10.127.255.255");
	assert_true(address_list_has(&list, &a));
	a = parsed("10.128.0.0");
	assert_false(address_list_has(&list, &a));
	a = parsed("::ffff:192.0.2.1");
	assert_true(address_list_has(&list, &a));
	a = parsed("192.0.2.2");
	assert_false(address_list_has(&list, &a));
	a = parsed("2001:db8:7fff::");
	assert_true(address_list_has(&list, &a));
	a = parsed("2001:db8:8000::");
	assert_false(address_list_has(&list, &a));
	assert_true(address_list_parse(STR("0.0.0.0/0"), &list));
	a = parsed("8.8.8.8");
	assert_true(address_list_has(&list, &a));
	a = parsed("::1");
	assert_false(address_list_has(&list, &a));
	assert_true(address_list_parse(STR(""), &list));
	assert_int_equal(list.n, 0);
	assert_false(address_list_parse(STR("10.0.0.0/33"), &list));
	assert_false(address_list_parse(STR("10.0.0.0/-1"), &list));
	assert_false(address_list_parse(STR("::1/x"), &list));
	assert_false(address_list_parse(STR("localhost"), &list));
}

static void test_walk(void **state)
{
	static const struct {
		const char *peer, *list, *client;
	} listed[] =
		{
			{"10.0.0.1", "", "10.0.0.1"},
			{"10.0.0.1", "1.1.1.1", "1.1.1.1"},
			{"10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"},
			{"10.0.0.1", "6.6.6.6, 1.1.1.1, 10.9.9.9,10.8.8.8", "1.1.1.1"},
			{"10.0.0.1", "10.2.2.2, 10.3.3.3", "10.2.2.2"},
			{"10.0.0.1", "1.1.1.1, unknown, 10.3.3.3", "10.3.3.3"},
			{"10.0.0.1", "1.1.1.1, ", "10.0.0.1"},
			{"9.9.9.9", "1.1.1.1", "9.9.9.9"},
		},
	  forwarded[] = {
		  {"10.0.0.1", "for=1.1.1.1", "1.1.1.1"},
		  {"10.0.0.1", "for=6.6.6.6, proto=https; FOR = \"1.1.1.1:80\" ;by=x", "1.1.1.1"},
		  {"10.0.0.1", "for=1.1.1.1, for=\"[2001:db8::7]\"", "2001:db8::7"},
		  {"10.0.0.1", "for=1.1.1.1, for=_hidden", "10.0.0.1"},
		  {"10.0.0.1", "for=1.1.1.1, by=10.0.0.2", "10.0.0.1"},
		  {"9.9.9.9", "for=1.1.1.1", "9.9.9.9"},
	  };
	struct address_list trusted;
	struct address got;

	assert_true(address_list_parse(STR("10.0.0.0/8"), &trusted));
	for (unsigned i = 0; i < sizeof listed / sizeof listed[0]; i++) {
		got = proxy_client_listed(&trusted, parsed(listed[i].peer), str_of(listed[i].list));
		assert_text(address_text(*state, &got), listed[i].client);
	}
	for (unsigned i = 0; i < sizeof forwarded / sizeof forwarded[0]; i++) {
		got = proxy_client_forwarded(&trusted, parsed(forwarded[i].peer), str_of(forwarded[i].list));
		assert_text(address_text(*state, &got), forwarded[i].client);
	}
}

static void test_proxy_v1(void **state)
{
	static const char text[] = "PROXY TCP6 2001:db8::1 ::1 4000 80\r\nGET";
	static const char *const bad[] = {"PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
		"PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
		"PROXY TCP4 x 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n", "GET /", "PROXX"};
	char endless[200] = "PROXY TCP4 ";
	struct address a = parsed("9.9.9.9");
	size_t line = sizeof text - 1 - 3;

	for (size_t n = 0; n < line; n++)
		assert_int_equal(proxy_read_header((struct str){text, n}, &a), 0);
	assert_text(address_text(*state, &a), "9.9.9.9");
	assert_int_equal(proxy_read_header(str_of(text), &a), line);
	assert_text(address_text(*state, &a), "2001:db8::1");
	a = parsed("9.9.9.9");
	assert_int_equal(proxy_read_header(STR("PROXY UNKNOWN a b c\r\n"), &a), 21);
	assert_text(address_text(*state, &a), "9.9.9.9");
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (proxy_read_header(str_of(bad[i]), &a) != -EINVAL)
			fail_msg("%s", bad[i]);
	memset(endless + 11, '0', 107 - 11);
	assert_int_equal(proxy_read_header((struct str){endless, 106}, &a), 0);
	assert_int_equal(proxy_read_header((struct str){endless, 107}, &a), -EINVAL);
}

#define V2 "\r\n\r\n\0\r\nQUIT\n"

static void test_proxy_v2(void **state)
{
	struct str four = STR(V2 "\x21\x11\0\x0c\xcb\0\x71\x09\x7f\0\0\x01\x0f\xa0\0\x50");
	struct str local = STR(V2 "\x20\0\0\x03"
				  "abc");
	struct address a = parsed("9.9.9.9");

	for (size_t n = 0; n < four.len; n++)
		assert_int_equal(proxy_read_header((struct str){four.at, n}, &a), 0);
	assert_int_equal(proxy_read_header(four, &a), four.len);
	assert_text(address_text(*state, &a), "203.0.113.9");
	assert_int_equal(proxy_read_header(local, &a), local.len);
	assert_text(address_text(*state, &a), "203.0.113.9");
	assert_int_equal(proxy_read_header(STR(V2 "\x31\x11\0\x0c"), &a), -EINVAL);
	assert_int_equal(proxy_read_header(STR(V2 "\x22\x11\0\x0c"), &a), -EINVAL);
	assert_int_equal(proxy_read_header(STR(V2 "\x21\x11\xff\xff"), &a), -EINVAL);
	assert_int_equal(proxy_read_header(STR(V2 "\x21\x11\0\x04"
						  "abcd"),
				 &a),
		-EINVAL);
	assert_int_equal(proxy_read_header(STR(V2 "\x21\x21\0\x0c"
						  "abcdabcdabcd"),
				 &a),
		-EINVAL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
	const struct CMUnitTest tests[] = {
		TEST(test_texts),
		TEST(test_sockets),
		TEST(test_lists),
		TEST(test_walk),
		TEST(test_proxy_v1),
		TEST(test_proxy_v2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
