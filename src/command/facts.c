/* Facts in bins. */
#include "command/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/must.h"
#include "base/rand.h"

enum {
	SUSPECTS = FACTS_BINS, /* the bin behind all others */
	FILES,
	VERSION_BITS = 60
};

static const uint64_t version_max = (UINT64_C(1) << VERSION_BITS) - 1;

struct facts {
	uint64_t secret[3][2]; /* of hashes, and of both halves of keys */
	FILE *file[FACTS_PROCESSES][FILES];
	size_t processes, process;
};

static void close_all(struct facts *facts)
{
	for (size_t p = 0; p < FACTS_PROCESSES; p++)
		for (size_t bin = 0; bin < FILES; bin++)
			if (facts->file[p][bin])
				(void)fclose(facts->file[p][bin]);
}

struct facts *facts_new(struct arena *arena, size_t processes)
{
	struct facts *facts = arena_alloc(arena, sizeof(*facts));

	must(processes <= FACTS_PROCESSES);
	arena_defer(arena, close_all, facts);
	rand_bytes(facts->secret, sizeof(facts->secret));
	facts->processes = processes;
	for (size_t p = 0; p < processes; p++)
		for (size_t bin = 0; bin < FILES; bin++) {
			facts->file[p][bin] = tmpfile();
			if (!facts->file[p][bin]) {
				perror("tiepdan: a temporary file");
				return NULL;
			}
		}
	return facts;
}

void facts_be(struct facts *facts, size_t process)
{
	facts->process = process;
}

/* A failure stays with the file until facts_flush(). */
static void put(struct facts *facts, size_t bin, const struct fact *fact)
{
	(void)fwrite_unlocked(fact, sizeof(*fact), 1, facts->file[facts->process][bin]);
}

/* The end of an id is random. */
static size_t bin_of(const struct facts *facts, struct fact_key key)
{
	return (size_t)((key.half[1] ^ facts->secret[0][0]) * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
	       FACTS_BINS;
}

void facts_put(struct facts *facts, enum fact_what what, struct fact_key key, int64_t version, uint64_t hash)
{
	uint64_t v = version < 0 || (uint64_t)version > version_max ? version_max : (uint64_t)version;
	struct fact fact = {.key = key, .is = (uint64_t)what << VERSION_BITS | v, .hash = hash};

	put(facts, bin_of(facts, key), &fact);
}

void facts_suspect(struct facts *facts, struct fact_key key)
{
	put(facts, SUSPECTS, &(struct fact){.key = key});
}

bool facts_flush(struct facts *facts)
{
	for (size_t bin = 0; bin < FILES; bin++) {
		FILE *file = facts->file[facts->process][bin];

		if (fflush(file) != 0 || ferror(file)) {
			perror("tiepdan: a temporary file");
			return false;
		}
	}
	return true;
}

/* --- reading -------------------------------------------------------------------------------------------- */

static size_t bytes_in(FILE *file)
{
	struct stat status;

	return fstat(fileno(file), &status) == 0 ? (size_t)status.st_size : 0;
}

static bool read_file(FILE *file, char *to, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t n = pread(fileno(file), to + at, size - at, (off_t)at);

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static struct fact *read_bin(struct facts *facts, size_t bin, size_t *ret_n)
{
	size_t size = 0, at = 0;
	bool ok = true;
	char *bytes;

	for (size_t p = 0; p < facts->processes; p++)
		size += bytes_in(facts->file[p][bin]);
	bytes = malloc(size + 1);
	for (size_t p = 0; bytes && p < facts->processes; p++) {
		size_t n = bytes_in(facts->file[p][bin]);

		ok = ok && at + n <= size && read_file(facts->file[p][bin], bytes + at, n);
		at += n;
	}
	if (bytes && ok) {
		*ret_n = size / sizeof(struct fact);
		return (struct fact *)bytes;
	}
	perror("tiepdan: facts of the record");
	free(bytes);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;

	if (x->key.half[0] != y->key.half[0])
		return x->key.half[0] < y->key.half[0] ? -1 : 1;
	if (x->key.half[1] != y->key.half[1])
		return x->key.half[1] < y->key.half[1] ? -1 : 1;
	return x->is < y->is ? -1 : x->is > y->is;
}

struct fact *facts_read(struct facts *facts, size_t bin, size_t *ret_n)
{
	struct fact *all = read_bin(facts, bin, ret_n);

	if (all)
		qsort(all, *ret_n, sizeof(*all), compare);
	return all;
}

struct fact *facts_suspects(struct facts *facts, size_t *ret_n)
{
	return read_bin(facts, SUSPECTS, ret_n);
}

/* --- what facts are made of ----------------------------------------------------------------------------- */

enum fact_what fact_what(const struct fact *fact)
{
	return (enum fact_what)(fact->is >> VERSION_BITS);
}

int64_t fact_version(const struct fact *fact)
{
	return (int64_t)(fact->is & version_max);
}

uint64_t facts_hash(const struct facts *facts, struct str text)
{
	return digest_siphash(facts->secret[0], text);
}

int64_t facts_sign(const struct facts *facts, struct str text)
{
	return (int64_t)(facts_hash(facts, text) >>
			 (64 - VERSION_BITS + 1)); /* none is the greatest version */
}

struct fact_key facts_key(const struct facts *facts, struct str text)
{
	return (struct fact_key){
		{digest_siphash(facts->secret[1], text), digest_siphash(facts->secret[2], text)}};
}

struct fact_key facts_key_of(const struct uuid *id)
{
	struct fact_key key;

	memcpy(&key, id->byte, sizeof(key));
	return key;
}

struct uuid facts_id(struct fact_key key)
{
	struct uuid id;

	memcpy(id.byte, &key, sizeof(id.byte));
	return id;
}
