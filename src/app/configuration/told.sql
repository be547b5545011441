-- Faults of files in Vietnamese, in their order.
-- in: messages text[]
-- out: message_vi text
select tiepdan.import_told_vi(message) as message_vi from unnest(:'messages') with ordinality m (message, n) order by n
