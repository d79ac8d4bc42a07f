"""Bad questions get one clear line; answers come in words, as calendar, as GeoJSON, and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plan_tables import corridor, departure, service
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import DalizError, PlaceError
from daliz.freight.plan import plan, words
from daliz.freight.plan.export import as_dict, geojson, icalendar

DAY = "2026-12-07T08:00"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"origin": "Easst"}, "no place 'Easst' in the corridor; nearest: East"),
        ({"destination": "East"}, "origin and destination are the same place: East"),
        ({"teu": 0}, "teu = 0: expected a number above zero"),
        ({"teu": -2}, "teu = -2: expected a number above zero"),
        ({"teu": float("nan")}, "expected a number above zero"),
        ({"depart": "yesterday"}, "'yesterday' is no date"),
        ({"depart": "2026-13-01"}, "'2026-13-01' is no date"),
        ({"depart": "1500-01-01"}, "out of range"),
        ({"depart": None}, "when?"),
        ({"window": ("2026-12-01", "2026-12-02")}, "not both"),
        ({"depart": None, "window": ("2026-12-03", "2026-12-02")}, "ends before it starts"),
        ({"depart": None, "window": ("2026-12-03", "2027-12-02")}, "longer than 92 days"),
        ({"arrive_by": "2026-12-01"}, "the deadline is not after the departure"),
        ({"arrive_by": "2026-12-09"}, "days late"),
        ({"modes": ["rails"]}, "no mode 'rails'; nearest: rail"),
        ({"max_transfers": -1}, "max_transfers = -1: expected 0 to 20"),
        ({"max_transfers": 0}, "the limit of 0 transfers closes the last way"),
        ({"avoid_countries": ["MIDD"]}, "no country 'MIDD' in the corridor; nearest: MID"),
        ({"avoid_countries": ["EST"]}, "EST is to be avoided, but east lies in it"),
        ({"avoid_countries": ["MID"]}, "avoiding MID closes the last way"),
        ({"avoid_places": ["Port"]}, "avoiding port closes the last way"),
        ({"commodity": "gold"}, "no cargo class 'gold'"),
        ({"services": ["train_x"]}, "no service 'train_x' in the corridor; nearest: train_"),
        ({"sanctions": [{"kind": "planet", "name": "Mars"}]}, "sanctions list, line 2: kind = 'planet'"),
        ({"destination": "Nowhere"}, "no service that may be used comes to Nowhere; cargo from East gets as far as"),
        ({"origin": "Nowhere"}, "no service that may be used leaves Nowhere"),
    ],
)
def test_a_question_that_makes_no_sense_gets_one_line(question: dict[str, object], said: str) -> None:
    with pytest.raises(DalizError) as error:
        plan(corridor(), **{"origin": "East", "destination": "West", "depart": DAY, **question})  # type: ignore[arg-type]
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_two_parts_that_nothing_joins_are_both_named() -> None:
    rows = [row for row in corridor()["stops"].to_dicts() if row["service"] != "ship"]
    services = [row for row in corridor()["services"].to_dicts() if row["id"] != "ship"]
    departures = [row for row in corridor()["departures"].to_dicts() if row["service"] != "ship"]
    with pytest.raises(DalizError, match="gets as far as Port; West is reached only from Harbour; nothing that may be used joins the two"):
        plan(corridor(stops=rows, services=services, departures=departures), "East", "West", depart=DAY)


def test_an_ambiguous_name_is_asked_back_with_the_choices() -> None:
    places = corridor()["places"].to_dicts()
    places[2]["name"], places[3]["name"] = "New Port", "New Harbour"
    with pytest.raises(PlaceError, match=r"'New' may be: port .New Port., harbour .New Harbour."):
        plan(corridor(places=places), "East", "New", depart=DAY)


def test_a_day_outside_every_validity_is_answered_with_the_days_covered() -> None:
    services = [service("train_a", "rail", "timetable", valid_from="2026-01-01", valid_to="2026-06-30")]
    tables = {"services": services, "stops": corridor()["stops"].to_dicts()[:3], "departures": [departure("a", "train_a", "1", "10:00")]}
    with pytest.raises(DalizError, match="2026-12-07 is outside the timetable, which covers 2026-01-01 to 2026-06-30"):
        plan(corridor(**tables), "East", "Port", depart=DAY)


def test_words_fit_eighty_columns_and_name_places_times_and_money() -> None:
    answer = plan(corridor(), "East", "West", depart=DAY)
    text = words.in_words(answer)
    assert all(len(line) <= 80 for line in text.splitlines())
    for part in (
        "East to West, 2 TEU of general cargo",
        "Mon 7 Dec 10:00",
        "train a",
        "waiting 16 h (for the timetable)",
        "Thu 10 Dec 01:00",
        "1,700",
    ):
        assert part in text


def test_a_calendar_holds_an_event_for_each_leg_in_lines_of_75_octets() -> None:
    answer = plan(corridor(), "East", "West", depart=DAY)
    text = icalendar(answer, 1)
    assert text.count("BEGIN:VEVENT") == answer.legs.height + 1
    assert "DTSTART:20261207T050000Z" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_geojson_draws_every_leg_from_its_start_to_its_end() -> None:
    answer = plan(corridor(), "East", "West", depart=DAY)
    features = geojson(answer)["features"]
    lines = [feature for feature in features if feature["geometry"]["type"] == "LineString"]
    assert [line["properties"]["service"] for line in lines] == ["train_a", "ship", "train_b"]
    assert lines[0]["geometry"]["coordinates"][0] == [77.0, 43.0]
    assert lines[-1]["geometry"]["coordinates"][-1] == [45.0, 41.0]
    # Without drawn links a leg goes straight from stop to stop.
    assert len(lines[0]["geometry"]["coordinates"]) == 3


def test_the_plan_as_plain_values_is_json() -> None:
    answer = plan(corridor(), "East", "West", depart=DAY)
    again = json.loads(json.dumps(as_dict(answer)))
    assert again["choice"]["fastest"] == again["front"][0]["itinerary"]
    assert [leg["to_place"] for leg in again["legs"]] == ["port", "harbour", "west"]


def test_the_command_answers_in_words_and_files_and_json(tmp_path: Path) -> None:
    folder = corridor().save(tmp_path / "tables")
    run = CliRunner().invoke(
        app,
        [
            "plan",
            "east",
            "WEST",
            "--depart",
            DAY,
            "--corridor",
            str(folder),
            "--ics",
            str(tmp_path / "a.ics"),
            "--map",
            str(tmp_path / "a.svg"),
            "--chart",
            str(tmp_path / "a.png"),
            "--geojson",
            str(tmp_path / "a.json"),
            "--all",
        ],
    )
    assert run.exit_code == 0, run.output
    assert "train a" in run.output
    assert (tmp_path / "a.ics").read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["type"] == "FeatureCollection"
    run = CliRunner().invoke(app, ["plan", "east", "west", "--depart", DAY, "--corridor", str(folder), "--json"])
    assert json.loads(run.output)["destination"] == "west"


def test_the_command_reads_a_sanctions_list(tmp_path: Path) -> None:
    folder = corridor().save(tmp_path / "tables")
    listed = tmp_path / "sanctions.csv"
    listed.write_text("kind,name\ncountry,MID\n", encoding="utf-8")
    run = CliRunner().invoke(app, ["plan", "east", "west", "--depart", DAY, "--corridor", str(folder), "--sanctions", str(listed)])
    assert isinstance(run.exception, DalizError)
    assert "avoiding MID closes the last way" in str(run.exception)
    listed.write_text("country\nMID\n", encoding="utf-8")
    run = CliRunner().invoke(app, ["plan", "east", "west", "--depart", DAY, "--corridor", str(folder), "--sanctions", str(listed)])
    assert "the column 'kind' is missing" in str(run.exception)
