/* Writes ustar archives. */
#include "base/tar.h"

#include <stdio.h>
#include <string.h>

enum {
	BLOCK = 512
};

/* Fields as the standard lays them out; the numbers are octal texts. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
	char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

static void put_zeros(struct buf *out, size_t n)
{
	static const char zeros[BLOCK];

	for (; n > BLOCK; n -= BLOCK)
		buf_put(out, (struct str){zeros, BLOCK});
	buf_put(out, (struct str){zeros, n});
}

/* The sum of all bytes, for which the sum itself counts as blanks. */
static unsigned sum_of(const struct header *h)
{
	const unsigned char *at = (const unsigned char *)h;
	unsigned sum = 0;

	for (size_t i = 0; i < sizeof(*h); i++)
		sum += at[i];
	return sum;
}

void tar_put(struct buf *out, struct str name, struct str data)
{
	struct header h = {.mode = "0000644",
		.uid = "0000000",
		.gid = "0000000",
		.mtime = "00000000000",
		.type = '0',
		.magic = "ustar",
		.version = {'0', '0'}};

	memcpy(h.name, name.at, name.len < TAR_NAME_MAX ? name.len : TAR_NAME_MAX);
	snprintf(h.size, sizeof(h.size), "%011zo", data.len);
	memset(h.checksum, ' ', sizeof(h.checksum));
	snprintf(h.checksum, sizeof(h.checksum), "%06o", sum_of(&h));
	buf_put(out, (struct str){(const char *)&h, sizeof(h)});
	buf_put(out, data);
	put_zeros(out, (BLOCK - data.len % BLOCK) % BLOCK);
}

void tar_end(struct buf *out)
{
	put_zeros(out, 2 * BLOCK);
}
