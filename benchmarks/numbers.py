"""``./dev bench numbers``: write ``docs/numbers.md`` anew from the recorded results."""

from benchmarks._numbers import PAGE, page


def main() -> None:
    """Write the page and say where it is."""
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
