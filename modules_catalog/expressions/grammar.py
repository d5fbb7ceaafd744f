"""The grammar of the expression language, for lark's LALR(1) parser. Its meaning is in ``docs/catalog-format.md``."""

GRAMMAR = r"""
?start: iff

?iff: implies
    | iff "iff" implies                   -> both_ways
?implies: or
    | or "implies" implies                -> if_then
?or: and
    | and ("or" and)+                     -> any_of
?and: not
    | not ("and" not)+                    -> all_of
?not: comparison
    | "not" not                           -> negation

?comparison: sum
    | sum COMPARED sum                    -> compared
    | sum "in" sum                        -> within
    | sum "not" "in" sum                  -> not_within
?sum: product
    | sum ADDED product                   -> arithmetic
?product: factor
    | product MULTIPLIED factor           -> arithmetic
?factor: atom
    | ADDED factor                        -> signed

?atom: literal
    | NAME                                -> word
    | NAME "." NAME                       -> attribute
    | NAME "(" [argument ("," argument)*] ")"   -> call
    | "{" [literal_or_word ("," literal_or_word)*] "}"   -> set_of
    | "(" iff ")"

?argument: iff | mapping
mapping: "{" entry ("," entry)* "}"
entry: literal_or_word ":" literal_or_word

?literal: NUMBER                          -> number
    | TEXT                                -> text
    | "true"                              -> yes
    | "false"                             -> no
?literal_or_word: literal
    | "-" NUMBER                          -> negative_number
    | NAME                                -> bare_text

COMPARED: "==" | "!=" | "<=" | ">=" | "<" | ">"
ADDED: "+" | "-"
MULTIPLIED: "*"
NUMBER: /\d{1,15}(\.\d{1,9})?(?![\w.])/
TEXT: /"(?:[^"\\\n]|\\["\\])*"/
NAME: /[^\W\d]\w*/

%ignore /\s+/
"""

KEYWORDS = frozenset({"iff", "implies", "or", "and", "not", "in", "true", "false"})
