"""Charts: bars of a lane never overlap, cells are links with their words, and nothing a customer wrote becomes markup."""

import itertools
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from production.overview.model import DayLoad, LoadMap
from production.plants.loading import load_plant
from web.views.charts import STEPS, Bar, HeatCell, _packed, gantt, heat_map
from web.views.planning import _Axis, load_chart

SVG = "{http://www.w3.org/2000/svg}"
BARS = st.lists(
    st.builds(
        lambda start, length: Bar(0, start, start + length, "1", "t", "/", "waiting"),
        st.integers(0, 500),
        st.integers(1, 120),
    ),
    max_size=40,
)


@given(bars=BARS)
def test_bars_are_packed_without_overlap_in_as_few_rows_as_overlap_at_once(bars: list[Bar]) -> None:
    """The rows needed are the most bars over any moment."""
    rows = _packed(bars)

    assert sorted(bar.from_s for row in rows for bar in row) == sorted(bar.from_s for bar in bars)
    for row in rows:
        assert all(before.to_s <= after.from_s for before, after in itertools.pairwise(row))
    most = max((sum(bar.from_s <= at < bar.to_s for bar in bars) for at in {bar.from_s for bar in bars}), default=0)
    assert len(rows) == most


def test_what_people_wrote_is_escaped() -> None:
    """A name with an angle bracket stays a name."""
    drawn = heat_map("l", ["<b>"], [("<i>x</i>", [HeatCell(50, "50 %", 'a "quoted" <title>', "/planning/a?b=1&c=2")])])
    root = ElementTree.fromstring(str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))

    assert [each.text for each in root.iter(f"{SVG}text")] == ["<b>", "<i>x</i>", "50 %"]
    assert next(root.iter(f"{SVG}a")).get("href") == "/planning/a?b=1&c=2"
    assert next(root.iter(f"{SVG}title")).text == 'a "quoted" <title>'


@given(percent=st.integers(0, 300))
def test_the_heat_grows_with_the_load(percent: int) -> None:
    """Nothing is the coolest, more than there is the hottest."""
    drawn = heat_map("l", ["d"], [("c", [HeatCell(percent, "", "", "/")])])
    step = next(step for step in range(len(STEPS) + 1) if f"heat--{step}" in drawn)

    assert (step == 0) == (percent == 0)
    assert (step == len(STEPS)) == (percent > 100)


def test_the_axis_goes_only_forward_and_ends_with_the_last_day() -> None:
    """Nights are cut out; what lies in them stands at their edge."""
    plant = load_plant("jeans")
    days = [date(2026, 11, 23), date(2026, 11, 24)]
    axis = _Axis(plant, days)
    begin = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    places = [axis.at(int((begin + timedelta(minutes=10 * step)).timestamp())) for step in range(6 * 48)]

    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, axis.length_s)
    assert not gantt("l", ["a"], [], axis.ticks("en"), to_s=axis.length_s, now_s=None).count("gantt__now")


def test_every_cell_says_percent_and_hours_and_leads_to_its_day() -> None:
    """3 of 4 hours are 75 %; a work centre without hours that day says so."""
    plant = load_plant("jeans")
    day = date(2026, 11, 23)
    load = LoadMap(("cutting", "prep"), (day,), {("cutting", day): DayLoad(4 * 3600, 3600)})
    drawn = str(load_chart(load, plant, "en"))

    assert "Cutting table, Mon 23 Nov: 75 %, 3:00 of 4:00 h" in drawn
    assert 'href="/planning/jeans/cutting/2026-11-23"' in drawn
    assert ">75 %<" in drawn
    assert ">–<" in drawn


def test_more_than_there_is_is_over_a_hundred() -> None:
    """A machine went down after its time was promised."""
    assert DayLoad(3600, 0, short_s=1800).percent == 150
    assert DayLoad(0, 0, short_s=60).percent == 999
    assert DayLoad(0, 0).percent == 0
