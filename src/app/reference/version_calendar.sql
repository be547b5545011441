-- A calendar in one of its versions (NULL: the newest). Row shape of load_calendars, and more.
-- in: calendar text, version int
-- out: code text, zone text, version int, name_vi text, name_en text, made_at int
-- as: definer
select c.code, v.definition->>'zone' as zone, v.version, c.name_vi, c.name_en, (extract(epoch from v.made_at) * 1000)::bigint as made_at
from tiepdan.calendar c join tiepdan.calendar_version v on v.calendar = c.code
where c.code = :'calendar' and v.version = coalesce(:'version', (select max(version) from tiepdan.calendar_version where calendar = c.code))
