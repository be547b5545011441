/* Addresses as text, and blocks of them. */
#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"

enum {
	MAPPED_BITS = 96,
	BLOCK_BYTES = 8,
	SITE_BYTES = 6
};

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool is_ipv4(const struct address *a)
{
	return memcmp(a->byte, mapped, sizeof(mapped)) == 0;
}

static struct address from_ipv4(const void *four)
{
	struct address a;

	memcpy(a.byte, mapped, sizeof(mapped));
	memcpy(a.byte + sizeof(mapped), four, 4);
	return a;
}

struct address address_of_socket(const struct sockaddr *peer)
{
	struct address a = {{0}};

	if (!peer)
		return a;
	if (peer->sa_family == AF_INET)
		return from_ipv4(&((const struct sockaddr_in *)(const void *)peer)->sin_addr);
	if (peer->sa_family == AF_INET6)
		memcpy(a.byte, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, sizeof(a.byte));
	return a;
}

/* The address in front of an optional port; absent if the form is wrong. */
static struct str without_port(struct str text)
{
	const char *end;
	struct str port;

	if (text.len == 0)
		return STR_NONE;
	if (text.at[0] == '[') {
		end = memchr(text.at, ']', text.len);
		if (!end)
			return STR_NONE;
		port = (struct str){end + 1, (size_t)(text.at + text.len - end) - 1};
		text = (struct str){text.at + 1, (size_t)(end - text.at) - 1};
	} else {
		end = memchr(text.at, ':', text.len);
		if (!end || end != memrchr(text.at, ':', text.len))
			return text;
		port = (struct str){end, (size_t)(text.at + text.len - end)};
		text = (struct str){text.at, (size_t)(end - text.at)};
	}
	if (port.len == 0)
		return text;
	int64_t number;
	bool fits = port.at[0] == ':' && port.len > 1 && port.at[1] != '-' &&
		    str_to_i64((struct str){port.at + 1, port.len - 1}, &number) == 0 && number <= 65535;
	return fits ? text : STR_NONE;
}

bool address_parse(struct str text, struct address *ret)
{
	char buffer[ADDRESS_TEXT_SIZE];
	uint8_t four[4];

	text = without_port(text);
	if (!text.at || text.len >= sizeof(buffer) || memchr(text.at, 0, text.len))
		return false;
	memcpy(buffer, text.at, text.len);
	buffer[text.len] = 0;
	if (inet_pton(AF_INET, buffer, four) == 1) {
		*ret = from_ipv4(four);
		return true;
	}
	return inet_pton(AF_INET6, buffer, ret->byte) == 1;
}

/* By hand for the many that are IPv4: every request has its address and block as text. Returns the length. */
static size_t put_ipv4(const uint8_t four[4], char *at)
{
	size_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			at[n++] = '.';
		if (four[i] >= 100)
			at[n++] = (char)('0' + four[i] / 100);
		if (four[i] >= 10)
			at[n++] = (char)('0' + four[i] / 10 % 10);
		at[n++] = (char)('0' + four[i] % 10);
	}
	return n;
}

static struct str format(const struct address *a, char buffer[ADDRESS_TEXT_SIZE])
{
	if (is_ipv4(a))
		return (struct str){buffer, put_ipv4(a->byte + sizeof(mapped), buffer)};
	return str_of(inet_ntop(AF_INET6, a->byte, buffer, ADDRESS_TEXT_SIZE));
}

struct str address_text(struct arena *arena, const struct address *a)
{
	char buffer[ADDRESS_TEXT_SIZE];

	return arena_str(arena, format(a, buffer));
}

static struct str block_text(struct arena *arena, const struct address *a, unsigned bytes)
{
	char buffer[ADDRESS_TEXT_SIZE];
	struct buf text = {.arena = arena};
	struct address first = *a;
	bool ipv4 = is_ipv4(a);

	if (!ipv4)
		memset(first.byte + bytes, 0, sizeof(first.byte) - bytes);
	buf_room(&text, ADDRESS_TEXT_SIZE + sizeof("/128"));
	buf_put(&text, format(&first, buffer));
	buf_byte(&text, '/');
	buf_int(&text, ipv4 ? 32 : 8 * (int64_t)bytes);
	return buf_str(&text);
}

struct str address_block_text(struct arena *arena, const struct address *a)
{
	return block_text(arena, a, BLOCK_BYTES);
}

struct str address_site_text(struct arena *arena, const struct address *a)
{
	return block_text(arena, a, SITE_BYTES);
}

struct str address_site_of(struct arena *arena, struct str text)
{
	struct address a;

	must(address_parse(text, &a));
	return address_site_text(arena, &a);
}

static bool parse_block(struct str text, struct address_block *ret)
{
	struct str address;
	int64_t bits;

	if (!str_next(&text, '/', &address) || !address_parse(address, &ret->first))
		return false;
	unsigned most = is_ipv4(&ret->first) ? 32 : 128;
	if (text.len == 0)
		bits = most;
	else if (str_to_i64(text, &bits) < 0 || bits < 0 || bits > most)
		return false;
	ret->bits = (unsigned)bits + 128 - most;
	return true;
}

bool address_list_parse(struct str text, struct address_list *ret)
{
	struct str part;

	ret->n = 0;
	while (str_next(&text, ',', &part)) {
		part = str_trim(part, " \t");
		if (part.len == 0)
			continue;
		if (ret->n == ADDRESS_LIST_MAX || !parse_block(part, &ret->block[ret->n]))
			return false;
		ret->n++;
	}
	return true;
}

static bool in_block(const struct address_block *block, const struct address *a)
{
	unsigned whole = block->bits / 8, rest = block->bits % 8;

	if (memcmp(block->first.byte, a->byte, whole) != 0)
		return false;
	return rest == 0 || ((block->first.byte[whole] ^ a->byte[whole]) >> (8 - rest)) == 0;
}

bool address_list_has(const struct address_list *list, const struct address *a)
{
	for (unsigned i = 0; i < list->n; i++)
		if (in_block(&list->block[i], a))
			return true;
	return false;
}
