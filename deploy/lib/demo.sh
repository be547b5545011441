# shellcheck shell=bash disable=SC2154,SC2034 # the variables in the head of lib/state.sh are shared
# The people of the demo, how they sign in, and what is printed in the end.

# role login department, as `tiepdan demo` makes them
demo_people() {
	if [ "$demo" = yes ]; then
		printf '%s\n' 'officer canbo.hn-sxd HN-SXD' 'head lanhdao.hn-sxd HN-SXD' 'coordinator dieuphoi HN-EIC'
	fi
	printf '%s\n' 'admin quantri HN-EIC'
}

demo_load() {
	local login=quantri
	if [ "$demo" = yes ] && [ ! -e "$state/demo" ]; then
		step "demo: loading people and tickets"
		slow "demo" "$state/demo.log" tool demo || die "the demo could not be loaded"
		touch "$state/demo"
	fi
	[ "$demo" = yes ] || tool user list | grep -q "^$login " ||
		tool user add "$login" '--name=Quản trị hệ thống' --department=HN-EIC --role=admin >/dev/null ||
		die "account $login could not be made"
}

login_of() { demo_people | while read -r role login _; do [ "$role" != "$1" ] || printf '%s\n' "$login"; done; }

# A new one-time sign-in code for a login.
code_for() { tool user code "$1"; }

# text_member NAME: of the JSON that comes in, a text without quotation marks.
text_member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }

token_of() {
	local login code body answer token
	login=$(login_of "$1")
	[ -n "$login" ] || die "there is no demo person with the role $1"
	code=$(code_for "$login") || exit 1
	body="{\"login\":\"$login\",\"code\":\"$code\"}"
	answer=$(server_ask --no-fail "$url/v1/sessions" -H 'Content-Type: application/json' -d "$body") || exit 1
	token=$(text_member token <<<"$answer")
	[ -z "$token" ] || { say "$token" && return; }
	case $(text_member type <<<"$answer") in
	*/second-factor-required)
		die "$login has a second factor, without which no code signs in" \
			"with what the authenticator shows, or a recovery code, instead of 123456 (within ten hours, until a newer code is made):" \
			"curl -s $url/v1/sessions -H 'Content-Type: application/json' -d '${body%\}},\"second_factor\":\"123456\"}'" \
			"where it is lost, an administrator resets it: POST /v1/accounts/{id}/invitation with {\"reset\": true}"
		;;
	*) die "$login is not signed in: $(text_member title <<<"$answer")" ;;
	esac
}

json_text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

# This quickstart on this state folder, to be pasted into a shell.
quickstart_command() {
	printf '%q' "$root/deploy/quickstart"
	[ "$state" = "$root/var" ] || printf ' --state %q' "$state"
	printf ' %s' "$@"
}

token_command() { quickstart_command --token "$1"; }

# demo.json: what a script needs to use the demo; readable by its owner only.
demo_write() {
	local role login department code comma=''
	(
		umask 077
		{
			printf '{\n  "url": %s,\n  "ops_url": %s,\n  "log": %s,\n  "roles": {' "$(json_text "$url")" \
				"$(json_text "$ops_url")" "$(json_text "$home/server.log")"
			while read -r role login department; do
				code=$(code_for "$login") || exit 1
				printf '%s\n    "%s": {"login": "%s", "department": "%s", "code": "%s", "token_command": %s}' "$comma" \
					"$role" "$login" "$department" "$code" "$(json_text "$(token_command "$role")")"
				comma=,
			done < <(demo_people)
			printf '\n  }\n}\n'
		} >"$state/demo.json.new"
	) || die "no sign-in code could be made"
	mv -f "$state/demo.json.new" "$state/demo.json"
}

# demo_print HOW: ready, or running already
demo_print() {
	cat <<-END

		tiepdan is $1: $url
		  the contract       $url/openapi.yaml
		  health, metrics    $ops_url/readyz  $ops_url/metrics
		  the server's log   $home/server.log
		  mail it would send $home/mail; list it: $(quickstart_command --run mail)
		  people and codes   $state/demo.json

		Sign in (for this installation only; each call makes a new one-time code and exchanges it for a token):
	END
	demo_people | while read -r role login _; do
		printf '  %-15s %s=%s\n' "$login" "${role^^}" "\$($(token_command "$role"))"
	done
	if [ "$demo" = yes ]; then demo_print_tour; fi
	printf '\nStop: %s\n' "$stop_hint"
}

# The main job in lines to paste, one after the other, into a POSIX shell.
demo_print_tour() {
	printf '\nPaste, one block after the other:\n\n'
	[ -z "${http_proxy:-}${all_proxy:-}${ALL_PROXY:-}" ] || printf '  export no_proxy=127.0.0.1\n'
	cat <<-END
		  # a citizen files a ticket, keeps code and secret, and tracks it
		  URL=$url
		  TICKET=\$(curl -s \$URL/v1/tickets -H 'Content-Type: application/json' -d '{"kind":"feedback","category":"roads.surface",
		    "area":"00316","contact":{"email":"an@example.org"},"title":"Ổ gà sâu trên phố Định Công","text":"Trước số nhà 126 có ổ gà rộng 60 cm, trời mưa không nhìn thấy."}')
		  echo "\$TICKET"
		  CODE=\$(echo "\$TICKET" | grep -o '"code" *: *"[^"]*"' | head -n 1 | cut -d'"' -f4)
		  SECRET=\$(echo "\$TICKET" | grep -o '"secret" *: *"[^"]*"' | cut -d'"' -f4)
		  curl -s \$URL/v1/tracking -H "Authorization: Ticket \$CODE:\$SECRET"

		  # an officer of the Department of Construction accepts and answers it, the head signs
		  OFFICER=\$($(token_command officer))
		  HEAD=\$($(token_command head))
		  ID=\$(curl -s "\$URL/v1/tickets?state=submitted&sort=filed&limit=200" -H "Authorization: Bearer \$OFFICER" |
		    grep -o '"id" *: *"[^"]*", *"code" *: *"'\$CODE'"' | cut -d'"' -f4)
		  version() { curl -sI \$URL/v1/tickets/\$ID -H "Authorization: Bearer \$OFFICER" | tr -d '\\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p'; }
		  move() { curl -s -X POST \$URL/v1/tickets/\$ID/\$1 -H "Authorization: Bearer \$2" -H "If-Match: \$(version)" \\
		    -H 'Content-Type: application/json' \${3:+-d "\$3"}; echo; }
		  move accept \$OFFICER
		  move claim \$OFFICER
		  move propose \$OFFICER '{"text":"Đã vá mặt đường và đặt biển cảnh báo. Xin cảm ơn ông/bà."}'
		  move approve \$HEAD
		  curl -s \$URL/v1/tracking -H "Authorization: Ticket \$CODE:\$SECRET"

		  # the mail that the citizen would have got
		  $(quickstart_command --run mail)

		  # the report of the last 60 days: on time, late, open in time, open overdue
		  ADMIN=\$($(token_command admin))
		  curl -s "\$URL/v1/reports/sla?from=\$(date -d '60 days ago' +%F)&to=\$(date +%F)&by=department" -H "Authorization: Bearer \$ADMIN"
	END
}
