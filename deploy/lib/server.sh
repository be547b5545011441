# shellcheck shell=bash disable=SC2154,SC2034 # the variables in the head of lib/state.sh are shared
# The server: build, configuration, schema, start and readiness.

server_build() {
	local build=$root/build/release
	command -v ninja >/dev/null || die "ninja is missing"
	if [ ! -f "$build/build.ninja" ]; then
		step "build: configuring $build"
		(cd "$root" && slow "cmake" "$state/build.log" cmake --preset release) || die "cmake failed"
	fi
	step "build: bringing $build/tiepdan up to date"
	NINJA_STATUS='[%f/%t] ' slow "compiling" "$state/build.log" ninja -C "$build" tiepdan || die "the build failed"
	# A copy: the server's user may not be able to enter the checkout, and a rebuild must not touch a running server.
	program_file=$home/bin/tiepdan
	if ! "${as_runner[@]}" cmp -s - "$program_file" <"$build/tiepdan"; then
		"${as_runner[@]}" mkdir -p "$home/bin"
		write_private "$program_file" <"$build/tiepdan"
		"${as_runner[@]}" chmod 700 "$program_file"
	fi
}

# role_url OWNER_URL ROLE PASSWORD: the same database as another role; of a parameter given twice libpq takes the last.
role_url() {
	case $1 in
	postgres://*\?* | postgresql://*\?*) printf '%s&user=%s&password=%s\n' "$@" ;;
	postgres://* | postgresql://*) printf '%s?user=%s&password=%s\n' "$@" ;;
	*) printf '%s user=%s password=%s\n' "$@" ;;
	esac
}

server_database() {
	if [ -z "${DATABASE_URL:-}" ]; then
		cluster_start
		cluster_roles
		owner_url="host=$socket dbname=tiepdan user=tiepdan"
		server_url="host=$socket dbname=tiepdan user=tiepdan_app"
		door_url="host=$socket dbname=tiepdan user=tiepdan_door"
		job_url="host=$socket dbname=tiepdan user=tiepdan_job"
		return 0
	fi
	step "database: using DATABASE_URL, making no cluster"
	owner_url=$DATABASE_URL
	server_url=${TIEPDAN_DATABASE_URL:-} door_url=${TIEPDAN_DOOR_URL:-} job_url=${TIEPDAN_JOB_URL:-}
	if [ -z "$server_url" ]; then
		"${as_runner[@]}" test -s "$home/password" ||
			head -c 24 /dev/urandom | base64 | tr '+/' '-_' | write_private "$home/password"
		server_url=$(role_url "$DATABASE_URL" tiepdan_app "$("${as_runner[@]}" cat "$home/password")")
	fi
}

