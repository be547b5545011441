#ifndef TIEPDAN_APP_REFERENCE_EXPLANATION_H
#define TIEPDAN_APP_REFERENCE_EXPLANATION_H

#include "http/req.h"

/* How the date of a clock came about, step by step: for staff who see the ticket, and for its citizen.
 * Beside the calendars, because a date is explained by the calendar as it was when the date was computed. */
void clock_explain(struct req *req);
void tracking_explain(struct req *req);

#endif
