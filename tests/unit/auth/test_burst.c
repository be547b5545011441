/* Proofs of work: good for one key, for some minutes, and only with the work done. */
#include "forge.h"

#include "auth/burst.h"
#include "auth/credential.h"

static const int64_t NOW = INT64_C(1800000000000);

static void bits(void **state)
{
	struct digest d = {{0}};

	(void)state;
	assert_int_equal(burst_bits(&d), 256);
	d.byte[0] = 0x80;
	assert_int_equal(burst_bits(&d), 0);
	d.byte[0] = 1;
	assert_int_equal(burst_bits(&d), 7);
	d.byte[0] = 0;
	d.byte[1] = 0x1f;
	assert_int_equal(burst_bits(&d), 11);
}

/* The work, done slowly and with OpenSSL only. */
static struct str work(struct arena *arena, struct str challenge, struct str key, unsigned wanted)
{
	for (unsigned n = 0;; n++) {
		unsigned char hash[32];
		char text[512];
		int len = snprintf(text, sizeof(text), "%.*s:%.*s:%u", STR_ARG(challenge), STR_ARG(key), n);

		assert_int_equal(EVP_Digest(text, (size_t)len, hash, NULL, EVP_sha256(), NULL), 1);
		if ((hash[0] << 8 | hash[1]) >> (16 - wanted) == 0)
			return arena_printf(arena, "%.*s:%u", STR_ARG(challenge), n);
	}
}

static void proofs(void **state)
{
	struct forge *f = *state;
	const struct str key = STR("a-key-that-nobody-guesses-01"),
			 other = STR("a-key-that-nobody-guesses-02");
	const struct challenge asked = {NOW + 1000, 12};
	struct str challenge = challenge_make(f->arena, f->keys, &asked);
	struct str proof = work(f->arena, challenge, key, asked.bits);
	struct challenge back;

	assert_true(challenge_open(f->arena, f->keys, challenge, &back));
	assert_int_equal(back.expires_ms, asked.expires_ms);
	assert_int_equal(back.bits, asked.bits);
	assert_true(burst_proved(f->arena, f->keys, proof, key, NOW));
	assert_false(burst_proved(f->arena, f->keys, proof, key, NOW + 1000));
	assert_false(burst_proved(f->arena, f->keys, proof, STR_NONE, NOW));
	assert_false(burst_proved(f->arena, f->keys, STR_NONE, key, NOW));
	assert_false(burst_proved(f->arena, f->keys, challenge, key, NOW));

	/* Another key, an easier challenge that somebody made up, and a nonce too long. */
	unsigned good = 0;
	for (unsigned n = 0; n < 64; n++)
		good += burst_proved(f->arena, f->keys,
			arena_printf(f->arena, "%.*s:%u", STR_ARG(challenge), n), other, NOW);
	assert_in_range(good, 0, 3); /* each is right once in 4,096 times */
	struct str forged = arena_printf(f->arena, "tdw_%.*s", (int)challenge.len - 4, challenge.at + 4);
	((char *)forged.at)[10] = forged.at[10] == 'A' ? 'B' : 'A';
	assert_false(burst_proved(f->arena, f->keys, work(f->arena, forged, key, 12), key, NOW));
	assert_false(burst_proved(
		f->arena, f->keys, arena_printf(f->arena, "%.*s:%065d", STR_ARG(challenge), 1), key, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(bits), cmocka_unit_test(proofs)};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}
