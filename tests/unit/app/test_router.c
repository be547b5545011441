/* app/router.h: every route of the table is found, nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/router.h"
#include "http/parse.h"

#define AN_ID "01a209ca-837c-73c9-8518-b3bc6f071515"

static struct app app;

static const struct route *find(
	enum http_method method, const char *path, struct str *ret_allow, struct path_arg *ret_arg)
{
	struct req *req = req_new(&app, NULL);

	assert_non_null(req);
	req->method = method;
	req->path = str_of(path);
	const struct route *route = router_find(req, ret_allow);
	if (ret_arg != NULL)
		*ret_arg = req->args[0];
	static char allow[128];
	if (ret_allow->at != NULL) {
		snprintf(allow, sizeof allow, "%.*s", STR_ARG(*ret_allow));
		*ret_allow = str_of(allow);
	}
	arena_free(req->arena);
	return route;
}

/* The template with something that fits in place of its variable parts. */
static void example(const char *template, char *ret_path)
{
	const char *p = template;

	while (*p != '\0') {
		if (*p != '{') {
			*ret_path++ = *p++;
			continue;
		}
		const char *end = strchr(p, '}');
		bool uuid = strncmp(end - 5, ":uuid", 5) == 0, number = strncmp(end - 4, ":int", 4) == 0;
		strcpy(ret_path, uuid ? AN_ID : number ? "7" : "x");
		ret_path += strlen(ret_path);
		p = end + 1;
	}
	*ret_path = '\0';
}

static void finds_every_route(void **state)
{
	(void)state;
	for (unsigned i = 0; i < nroutes; i++) {
		char path[200];
		struct str allow;
		example(routes[i].path, path);
		assert_ptr_equal(find(routes[i].method, path, &allow, NULL), &routes[i]);
		assert_null(allow.at);
	}
}

static void head_finds_get(void **state)
{
	struct str allow;

	(void)state;
	const struct route *route = find(HTTP_HEAD, "/v1/kinds", &allow, NULL);
	assert_non_null(route);
	assert_string_equal(route->operation, "kind_list");
}

static void other_methods_say_what_is_allowed(void **state)
{
	struct str allow;

	(void)state;
	assert_null(find(HTTP_DELETE, "/v1/tickets", &allow, NULL));
	assert_string_equal(allow.at, "GET, HEAD, POST, OPTIONS");
	assert_null(find(HTTP_OPTIONS, "/v1/tickets/" AN_ID "/accept", &allow, NULL));
	assert_string_equal(allow.at, "POST, OPTIONS");
}

static void what_is_no_path_is_not_found(void **state)
{
	static const char *const paths[] = {"", "*", "//", "/v1", "/v1/", "/v1/tickets/", "/v1//tickets",
		"/V1/tickets", "/v1/tickets/1", "/v1/tickets/01a209ca837c73c98518b3bc6f071515",
		"/v1/tickets/" AN_ID "x", "/v1/tickets/" AN_ID "/", "/v1/tickets/" AN_ID "/nothing",
		"/v1/tickets/%00", "/v1/tickets/%zz", "/v1/tickets/..", "/problems/", "/v1%2Ftickets"};
	struct str allow;

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (find(HTTP_GET, paths[i], &allow, NULL) != NULL || allow.at != NULL)
			fail_msg("found: %s", paths[i]);
	}
}

static void arguments_are_typed_and_decoded(void **state)
{
	struct path_arg arg;
	struct str allow;
	struct uuid id;

	(void)state;
	assert_true(uuid_parse(STR(AN_ID), &id));
	assert_non_null(find(HTTP_GET, "/v1/tickets/01A209CA-837c-73c9-8518-b3bc6f071515", &allow, &arg));
	assert_true(uuid_eq(&arg.uuid, &id));
	assert_non_null(find(HTTP_GET, "/v1/%74ickets", &allow, NULL));
}

static int set_up(void **state)
{
	(void)state;
	router_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_route),
		cmocka_unit_test(head_finds_get),
		cmocka_unit_test(other_methods_say_what_is_allowed),
		cmocka_unit_test(what_is_no_path_is_not_found),
		cmocka_unit_test(arguments_are_typed_and_decoded),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
