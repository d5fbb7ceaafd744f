"""What a wearer says becomes millimetres: symmetric, and nothing where it is right."""

import pytest

from modules_catalog.sizing.model import Measure
from orders.customers.feedback import A_LITTLE_MM, Feeling, corrections_mm


@pytest.mark.parametrize("measure", list(Measure))
def test_tight_makes_larger_and_loose_as_much_smaller(measure: Measure) -> None:
    little = A_LITTLE_MM[measure]
    assert corrections_mm({measure: Feeling.TOO_SMALL}) == {measure: little}
    assert corrections_mm({measure: Feeling.MUCH_TOO_SMALL}) == {measure: 2 * little}
    assert corrections_mm({measure: Feeling.TOO_LARGE}) == {measure: -little}
    assert corrections_mm({measure: Feeling.MUCH_TOO_LARGE}) == {measure: -2 * little}
    assert corrections_mm({measure: Feeling.RIGHT}) == {}
