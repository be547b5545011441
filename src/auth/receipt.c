/* Commitments to the words of tickets. */
#include "auth/receipt.h"

struct digest receipt_salt(const struct keys *keys, const struct uuid *ticket)
{
	const struct str id = {(const char *)ticket->byte, sizeof(ticket->byte)};

	return digest_hmac(keys_purpose(keys, KEY_RECEIPT), &id, 1);
}

struct digest receipt_content(const struct digest *salt, struct str title, struct str text, struct str place)
{
	const struct str parts[] = {title, text, place};

	return digest_hmac(digest_bytes(salt), parts, 3);
}
