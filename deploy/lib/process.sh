# shellcheck shell=bash disable=SC2154,SC2034 # the variables in the head of lib/state.sh are shared
# Processes of ours: known by number and start time, so that a number the system has given to somebody else is never ended.

# When a process started, in clock ticks since boot; nothing when there is none.
process_began() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	# shellcheck disable=SC2086 # the fields behind the command's name, which may hold blanks
	set -- ${stat##*) }
	[ "$1" != Z ] && printf '%s\n' "${20}"
}

process_note() { printf '%s %s\n' "$2" "$(process_began "$2")" >"$1"; }

# process_of FILE: the number noted in FILE if that very process still runs.
process_of() {
	local pid began
	read -r pid began 2>/dev/null <"$1" || return 1
	[ -n "$pid" ] && [ "$(process_began "$pid")" = "$began" ] && printf '%s\n' "$pid"
}

# process_stop FILE SIGNAL SECONDS: asks the noted process to end and waits for it; kills it when the time is up. The note
# goes first: who watches the process then knows that its end was wanted.
process_stop() {
	local pid began tries=0
	pid=$(process_of "$1") || { rm -f "$1"; return 1; }
	began=$(process_began "$pid")
	rm -f "$1"
	kill "-$2" "$pid" 2>/dev/null
	while [ "$(process_began "$pid")" = "$began" ]; do
		tries=$((tries + 1))
		if [ "$tries" -eq $(($3 * 20)) ]; then kill -KILL "$pid" 2>/dev/null; fi
		sleep 0.05
	done
}

# process_start FILE LOG COMMAND...: in a session of its own, so that Ctrl-C reaches it only through us.
process_start() {
	local file=$1 log=$2
	shift 2
	"${as_runner[@]}" setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
	process_note "$file" $!
}
