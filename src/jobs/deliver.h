#ifndef TIEPDAN_JOBS_DELIVER_H
#define TIEPDAN_JOBS_DELIVER_H

#include "base/app.h"
#include "base/arena.h"

/* The one way by which people are told something: follows the feed of events, makes notices of them (table
 * notice), and sends these by e-mail, or writes them to files (setting mail_url).
 *
 * A notice is claimed for a time (a lease), sent, and its result is written. Who dies in between leaves a
 * claim that ends: the notice is sent again, with the same Message-ID. So inside the database each thing
 * happens once, outside at least once. While the mail server is away nothing is lost and nothing counts as an
 * attempt; the pauses between tries grow to a minute. */
struct deliver;

/* NULL when mail_url is not set, or cannot be used: the reason has been logged. */
struct deliver *deliver_start(struct app *app, struct arena *arena);
bool deliver_busy(const struct deliver *deliver); /* a message is on its way; false for NULL */
void deliver_stop(struct deliver *deliver);	  /* abandons what is on its way; accepts NULL */

#endif
