#ifndef TIEPDAN_SHAPE_SHAPE_H
#define TIEPDAN_SHAPE_SHAPE_H

#include "http/req.h"
#include "shape/pattern.h"

/* JSON bodies and query strings -> C structs, by tables that api2c generates from api/openapi.yaml
 * (gen/shapes.h: for operation `ticket_note` the struct ticket_note and the table shape_ticket_note). One
 * small interpreter checks and fills; handlers never see JSON. Absent optional members: text absent, numbers
 * SHAPE_NO_NUMBER, doubles NaN, booleans false (a default in the contract is filled in), objects NULL. */

#define SHAPE_NO_NUMBER INT64_MIN

enum shape_type {
	SHAPE_TEXT,    /* struct str, normalised as `text` says; length limits count code points  */
	SHAPE_ENUM,    /* struct str, one of `values`                                             */
	SHAPE_INT,     /* int64_t                                                                 */
	SHAPE_NUMBER,  /* double                                                                  */
	SHAPE_BOOL,    /* bool                                                                    */
	SHAPE_UUID,    /* struct uuid; absent: nil                                                */
	SHAPE_DATE,    /* struct str YYYY-MM-DD, checked                                          */
	SHAPE_INSTANT, /* int64_t milliseconds UTC from RFC 3339                                  */
	SHAPE_OBJECT,  /* pointer to the struct of `sub`                                          */
	SHAPE_LIST,    /* struct shape_list of texts or enums                                     */
	SHAPE_OBJECTS, /* struct shape_objects: a list of the structs of `sub`                    */
	SHAPE_ROWS,    /* struct str: a list of objects with members of any name, see below       */
};

enum shape_text {
	SHAPE_TEXT_RAW,	  /* must be UTF-8 without control characters; kept as sent                  */
	SHAPE_TEXT_LINE,  /* civil/text.h TEXT_LINE: NFC, look-alikes, no line breaks, trimmed       */
	SHAPE_TEXT_BLOCK, /* civil/text.h TEXT_BLOCK: NFC, look-alikes, line breaks kept             */
	SHAPE_TEXT_FILE,  /* must be UTF-8; kept as sent, its own reader judges the rest             */
};

struct shape_list {
	const struct str *items;
	size_t n;
};

/* The structs lie side by side, so that a member of all of them is a column (db/unit.h). Only in JSON. */
struct shape_objects {
	const void *items;
	size_t n;
};

/* Rows of a table whose columns the contract does not know: JSON as rows_from_csv() writes it (base/rows.h).
 * "line" is the place of the row, from 1; cells are texts, an empty one or null is null. */

struct shape_field {
	const char *name; /* JSON member or query parameter                                      */
	enum shape_type type;
	enum shape_text text;
	bool required;
	bool nullable;		   /* null counts as absent; otherwise it is a fault                      */
	bool unique;		   /* SHAPE_LIST: no item twice                                           */
	size_t offset;		   /* in the struct                                                       */
	int64_t min, max;	   /* length in code points, value, or number of items                    */
	const char *const *values; /* SHAPE_ENUM: NULL-terminated                                         */
	const char *preset;	   /* default as in the contract, NULL: none                              */
	struct str (*pattern)(struct arena *arena, struct str text); /* of shape/pattern.h, or NULL         */
	const struct shape *sub; /* SHAPE_OBJECT, SHAPE_OBJECTS                                         */
	const struct shape_field *item; /* SHAPE_LIST: how each item is checked                             */
};

struct shape {
	const char *name;
	size_t size;
	const struct shape_field *fields;
	unsigned nfields;
	bool optional;	/* the contract lets the body be left out: that is one without members             */
	unsigned least; /* how many members it has at the least                                         */
};

/* Parses and checks a JSON body. On success returns the filled struct in the request's arena; otherwise the
 * request has been answered (400 bad_json, or 422 with every fault at once) and NULL is returned. */
const void *shape_from_json(struct req *req, const struct shape *shape, struct str json);
/* Whether a body has to have a member. */
bool shape_needs(const struct shape *shape);
/* Whether what was filled has this member, a boolean, and it is true. */
bool shape_flag(const struct shape *shape, const void *filled, struct str name);
/* As shape_from_json(), of a query string: repeated parameters fill lists, else they are faults; "" counts as
 * absent. */
const void *shape_from_query(struct req *req, const struct shape *shape, struct str query);

/* Once per process, before the first use of jansson: its memory then comes through base/fail.h. */
void shape_init(void);

#endif
