-- What moves and steps are called, and what is told of them.
-- in: none
-- out: code text, event text, public_vi text, public_en text, publishes bool
-- as: owner
select code, event, public_vi, public_en, reply = 'publish' from tiepdan.action
union all select 'publication.' || code, event, public_vi, public_en, false from tiepdan.publication_action
