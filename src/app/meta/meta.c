/* What the server says about itself. */
#include "app/meta/meta.h"

#include "auth/keys.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/digest.h"
#include "base/embedded.h"
#include "http/reply.h"

#define CACHE_HOUR STR("public, max-age=3600")

void service_root(struct req *req)
{
	reply_header(req, "Link", STR("</openapi.json>; rel=\"service-desc\""));
	reply_json(req, 200,
		STR("{\"name\":\"tiepdan\",\"openapi\":\"/openapi.json\",\"problems\":\"/problems\","
		    "\"tickets\":\"/v1/tickets\",\"tracking\":\"/v1/tracking\"}"));
}

/* One file of the contract; its ETag is the hash of its bytes. */
static void reply_contract(struct req *req, struct str name, const char *type)
{
	const struct embedded_group *group = embedded_group("openapi");

	for (unsigned i = 0; i < group->n; i++) {
		if (!str_eq(str_of(group->files[i].name), name))
			continue;
		struct digest hash = digest_sha256(group->files[i].data);
		struct str tag = digest_b64url(req->arena, (struct str){(const char *)hash.byte, 12});
		reply_header(req, "Cache-Control", CACHE_HOUR);
		reply_etag(req, tag);
		reply_bytes(req, 200, type, group->files[i].data);
		return;
	}
	reply_problem(req, PROBLEM_not_found, STR_NONE);
}

void openapi_json(struct req *req)
{
	reply_contract(req, STR("openapi.json"), "application/json");
}

void openapi_yaml(struct req *req)
{
	reply_contract(req, STR("openapi.yaml"), "application/yaml");
}

static void put_problem(struct buf *b, const struct req *req, enum problem problem)
{
	const struct problem_row *row = problem_row(problem);

	buf_printf(b, "{\"type\":\"%s/problems/%s\",\"name\":\"%s\",\"status\":%d,\"title_vi\":",
		req->app->config->public_url, row->name, row->name, row->status);
	buf_json(b, str_of(row->title[LANG_VI]));
	buf_member(b, "title_en", str_of(row->title[LANG_EN]));
	buf_member(b, "advice_vi", str_of(problem_advice(problem, LANG_VI)));
	buf_member(b, "advice_en", str_of(problem_advice(problem, LANG_EN)));
	buf_byte(b, '}');
}

void problem_list(struct req *req)
{
	struct buf b = {.arena = req->arena};

	buf_put(&b, STR("{\"items\":["));
	for (int p = 0; p < PROBLEM_COUNT; p++) {
		if (p > 0)
			buf_byte(&b, ',');
		put_problem(&b, req, (enum problem)p);
	}
	buf_put(&b, STR("],\"next_cursor\":null}"));
	reply_header(req, "Cache-Control", CACHE_HOUR);
	reply_json(req, 200, buf_str(&b));
}

void problem_show(struct req *req)
{
	struct buf b = {.arena = req->arena};
	enum problem problem;

	if (!problem_find(req->args[0].text, &problem)) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	put_problem(&b, req, problem);
	reply_header(req, "Cache-Control", CACHE_HOUR);
	reply_json(req, 200, buf_str(&b));
}

/* RFC 9116. Expires is made anew with each answer: half a year ahead, well under the year that the RFC
 * allows. */
void security_txt(struct req *req)
{
	char expires[CLOCK_RFC3339_SIZE];

	clock_format(clock_wall_ms() + INT64_C(180) * 24 * 3600 * 1000, expires);
	reply_header(req, "Cache-Control", CACHE_HOUR);
	reply_bytes(req, 200, "text/plain; charset=utf-8",
		arena_printf(req->arena,
			"Contact: %s\r\nExpires: %s\r\nPreferred-Languages: vi, en\r\nCanonical: "
			"%s/.well-known/security.txt\r\n",
			req->app->config->security_contact, expires, req->app->config->public_url));
}

void jwks(struct req *req)
{
	reply_header(req, "Cache-Control", STR("public, max-age=300"));
	reply_bytes(req, 200, "application/jwk-set+json", req->app->keys->token.jwks);
}
