"""Exact rounding to whole millimetres."""


def rounded(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded half up, exactly; denominator > 0."""
    return (2 * numerator + denominator) // (2 * denominator)
