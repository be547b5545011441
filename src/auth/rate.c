/* Limits: one word a key, taken with one compare-and-swap. */
#include "auth/rate.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include <sodium.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/rand.h"
#include "http/reply.h"

enum {
	BUCKETS = 1 << 14,
	WAYS = 8, /* a bucket is a cache line */
	TAG_BITS = 16,
	TIME_BITS = 48, /* microseconds since boot: nearly nine years */
	HASH_KEY = crypto_shorthash_KEYBYTES,
};

static const int64_t MINUTE_US = 60 * 1000000;
static const uint64_t TIME_MASK = (UINT64_C(1) << TIME_BITS) - 1;

/* A slot is tag and time. The time is GCRA's theoretical arrival time: when the limit will be unused again. A
 * time that has passed says the same as no key at all, so nothing ever has to be cleared away. */
struct rate {
	uint8_t hash_key[RATE_CLASSES][HASH_KEY];
	_Alignas(64) _Atomic uint64_t slot[BUCKETS][WAYS];
};

static const char *const names[RATE_CLASSES] = {
#define RATE(NAME, name, setting, whose) [RATE_##NAME] = name,
#include "auth/rate.def"
};

struct rate *rate_new(void)
{
	struct rate *rate =
		mmap(NULL, sizeof(*rate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (rate == MAP_FAILED)
		return NULL;
	rand_bytes(rate->hash_key, sizeof(rate->hash_key));
	return rate;
}

void rate_free(struct rate *rate)
{
	if (rate)
		munmap(rate, sizeof(*rate));
}

uint64_t rate_key(const struct rate *rate, enum rate_class class, struct str who)
{
	uint64_t key;

	must(class < RATE_CLASSES);
	crypto_shorthash(
		(uint8_t *)&key, (const uint8_t *)(who.at ? who.at : ""), who.len, rate->hash_key[class]);
	return key;
}

/* The slot of this tag, or the one to forget: the one whose limit is the least used. */
static _Atomic uint64_t *choose(_Atomic uint64_t *bucket, uint64_t tag, uint64_t *ret_word)
{
	_Atomic uint64_t *chosen = NULL;

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t word = atomic_load_explicit(&bucket[i], memory_order_relaxed);

		if (word >> TIME_BITS == tag) {
			*ret_word = word;
			return &bucket[i];
		}
		if (!chosen || (word & TIME_MASK) < (*ret_word & TIME_MASK)) {
			*ret_word = word;
			chosen = &bucket[i];
		}
	}
	return chosen;
}

static int64_t seconds_up(int64_t us)
{
	return us <= 0 ? 0 : (us + 999999) / 1000000;
}

/* `used_us` is how long it takes until the limit is unused again, this request counted if it was taken. */
static struct rate_answer answer(bool taken, int64_t used_us, int64_t interval, int64_t window)
{
	int64_t remaining = (window - used_us) / interval;

	return (struct rate_answer){
		.taken = taken,
		.remaining = remaining,
		.wait_s = seconds_up(used_us + (remaining + 1) * interval - window),
	};
}

struct rate_answer rate_take_at(struct rate *rate, uint64_t key, int64_t per_minute, int64_t now_us)
{
	_Atomic uint64_t *bucket = rate->slot[key % BUCKETS];
	uint64_t tag = key >> TIME_BITS;
	int64_t interval = MINUTE_US / per_minute;
	int64_t window = interval * per_minute;

	for (;;) {
		uint64_t seen;
		_Atomic uint64_t *slot = choose(bucket, tag, &seen);
		int64_t free_at = seen >> TIME_BITS == tag ? (int64_t)(seen & TIME_MASK) : 0;
		int64_t used = free_at > now_us ? free_at - now_us : 0;
		uint64_t wanted = tag << TIME_BITS | (uint64_t)(now_us + used + interval);

		if (used + interval > window)
			return answer(false, used, interval, window);
		if (atomic_compare_exchange_weak_explicit(
			    slot, &seen, wanted, memory_order_relaxed, memory_order_relaxed))
			return answer(true, used + interval, interval, window);
	}
}

bool rate_is_of_place(enum rate_class class)
{
	enum whose {
		PLACE,
		PERSON
	};
	static const enum whose classes[RATE_CLASSES] = {
#define RATE(NAME, name, setting, whose) [RATE_##NAME] = whose,
#include "auth/rate.def"
	};

	must(class < RATE_CLASSES);
	return classes[class] == PLACE;
}

static int64_t limit_of(const struct config *config, enum rate_class class)
{
	switch (class) {
#define RATE(NAME, name, setting, whose)                                                                     \
	case RATE_##NAME:                                                                                    \
		return config->setting;
#include "auth/rate.def"
	default:
		must(class < RATE_CLASSES);
		return 0;
	}
}

/* Both fields are lists: each class that a request passes through adds its item. */
static void add_item(struct req *req, const char *name, struct str item)
{
	for (unsigned i = 0; i < req->nheaders; i++)
		if (str_eq_nocase(req->headers[i].name, str_of(name)))
			item = arena_printf(
				req->arena, "%.*s, %.*s", STR_ARG(req->headers[i].value), STR_ARG(item));
	reply_header(req, name, item);
}

static void add_fields(struct req *req, enum rate_class class, int64_t limit, const struct rate_answer *a)
{
	add_item(req, "RateLimit-Policy",
		arena_printf(req->arena, "\"%s\";q=%" PRId64 ";w=%" PRId64, names[class], limit,
			MINUTE_US / 1000000));
	add_item(req, "RateLimit",
		arena_printf(req->arena, "\"%s\";r=%" PRId64 ";t=%" PRId64, names[class], a->remaining,
			a->wait_s));
}

static void refuse(struct req *req, enum rate_class class, const struct rate_answer *a)
{
	metric_add(METRIC_rate_limited, 1);
	reply_header(req, "Retry-After", arena_printf(req->arena, "%" PRId64, a->wait_s));
	reply_problem_with(req, PROBLEM_quota_exceeded, STR_NONE,
		arena_printf(req->arena, "\"violated-policies\":[\"%s\"]", names[class]));
}

bool rate_take(struct req *req, enum rate_class class, struct str who)
{
	struct rate *rate = req->app->rate;
	int64_t limit = limit_of(req->app->config, class);
	struct rate_answer a;

	if (limit > RATE_LIMIT_MAX)
		return true;
	a = rate_take_at(rate, rate_key(rate, class, who), limit, clock_mono_us());
	add_fields(req, class, limit, &a);
	if (!a.taken)
		refuse(req, class, &a);
	return a.taken;
}
