#ifndef TIEPDAN_HTTP_NEGOTIATE_H
#define TIEPDAN_HTTP_NEGOTIATE_H

#include "http/problem.h"

/* Proactive negotiation (RFC 9110 section 12), entity tags (section 8.8.3) and preferences (RFC 7240). An
 * absent field means: anything. */

/* The language of Accept-Language: the one of highest quality, of equal ones the first named; Vietnamese by
 * default. */
enum lang negotiate_language(struct str accept_language);
/* Whether the body may be sent as gzip and the client does not prefer it plain. */
bool negotiate_gzip(struct str accept_encoding);
/* The quality, 0 to 1000, of a media type ("text/csv") in Accept; the most specific range counts. */
int negotiate_media(struct str accept, struct str type);
/* Whether a list of entity tags names `tag`, by weak comparison, or is "*". The list of If-None-Match. */
bool negotiate_tags(struct str list, struct str tag);
/* Whether Prefer asks for this value of a preference. Of several of one name the first counts (section 2). */
bool negotiate_preference(struct str prefer, struct str name, struct str value);

#endif
