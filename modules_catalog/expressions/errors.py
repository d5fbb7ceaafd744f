"""What is wrong with an expression, and where in its text."""

from kernel.errors import NotValid


class ExpressionNotValid(NotValid):
    """A text that is no expression of the catalog's language, or one that makes no sense for its features.

    Args:
        problem: What is wrong, in words for the catalog's author.
        position: Offset of the first character it concerns, from 0.
        text: The whole text.
    """

    def __init__(self, problem: str, *, position: int = 0, text: str = "") -> None:
        super().__init__(problem=problem, position=position, text=text)
        self.problem = problem
        self.position = position
        self.text = text
