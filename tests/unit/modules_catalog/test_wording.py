"""Messages for authors: English by themselves, other languages from what they are made of."""

import ast
import json
import re
from pathlib import Path

from kernel.money import Money
from modules_catalog.checking.listing import some_of
from modules_catalog.wording import Said, meant, said, said_from_json, said_to_json, worded

ROOT = Path(__file__).parents[3]
GERMAN = {
    "%(names)s and %(count)s more": "%(names)s und %(count)s weitere",
    "`%(name)s` costs %(found)s: %(hint)s": "%(hint)s – `%(name)s` kostet %(found)s",
    "drop %(options)s": "streiche %(options)s",
}


def told(text: str) -> str:
    return worded(text, lambda message: GERMAN.get(message, message), lambda amount: f"{amount.amount_minor} ct")


def test_a_message_is_english_and_can_be_said_otherwise_down_to_its_last_part() -> None:
    hint = said("drop %(options)s", options=some_of(["a", "b", "c"], 2))
    text = said("`%(name)s` costs %(found)s: %(hint)s", name="top", found=Money(1250, "EUR"), hint=hint)

    assert text == "`top` costs €12.50: drop `a`, `b` and 1 more"
    assert told(text) == "streiche `a`, `b` und 1 weitere – `top` kostet 1250 ct"


def test_what_is_kept_comes_back_as_it_was() -> None:
    hint = said("drop %(options)s", options=some_of(["a", "b", "c"], 2))
    text = said("`%(name)s` costs %(found)s: %(hint)s", name="100 %", found=Money(1250, "EUR"), hint=hint)
    back = said_from_json(json.loads(json.dumps(said_to_json(text))))

    assert isinstance(back, Said)
    assert (back, told(back)) == (text, told(text))
    assert said_from_json(said_to_json("as it is")) == "as it is"


def test_the_nearest_name_is_proposed_where_one_is_like_it() -> None:
    assert meant("cloht", ["cloth", "wash"]) == "; did you mean `cloth`?"
    assert meant("zipper", ["cloth", "wash"], ": drop it") == ": drop it"


def test_every_message_gets_the_facts_it_has_places_for() -> None:
    """A place without its fact would only be noticed by the author who makes that very mistake."""
    wrong = []
    for file in (*ROOT.glob("modules_catalog/**/*.py"), *ROOT.glob("orders/publishing/*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "said":
                message = call.args[0]
                places = set(re.findall(r"%\((\w+)\)s", message.value)) if isinstance(message, ast.Constant) else None
                if places != {keyword.arg for keyword in call.keywords}:
                    wrong.append(f"{file.relative_to(ROOT)}:{call.lineno}")
    assert wrong == []
