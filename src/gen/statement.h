#ifndef TIEPDAN_GEN_STATEMENT_H
#define TIEPDAN_GEN_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

/* A named SQL statement, read from its file. The file begins with comment lines: what it does, then
 *     -- in: name type, name type     or none; goes on in the next comment line after a trailing comma
 *     -- out: column type, ...        or none
 *     -- as: definer                  optional: the caller is not put in front
 *     -- as: owner                    optional: for sub-commands, never prepared by the server
 *     -- pool: search|slow|door|record
 *                                     optional: searches; long ones; those that let people in, "as:
 *                                     definer"; those of the sealer
 *     -- form: binary                 optional: its result travels as PostgreSQL keeps it, and not as text,
 *                                     which costs less; read by the numbers of the columns (db/raw.h)
 * When all columns are bytea they travel as they are, and not as hex digits.
 * The file holds one statement with parameters as :name or :'name', which psql understands too. */

enum {
	PARAMS_MAX = 64,
	COLUMNS_MAX = 64,
	NAME_SIZE = 64,
};

struct span {
	const char *at;
	size_t len;
};

struct type {
	const char *name;
	const char *c;	     /* type of the struct member        */
	const char *encoder; /* db_value_<encoder>               */
	const char *oid;
};

struct param {
	char name[NAME_SIZE];
	const struct type *type;
	unsigned line;
	bool used;
};

struct statement {
	const char *path;  /* as given, for complaints                        */
	const char *below; /* the same below SRCDIR, for the reader of the .h */
	char *source;	   /* the whole file, zero-terminated                 */
	char folder[NAME_SIZE];
	char name[2 * NAME_SIZE]; /* folder and file joined by _       */
	struct span about;	  /* first comment line                */
	struct param params[PARAMS_MAX];
	unsigned nparams;
	struct span columns[COLUMNS_MAX]; /* their names */
	unsigned ncolumns;
	bool has_in, has_out, definer, owner, binary;
	const char *pool;	   /* DB_FAST, ... of db/db.h */
	bool has_bytes, has_texts; /* columns of type bytea; of other types */
	char *sql;		   /* with $1, $2 ... and without comments; zero-terminated */
	size_t nsql;
};

/* Reads `path`, which must stay; `root` is cut off for s->below. What is wrong is said with file and line and
 * ends the process: names that are not in the header, parameters that are not used, bad types, missing header
 * lines. */
void statement_read(struct statement *s, const char *root, const char *path);
void statement_free(struct statement *s);

/* The whole file, to be freed. */
char *statement_read_file(const char *path);
_Noreturn void __attribute__((format(printf, 3, 4)))
statement_fail(const char *path, unsigned line, const char *format, ...);

#endif
