#ifndef TIEPDAN_SERVE_NOTIFY_H
#define TIEPDAN_SERVE_NOTIFY_H

/* Tells systemd how the service is (sd_notify(3)): "READY=1", "STOPPING=1", "RELOADING=1". Does nothing
 * elsewhere. */
void notify_systemd(const char *state);

#endif
