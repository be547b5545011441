#ifndef TIEPDAN_APP_REPORT_FORM_H
#define TIEPDAN_APP_REPORT_FORM_H

#include <libpq-fe.h>

#include "http/req.h"

/* What the reports have in common: JSON or CSV as the caller asks for, over local days. */

/* Whether Accept asks for CSV rather than JSON. False after a refusal: neither is accepted, or the days are
 * none. */
bool form_asked(struct req *req, struct str from, struct str to, bool *ret_csv);

struct form {
	const char *name; /* of the file */
	struct str from, to;
	bool bom;
	const char *const *columns;
	int ncolumns;
	/* What stands in a cell, where it is not that of the result. */
	struct str (*cell)(struct req *req, const PGresult *rows, int r, int column);
};
/* 200: these columns of all rows as a CSV file. A row without key is the total. */
void form_csv(struct req *req, const struct form *form, const PGresult *rows);

/* "name":N for each column, with commas between. */
void form_put_counts(struct buf *b, const char *const *columns, int ncolumns, const PGresult *rows, int r);
/* "key":..,"name_vi":..,"name_en":.., with a comma at the end. */
void form_put_names(struct buf *b, const PGresult *rows, int r);

#endif
