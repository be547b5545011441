-- Who signs in with this connection, and whether they may let people in (door) and do jobs (job).
-- in: none
-- out: name text, door text, job text
-- as: owner
select current_user as name, has_function_privilege('tiepdan.session_renew(uuid, bigint, bigint)', 'execute') as door,
	has_function_privilege('tiepdan.forget_sessions(timestamptz, bigint)', 'execute') as job
