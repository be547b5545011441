/* A keyed permutation of small numbers: Feistel rounds, walked along the cycle where the width is odd. */
#include "civil/permute.h"

#include <string.h>

#include "base/digest.h"
#include "base/must.h"

enum {
	ROUNDS = 8
};

static uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 (Aumasson and Bernstein 2012) of a message of 8 bytes. */
static uint64_t sip(const uint64_t key[2], uint64_t message)
{
	const uint64_t blocks[2] = {message, UINT64_C(8) << 56};
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};

	for (unsigned i = 0; i < 2; i++) {
		v[3] ^= blocks[i];
		sip_round(v);
		sip_round(v);
		v[0] ^= blocks[i];
	}
	v[2] ^= 0xff;
	for (unsigned i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
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
			next = left ^ (sip(p->key, round << 56 | right) & mask);
			left = right;
			right = next;
		} else {
			next = right ^ (sip(p->key, round << 56 | left) & mask);
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
