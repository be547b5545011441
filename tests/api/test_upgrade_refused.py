"""An upgrade (SIGUSR2) that could not serve leaves the running server alone."""
import signal

import pytest

from support.town import new_town, wait_until


@pytest.mark.parametrize("bad", ["session_minutes = many\n", "session_minutes = 60\nworkers = 1\n"])
def test_sigusr2_with_a_configuration_that_does_not_fit(cluster, contract, tmp_path, bad):
    conf = tmp_path / "tiepdan.conf"
    conf.write_text("session_minutes = 60\n")
    with new_town(cluster, contract, config=conf, workers=None) as own:
        conf.write_text(bad)
        own.process.send_signal(signal.SIGUSR2)
        wait_until(lambda: '"event":"server.re_execute","pid"' in own.log() and "reason" in own.log(), 10, "the refusal is logged")
        assert own.process.poll() is None
        assert own.anyone.get("/v1/kinds").status == 200
        conf.write_text("session_minutes = 60\n")
        own.process.send_signal(signal.SIGUSR2)
        wait_until(lambda: own.log().count('"event":"server.ready"') == 2, 20, "the new image is ready")
