/* PROXY protocol, Forwarded and X-Forwarded-For: what trusted proxies say about the client. */
#include "http/proxy.h"

#include <errno.h>
#include <string.h>

enum {
	V1_MAX = 107,
	V2_FIXED = 16,
	V2_TCP4 = 0x11,
	V2_UDP4 = 0x12,
	V2_TCP6 = 0x21,
	V2_UDP6 = 0x22
};

static const char v2_signature[12] = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

static int read_v1(struct str data, struct address *address)
{
	const char *lf = memchr(data.at, '\n', data.len < V1_MAX ? data.len : V1_MAX);
	struct str line, word[6];
	struct address destination;
	unsigned n = 0;

	if (!lf)
		return data.len < V1_MAX ? 0 : -EINVAL;
	if (lf == data.at || lf[-1] != '\r')
		return -EINVAL;
	line = (struct str){data.at, (size_t)(lf - data.at) - 1};
	while (n < 6 && str_next(&line, ' ', &word[n]))
		n++;
	int taken = (int)(lf - data.at) + 1;
	if (n >= 2 && str_eq(word[1], STR("UNKNOWN")))
		return taken;
	if (n != 6 || line.len > 0 || !(str_eq(word[1], STR("TCP4")) || str_eq(word[1], STR("TCP6"))))
		return -EINVAL;
	if (!address_parse(word[3], &destination) || !address_parse(word[2], address))
		return -EINVAL;
	return taken;
}

static int read_v2(struct str data, struct address *address)
{
	const uint8_t *byte = (const uint8_t *)data.at;

	if (data.len < V2_FIXED)
		return 0;
	size_t length = (size_t)byte[14] << 8 | byte[15];
	unsigned command = byte[12] & 0x0f, family = byte[13];
	if (byte[12] >> 4 != 2 || command > 1 || V2_FIXED + length > PROXY_HEADER_MAX)
		return -EINVAL;
	if (data.len < V2_FIXED + length)
		return 0;
	if (command == 1 && (family == V2_TCP4 || family == V2_UDP4)) {
		if (length < 12)
			return -EINVAL;
		memset(address->byte, 0, 10);
		memset(address->byte + 10, 0xff, 2);
		memcpy(address->byte + 12, byte + V2_FIXED, 4);
	} else if (command == 1 && (family == V2_TCP6 || family == V2_UDP6)) {
		if (length < 36)
			return -EINVAL;
		memcpy(address->byte, byte + V2_FIXED, 16);
	}
	return (int)(V2_FIXED + length);
}

int proxy_read_header(struct str data, struct address *address)
{
	struct str v1 = STR("PROXY "), v2 = {v2_signature, sizeof(v2_signature)};

	if (data.len == 0)
		return 0;
	if (data.len >= v1.len && str_starts(data, v1))
		return read_v1(data, address);
	if (data.len >= v2.len && str_starts(data, v2))
		return read_v2(data, address);
	return str_starts(v1, data) || str_starts(v2, data) ? 0 : -EINVAL;
}

/* The last part of a list, cut off it. Quoted commas do not occur in addresses: such a part is simply
 * unreadable. */
static bool last_part(struct str *rest, struct str *ret_part)
{
	if (rest->len == 0)
		return false;
	const char *comma = memrchr(rest->at, ',', rest->len);
	size_t from = comma ? (size_t)(comma - rest->at) + 1 : 0;
	*ret_part = str_trim((struct str){rest->at + from, rest->len - from}, " \t");
	rest->len = comma ? from - 1 : 0;
	return true;
}

/* The value of for= in one element of Forwarded; absent if there is none. */
static struct str forwarded_for(struct str element)
{
	struct str pair, name;

	while (str_next(&element, ';', &pair)) {
		if (!str_next(&pair, '=', &name) || !str_eq_nocase(str_trim(name, " \t"), STR("for")))
			continue;
		pair = str_trim(pair, " \t");
		if (pair.len >= 2 && pair.at[0] == '"' && pair.at[pair.len - 1] == '"')
			return (struct str){pair.at + 1, pair.len - 2};
		return pair;
	}
	return STR_NONE;
}

static struct str itself(struct str element)
{
	return element;
}

static struct address walk(const struct address_list *trusted, struct address at, struct str list,
	struct str (*address_of)(struct str element))
{
	struct address next;
	struct str part;

	while (address_list_has(trusted, &at) && last_part(&list, &part)) {
		if (!address_parse(address_of(part), &next))
			break;
		at = next;
	}
	return at;
}

struct address proxy_client_forwarded(
	const struct address_list *trusted, struct address peer, struct str forwarded)
{
	return walk(trusted, peer, forwarded, forwarded_for);
}

struct address proxy_client_listed(
	const struct address_list *trusted, struct address peer, struct str x_forwarded_for)
{
	return walk(trusted, peer, x_forwarded_for, itself);
}
