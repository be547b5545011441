-- What the roles that let people in and do jobs have is theirs alone, or the server's role has it, too.
-- in: apart text
-- out: done text
-- as: owner
select tiepdan.roles_apart(:'apart'::boolean)::text as done
