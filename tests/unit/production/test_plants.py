"""Plants from files: the shipped ones are whole, and every mistake is named by file and line."""

from pathlib import Path

import pytest

from production.errors import PlantNotFound, PlantNotValid
from production.plants.document import plant_from_json, plant_to_json
from production.plants.loading import load_plant, load_plant_folder
from production.plants.model import WorkCentreKind

GOOD = """\
plant: here
line: toys
timezone: Europe/Berlin
country: DE
subdivision: BE
shifts:
  day: {days: [mon, fri], hours: ["07:30-12:00", "12:30-24:00"]}
work_centres:
  saw: {kind: flow, places: 2, shifts: [day], reserve_percent: 10}
  bath: {kind: batch, places: 1, load: 6, shifts: [day]}
"""


def folder(tmp_path: Path, plant: str = GOOD, stock: str | None = None) -> Path:
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "plant.yaml").write_text(plant)
    if stock is not None:
        (tmp_path / "toys" / "stock.csv").write_text(stock)
    return tmp_path / "toys"


@pytest.mark.parametrize("line", ["jeans", "pc"])
def test_the_shipped_plants_are_whole(line: str) -> None:
    plant = load_plant(line)

    assert plant.line == line
    assert {"packing", "dispatch"} <= {centre.code for centre in plant.work_centres}
    assert all(centre.name(locale) for centre in plant.work_centres for locale in ("en", "zh_Hant", "zh_Hans"))
    assert len(plant.stock) > 100
    assert plant_from_json(plant_to_json(plant), plant.stock) == plant


def test_a_plant_is_read(tmp_path: Path) -> None:
    stock = "code,on_hand,lead_time_days,reorder_at\nwood,12,3,5\nglue,7,,\n"
    plant = load_plant_folder(folder(tmp_path, stock=stock))
    saw, bath = plant.work_centres

    assert (saw.kind, saw.places, saw.reserve_percent) == (WorkCentreKind.FLOW, 2, 10)
    assert [(hours.from_min, hours.to_min, sorted(hours.weekdays)) for hours in saw.hours] == [
        (450, 720, [0, 4]),
        (750, 1440, [0, 4]),
    ]
    assert bath.load_pieces == 6
    assert [(row.code, row.on_hand, row.lead_time_days, row.reorder_at) for row in plant.stock] == [
        ("wood", 12, 3, 5),
        ("glue", 7, None, 0),
    ]


@pytest.mark.parametrize(
    ("find", "put", "finding"),
    [
        ("Europe/Berlin", "Europe/Nowhere", "toys/plant.yaml:3: `Europe/Nowhere` is no time zone"),
        ("country: DE", "country: ZZ", "toys/plant.yaml:5: no holidays are known for ZZ BE"),
        ("07:30-12:00", "12:00-07:30", "toys/plant.yaml:7: a span ends after it begins, at 24:00 at the latest"),
        ("07:30-12:00", "7-12", "toys/plant.yaml:7: `7-12` is no span of hours like 06:00-14:30"),
        ("[mon, fri]", "[mon, fun]", "toys/plant.yaml:7: `fun` is not one of mon, tue, wed, thu, fri, sat, sun"),
        ("places: 2", "places: 0", "toys/plant.yaml:9: 0 is less than 1"),
        ("percent: 10", "percent: 100", "toys/plant.yaml:9: nothing would be left to promise"),
        ("kind: flow", "kind: flood", "toys/plant.yaml:9: `flood` is not one of flow, batch, slot"),
        (
            "load: 6, ",
            "",
            "toys/plant.yaml:10: `load` (pieces sharing a batch) belongs to batch work centres, and to each of them",
        ),
        ("shifts: [day]}\n", "shifts: [night]}\n", "toys/plant.yaml:10: `night` is not one of day"),
        ("line: toys\n", "", "toys/plant.yaml:1: `line` is missing"),
    ],
)
def test_mistakes_are_named_by_file_and_line(tmp_path: Path, find: str, put: str, finding: str) -> None:
    with pytest.raises(PlantNotValid) as refused:
        load_plant_folder(folder(tmp_path, GOOD.replace(find, put, 1)))

    assert finding in refused.value.facts["findings"]


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    stock = "code,on_hand,lead_time_days,reorder_at\nwood,many,3,5\nwood,3,,\nwood,4,,\n"
    with pytest.raises(PlantNotValid) as refused:
        load_plant_folder(folder(tmp_path, GOOD.replace("places: 2", "places: 0").replace("load: 6", "load: 0"), stock))

    assert sorted(refused.value.facts["findings"]) == [
        "toys/plant.yaml:10: 0 is less than 1",
        "toys/plant.yaml:9: 0 is less than 1",
        "toys/stock.csv:2: a whole number is wanted here, not `many`",
        "toys/stock.csv:4: `wood` stands here twice",
    ]


@pytest.mark.parametrize("line", ["boats", "../jeans", "", "Jeans"])
def test_there_is_no_other_plant(line: str) -> None:
    with pytest.raises(PlantNotFound):
        load_plant(line)
