#ifndef TIEPDAN_APP_ATTACHMENT_UPLOAD_PRIVATE_H
#define TIEPDAN_APP_ATTACHMENT_UPLOAD_PRIVATE_H

#include "base/store.h"
#include "base/work.h"
#include "http/conn.h"
#include "http/multipart.h"

/* What upload.c and resume.c share: a body on its way into the store. Lives in the arena of its request. */
struct upload {
	struct body_sink sink;
	struct work_task sync;
	struct req *req;
	struct uuid id;
	int fd; /* -1: none */
	int error;
	int64_t size, at; /* announced, and in the file so far */
	struct str name;
	/* Of a form. */
	struct multipart form;
	unsigned parts;
	void (*answer)(struct upload *up); /* when everything is on the disk and the row says so */
};

/* The file is closed with the request at the latest. */
struct upload *upload_new(struct req *req, struct uuid id);
/* Closes the file, and with it lets the next writer in: before an answer goes out after which a client may
 * go on at once, over another connection. */
void upload_let_go(struct upload *up);
/* A whole number in a field of the head; a fault is noted when it is none, or too large for a size. */
bool upload_number(struct req *req, const char *field, int64_t *ret);
/* Writes; false: there is no room, or the disk fails, and the request has been answered. */
bool upload_write(struct upload *up, struct str piece);
/* Brings the file to the disk, says in its row that it is complete, and answers. */
void upload_finish(struct upload *up);
/* Answers what the store said: no room, no such file, somebody else has it, or a failing disk. */
void upload_refuse(struct req *req, int error);
/* Takes back what was begun, beside the answer. */
void upload_forget(struct upload *up);

#endif
