#ifndef TIEPDAN_APP_TICKET_FILING_ROW_H
#define TIEPDAN_APP_TICKET_FILING_ROW_H

#include "civil/clock.h"
#include "db/unit.h"

/* One clock as it is stored. */
struct clock_row {
	struct str kind, unit, calendar;
	int64_t ord, start, due, alarm; /* milliseconds; DB_NO_INT: no alarm */
	int64_t amount, version;
	bool waits;
};

/* A tag of it, or a flag for the hub. */
struct filing_mark {
	struct str name;
	bool flag;
};

/* One ticket as it is stored: the columns of ticket/file.sql. The texts lie in the arena of the request. */
struct filing_row {
	struct uuid id, event;
	int64_t number, department, policy, contact_epoch;
	int64_t filed_at; /* milliseconds */
	struct clock_row clocks[CLOCK_KINDS];
	unsigned nclocks;
	struct str code, kind, category, area, title, text, folded, location_text, language, channel;
	struct str visibility, sight, level, route;
	struct str contact_wrapped, contact_box, contact_commitment, phone_index, email_index;
	struct str content; /* what its event says of its words: receipt_content(), in hex */
	struct str once_key, once_fingerprint;
	double lon, lat;
	bool anonymous;
	const struct uuid *uploads;
	const struct str *places; /* where each stands in the request */
	size_t nuploads;
	int64_t people;	    /* who petition together; 0: it is one person's */
	struct uuid list;   /* the upload with their names, one of `uploads`; nil: none */
	struct str against; /* the department that it is about; absent: none */
	bool own;	    /* the citizen who calls finds it among theirs: never in a batch */
	struct str danger;  /* what is told to somebody in danger; absent: there is no sign of it */
	const struct filing_mark *marks; /* what rules marked it with */
	size_t nmarks;
};

/* Queues what stores `n` of them, struct filing_row side by side, one after the other as in a batch
 * (db/batch.h): the rows of ticket/file.sql, and for those that have them files, names, departments that they
 * are against, the mark of danger, what rules marked them with, and whose they are. */
void filing_rows_add(struct db_unit *u, const void *rows, size_t n);

#endif
