/* Opening, inheriting and handing over the listening sockets. */
#include "serve/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

enum {
	BACKLOG = 4096,
	SYSTEMD_FIRST = 3
};
#define HAND_OVER "TIEPDAN_SOCKETS"

static void add(struct sockets *s, int fd, enum socket_use use, int worker)
{
	if (s->n < SOCKETS_MAX)
		s->at[s->n++] = (struct socket_slot){.fd = fd, .use = use, .worker = worker};
}

/* "[::1]:8080" or "127.0.0.1:8080" -> an address. */
static int parse_address(struct str text, struct sockaddr_storage *ret, socklen_t *ret_len)
{
	char host[64], port[8];
	size_t colon = text.len;

	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return -EINVAL;
	struct str name = str_trim((struct str){text.at, colon - 1}, "[]");
	struct str number = {text.at + colon, text.len - colon};
	if (name.len == 0 || name.len >= sizeof(host) || number.len == 0 || number.len >= sizeof(port))
		return -EINVAL;
	snprintf(host, sizeof(host), "%.*s", STR_ARG(name));
	snprintf(port, sizeof(port), "%.*s", STR_ARG(number));

	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -EINVAL;
	memcpy(ret, found->ai_addr, found->ai_addrlen);
	*ret_len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static void set_port(struct sockaddr_storage *address, in_port_t port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = port;
	else
		((struct sockaddr_in *)address)->sin_port = port;
}

static in_port_t port_of(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
					      : ((const struct sockaddr_in *)address)->sin_port;
}

/* A bound, listening socket; its real address comes back in *address (port 0 picks one). */
static int open_one(struct sockaddr_storage *address, socklen_t len, bool shared_port)
{
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1, off = 0;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (address->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (shared_port)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)address, len) < 0 || listen(fd, BACKLOG) < 0 ||
		getsockname(fd, (struct sockaddr *)address, &len) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

/* SO_REUSEPORT would silently share the port with another server of the same user: a plain bind finds out. */
static int probe(const struct sockaddr_storage *address, socklen_t len)
{
	struct sockaddr_storage copy = *address;
	int fd = open_one(&copy, len, false);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void remember_url(struct sockets *s, const struct sockaddr_storage *address)
{
	char host[INET6_ADDRSTRLEN];
	bool six = address->ss_family == AF_INET6;

	if (s->url[0] != '\0')
		return;
	inet_ntop(address->ss_family,
		six ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
		    : (const void *)&((const struct sockaddr_in *)address)->sin_addr,
		host, sizeof(host));
	snprintf(s->url, sizeof(s->url), six ? "http://[%s]:%u" : "http://%s:%u", host,
		ntohs(port_of(address)));
}

static int open_api_address(struct sockets *s, struct sockaddr_storage address, socklen_t len, int workers)
{
	int error = port_of(&address) == 0 ? 0 : probe(&address, len);

	for (int worker = 0; error == 0 && worker < workers; worker++) {
		int fd = open_one(&address, len, true);
		if (fd < 0)
			return fd;
		add(s, fd, SOCKET_API, worker);
		remember_url(s, &address);
	}
	return error;
}

static bool family_missing(int error)
{
	return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL;
}

static int open_api(struct sockets *s, const struct config *config)
{
	struct str rest = str_of(config->listen), text;
	struct sockaddr_storage address;
	socklen_t len;
	in_port_t port = 0;

	while (str_next(&rest, ',', &text)) {
		text = str_trim(text, " ");
		int error = parse_address(text, &address, &len);
		if (error == 0 && port_of(&address) == 0 && port != 0)
			set_port(&address, port); /* "[::1]:0,127.0.0.1:0" means one port */
		if (error == 0)
			error = open_api_address(s, address, len, (int)config->workers);
		if (error < 0 && !family_missing(error)) {
			log_error("server.listen", LOG_STR("address", text),
				LOG_STR("error", str_of(strerror(-error))));
			return error;
		}
		if (error == 0 && port == 0) {
			getsockname(s->at[s->n - 1].fd, (struct sockaddr *)&address, &len);
			port = port_of(&address);
		}
	}
	return s->n > 0 ? 0 : -EADDRNOTAVAIL;
}

static int open_ops(struct sockets *s, const struct config *config)
{
	struct sockaddr_storage address;
	socklen_t len;
	struct str text = str_of(config->listen_ops);

	if (text.len == 0)
		return 0;
	int error = parse_address(text, &address, &len);
	if (error == 0)
		error = open_one(&address, len, false);
	if (error < 0) {
		log_error("server.listen", LOG_STR("address", text),
			LOG_STR("error", str_of(strerror(-error))));
		return error;
	}
	add(s, error, SOCKET_OPS, -1);
	return 0;
}

/* sd_listen_fds(3): descriptors from 3 on; one that is named "ops" serves the ops listener. */
static bool from_systemd(struct sockets *s)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"),
		   *names = getenv("LISTEN_FDNAMES");
	int64_t owner, n;

	if (!pid || !count || str_to_i64(str_of(pid), &owner) < 0 || owner != getpid() ||
		str_to_i64(str_of(count), &n) < 0 || n < 1 || n > SOCKETS_MAX)
		return false;
	struct str rest = str_of(names ? names : ""), name;
	for (int fd = SYSTEMD_FIRST; fd < SYSTEMD_FIRST + (int)n; fd++) {
		bool ops = str_next(&rest, ':', &name) && str_eq(name, STR("ops"));
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		add(s, fd, ops ? SOCKET_OPS : SOCKET_API, -1);
	}
	s->lent = true;
	snprintf(s->url, sizeof(s->url), "socket activation");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return true;
}

/* "lent url|fd use worker;..." of the image that ran before this one in the same process. */
static bool from_hand_over(struct sockets *s)
{
	const char *text = getenv(HAND_OVER);
	struct str rest = str_of(text), item;
	int fd, use, worker;

	if (!text)
		return false;
	str_next(&rest, ' ', &item);
	s->lent = str_eq(item, STR("1"));
	str_next(&rest, '|', &item);
	snprintf(s->url, sizeof(s->url), "%.*s", STR_ARG(item));
	while (str_next(&rest, ';', &item)) {
		char one[64];
		snprintf(one, sizeof(one), "%.*s", STR_ARG(item));
		if (sscanf(one, "%d %d %d", &fd, &use, &worker) == 3 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
			add(s, fd, (enum socket_use)use, worker);
	}
	unsetenv(HAND_OVER);
	return s->n > 0;
}

int sockets_open(struct sockets *s, const struct config *config)
{
	*s = (struct sockets){.n = 0};
	if (from_hand_over(s) || from_systemd(s))
		return 0;
	int error = open_api(s, config);
	return error < 0 ? error : open_ops(s, config);
}

void sockets_shut(const struct sockets *s)
{
	for (unsigned i = 0; i < s->n && !s->lent; i++)
		shutdown(s->at[i].fd, SHUT_RD);
}

void sockets_hand_over(const struct sockets *s)
{
	char text[SOCKETS_MAX * 32];
	int len = snprintf(text, sizeof(text), "%d %s|", s->lent, s->url);

	for (unsigned i = 0; i < s->n; i++) {
		fcntl(s->at[i].fd, F_SETFD, 0);
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%d %d %d;", s->at[i].fd,
			(int)s->at[i].use, s->at[i].worker);
	}
	setenv(HAND_OVER, text, 1);
}
