-- What they do to clocks.
-- in: none
-- out: action text, clock text, effect text, holder text
-- as: owner
select action, clock, effect, holder from tiepdan.action_clock
