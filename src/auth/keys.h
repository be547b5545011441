#ifndef TIEPDAN_AUTH_KEYS_H
#define TIEPDAN_AUTH_KEYS_H

#include <openssl/types.h>

#include "base/arena.h"
#include "base/digest.h"

/* The keys outside the database, from the folder `key_dir`: 0700, its files 0600. Looser modes, links and
 * files of other people are refused; files with other names are not looked at.
 *
 *   secret.key        32 random bytes in hex; the purposes below are derived from it (HKDF-SHA-256, RFC 5869)
 *   seal-<epoch>.key  32 bytes in hex: master keys of sealed personal data, the highest epoch seals
 *   token-<kid>.pem   ES256 private keys: all verify and stand in the JWKS, the newest (by name) signs; <kid>
 *                     is the time of making in UTC, YYYYMMDDHHMMSSmmm, a hyphen and four random hex digits
 *   record-<kid>.pem  the same for the seals of the record (jobs/sealer.h): a folder of before has none, and
 *                     then nothing is sealed
 *   record-<kid>.pub.pem  the public half of one: what it has signed is checked by it when the private one
 *                     was taken away
 *
 * Losing secret.key or a seal key loses citizens' secrets or personal data for good: the folder needs a
 * backup. */
enum key_purpose {
	KEY_TICKET_SECRET, /* the citizen's secret                          */
	KEY_TICKET_CODE,   /* the permutation of ticket numbers             */
	KEY_CURSOR,	   /* page cursors                                  */
	KEY_ONCE,	   /* stored form of Idempotency-Keys               */
	KEY_BLIND_INDEX,   /* look-up of sealed phones and e-mails          */
	KEY_LOGIN_CODE,	   /* stored form of one-time sign-in codes         */
	KEY_ANSWER_LINK,   /* links that answer one question                 */
	KEY_UPLOAD,	   /* tokens of uploads                             */
	KEY_RECEIPT,	   /* salts of what events say of words             */
	KEY_RECOVERY_CODE, /* stored form of codes instead of a second factor */
	KEY_PASSWORD,	   /* what passwords are hashed with                */
	KEY_REFRESH,	   /* tokens that renew a session                   */
	KEY_API_KEY,	   /* keys of programs                              */
	KEY_DEVICE,	   /* devices that have signed in before            */
	KEY_BRAKE,	   /* where attempts to sign in are counted         */
	KEY_FLOW,	   /* sign-ins with an identity provider            */
	KEY_WORK,	   /* challenges of proofs of work                  */
	KEY_CITIZEN_CODE,  /* codes that citizens sign in with              */
	KEY_PURPOSES
};

enum {
	KEY_TOKENS_MAX = 8,
	KEY_RECORDS_MAX = 32,
	KEY_SEALS_MAX = 32,
	KEY_SIZE = 32
};

struct signing_key {
	char kid[24];
	EVP_PKEY *key;
	struct str pem; /* private, for libjwt; absent: the public half alone, which only verifies */
};

/* Of one use. */
struct signing_keys {
	struct signing_key at[KEY_RECORDS_MAX];
	unsigned n;
	const struct signing_key *signs; /* the newest private one; NULL: there is none */
	struct str jwks;		 /* public JWK set (RFC 7517) as JSON text */
};

struct seal_key {
	int64_t epoch;
	uint8_t key[KEY_SIZE];
};

struct keys {
	uint8_t purpose[KEY_PURPOSES][KEY_SIZE];
	struct signing_keys token, record;
	struct seal_key seal[KEY_SEALS_MAX];
	unsigned nseal; /* seal[nseal - 1] seals   */
};

/* Reads the folder; the keys live as long as `arena`. NULL and a one-line reason in ret_reason when
 * something is missing or unsafe. */
const struct keys *keys_load(struct arena *arena, const char *folder, struct str *ret_reason);
/* Makes the folder and whatever is missing in it; never replaces a file. Refuses (-ENOENT) to make a new
 * secret.key beside older keys: it was lost and has to come from a backup. Returns 0 or a negative errno,
 * with a reason. */
int keys_create(struct arena *arena, const char *folder, struct str *ret_reason);
/* Adds a token key with a new kid: other processes verify and sign with it from their next start or reload
 * on. A full folder (KEY_TOKENS_MAX) is -ENOSPC: remove keys whose tokens have all ended. */
int keys_rotate_token(struct arena *arena, const char *folder, struct str *ret_reason);
/* The same for the record; -ENOSPC at KEY_RECORDS_MAX. Each older one gets its record-<kid>.pub.pem, so that
 * its private half can be taken away. */
int keys_rotate_record(struct arena *arena, const char *folder, struct str *ret_reason);
/* Adds a master key for what is sealed from now on; -ENOSPC at KEY_SEALS_MAX. What was sealed before
 * follows (jobs/reseal.h); every server has to have the new key before one of them seals with it. */
int keys_rotate_seal(struct arena *arena, const char *folder, struct str *ret_reason);
/* The signing key of this name, NULL: there is none. */
const struct signing_key *keys_signing(const struct signing_keys *keys, struct str kid);
struct str keys_purpose(const struct keys *keys, enum key_purpose purpose); /* KEY_SIZE bytes */

#endif
