# shellcheck shell=bash disable=SC2154,SC2034 # the variables in the head of lib/state.sh are shared
# Where everything of one installation lies, and as whom it runs.
#
#   $state   the folder the caller knows: demo.json, port, logs of the steps, process notes
#   $home    what the server's user owns: cluster, keys, configuration, program, logs. $state/run, or, when that user
#            cannot get there (a checkout under /root), a folder of /var/lib/tiepdan-dev
#   $runner  that user: the caller, or postgres when the caller is root, for PostgreSQL refuses root
#
# Further variables that the files of this folder share: $root (the checkout), $as_runner (what to put in front of a
# command to run it as $runner), $program_file (the server), $url and $ops_url, and the options of quickstart.

short_hash() { printf '%s' "$1" | sha256sum | cut -c1-8; }

state_open() {
	mkdir -p "$state" || die "cannot make the state folder $state"
	state=$(cd "$state" && pwd -P) || die "cannot enter the state folder"
	case $state in *$'\n'*) die "a line break in the name of the state folder is too much" ;; esac
	[ -w "$state" ] || die "cannot write to $state" "choose another one with --state DIR"
	exec 9>"$state/lock"
	flock -w 60 9 || die "another quickstart has been at work on $state for a minute"
}

runner_choose() {
	as_runner=()
	home=$state/run
	if [ "$(id -u)" -ne 0 ]; then
		runner=$(id -un)
		return 0
	fi
	runner=postgres
	if [ -d "$home/pg" ]; then runner=$(stat -c %U "$home"); fi
	if ! id "$runner" >/dev/null 2>&1; then runner=nobody; fi
	as_runner=(setpriv "--reuid=$runner" "--regid=$(id -g "$runner")" --init-groups -- env)
	if ! "${as_runner[@]}" test -x "$state"; then
		home=/var/lib/tiepdan-dev/$(short_hash "$state")
		[ "$verb" != start ] ||
			say "    user $runner cannot enter $state; the cluster, the keys and the logs go to $home"
	fi
	as_runner+=("HOME=$home")
}

home_open() {
	runner_choose
	[ "$verb" = start ] || [ -e "$home" ] || return 0
	mkdir -p "$home" || die "cannot make $home"
	if [ "$(id -u)" -eq 0 ]; then chown "$runner:" "$home"; fi
	[ -O "$home" ] || [ "$(id -u)" -eq 0 ] || die "$home belongs to $(stat -c %U "$home")" \
		"run as that user, or choose another state folder with --state DIR"
	chmod 700 "$home"
	cd /
}

# write_private FILE: standard input becomes a file that only the server's user can read.
write_private() {
	# shellcheck disable=SC2016 # the inner shell expands them
	"${as_runner[@]}" sh -c 'umask 077 && cat >"$1.new" && mv -f "$1.new" "$1"' sh "$1"
}
