#ifndef TIEPDAN_HTTP_PROXY_H
#define TIEPDAN_HTTP_PROXY_H

#include "http/address.h"

/* What a trusted proxy says about the client. */

enum {
	PROXY_HEADER_MAX = 4096
};

/* PROXY protocol, version 1 or 2 (haproxy's proxy-protocol.txt), at the beginning of a connection. Returns
 * the bytes that it takes, 0 while it is incomplete, or -EINVAL. `*address` is replaced by the client's, if
 * the header names one (not for UNKNOWN, LOCAL and other families). */
int proxy_read_header(struct str data, struct address *address);

/* The client behind proxies. The lists grow to the right, so they are read from there: as long as the address
 * at hand is a trusted proxy, the next one to its left counts; the first that is not trusted, or the last
 * that can be read, is the client. `peer` is the address of the connection. */
struct address proxy_client_forwarded(
	const struct address_list *trusted, struct address peer, struct str forwarded); /* RFC 7239 */
struct address proxy_client_listed(
	const struct address_list *trusted, struct address peer, struct str x_forwarded_for);

#endif
