#ifndef TIEPDAN_DB_LISTEN_H
#define TIEPDAN_DB_LISTEN_H

struct db;

/* Ends every db_listen(). Private to db/. */
void listen_close(struct db *db);

#endif
