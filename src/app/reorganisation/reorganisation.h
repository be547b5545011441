#ifndef TIEPDAN_APP_REORGANISATION_REORGANISATION_H
#define TIEPDAN_APP_REORGANISATION_REORGANISATION_H

#include "http/req.h"

/* Reorganisations: units end, begin, merge and split on a day, and what is open moves with them. Drafted,
 * previewed and applied here; one with a day to come is carried out by the job worker (jobs/jobs.c). How it
 * works stands in migrations/0062_reorganisation.sql. */
void reorganisation_list(struct req *req);
void reorganisation_add(struct req *req);
void reorganisation_show(struct req *req);
void reorganisation_put(struct req *req);
void reorganisation_preview(struct req *req);
void reorganisation_apply(struct req *req);
void reorganisation_drop(struct req *req);

#endif
