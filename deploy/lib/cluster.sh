# shellcheck shell=bash disable=SC2154,SC2034 # the variables in the head of lib/state.sh are shared
# The private PostgreSQL cluster: a Unix socket in a 0700 folder, no TCP, no password and no trust: the kernel tells
# PostgreSQL who is connecting (peer), and only the server's user and root may be tiepdan and the roles of the server.

cluster_bin() {
	local version
	version=$("${as_runner[@]}" cat "$home/pg/PG_VERSION" 2>/dev/null)
	if [ -n "$version" ]; then
		bin=/usr/lib/postgresql/$version/bin
		[ -x "$bin/postgres" ] || die "$home/pg was made by PostgreSQL $version, which is no longer installed"
	else
		bin=$(postgres_bin) || die "no PostgreSQL 15 or later under /usr/lib/postgresql"
	fi
}

# A socket's path has room for 107 bytes, and libpq takes a comma for the end of a host name.
cluster_socket_name() {
	local name=$home/socket
	if [ $((${#name} + 20)) -gt 107 ] || [[ $name == *[!A-Za-z0-9._/-]* ]]; then name=/tmp/tiepdan-$(short_hash "$home"); fi
	printf '%s\n' "$name"
}

cluster_socket() {
	socket=$(cluster_socket_name)
	"${as_runner[@]}" mkdir -m 700 "$socket" 2>/dev/null
	if [ -L "$socket" ] || [ "$(stat -c '%U %a' "$socket")" != "$runner 700" ]; then
		die "$socket is not a folder that belongs to $runner alone"
	fi
}

cluster_make() {
	step "database: making a private cluster in $home/pg"
	slow "initdb" "$state/initdb.log" "${as_runner[@]}" "$bin/initdb" -D "$home/pg" -U postgres --auth=peer -E UTF8 \
		--locale=C.UTF-8 --no-sync || { rm -rf "$home/pg"; die "the cluster could not be made"; }
	printf '\ninclude_if_exists = %s\n' "'tiepdan.conf'" |
		"${as_runner[@]}" tee -a "$home/pg/postgresql.conf" >/dev/null
}

cluster_settings() {
	local shm=posix who
	if [ "$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)" -lt 65536 ] 2>/dev/null; then shm=mmap; fi
	write_private "$home/pg/tiepdan.conf" <<-END
		listen_addresses = ''
		unix_socket_directories = '$socket'
		dynamic_shared_memory_type = $shm
		shared_buffers = 128MB
		timezone = 'UTC'
		log_timezone = 'UTC'
		jit = off
	END
	write_private "$home/pg/pg_hba.conf" <<<'local all all peer map=tiepdan'
	for who in "$runner" root; do
		printf 'tiepdan %s %s\n' "$who" postgres "$who" tiepdan "$who" tiepdan_app "$who" tiepdan_door "$who" tiepdan_job
	done | write_private "$home/pg/pg_ident.conf"
}

cluster_psql() {
	"${as_runner[@]}" "$bin/psql" -X -q -At -v ON_ERROR_STOP=1 -h "$socket" -U postgres -d postgres
}

cluster_start() {
	cluster_bin
	cluster_socket
	"${as_runner[@]}" test -d "$home/pg" || cluster_make
	if process_of "$state/postgres.pid" >/dev/null && cluster_psql <<<'select 1' >/dev/null 2>&1; then return 0; fi
	cluster_settings
	step "database: starting PostgreSQL (socket $socket, no TCP)"
	"${as_runner[@]}" touch "$home/postgres.log"
	process_start "$state/postgres.pid" "$home/postgres.log" "$bin/postgres" -D "$home/pg"
	local tries=0
	until cluster_psql <<<'select 1' >/dev/null 2>&1; do
		tries=$((tries + 1))
		if ! process_of "$state/postgres.pid" >/dev/null || [ "$tries" -gt 1200 ]; then
			tail -n 20 "$home/postgres.log" | sed 's/^/    /' >&2
			die "PostgreSQL did not start" "its log: $home/postgres.log"
		fi
		sleep 0.05
	done
}

# The owner of the schema is not a superuser, and the server's role owns nothing.
cluster_roles() {
	cluster_psql <<-'END'
		select 'create role tiepdan login createrole' where to_regrole('tiepdan') is null \gexec
		select 'create role ' || r || ' login' from unnest('{tiepdan_app,tiepdan_door,tiepdan_job}'::text[]) r where to_regrole(r) is null \gexec
		select 'alter role ' || rolname || ' login' from pg_roles where rolname like 'tiepdan\_%' and not rolcanlogin \gexec
		select 'create database tiepdan owner tiepdan' where not exists
			(select from pg_database where datname = 'tiepdan') \gexec
	END
}

cluster_stop() {
	process_stop "$state/postgres.pid" INT 60 || return 1
	rmdir "$(cluster_socket_name)" 2>/dev/null
	return 0
}
