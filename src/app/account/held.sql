-- The roles that the caller has at this moment. The unit is refused when none of those that are needed is among them.
-- in: none
-- out: roles text
select array_to_string(tiepdan.caller_roles(), ',') as roles
