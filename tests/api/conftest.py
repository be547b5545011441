"""One cluster a session with a migrated and seeded template; one database and one server a test file."""
import pytest

from support.contract import Contract
from support.town import Cluster, new_town


@pytest.fixture(scope="session")
def contract():
    return Contract.load()


@pytest.fixture(scope="session")
def cluster():
    made = Cluster()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def town(request, cluster, contract):
    """The installation of this file. A module's SETTINGS go to its server."""
    with new_town(cluster, contract, **getattr(request.module, "SETTINGS", {})) as made:
        yield made
