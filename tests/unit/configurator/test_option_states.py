"""Options told from arrays say the same as read one by one."""

from pathlib import Path

from configurator.configurator import Configurator
from configurator.model import Selection, Status
from configurator.states import options_with, statuses_and_prices
from modules_catalog.loading.catalog import load_catalog

PC = Path(__file__).parents[3] / "modules_catalog" / "catalogs" / "pc"


def test_statuses_and_prices_are_those_of_the_options_read_one_by_one() -> None:
    """From nothing chosen, from the defaults, and of options that are read already."""
    configurator = Configurator(load_catalog(PC))
    seen = set()
    for selection in (Selection(), configurator.defaults()):
        for state in configurator.state(selection).features.values():
            read = dict(state.options)
            told = [(code, each.status, each.price_delta_minor) for code, each in read.items()]
            assert list(statuses_and_prices(state.options)) == list(statuses_and_prices(read)) == told
            for status in Status:
                wanted = [code for code, each in read.items() if each.status is status]
                assert options_with(state.options, (status,)) == options_with(read, (status,)) == wanted
                seen |= {status} if wanted else set()
    assert {Status.AVAILABLE, Status.CHOSEN, Status.RULED_OUT} <= seen
