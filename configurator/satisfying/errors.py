"""Why a problem, or one question, is not answered by satisfiability."""

from kernel.errors import NotAvailable


class NotEncodable(NotAvailable):
    """The problem has what clauses do not say well; facts: what, and rule, features or size. Another method answers."""
