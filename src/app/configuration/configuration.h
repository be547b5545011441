#ifndef TIEPDAN_APP_CONFIGURATION_CONFIGURATION_H
#define TIEPDAN_APP_CONFIGURATION_CONFIGURATION_H

#include "http/req.h"

/* The configuration of the city through the API. The rules stand in the database (0013_imports.sql and
 * 0065_configuration.sql), the same for `tiepdan import`; servers take a change up as they take up an import.
 * A kind has a version, its ETag: a change names the one that it was made for. */
void configuration_list(struct req *req);
void configuration_show(struct req *req);
void configuration_put(struct req *req);     /* a whole file as CSV                            */
void configuration_rows(struct req *req);    /* some rows, of which some members               */
void configuration_compare(struct req *req); /* files with what is valid; changes nothing      */
void configuration_archive(struct req *req); /* the files of all kinds                         */

/* Who changed what, and when. */
void configuration_change_list(struct req *req);
void configuration_change_show(struct req *req);

#endif
