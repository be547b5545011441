#ifndef TIEPDAN_AUTH_RECORD_PLACE_H
#define TIEPDAN_AUTH_RECORD_PLACE_H

#include "base/arena.h"
#include "base/config.h"
#include "base/digest.h"

/* The last root of the record, kept outside the database: the file `record.place` in record_dir, or in
 * key_dir where that is not set, a line "NUMBER CHAIN". The sealer (jobs/sealer.h) writes it behind the
 * roots, so that it may be behind the database and is never before it: a database that is older, or of
 * another record, was restored or exchanged. */
struct record_place {
	int64_t number; /* 0: none has been written yet */
	struct digest chain;
};

/* 0, or a negative errno (key_file_fault()); -EBADMSG: the file is not what was written. */
int record_place_read(struct arena *arena, const struct config *config, struct record_place *ret);
int record_place_write(struct arena *arena, const struct config *config, const struct record_place *place);
int record_place_forget(const struct config *config); /* 0 when there was none, too */
/* Whether it could be written: 0 or a negative errno. */
int record_place_try(const struct config *config);

#endif
