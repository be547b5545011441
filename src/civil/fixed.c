/* Logarithm, power and root in integers. */
#include "civil/fixed.h"

enum {
	FRACTION = 10, /* bits of FIXED_BIT */
	ONE = 30       /* bits of one, of powers */
};

int64_t fixed_log2(uint64_t x)
{
	int whole = 63 - __builtin_clzll(x);
	uint64_t m =
		whole > 31 ? x >> (whole - 31) : x << (31 - whole); /* in [1, 2), 31 bits behind the point */
	int64_t log = whole;

	for (int i = 0; i < FRACTION; i++) {
		m = m * m >> 31;
		log = log * 2 + (int64_t)(m >> 32);
		m >>= m >> 32;
	}
	return log;
}

uint64_t fixed_exp2(int64_t bits)
{
	/* 2^(1/2), 2^(1/4), ... */
	static const uint64_t roots[FRACTION] = {1518500250, 1276901417, 1170923762, 1121280436, 1097253708,
		1085434106, 1079572136, 1076653033, 1075196443, 1074468888};
	uint64_t down = (uint64_t)-bits, whole = (down + FIXED_BIT - 1) / FIXED_BIT;
	uint64_t rest = whole * FIXED_BIT - down; /* 2^bits = 2^(rest/FIXED_BIT) / 2^whole */
	uint64_t power = UINT64_C(1) << ONE;

	if (whole > ONE)
		return 0;
	for (int i = 0; i < FRACTION; i++)
		if (rest >> (FRACTION - 1 - i) & 1)
			power = power * roots[i] >> ONE;
	return power >> whole;
}

uint64_t fixed_sqrt(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= x)
			root += bit;
	return root;
}
