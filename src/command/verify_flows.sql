-- The cells of which the backlog and the stays say something else than going through all tickets does, and what (level `now`: than the tickets
-- themselves); TD703 while they go through all tickets by themselves.
-- in: by text, zone text
-- out: level text, start text, key text, differs text
-- as: owner
select level, start::text as start, key, differs from tiepdan.report_flow_differences(:'by', now(), :'zone')
