-- The cells of which reports say something else than counting all tickets does, and what; TD703 while reports count all tickets by themselves.
-- in: by text, zone text
-- out: level text, start text, key text, differs text
-- as: owner
select level, start::text as start, key, differs from tiepdan.report_differences(:'by', now(), :'zone')
