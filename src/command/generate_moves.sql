-- Which state they lead to, and whether work on a ticket is done in it.
-- in: none
-- out: action text, from_state text, to_state text, done bool
-- as: owner
select m.action, m.from_state, m.to_state, not s.open from tiepdan.move m join tiepdan.state s on s.code = m.to_state
