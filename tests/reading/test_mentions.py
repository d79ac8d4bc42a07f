"""Who a text speaks of: offices, transliterations, terms of office, pairs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daliz.corridor.errors import DalizError
from daliz.corridor.names import fold
from daliz.relations.reading import Reader
from daliz.relations.reading.lexicon import rows, sound
from daliz.relations.reading.mentions import Mention, mentions_of
from daliz.relations.reading.tokens import sentences_of, tokens_of
from daliz.relations.reading.units import units_of


def mentions(reader: Reader, text: str, day: str = "2024-03-12") -> list[Mention]:
    return mentions_of(units_of(tokens_of(text), [], reader.lexicon), reader.lexicon, day)


@pytest.mark.parametrize("name", ["Tokayev", "Tokaev", "Toqayev", "Toqaev", "Tokajew", "Tokajev", "Токаев", "Тоқаев"])
def test_one_man_in_many_spellings(reader: Reader, name: str) -> None:
    (found,) = mentions(reader, f"President {name} spoke")
    assert [party.actor for party in found.parties] == ["tokayev"]


@pytest.mark.parametrize(
    ("one", "other"), [("Aliyev", "Əliyev"), ("Aliyev", "Алиев"), ("Nazarbayev", "Назарбаев"), ("Nazarbayev", "Nazarbaev")]
)
def test_spellings_that_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("Aliyev", "Alekseyev"), ("Tokayev", "Takayev"), ("Asadov", "Assad")])
def test_other_names_stay_other_names(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@pytest.mark.parametrize(
    "text",
    [
        "President of the Republic of Kazakhstan Kassym-Jomart Tokayev",
        "the Kazakh President, Kassym-Jomart Tokayev,",
        "Kassym-Jomart Tokayev, President of Kazakhstan,",
        "Kazakhstan's Kassym-Jomart Tokayev",
        "the Kazakh president",
        "Kazakhstan's head of state",
        "the President of Kazakhstan",
        "his Kazakh counterpart Kassym-Jomart Tokayev",
    ],
)
def test_a_title_and_a_name_are_one_person(reader: Reader, text: str) -> None:
    (found,) = mentions(reader, f"{text} spoke")
    (party,) = found.parties
    assert (party.country, party.actor, party.rank) == ("KAZ", "tokayev", party.rank)


def test_an_office_is_held_by_whom_the_table_names_for_that_day(reader: Reader) -> None:
    assert mentions(reader, "the Kazakh president", "2010-05-01")[0].parties[0].actor == "nazarbayev"
    assert mentions(reader, "President Aliyev", "1997-06-10")[0].parties[0].actor == "aliyev_h"


def test_a_known_surname_behind_another_first_name_is_somebody_else(reader: Reader) -> None:
    assert all(party.actor is None for found in mentions(reader, "On Friday Ruslan Aliyev spoke") for party in found.parties)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Korea's President Yoon", "Yoon Suk Yeol"),
        ("Chinese Premier Li", "Li Qiang"),
        ("Chinese Commerce Minister Li", "Li"),
        ("Kenyan President Moon", "Moon"),
    ],
)
def test_a_country_an_office_and_a_surname_are_one_leader(reader: Reader, text: str, name: str) -> None:
    (found,) = mentions(reader, f"South {text} spoke" if text.startswith("Korea") else f"{text} spoke")
    assert [party.name for party in found.parties] == [name]


def test_an_initial_tells_which_bearer_of_a_surname(reader: Reader) -> None:
    bearers = [
        [p.actor for found in mentions(reader, f"{name} spoke") for p in found.parties] for name in ("H. Aliyev", "Dr. Aliyev", "N. Aliyev")
    ]
    assert bearers == [["aliyev_h"], ["aliyev"], [None]]


def test_an_unknown_person_keeps_name_office_and_country(reader: Reader) -> None:
    (found,) = mentions(reader, "Serbian President Aleksandar Vucic spoke")
    (party,) = found.parties
    assert (party.country, party.name, party.rank) == ("SRB", "Aleksandar Vucic", "head_of_state")
    assert "not in the actors table" in found.doubts[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("King Abdullah II of Jordan", "King Abdullah II"),
        ("H.E. Mr. Sadyr Zhaparov", "Sadyr Zhaparov"),
        ("Prime Minister of Japan Ishiba Shigeru", "Ishiba Shigeru"),
        ("the Emir of Qatar, Sheikh Tamim bin Hamad Al-Thani,", "Sheikh Tamim bin Hamad Al-Thani"),
        ("Omani Foreign Minister Sayyid Badr bin Hamad al-Busaidi", "Badr bin Hamad al-Busaidi"),
        ("Turkmen President Berdimuhamedov", "Serdar Berdimuhamedov"),
        ("PRESIDENT TOKAYEV", "Kassym-Jomart Tokayev"),
        ("Uzbek President Sh. Mirziyoyev", "Shavkat Mirziyoyev"),
        ("Egypt's Sisi", "Abdel Fattah al-Sisi"),
        ("Moldova's pro-European President Maia Sandu", "Maia Sandu"),
        ("Kosovo Prime Minister Albin Kurti", "Albin Kurti"),
        ("Finance Minister Ian Borg (Malta)", "Ian Borg"),
        ("the UK Minister for Europe Stephen Doughty", "Stephen Doughty"),
        ("Irish Minister for Finance Paschal Donohoe", "Paschal Donohoe"),
        ("Malaysian Trade Minister Datuk Seri Azlan Bin Haji Hasan", "Azlan Bin Haji Hasan"),
        ("Pakistan's Foreign Minister Senator Mohammad Ishaq Dar", "Mohammad Ishaq Dar"),
        ("the Philippines' Foreign Secretary Maria Cruz", "Maria Cruz"),
        ("Turkish Deputy Minister Ms Ayse Demir", "Ayse Demir"),
        ("Kosovo's President Vjosa Osmani-Sadriu", "Vjosa Osmani-Sadriu"),
        ("Kyrgyz Energy Minister Talant Asan uulu", "Talant Asan uulu"),
        ("President of the Italian Council of Ministers Giorgia Meloni", "Giorgia Meloni"),
        ("Deputy Prime Minister of Malta and Finance Minister Clyde Caruana", "Clyde Caruana"),
    ],
)
def test_a_name_is_kept_whole_and_as_the_text_spells_it(reader: Reader, text: str, name: str) -> None:
    (found,) = mentions(reader, f"{text} spoke")
    assert [party.name for party in found.parties] == [name]


@pytest.mark.parametrize("text", ["Macron France said", "Kishida Kobe said", "Tokayev I said"])
def test_what_stands_behind_a_surname_is_not_always_part_of_the_name(reader: Reader, text: str) -> None:
    assert all(len(party.name.split()) < 3 and "Kobe" not in party.name for found in mentions(reader, text) for party in found.parties)


@pytest.mark.parametrize(
    ("text", "leaders"),
    [
        ("The leaders of Georgia and Türkiye met", [("GEO", "Irakli Kobakhidze"), ("TUR", "Recep Tayyip Erdogan")]),
        ("the Japanese leader spoke", [("JPN", "Fumio Kishida")]),
        ("the presidents of Georgia and Türkiye met", [("GEO", "Salome Zourabichvili"), ("TUR", "Recep Tayyip Erdogan")]),
        ("Italian leader Giorgia Meloni spoke", [("ITA", "Giorgia Meloni")]),
        ("the Japanese opposition leader spoke", [("JPN", "official of Japan")]),
        ("Student leaders from Georgia and Türkiye met", [("GEO", "private person of Georgia"), ("TUR", "private person of Turkiye")]),
    ],
)
def test_a_leader_holds_the_office_that_leads_the_country(reader: Reader, text: str, leaders: list[tuple[str, str]]) -> None:
    (found,) = mentions(reader, text)
    assert [(party.country, fold(party.name)) for party in found.parties] == [(country, fold(name)) for country, name in leaders]


def test_leaders_of_unions_pay_no_visits_between_states(reader: Reader) -> None:
    events = reader.read("Union leaders from France and Germany met in Strasbourg on Tuesday.", "2025-03-12").events
    assert [event for event in events if event.kind == "visit"] == []


@pytest.mark.parametrize("text", ["His Excellency Mr. Xi Jinping", "Her Majesty Queen Elizabeth II", "H.E. Prof. Mahmoud Abbas"])
def test_honorifics_stand_with_the_name(reader: Reader, text: str) -> None:
    (found,) = mentions(reader, f"{text} spoke")
    assert (found.kind, found.text) == ("person", text)


def test_his_highness_without_a_name_is_he_who_was_spoken_of(reader: Reader) -> None:
    assert [found.kind for found in mentions(reader, "The Emir of Qatar landed and His Highness spoke")] == ["person", "pronoun"]


@pytest.mark.parametrize(
    "text",
    [
        "In Kosovo Prime Minister Narendra Modi spoke",
        "visited Kosovo Prime Minister Narendra Modi",
        "to India President Vladimir Putin flew",
    ],
)
def test_a_country_before_an_office_is_not_always_its_country(reader: Reader, text: str) -> None:
    place, person = mentions(reader, text)
    assert place.kind == "country" and person.country != place.country


@pytest.mark.parametrize("text", ["China's Great Wall", "Britain's Royal Navy", "Russia's Far Eastern port", "India's Supreme Court"])
def test_what_a_country_owns_is_nobody(reader: Reader, text: str) -> None:
    assert [found.kind for found in mentions(reader, f"{text} was visited")] == ["country"]


def test_an_honorific_ends_no_sentence() -> None:
    text = "It was chaired by H.H. Sheikh Abdullah and H.E. Dr. Singh. They left."
    assert [text[start:end] for start, end in sentences_of(text)] == [text[:-11], "They left."]


def test_groups_have_one_party_a_country(reader: Reader) -> None:
    (found,) = mentions(reader, "the foreign ministers of Azerbaijan, Georgia and Kazakhstan met")
    assert [party.country for party in found.parties] == ["AZE", "GEO", "KAZ"]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Hungarian Deputy Prime Minister and Interior Minister Sandor Pinter left", [("HUN", "Sandor Pinter", "minister")]),
        ("Deputy Prime Minister and Minister of Finance of Malta Clyde Caruana left", [("MLT", "Clyde Caruana", "minister")]),
        ("Pál Völner, Deputy Prime Minister and Minister of Justice of Hungary, left", [("HUN", "Pál Völner", "minister")]),
        ("Pakistan's army chief General Asim Munir left", [("PAK", "Asim Munir", "official")]),
        ("Kazakh foreign ministry spokesman Aibek Smadiyarov left", [("KAZ", "Aibek Smadiyarov", "spokesperson")]),
        (
            "Turkish President Erdogan and Prime Minister Meloni left",
            [("TUR", "Recep Tayyip Erdogan", "head_of_state"), ("ITA", "Giorgia Meloni", "head_of_government")],
        ),
        (
            "the Kazakh president and Prime Minister Olzhas Bektenov left",
            [("KAZ", "Kassym-Jomart Tokayev", "head_of_state"), ("KAZ", "Olzhas Bektenov", "head_of_government")],
        ),
        (
            "received by Mirziyoyev, the President of Kazakhstan left",
            [("UZB", "Shavkat Mirziyoyev", "head_of_state"), ("KAZ", "Kassym-Jomart Tokayev", "head_of_state")],
        ),
    ],
)
def test_offices_of_one_person_and_of_two_are_told_apart(reader: Reader, text: str, people: list[tuple[str, str, str]]) -> None:
    parties = [party for found in mentions(reader, text) for party in found.parties]
    assert [(party.country, party.name, party.rank) for party in parties] == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("The ministers of Malta and Chad, Ian Borg and John Fake, met", [("MLT", "Ian Borg"), ("TCD", "John Fake")]),
        ("Ministers Ian Borg and John Fake of Malta and Chad met", [("MLT", "Ian Borg"), ("TCD", "John Fake")]),
        ("The presidents of Kenya and Chad, William Ruto and Ilham Aliyev, met", [("KEN", "William Ruto"), ("TCD", "Mahamat Idriss Deby")]),
    ],
)
def test_people_stand_in_the_order_of_their_countries(reader: Reader, text: str, people: list[tuple[str, str]]) -> None:
    (found,) = mentions(reader, text, "2025-03-12")
    assert [(party.country, party.name) for party in found.parties] == people


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("the heads of the five Caspian states met", {"AZE", "IRN", "KAZ", "RUS", "TKM"}),
        ("Turkic leaders met", {"AZE", "KAZ", "KGZ", "TUR", "UZB"}),
        ("the Nordic foreign ministers met", {"DNK", "FIN", "ISL", "NOR", "SWE"}),
        ("the ministers of foreign affairs and transport of Malta, Chad and Fiji met", {"MLT", "TCD", "FJI"}),
        ("the heads of the companies met", set()),
        ("the Turkic peoples' history", set()),
        ("the Caspian Sea", set()),
    ],
)
def test_a_group_of_countries_has_its_members_as_parties(reader: Reader, text: str, countries: set[str]) -> None:
    found = [party.country for mention in mentions(reader, text) if mention.kind == "group" for party in mention.parties]
    assert set(found) == countries


def test_the_leader_of_a_country_is_who_was_named_before(reader: Reader) -> None:
    text = "Prime Minister Pham Minh Chinh held talks with Petr Fiala. The Vietnamese leader arrived in Prague on 18 January."
    (visit,) = (event for event in reader.read(text, "2025-01-20").events if event.kind == "visit" and event.date_start == "2025-01-18")
    assert visit.who[0].name == "Pham Minh Chinh"


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("Chinese Commerce Minister Song Tao landed in Doha on Monday. Song flies", "Song Tao"),
        ("South Korean Foreign Minister Bae Doo-na landed in Doha on Monday. Bae flies", "Bae Doo-na"),
        ("Kuwaiti Oil Minister Salem Al-Subaihi landed in Doha on Monday. Al-Subaihi flies", "Salem Al-Subaihi"),
        ("Kenyan Energy Minister Opiyo Wandayi landed in Doha on Monday. Wandayi flies", "Opiyo Wandayi"),
    ],
)
def test_a_surname_stands_for_who_was_named_in_full(reader: Reader, first: str, name: str) -> None:
    events = reader.read(f"{first} to Muscat on Thursday.", "2024-03-13").events
    assert [event.who[0].name for event in events if event.country == "OMN"] == [name]


@pytest.mark.parametrize("second", ["Song Wei flies", "Opiyo flies"])
def test_another_name_does_not_stand_for_who_was_named(reader: Reader, second: str) -> None:
    first = "Chinese Commerce Minister Song Tao landed in Doha on Monday."
    events = reader.read(f"{first} {second} to Muscat on Thursday.", "2024-03-13").events
    assert not [event for event in events if event.country == "OMN" and event.who[0].name == "Song Tao"]


@pytest.mark.parametrize(
    ("peers", "names"),
    [
        ("Latvian and Estonian colleagues, Baiba Braže and Margus Tsahkna,", {"Hakan Fidan", "Baiba Braže", "Margus Tsahkna"}),
        ("Latvian and Estonian counterparts", {"Hakan Fidan", "Baiba Braze", "Margus Tsahkna"}),
        ("Latvian and Estonian friends", {"Hakan Fidan"}),
    ],
)
def test_counterparts_hold_the_office_of_the_one_named_first(reader: Reader, peers: str, names: set[str]) -> None:
    events = reader.read(f"Turkish Foreign Minister Hakan Fidan and his {peers} visited Doha on Monday.", "2025-03-12").events
    assert {event.who[0].name for event in events if event.country == "QAT"} == names


def test_a_leader_with_a_name_is_not_who_was_named_before(reader: Reader) -> None:
    text = "President Sergio Mattarella spoke. Italian leader Giorgia Meloni arrived in Tirana on Monday."
    assert [party.name for event in reader.read(text, "2025-01-20").events for party in event.who] == ["Giorgia Meloni"]


def test_a_country_name_needs_its_capital_letter(reader: Reader) -> None:
    assert mentions(reader, "they ate turkey from fine china") == []


@pytest.mark.parametrize(("text", "country"), [("in Toamasina", "MDG"), ("near Khanty-Mansiysk", "RUS"), ("Jaffna hosted them", "LKA")])
def test_a_large_town_stands_for_its_country(reader: Reader, text: str, country: str) -> None:
    assert [(found.kind, found.country) for found in mentions(reader, text)][:1] == [("place", country)]


@pytest.mark.parametrize(
    "text", ["Minister Sivas spoke", "Anton Duisburg spoke", "Dr. Jaffna spoke", "Duisburg Smith spoke", "a Reading club"]
)
def test_a_town_beside_a_name_or_title_is_no_town(reader: Reader, text: str) -> None:
    assert all(found.kind != "place" for found in mentions(reader, text))


def test_no_town_of_the_long_list_has_another_meaning() -> None:
    other = {fold(row[column]) for table, column in (("letters", "word"), ("roles", "phrase"), ("bodies", "name")) for row in rows(table)}
    surnames = {fold(word) for row in rows("leaders") for word in row["name"].split()}
    assert not {fold(row["name"]) for row in rows("towns")} & (other | surnames)


def test_an_unknown_country_of_an_actor_is_named_with_the_nearest() -> None:
    with pytest.raises(DalizError, match=r"'x', column country.*Kazahstan.*KAZ"):
        Reader([{"id": "x", "name": "X Y", "kind": "person", "role": "", "country": "Kazahstan"}])


@given(st.text(max_size=200))
def test_every_word_and_sentence_stands_where_it_says(text: str) -> None:
    for token in tokens_of(text):
        assert text[token.start : token.end] == token.text
    spans = sentences_of(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
