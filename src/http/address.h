#ifndef TIEPDAN_HTTP_ADDRESS_H
#define TIEPDAN_HTTP_ADDRESS_H

#include <sys/socket.h>

#include "base/arena.h"
#include "base/str.h"

/* Client addresses. IPv4 is kept in its IPv6-mapped form (::ffff:a.b.c.d), so that a dual-stack listener and
 * an IPv4 one see the same address. */
struct address {
	uint8_t byte[16];
};

enum {
	ADDRESS_TEXT_SIZE = 46,
	ADDRESS_LIST_MAX = 32
};

/* Address blocks, e.g. trusted_proxies. */
struct address_list {
	struct address_block {
		struct address first;
		unsigned bits; /* of 128 */
	} block[ADDRESS_LIST_MAX];
	unsigned n;
};

/* The unspecified address (::) for families other than IPv4 and IPv6. */
struct address address_of_socket(const struct sockaddr *peer);
/* 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1], [2001:db8::1]:80. */
bool address_parse(struct str text, struct address *ret);
/* Plain text, IPv4 without its mapping. */
struct str address_text(struct arena *arena, const struct address *a);
/* What rate limits count by: 192.0.2.1/32, 2001:db8:0:1::/64. */
struct str address_block_text(struct arena *arena, const struct address *a);
/* What one party may have of them: 192.0.2.1/32, 2001:db8::/48. */
struct str address_site_text(struct arena *arena, const struct address *a);
/* The same of one that address_text() has written. */
struct str address_site_of(struct arena *arena, struct str text);

/* "127.0.0.1/32,::1/128"; without a length the one address. False if any part is malformed or there are too
 * many: the list then has the parts before it. */
bool address_list_parse(struct str text, struct address_list *ret);
bool address_list_has(const struct address_list *list, const struct address *a);

#endif
