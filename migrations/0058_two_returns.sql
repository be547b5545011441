-- At most two returns, and then a head decides: when a ticket has come back twice, the head of the hub alone says whose it is, and that
-- stands (0006: no department returns it a third time).
set local search_path = tiepdan, public;
update move_role set max_returns = 2 where action = 'route' and role = 'coordinator';
