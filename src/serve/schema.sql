-- How far the schema is, and the oldest program that it carries.
-- in: none
-- out: schema int, oldest int
-- as: definer
select (select coalesce(max(version), 0) from tiepdan.migration)::bigint as schema, (select oldest_binary from tiepdan.schema_info)::bigint as oldest
