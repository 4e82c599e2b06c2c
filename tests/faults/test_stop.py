"""SIGTERM under load ends the server soon, and what was committed was also answered."""

from collections.abc import Callable

from tests.faults import audit
from tests.faults.server import Server
from tests.faults.traffic import Readers, Writers, furnish


def test_a_stop_under_load_commits_nothing_whose_answer_is_cut(
    url: str,
    served: Callable[..., Server],
    key: Callable[..., str],
    scale: Callable[[int, int], int],
    tell: Callable[[str], None],
) -> None:
    server, secret = served(), key("write")
    furnish(server.client(secret))
    slowest, acknowledged, cut = 0.0, 0, 0
    for turn in range(scale(2, 8)):
        with Writers(server, secret, 8, retries=False) as writers, Readers(server, None, 4, ["/v1/claims?limit=100"]):
            writers.wait_for(40 + 7 * turn)
            slowest = max(slowest, server.terminate())
            writers.stop()
        assert not writers.refused, writers.trouble()
        audit.held_once(url, writers)
        acknowledged, cut = acknowledged + len(writers.acknowledged), cut + writers.cuts
        server.start()
    stops = f"{turn + 1} stops, the slowest {slowest:.1f} s"
    tell(f"{acknowledged} writes over {stops}; {cut} requests cut, none of them done")
    assert slowest <= 10
    audit.whole(url)
