-- How far the schema is, and the oldest program that it carries.
-- in: none
-- out: schema int, oldest int
-- as: owner
select (select max(version) from tiepdan.migration) as schema, (select oldest_binary from tiepdan.schema_info) as oldest
