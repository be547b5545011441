-- What the role of the server may do: read reference data, read tickets under row-level security, run these functions.
set local search_path = tiepdan, public;

revoke all on all tables in schema tiepdan from public;
revoke execute on all functions in schema tiepdan from public;

grant select on migration, schema_info, setting, reference_version, calendar, calendar_hours, calendar_day, area, department,
	category, kind, profile, policy, route_rule, refusal_reason, state, action, move, move_role, role, sight, sight_right,
	role_right to tiepdan_app;
grant select on ticket, clock, holding, note, message, reply, rating, event to tiepdan_app;
grant select (id, login, name, department, active) on account to tiepdan_app;
grant select on account_role to tiepdan_app;

-- The caller, and what reads are made of.
grant execute on function caller_enter, caller_account, caller_session, caller_department, caller_roles, caller_sees_all,
	caller_sees_own, may_see, instant, named, department_named, person_named, soon_after, standing, moves_open, moves_of, clocks_of,
	messages_of, rating_of, ticket_has_contact, ticket_visible, ticket_fits, ticket_list, me_show to tiepdan_app;
-- Writing, and reading what no policy shows.
grant execute on function number_block, ticket_file, ticket_move, record_write, note_write, reply_draft, contact_read,
	session_open, session_close, tracking_show, tracking_message, tracking_rate, once_claim, once_finish, report_sla,
	make_partitions, close_answered, forget_once, forget_sessions to tiepdan_app;

update schema_info set oldest_binary = 16;
