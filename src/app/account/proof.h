#ifndef TIEPDAN_APP_ACCOUNT_PROOF_H
#define TIEPDAN_APP_ACCOUNT_PROOF_H

#include "auth/login.h"
#include "auth/password.h"
#include "db/unit.h"

/* What somebody shows to prove who they are, looked at: to sign in, or to change what they sign in with. An
 * offer is the row of offer.sql or own_offer.sql: what the database has, after it has counted the attempt.
 * */
struct proof {
	struct req *req;
	struct str login;
	struct brake brake; /* that counted the attempt; to be released by what succeeds */
	const PGresult *offer;
	bool right;			/* the password                                    */
	char fresh[PASSWORD_HASH_SIZE]; /* a hash to be kept from now on; "": none         */
};

/* Whether it was answered 429, since there are seconds to wait. */
bool proof_must_wait(struct req *req, int64_t wait_s);

/* NULL when it was answered: 429, the brake says how long to wait. Lives as long as the request. */
struct proof *proof_begin(
	struct req *req, struct str login, const struct brake *brake, const PGresult *offer);

/* Checks the password beside the event loop, then calls `then`; never inside this call, and not at all when
 * the client has left or this is answered 503, because too many wait. `shown` may be absent: then nothing
 * is checked, and `right`. When it is right, `fresh` is hashed, or where that is absent, `shown` again if
 * its hash costs a guesser something else than one of today. */
struct proof_passwords {
	struct str shown, fresh;
	void (*then)(struct proof *proof);
};
void proof_password(struct proof *proof, const struct proof_passwords *passwords);

/* Whether the second factor of the offer was shown: a code of it, or a recovery code, which only the
 * database can judge. FACTOR_NONE: the account has none. */
enum factor {
	FACTOR_NONE,
	FACTOR_MISSING,
	FACTOR_WRONG,
	FACTOR_SHOWN
};
struct factor_shown {
	int64_t step;	     /* DB_NO_INT: no code */
	struct str box;	     /* the second factor that it is a code of */
	struct str recovery; /* its hash; absent: none */
};
enum factor proof_factor(const struct proof *proof, struct str typed, struct factor_shown *ret);
/* Answers what is missing or wrong; false when nothing is, and nothing was answered. */
bool proof_factor_refuse(struct req *req, enum factor factor);

/* The roles that count only with two factors (setting second_factor_roles). */
struct db_texts proof_strong_roles(struct req *req);

#endif
