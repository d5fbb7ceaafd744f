"""A pair of jeans, front and back, as chosen."""

from collections.abc import Callable, Mapping

from modules_catalog.pictures.jeans import back, details, front
from modules_catalog.pictures.jeans.cloth import SHADE, Cloth, define_cloth, lay_cloth, soft, washed
from modules_catalog.pictures.jeans.metal import define_metal
from modules_catalog.pictures.jeans.silhouette import BAND, Silhouette, silhouette
from modules_catalog.pictures.jeans.stitching import Needle
from modules_catalog.pictures.spec import Look
from modules_catalog.pictures.svg import Sheet

WIDTH, HEIGHT = 900, 786
FRONT_X, BACK_X = 226, 674
POCKETS = ("back_pocket", "back_pocket_left", "back_pocket_right", "pocket")


def draw_jeans(look: Callable[[str], Look], texts: Mapping[str, str], title: str, *, is_plain: bool = False) -> str:
    """Return the picture.

    Args:
        look: Gives the look of the choice in a feature.
        texts: {feature: the customer's text}; ``monogram_text`` is embroidered.
        title: For people who cannot see it.
        is_plain: Flat colours and clear lines, for paper.
    """
    sheet = Sheet(is_plain=is_plain)
    text = texts.get("monogram_text", "").strip()
    cloth = washed(look("cloth"), look("wash"))
    define_cloth(sheet, cloth)
    define_metal(sheet, str(look("hardware")["colour"]))
    needle = Needle(sheet, cloth, str(look("thread")["colour"]))
    for is_back, x in ((False, FRONT_X), (True, BACK_X)):
        shape = silhouette(look("fit"), look("rise"), is_back=is_back)
        sheet.open(transform=f"translate({x} -16)")
        _view(sheet, shape, cloth, needle, look, text, is_back=is_back)
        _monogram(sheet, shape, look, text, is_back=is_back)
        sheet.close()
    return sheet.text(WIDTH, HEIGHT, title)


def _view(
    sheet: Sheet,
    shape: Silhouette,
    cloth: Cloth,
    needle: Needle,
    look: Callable[[str], Look],
    text: str,
    *,
    is_back: bool,
) -> None:
    details.drop_shadow(sheet, shape)
    if not is_back:
        front.inside_of_waist(sheet, shape, cloth, needle)
    sheet.open(clip_path=sheet.clip(f"body{int(is_back)}", shape.body()))
    lay_cloth(sheet, shape, cloth, is_back=is_back)
    soft(sheet, [(x, y + 4) for x, y in shape.edge(BAND)], SHADE, 14, 0.5 * cloth.depth)
    details.leg_seams(shape, needle, is_back=is_back)
    if is_back:
        back.yoke_and_seat(sheet, shape, cloth, needle)
    else:
        has_rivets = int(look("hardware")["rivets"]) > 0
        front.pockets(sheet, shape, cloth, needle, look("front_pockets"), has_rivets=has_rivets)
        front.fly(sheet, shape, cloth, needle, look("fly"))
    sheet.close()
    if is_back:
        position = look("monogram_position")
        text_x = float(position["x"]) if text and position["key"] in POCKETS else 0.0
        back.pockets(sheet, shape, cloth, needle, look("back_pockets"), text_x)
    details.hem(sheet, shape, cloth, needle, look("hem"))
    details.waistband(sheet, shape, cloth, needle)
    if is_back:
        back.patch(sheet, shape, look("patch"))
    else:
        front.waist_button(sheet, shape, cloth, needle)
    for x in (-108.0, 0.0, 108.0) if is_back else (-82.0, 82.0):
        details.loop(sheet, shape, cloth, needle, x)


def _monogram(sheet: Sheet, shape: Silhouette, look: Callable[[str], Look], text: str, *, is_back: bool) -> None:
    position = look("monogram_position")
    if text and (position["view"] == "back") == is_back:
        thread = look("monogram_thread")
        details.own_text(sheet, text, shape, position, str(thread.get("colour") or look("thread")["colour"]))
