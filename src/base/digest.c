/* SHA-256, HMAC, SipHash, hex and base64url. */

/* EVP takes memory each time a digest begins, so it can fail there, and a digest has no way to say so. The
 * functions beneath it, which OpenSSL 3 calls deprecated, take none. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/digest.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/fail.h"
#include "base/must.h"

static struct digest finish(SHA256_CTX *sha)
{
	struct digest d;

	SHA256_Final(d.byte, sha);
	return d;
}

struct digest digest_sha256(struct str data)
{
	SHA256_CTX sha;

	SHA256_Init(&sha);
	SHA256_Update(&sha, data.at, data.len);
	return finish(&sha);
}

int digest_file(int fd, struct digest *ret)
{
	char piece[16 * 1024];
	off_t at = 0;
	SHA256_CTX sha;
	ssize_t n;

	SHA256_Init(&sha);
	do {
		n = fail_now(FAIL_READ) ? -1 : pread(fd, piece, sizeof(piece), at);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			SHA256_Update(&sha, piece, (size_t)n);
			at += n;
		}
	} while (n != 0);
	*ret = finish(&sha);
	return 0;
}

/* Begins a digest with the key as one block, each byte combined with `pad`. */
static void begin_keyed(SHA256_CTX *sha, struct str key, uint8_t pad)
{
	uint8_t block[SHA256_CBLOCK] = {0};

	if (key.len)
		memcpy(block, key.at, key.len);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= pad;
	SHA256_Init(sha);
	SHA256_Update(sha, block, sizeof(block));
	OPENSSL_cleanse(block, sizeof(block));
}

struct digest digest_hmac(struct str key, const struct str *parts, size_t n)
{
	struct digest short_key, inner;
	SHA256_CTX sha;

	if (key.len > SHA256_CBLOCK) {
		short_key = digest_sha256(key);
		key = digest_bytes(&short_key);
	}
	begin_keyed(&sha, key, 0x36);
	for (size_t i = 0; i < n; i++) {
		uint64_t len = htobe64(parts[i].len);

		SHA256_Update(&sha, &len, sizeof(len));
		SHA256_Update(&sha, parts[i].at, parts[i].len);
	}
	inner = finish(&sha);
	begin_keyed(&sha, key, 0x5c);
	SHA256_Update(&sha, inner.byte, sizeof(inner.byte));
	return finish(&sha);
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}

struct str digest_bytes(const struct digest *d)
{
	return (struct str){(const char *)d->byte, sizeof(d->byte)};
}

/* SipHash-2-4: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012. */
static void sip_rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[1] = (v[1] << 13 | v[1] >> 51) ^ v[0];
		v[0] = v[0] << 32 | v[0] >> 32;
		v[2] += v[3];
		v[3] = (v[3] << 16 | v[3] >> 48) ^ v[2];
		v[0] += v[3];
		v[3] = (v[3] << 21 | v[3] >> 43) ^ v[0];
		v[2] += v[1];
		v[1] = (v[1] << 17 | v[1] >> 47) ^ v[2];
		v[2] = v[2] << 32 | v[2] >> 32;
	}
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
}

uint64_t digest_siphash(const uint64_t key[2], struct str data)
{
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t word, last = (uint64_t)data.len << 56;
	size_t whole = data.len / 8 * 8;

	for (size_t i = 0; i < whole; i += 8) {
		memcpy(&word, data.at + i, sizeof(word));
		sip_word(v, le64toh(word));
	}
	for (size_t i = whole; i < data.len; i++)
		last |= (uint64_t)(unsigned char)data.at[i] << (8 * (i - whole));
	sip_word(v, last);
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct str digest_hex(struct arena *arena, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(arena, bytes.len * 2 + 1);

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.at[i];

		text[i * 2] = digits[byte >> 4];
		text[i * 2 + 1] = digits[byte & 15];
	}
	return (struct str){text, bytes.len * 2};
}

/* The value of each byte as a digit, and one more; 0: it is none. */
static const unsigned char hex_values[256] = {
	['0'] = 1,
	2,
	3,
	4,
	5,
	6,
	7,
	8,
	9,
	10,
	['a'] = 11,
	12,
	13,
	14,
	15,
	16,
};

struct str digest_hex_decode(struct arena *arena, struct str text)
{
	char *bytes;
	int wrong = 0; /* negative: there was another byte */

	if (!text.at || text.len % 2)
		return STR_NONE;
	bytes = arena_alloc(arena, text.len / 2 + 1);
	for (size_t i = 0; i < text.len; i += 2) {
		int high = hex_values[(unsigned char)text.at[i]] - 1,
		    low = hex_values[(unsigned char)text.at[i + 1]] - 1;

		wrong |= high | low;
		bytes[i / 2] = (char)((unsigned)high << 4 | (unsigned)low);
	}
	return wrong < 0 ? STR_NONE : (struct str){bytes, text.len / 2};
}

static const char b64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str digest_b64url(struct arena *arena, struct str bytes)
{
	size_t len = bytes.len / 3 * 4 + (bytes.len % 3 * 4 + 2) / 3;
	char *text = arena_alloc(arena, len + 1);
	size_t n = 0;
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		held = held << 8 | (unsigned char)bytes.at[i];
		for (bits += 8; bits >= 6; bits -= 6)
			text[n++] = b64url[held >> (bits - 6) & 63];
	}
	if (bits)
		text[n++] = b64url[held << (6 - bits) & 63];
	must(n == len);
	return (struct str){text, len};
}

static int b64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

struct str digest_b64url_decode(struct arena *arena, struct str text)
{
	size_t n = 0;
	unsigned held = 0, bits = 0;
	char *bytes;

	if (!text.at || text.len % 4 == 1)
		return STR_NONE;
	bytes = arena_alloc(arena, text.len / 4 * 3 + 3);
	for (size_t i = 0; i < text.len; i++) {
		int digit = b64url_digit(text.at[i]);

		if (digit < 0)
			return STR_NONE;
		held = held << 6 | (unsigned)digit;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (char)(held >> bits & 0xFF);
		}
	}
	/* Left-over bits must be zero: one text for one value. */
	if (held & ((1U << bits) - 1))
		return STR_NONE;
	return (struct str){bytes, n};
}
