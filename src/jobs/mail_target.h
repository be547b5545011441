#ifndef TIEPDAN_JOBS_MAIL_TARGET_H
#define TIEPDAN_JOBS_MAIL_TARGET_H

#include "base/config.h"
#include "jobs/mail.h"
#include "jobs/smtp.h"

/* Where mail goes and where it leads to, from the settings mail_*, citizen_url and staff_*url. */
struct mail_target {
	const char *folder;	   /* file:DIR, NULL: a mail server */
	struct smtp_settings smtp; /* of the mail server            */
	struct mailbox from;
	struct str reply_to;		   /* absent: none */
	struct str citizen_url, staff_url; /* the page of a ticket, with {code}; absent: the API */
	struct str staff_part_url;	   /* the page of a part, with {part}; absent: the API   */
};

/* Reads the settings, and the password from its file. Returns 0, or -EINVAL and what is wrong with them;
 * mail_url must be set. */
int mail_target_read(
	struct arena *arena, const struct config *config, struct mail_target *ret, struct str *ret_reason);

#endif
