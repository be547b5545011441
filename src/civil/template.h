#ifndef TIEPDAN_CIVIL_TEMPLATE_H
#define TIEPDAN_CIVIL_TEMPLATE_H

#include "base/buf.h"

/* The words of a notice with their variables: "Phiếu {{code}}: {{title}}". A variable is a known name in
 * double braces, without blanks; no other brace stands in a template. There are no conditions, no loops, and
 * what a value says is never read as a template again. */

struct template_value {
	struct str name, value; /* an absent value is written as nothing */
};

enum template_fault {
	TEMPLATE_GOOD,
	TEMPLATE_NOT_CLOSED, /* an opening brace without a name and its closing braces      */
	TEMPLATE_UNKNOWN,    /* the name is none of the variables                           */
	TEMPLATE_STRAY,	     /* a closing brace that closes nothing                         */
};

/* How values go into the text. */
enum template_form {
	TEMPLATE_TEXT, /* as they are: bodies in plain text                                     */
	TEMPLATE_LINE, /* one line for a header field: control bytes and line separators become a blank */
	TEMPLATE_HTML, /* with & < > " ' escaped                                                */
};

/* Whether a template may be saved with these variables; where it goes wrong is told in bytes from its start
 * (ret_at may be NULL). The constraint notice_template_variables says the same in the database. */
enum template_fault template_check(
	struct str text, const struct template_value *variables, size_t n, size_t *ret_at);

/* Fills a template in. Returns its fault; then `out` holds what stands in front of it. */
enum template_fault template_fill(struct buf *out, struct str text, enum template_form form,
	const struct template_value *values, size_t n);

/* HTML from a text that is filled in already: escaped, blank lines separate paragraphs, other line ends are
 * kept, and each place of `link` becomes a link to it. No other address does: the words of strangers stay
 * words. */
void template_html(struct buf *out, struct str text, struct str link);

#endif
