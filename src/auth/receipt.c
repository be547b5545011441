/* Commitments to the words of tickets. */
#include "auth/receipt.h"

struct digest receipt_salt(const struct keys *keys, const struct uuid *ticket)
{
	const struct str id = uuid_bytes(ticket);

	return digest_hmac(keys_purpose(keys, KEY_RECEIPT), &id, 1);
}

struct str receipt_content(struct arena *arena, const struct keys *keys, const struct uuid *ticket,
	const struct receipt_words *words)
{
	const struct str parts[] = {words->title, words->text, words->place};
	struct digest salt = receipt_salt(keys, ticket), content = digest_hmac(digest_bytes(&salt), parts, 3);

	return digest_hex(arena, digest_bytes(&content));
}
