#ifndef TIEPDAN_BASE_UUID_H
#define TIEPDAN_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct uuid {
	uint8_t byte[16];
};

enum {
	UUID_TEXT_SIZE = 37
};

struct uuid uuid_new(void); /* version 7 (RFC 9562 section 5.7), rising within a process */
bool uuid_parse(struct str text, struct uuid *ret); /* 8-4-4-4-12 hex digits, any letter case */
void uuid_format(const struct uuid *u, char ret_text[UUID_TEXT_SIZE]);
bool uuid_is_nil(const struct uuid *u);
bool uuid_eq(const struct uuid *a, const struct uuid *b);
struct str uuid_bytes(const struct uuid *u); /* a view, lives as long as *u */

#endif
