/* A keyed permutation of small numbers: Feistel rounds, walked along the cycle where the width is odd. */
#include "civil/permute.h"

#include <endian.h>
#include <string.h>

#include "base/digest.h"
#include "base/must.h"

enum {
	ROUNDS = 8
};

/* The round function. */
static uint64_t mix(const struct permute *p, uint64_t message)
{
	uint64_t wire = htole64(message);

	return digest_siphash(p->key, (struct str){(const char *)&wire, sizeof(wire)});
}

struct permute permute_of(struct str key, struct str label, unsigned bits)
{
	struct permute p = {.bits = bits};
	struct digest d = digest_hmac(key, (struct str[]){STR("permute"), label}, 2);

	must(bits >= 2 && bits <= 62);
	memcpy(p.key, d.byte, sizeof(p.key));
	return p;
}

static uint64_t once(const struct permute *p, uint64_t number, bool forward)
{
	unsigned half = (p->bits + 1) / 2;
	uint64_t mask = (UINT64_C(1) << half) - 1;
	uint64_t left = number >> half, right = number & mask;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t round = forward ? i : ROUNDS - 1 - i;
		uint64_t next;

		/* Inverting is the same network with the halves exchanged and the rounds backwards. */
		if (forward) {
			next = left ^ (mix(p, round << 56 | right) & mask);
			left = right;
			right = next;
		} else {
			next = right ^ (mix(p, round << 56 | left) & mask);
			right = left;
			left = next;
		}
	}
	return left << half | right;
}

static uint64_t walk(const struct permute *p, uint64_t number, bool forward)
{
	must(number >> p->bits == 0);
	do
		number = once(p, number, forward);
	while (number >> p->bits != 0);
	return number;
}

uint64_t permute_apply(const struct permute *p, uint64_t number)
{
	return walk(p, number, true);
}

uint64_t permute_invert(const struct permute *p, uint64_t image)
{
	return walk(p, image, false);
}
