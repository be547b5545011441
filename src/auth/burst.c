/* A proof of work while a burst of filings lasts. */
#include "auth/burst.h"

#include <inttypes.h>

#include "auth/credential.h"
#include "auth/rate.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "http/reply.h"

unsigned burst_bits(const struct digest *digest)
{
	unsigned bits = 0;

	while (bits < DIGEST_SIZE * 8 && !(digest->byte[bits / 8] >> (7 - bits % 8) & 1))
		bits++;
	return bits;
}

bool burst_proved(
	struct arena *arena, const struct keys *keys, struct str proof, struct str key, int64_t now_ms)
{
	struct str nonce = proof, text;
	struct challenge challenge;

	if (!proof.at || !key.at || !str_next(&nonce, ':', &text) || nonce.len > BURST_NONCE_MAX ||
		!challenge_open(arena, keys, text, &challenge) || challenge.expires_ms <= now_ms)
		return false;
	struct digest digest = digest_sha256(
		arena_printf(arena, "%.*s:%.*s:%.*s", STR_ARG(text), STR_ARG(key), STR_ARG(nonce)));
	return burst_bits(&digest) >= challenge.bits;
}

static void ask(struct req *req, int64_t wait_s)
{
	const struct challenge challenge = {
		clock_wall_ms() + BURST_CHALLENGE_S * 1000, (unsigned)req->app->config->burst_bits};
	struct str text = challenge_make(req->arena, req->app->keys, &challenge);

	metric_add(METRIC_proofs_asked, 1);
	reply_header(req, "Retry-After", arena_printf(req->arena, "%" PRId64, wait_s));
	reply_problem_with(req, PROBLEM_work_needed, STR_NONE,
		arena_printf(
			req->arena, "\"challenge\":\"%.*s\",\"bits\":%u", STR_ARG(text), challenge.bits));
}

/* All strangers share one limit: there is no address block of this name. */
bool burst_pass(struct req *req)
{
	int64_t limit = req->app->config->burst_filings;
	struct rate *rate = req->app->rate;

	if (limit > RATE_LIMIT_MAX)
		return true;
	struct str proof = req_field(req, "Filing-Proof");
	if (proof.at && burst_proved(req->arena, req->app->keys, proof, req_field(req, "Idempotency-Key"),
				clock_wall_ms())) {
		metric_add(METRIC_proofs_given, 1);
		return true;
	}
	struct rate_answer a =
		rate_take_at(rate, rate_key(rate, RATE_FILING, STR("all strangers")), limit, clock_mono_us());
	if (!a.taken)
		ask(req, a.wait_s);
	return a.taken;
}
