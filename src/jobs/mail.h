#ifndef TIEPDAN_JOBS_MAIL_H
#define TIEPDAN_JOBS_MAIL_H

#include "base/arena.h"

/* An e-mail message (RFC 5322, MIME) from its parts. Nothing of the parts can add a header field: addresses
 * are checked by text_email() (civil/text.h) beforehand, other header values are encoded words (RFC 2047)
 * unless they are plain. */

struct mailbox {
	struct str name, address; /* an absent name is left out */
};

struct mail {
	struct mailbox from;
	struct str to, reply_to; /* addresses; an absent reply_to is left out */
	struct str subject;	 /* UTF-8, one line                            */
	struct str text, html;	 /* UTF-8, lines end in LF                     */
	struct str message_id;	 /* with its angle brackets                    */
	struct str language;	 /* of the words: Content-Language             */
	struct str boundary;	 /* a token that stands in neither part        */
	int64_t at_ms;
};

enum mail_encoding {
	MAIL_BASE64, /* passes every mail server                  */
	MAIL_8BIT,   /* for files that people look at with `less` */
};

/* The whole message, lines end in CR LF: multipart/alternative with the text first and the HTML second. Says
 * that a program sent it (RFC 3834), so that no absence notice comes back. */
struct str mail_build(struct arena *arena, const struct mail *mail, enum mail_encoding encoding);

/* Reads `Name <address>` or `address`; false when the address is none. */
bool mail_mailbox(struct arena *arena, struct str text, struct mailbox *ret);

#endif
