"""Interleavings of who publishes suggestions with who changes what they are made of: what came too late is published next, never lost."""
from interleave import Board

EXAMPLE = """select count(*) from import_rows('examples', '[{"line": "2", "category": "roads.surface", "text": "Đường có ổ gà %d"}]')"""
DUE = "select seen from suggestion_due(now()) where text is null"
PUBLISH = "select suggestion_publish('{o ga}', '{roads.surface}', '{1}', now(), '%s') > 0"
LEARN = """select suggestion_learn(c.xid::text, c.id, c.xid::text, gen_random_uuid(), 1, array['%s'::uuid], '{roads.surface}', '{HN-SXD}', '{1}', '{ho sau}',
    '{roads.surface}', '{1}', '{1}') from suggestion_cursor c"""
CHANGED = "select changed from tiepdan.suggestion_model"


def due(board, number):
    board.b.do(EXAMPLE % number)
    return board.a.do(DUE)


def imports(board):
    """An import while suggestions are published, and the other way round."""
    seen = due(board, 1)
    board.check("publish, import", board.race(PUBLISH % seen, EXAMPLE % 2, "commit"), [("t", "0", True)])
    board.check("imported behind it", board.cluster.run(board.database, CHANGED), ["t"])
    seen = due(board, 3)
    board.check("import, publish", board.race(EXAMPLE % 4, PUBLISH % seen, "commit"), [("0", "f", True)])
    board.check("imported before it", board.cluster.run(board.database, CHANGED), ["t"])


def learning(board):
    """Something is learned while suggestions are published."""
    ticket = board.ticket()
    seen = due(board, 5)
    board.check("publish, learn", board.race(PUBLISH % seen, LEARN % ticket, "commit"), [("t", "1", True)])
    board.check("learned behind it", board.cluster.run(board.database, CHANGED), ["t"])


def run(cluster):
    board = Board(cluster, "interleave_suggestion")
    for scenario in (imports, learning):
        scenario(board)
    board.close()
    print(f"interleave_suggestion: {board.passed} passed, {board.failed} failed", flush=True)
    return board.passed, board.failed
