#ifndef TIEPDAN_APP_ATTACHMENT_ATTACHMENT_H
#define TIEPDAN_APP_ATTACHMENT_ATTACHMENT_H

#include "http/req.h"

/* Files. An upload (upload.c, resume.c) belongs to nobody; who has its token links it to a ticket and from
 * then on it is an attachment of that ticket (attachment.c), which the job worker checks (jobs/checks.h)
 * before anybody can fetch it (download.c). */
void upload_open(struct req *req);
void upload_append(struct req *req);
void upload_show(struct req *req);
void upload_drop(struct req *req);

void attachment_add(struct req *req);
void attachment_list(struct req *req);
void attachment_get(struct req *req);
void attachment_thumbnail(struct req *req);
void tracking_attach(struct req *req);
void tracking_attachment_list(struct req *req);
void tracking_attachment_get(struct req *req);
void tracking_attachment_thumbnail(struct req *req);

/* A name that somebody gave a file, fit to be shown: its last part, cleaned, at most 100 characters. Absent
 * when nothing is left. */
struct str attachment_name(struct arena *arena, struct str raw);

#endif
