#ifndef TIEPDAN_SERVE_SUPERVISOR_H
#define TIEPDAN_SERVE_SUPERVISOR_H

/* `tiepdan serve`: opens the sockets, starts the workers and the job worker, keeps them running.
 *   SIGTERM, SIGINT  drain and leave
 *   SIGHUP           read the configuration again, replace worker after worker
 *   SIGUSR2          re-execute this program (an upgrade) with the open sockets, replace worker after worker
 * `argv` is the command line of the process; `flags` what follows the sub-command. Returns the exit
 * status. */
int supervisor_run(char **argv, char **flags);

#endif
