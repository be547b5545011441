-- Answers whose working days have not been counted yet, a portion at a time.
-- in: limit int
-- out: ticket uuid, round int, calendar text, filed_s int, answered_s int
-- as: definer
select ticket, round, calendar, filed_s, answered_s from tiepdan.answers_unmeasured(:'limit')
