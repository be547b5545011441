/* RS256: signatures of identity providers. */
#include "auth/rs256.h"

#include <openssl/err.h>
#include <openssl/evp.h>

enum rs256_verdict rs256_verify(EVP_PKEY *key, struct str data, struct str signature)
{
	enum rs256_verdict verdict = RS256_FAILED;
	EVP_MD_CTX *ctx;

	if (signature.len != (size_t)EVP_PKEY_get_size(key))
		return RS256_BAD;
	ctx = EVP_MD_CTX_new();
	if (ctx && EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1)
		verdict = EVP_DigestVerify(ctx, (const unsigned char *)signature.at, signature.len,
				  (const unsigned char *)data.at, data.len) == 1
				  ? RS256_GOOD
				  : RS256_BAD;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return verdict;
}
