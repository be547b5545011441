#ifndef TIEPDAN_SERVE_SOCKETS_H
#define TIEPDAN_SERVE_SOCKETS_H

#include "base/arena.h"
#include "base/config.h"

/* The listening sockets. The supervisor owns them for its whole life, so that no restart of a worker and no
 * upgrade refuses a client: closing one of several SO_REUSEPORT sockets would reset the connections queued on
 * it. */

enum {
	SOCKETS_MAX = 512
};

enum socket_use {
	SOCKET_API,
	SOCKET_OPS
};

struct socket_slot {
	int fd;
	enum socket_use use;
	int worker; /* the worker that accepts on it; -1: all of them share it */
};

struct sockets {
	struct socket_slot at[SOCKETS_MAX];
	unsigned n;
	bool lent;     /* by systemd */
	char url[256]; /* of the first API address, with the real port */
};

/* Takes them from a supervisor that re-executed itself (TIEPDAN_SOCKETS), else from systemd (LISTEN_FDS),
 * else opens one SO_REUSEPORT socket a worker for each address of `listen` and one shared socket for
 * `listen_ops`. An address family that this machine lacks is skipped while another address remains. Faults
 * are logged; returns 0 or a negative errno. */
int sockets_open(struct sockets *s, const struct config *config);
/* Nobody may connect any more: what systemd holds is left alone, so that its clients wait for the next
 * start. */
void sockets_shut(const struct sockets *s);
/* Puts them into the environment for the next image of the supervisor, and keeps them open across exec. */
void sockets_hand_over(const struct sockets *s);

#endif