# owner_psql: psql as the owner with DATABASE_URL, whose password stays out of the list of processes.
owner_psql() {
	local password shown=$DATABASE_URL
	if [[ $shown =~ ^(postgres(ql)?://[^:/@?]*):([^@/]*)@(.*)$ ]]; then
		password=${BASH_REMATCH[3]}
		shown=${BASH_REMATCH[1]}@${BASH_REMATCH[4]}
		printf -v password '%b' "${password//%/\\x}"
		export PGPASSWORD=$password
	fi
	"${as_runner[@]}" psql -X -q -At -v ON_ERROR_STOP=1 -d "$shown"
}

# With DATABASE_URL the role comes with the schema; here it learns to sign in.
server_role() {
	if [ -z "${DATABASE_URL:-}" ] || [ -n "${TIEPDAN_DATABASE_URL:-}" ] || [ -e "$state/role" ]; then return 0; fi
	command -v psql >/dev/null || die "psql is missing" "install postgresql-client"
	if [ "$(owner_psql <<<"select rolcanlogin from pg_roles where rolname = 'tiepdan_app'")" = t ]; then
		die "role tiepdan_app of this database can sign in already, with a password that is not known here" \
			"give its connection in TIEPDAN_DATABASE_URL"
	fi
	printf "alter role tiepdan_app login password '%s';\n" "$("${as_runner[@]}" cat "$home/password")" | owner_psql ||
		die "role tiepdan_app could not be given a password"
	touch "$state/role"
}

# tool COMMAND...: a sub-command of tiepdan with this installation's settings, as the server's user: the private cluster
# knows it as the owner, and the keys belong to it.
tool() {
	"${as_runner[@]}" env "TIEPDAN_CONFIG=$home/tiepdan.conf" "$program_file" "$@"
}

server_settings() {
	write_private "$home/tiepdan.conf" <<-END
		# Written by deploy/quickstart at each start.
		owner_url = $owner_url
		database_url = $server_url
		door_url = $door_url
		job_url = $job_url
		key_dir = $home/keys
		attachments = $home/attachments
		public_url = http://127.0.0.1:$1
		login_code_minutes = 600
		mail_url = file:$home/mail
		mail_from = Cổng tiếp nhận phản ánh <khong-tra-loi@example.org>
		mail_from_hour = 0
		mail_to_hour = 0
		max_connections = 1000
	END
}

server_prepare() {
	if ! "${as_runner[@]}" test -d "$home/keys"; then
		step "keys: making them in $home/keys"
		"${as_runner[@]}" mkdir -m 700 "$home/keys"
	fi
	tool keys create || die "the keys could not be made" # those that are missing: a newer version may need more
	step "schema: migrate and seed"
	slow "migrate" "$state/migrate.log" tool migrate ||
		die "the migrations failed" "with data that you do not need, delete $state and start again"
	server_role
	[ -z "$door_url" ] || tool roles apart || die "the roles of the server could not be taken apart"
	if [ ! -e "$state/seeded" ]; then
		slow "seed" "$state/seed.log" tool seed || die "the reference data could not be loaded"
		touch "$state/seeded"
	fi
}

# server_ask CURL-ARGUMENTS...: the server is here; a proxy that the environment names is for the packages.
server_ask() { curl -fsS --noproxy '*' "$@"; }

port_busy() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || (exec 3<>"/dev/tcp/::1/$1") 2>/dev/null
}

ports_to_try() {
	if [ -n "$wanted_port" ]; then
		printf '%s\n' "$wanted_port"
	else
		cat "$state/port" 2>/dev/null
		seq 8080 8099
	fi
}

ops_port_for() {
	local port=$(($1 + 1000))
	[ "$port" -le 65000 ] || port=$(($1 - 1000))
	while port_busy "$port"; do port=$((port + 1)); done
	printf '%s\n' "$port"
}

# server_try PORT: starts the server there; false when it did not come up because the port is taken.
server_try() {
	local port=$1 ops listen mark
	ops=$(ops_port_for "$port")
	listen=127.0.0.1:$port
	if [ -s /proc/net/if_inet6 ]; then listen="$listen,[::1]:$port"; fi
	server_settings "$port"
	"${as_runner[@]}" touch "$home/server.log"
	mark=$(wc -l <"$home/server.log")
	process_start "$state/server.pid" "$home/server.log" env "TIEPDAN_CONFIG=$home/tiepdan.conf" \
		"$program_file" serve "--listen=$listen" "--listen_ops=127.0.0.1:$ops"
	local tries=0
	until server_ask -m 2 -o /dev/null "http://127.0.0.1:$ops/readyz" 2>/dev/null; do
		tries=$((tries + 1))
		if ! process_of "$state/server.pid" >/dev/null; then
			tail -n "+$((mark + 1))" "$home/server.log" | grep -qi 'address already in use\|EADDRINUSE' && return 1
			server_failed "the server ended at once"
		fi
		[ "$tries" -lt 600 ] || server_failed "the server was not ready after 30 seconds"
		sleep 0.05
	done
	printf '%s\n' "$port" >"$state/port"
	url=http://127.0.0.1:$port
	ops_url=http://127.0.0.1:$ops
}

server_failed() {
	tail -n 20 "$home/server.log" | sed 's/^/    /' >&2
	everything_stop
	die "$1" "its log: $home/server.log"
}

server_start() {
	local port
	step "server: starting"
	for port in $(ports_to_try); do
		if port_busy "$port"; then
			[ -z "$wanted_port" ] || { everything_stop; die "port $port is taken by another program"; }
			continue
		fi
		if server_try "$port"; then return 0; fi
	done
	everything_stop
	die "no free port" "choose one with --port N"
}

server_stop() { process_stop "$state/server.pid" TERM 40; }

# The server first, so that its last requests still find their database.
everything_stop() {
	local ended=1
	server_stop && ended=0
	cluster_stop && ended=0
	return $ended
}
