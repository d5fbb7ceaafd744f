"""The grammar of the Universal Variability Language, for lark's LALR(1) parser, and what indentation means in it.

One ladder of operators serves conditions and numbers, so ``(A)`` needs no look ahead; ``reading`` keeps them apart.
"""

from functools import cache

from lark import Lark
from lark.indenter import Indenter

GRAMMAR = r"""
start: _NL? namespace? includes? imports? features? constraints?

namespace: "namespace" path _NL
includes: "include" _NL (_INDENT level+ _DEDENT)?
level: LEVEL _NL
imports: "imports" _NL (_INDENT import_line+ _DEDENT)?
import_line: path ["as" path] _NL
features: "features" _NL _INDENT feature+ _DEDENT
constraints: "constraints" _NL (_INDENT constraint_line+ _DEDENT)?
constraint_line: formula _NL

feature: [TYPE] path [copies] [attributes] _NL (_INDENT group+ _DEDENT)?
copies: "cardinality" CARDINALITY
group: (GROUP | CARDINALITY) _NL _INDENT feature+ _DEDENT

attributes: "{" [attribute ("," attribute)*] "}"
attribute: "constraint" formula               -> own_constraint
    | "constraints" "[" [formula ("," formula)*] "]"  -> own_constraints
    | name [value]                            -> own_value
?value: NUMBER                                -> number
    | MINUS NUMBER                            -> negative
    | TEXT                                    -> text
    | TRUE                                    -> truth
    | attributes
    | "[" [value ("," value)*] "]"            -> vector

?formula: implication
    | implication ("<=>" implication)+        -> both_ways
?implication: disjunction
    | disjunction ("=>" disjunction)+         -> if_then
?disjunction: conjunction
    | conjunction ("|" conjunction)+          -> any_of
?conjunction: negation
    | negation ("&" negation)+                -> all_of
?negation: comparison
    | "!" negation                            -> negated
?comparison: total
    | total COMPARED total                    -> compared
?total: product
    | product ((PLUS | MINUS) product)+                -> added
?product: unary
    | unary (MULTIPLIED unary)+               -> multiplied
?unary: atom
    | MINUS unary                             -> minus
?atom: NUMBER                                 -> number
    | TEXT                                    -> text
    | TRUE                                    -> truth
    | path                                    -> reference
    | FUNCTION "(" [path ","] path ")"        -> call
    | "(" formula ")"

path: name ("." name)*
name: NAME | QUOTED

TYPE.2: /(String|Integer|Boolean|Real)(?=[ \t]+[^\s{\[])/
GROUP: "or" | "alternative" | "optional" | "mandatory"
LEVEL: /[A-Za-z]+(\.([a-z-]+|\*))?/
CARDINALITY: /\[ *(\d+ *\.\. *)?(\d+|\*) *\]/
FUNCTION.2: /(sum|avg|len|floor|ceil)(?=[ \t]*\()/
TRUE.2: /(true|false)(?![\w#§%?\\';.])/
COMPARED: "==" | "!=" | "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
MULTIPLIED: "*" | "/"
NUMBER: /(\d+(\.\d+)?|\.\d+)(?![\w.])/
TEXT: /'[^'\r\n]*'/
QUOTED: /"[^"\r\n]+"/
NAME: /[^\W\d][\w#§%?\\';]*/
_NL: /(\r?\n[ \t]*)+/

%ignore /[ \t]+/
%declare _INDENT _DEDENT
"""

LEVELS = {
    "Boolean": ("group-cardinality",),
    "Arithmetic": ("feature-cardinality", "aggregate-function"),
    "Type": ("string-constraints",),
}


class _Indentation(Indenter):
    """Deeper lines belong to the line above; inside brackets lines do not count."""

    NL_type = "_NL"
    OPEN_PAREN_types = ["LPAR", "LSQB", "LBRACE"]  # noqa: RUF012 - lark wants lists
    CLOSE_PAREN_types = ["RPAR", "RSQB", "RBRACE"]  # noqa: RUF012
    INDENT_type = "_INDENT"
    DEDENT_type = "_DEDENT"
    tab_len = 8


@cache
def uvl_parser() -> Lark:
    """Return the parser; it gives trees whose tokens know their lines."""
    return Lark(GRAMMAR, parser="lalr", postlex=_Indentation(), propagate_positions=True, maybe_placeholders=True)
