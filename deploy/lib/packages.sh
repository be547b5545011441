# shellcheck shell=bash disable=SC2154,SC2034 # the variables in the head of lib/state.sh are shared
# Debian packages: installs what is missing, and nothing when nothing is.

# A Debian postgresql package makes and starts a cluster when it is installed, unless a file here says no.
no_cluster=/etc/postgresql-common/createcluster.d/tiepdan.conf

packages_in() { sed 's/#.*//' "$@" | tr -s ' \t\n' '\n' | sed '/^$/d'; }

# The bin folder of the newest installed PostgreSQL, 15 or later.
postgres_bin() {
	local dir
	dir=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -name '[0-9]*' 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
	[ -n "$dir" ] && [ "${dir##*/}" -ge 15 ] && [ -x "$dir/bin/postgres" ] && printf '%s/bin\n' "$dir"
}

packages_missing() {
	local package
	packages_in "$@" | while read -r package; do
		case $package in
		postgresql-15) if postgres_bin >/dev/null; then continue; fi ;;
		pkgconf) if command -v pkg-config >/dev/null; then continue; fi ;;
		nodejs | npm) if command -v npm >/dev/null; then continue; fi ;; # also those of nodejs.org, which Debian's would not go with
		esac
		dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
	done
}

# sudo forgets which proxy leads to the packages unless it is told to keep it.
as_administrator() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo ${http_proxy:+--preserve-env=http_proxy,https_proxy,no_proxy} "$@"
	fi
}

postgres_is_new() { [[ " ${missing[*]} " == *" postgresql-15 "* && ! -e $no_cluster ]]; }

# administrator_needed: asks for the password once, before anything is changed, or says what root has to do.
administrator_needed() {
	local why='' words=()
	[ "$(id -u)" -ne 0 ] || return 0
	if ! command -v sudo >/dev/null; then
		why="there is no sudo to install them"
	elif ! sudo true; then
		why="sudo does not let $(id -un) install them"
	fi
	[ -n "$why" ] || return 0
	if postgres_is_new; then words=("mkdir -p ${no_cluster%/*}" "echo 'create_main_cluster = false' >$no_cluster"); fi
	die "${#missing[@]} packages are missing and $why; as root run these, then start this again:" "${words[@]}" \
		"apt-get update" "apt-get install --no-install-recommends ${missing[*]}"
}

packages_without_cluster() {
	postgres_is_new || return 0
	say "    PostgreSQL is new here: $no_cluster keeps its package from making a cluster"
	as_administrator mkdir -p "${no_cluster%/*}"
	printf '%s\n' '# Written by tiepdan: installing PostgreSQL makes no cluster.' 'create_main_cluster = false' |
		as_administrator tee "$no_cluster" >/dev/null
}

# packages_install LOG LIST...: the lists are files like deploy/packages.
packages_install() {
	local log=$1
	local -a missing
	shift
	if ! command -v dpkg-query >/dev/null; then
		for tool in cc cmake ninja pkg-config curl; do
			command -v "$tool" >/dev/null || die "this is no Debian, and $tool is missing" \
				"install what these Debian packages hold: $(packages_in "$@" | tr '\n' ' ')"
		done
		return 0
	fi
	mapfile -t missing < <(packages_missing "$@")
	if [ ${#missing[@]} -eq 0 ]; then
		return 0
	fi
	step "packages: installing ${#missing[@]} from Debian: ${missing[*]}"
	administrator_needed
	packages_without_cluster
	local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
	slow "package lists" "$log" as_administrator "${apt[@]}" update || die "apt-get update failed"
	slow "packages" "$log" as_administrator "${apt[@]}" install -y --no-install-recommends "${missing[@]}" ||
		die "installing packages failed"
}
