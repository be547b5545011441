# shellcheck shell=bash
# Words to the person in front of the screen: steps, progress of slow commands, refusals.

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
die() {
	printf '\n%s: %s\n' "${program:-quickstart}" "$1" >&2
	shift
	for line in "$@"; do printf '  %s\n' "$line" >&2; done
	exit 1
}

# slow LABEL LOG COMMAND...: runs the command with its output in LOG and shows every five seconds how far it is. When it
# fails, shows the last lines of LOG and returns its status.
slow() {
	local label=$1 log=$2 began=$SECONDS shown=0 pid status=0
	shift 2
	: >"$log"
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		if [ $((SECONDS - began - shown)) -ge 5 ]; then
			shown=$((SECONDS - began))
			printf '    %s, %d s: %s\n' "$label" "$shown" "$(tail -n 1 "$log" | tr '\r' '\n' | grep . | tail -n 1 | cut -c1-100)"
		fi
	done
	wait "$pid" || status=$?
	if [ "$status" -ne 0 ]; then
		printf '\n%s failed; the end of %s:\n' "$label" "$log" >&2
		tail -n 25 "$log" | sed 's/^/    /' >&2
	else
		printf '    %s: done in %d s\n' "$label" $((SECONDS - began))
	fi
	return "$status"
}
