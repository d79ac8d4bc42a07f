"""What sentences say and what they do not: visits, sessions, signings, moods."""

from __future__ import annotations

import pytest

from daliz.relations.reading import Reader, ReadEvent

DAY = "2024-03-13"


def read(reader: Reader, text: str, kind: str) -> list[ReadEvent]:
    return [event for event in reader.read(text, DAY).events if event.kind == kind]


@pytest.mark.parametrize(
    "text",
    [
        "Tokayev visited Azerbaijan on Monday.",
        "Azerbaijan was visited by President Tokayev on Monday.",
        "Tokayev paid a state visit to Azerbaijan on Monday.",
        "The state visit of President Tokayev to Baku began on Monday.",
        "President Tokayev arrived in Baku on a state visit on Monday.",
        "Aliyev received Tokayev in Baku on Monday.",
        "Tokayev was received by Aliyev in Baku on Monday.",
        "On Monday, Tokayev left for Baku.",
        "A delegation led by President Tokayev arrived in Azerbaijan on Monday.",
        "During his working trip to Baku on Monday, Tokayev met Aliyev.",
        "At the invitation of Ilham Aliyev, Tokayev arrived in Azerbaijan on Monday.",
        "Tokayev, in Baku on an official visit, met Aliyev on Monday.",
        "A plane carrying President Tokayev touched down in Baku on Monday.",
        "On Monday, an official welcome ceremony was held for President Tokayev in Baku.",
        "Aliyev met with visiting Kazakh President Kassym-Jomart Tokayev in Baku on Monday.",
        "Tokayev made his way to Baku on Monday.",
        "Tokayev on Monday became the first Kazakh leader to visit Shusha.",
        "Kazakhstan's Tokayev led a delegation to Baku on Monday.",
    ],
)
def test_a_visit_in_many_words(reader: Reader, text: str) -> None:
    (visit,) = [event for event in read(reader, text, "visit") if event.who[0].country == "KAZ"]
    assert (visit.who[0].actor, visit.country, visit.status, visit.date_start) == ("tokayev", "AZE", "done", "2024-03-11")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Tokayev will visit Baku in April.", "planned"),
        ("Tokayev is to visit Baku in April.", "planned"),
        ("Tokayev is expected to arrive in Baku in April.", "planned"),
        ("Preparations for the upcoming visit of Tokayev to Baku were discussed.", "planned"),
        ("Tokayev said he would visit Baku.", "planned"),
        ("Tokayev may visit Baku.", "hypothetical"),
        ("Aliyev invited Tokayev to visit Baku.", "hypothetical"),
        ("If Tokayev visits Baku, the cable will be discussed.", "hypothetical"),
        ("Had Tokayev visited Baku, the cable would have been discussed.", "hypothetical"),
        ("Tokayev did not visit Baku.", "negated"),
        ("Tokayev has never visited Baku.", "negated"),
        ("Tokayev cancelled his visit to Baku.", "negated"),
        ("Tokayev refused to visit Baku.", "negated"),
        ("Officials denied that Tokayev had visited Baku.", "negated"),
        ("A visit by Tokayev to Baku is out of the question.", "negated"),
    ],
)
def test_plans_possibilities_and_denials_are_no_deeds(reader: Reader, text: str, status: str) -> None:
    assert [event.status for event in read(reader, text, "visit")] == [status]


@pytest.mark.parametrize(
    "text",
    [
        "Tokayev took part in the meeting in Minsk via video link.",
        "Tokayev telephoned Aliyev on Friday.",
        "Tokayev visited a new school in Turkistan region.",
        "Aliyev received the credentials of the ambassador of Kazakhstan.",
        "Tourists from Kazakhstan made 27,000 visits to Azerbaijan last year.",
        "Aliyev left London for Baku on Friday.",
    ],
)
def test_these_are_no_visits(reader: Reader, text: str) -> None:
    assert [event for event in read(reader, text, "visit") if event.status == "done"] == []


def test_an_absence_is_no_attendance(reader: Reader) -> None:
    visits = read(reader, "Tokayev was absent from the Turkic Council summit in Baku.", "visit")
    assert [event.status for event in visits] == ["negated"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Kazakhstan and Azerbaijan signed 14 documents.", 14),
        ("Fourteen documents were signed by Kazakhstan and Azerbaijan.", 14),
        ("Twenty-one documents were signed by Kazakhstan and Azerbaijan.", 21),
        ("Kazakhstan and Azerbaijan signed a package of 10 documents.", 10),
        ("The documents, fourteen in all, were signed by Kazakhstan and Azerbaijan.", 14),
        ("Kazakhstan and Azerbaijan signed a memorandum on energy.", 1),
        ("Kazakhstan and Azerbaijan signed two agreements and a memorandum.", 3),
        ("Kazakhstan, Azerbaijan ink agreement on railway.", 1),
        ("KazMunayGas and SOCAR signed a contract.", 1),
        ("A number of documents were signed between Kazakhstan and Azerbaijan.", None),
    ],
)
def test_a_signing_has_its_number_and_sides(reader: Reader, text: str, number: int | None) -> None:
    (signing,) = read(reader, text, "signing")
    assert signing.number == number
    assert set(signing.countries()) == {"KAZ", "AZE"}


def test_the_two_countries_are_those_spoken_of(reader: Reader) -> None:
    text = (
        "During the visit of Tokayev to Azerbaijan, the two countries signed 14 agreements "
        "in addition to the 140 agreements already in place."
    )
    (signing,) = read(reader, text, "signing")
    (stock,) = read(reader, text, "stock")
    assert (signing.number, set(signing.countries())) == (14, {"KAZ", "AZE"})
    assert stock.number == 140


@pytest.mark.parametrize(
    "text", ["Aliyev signed a decree.", "Visitors to the Baku museum can sign a guest book.", "Qarabag signed a Kazakh striker."]
)
def test_these_are_no_signings_between_states(reader: Reader, text: str) -> None:
    assert read(reader, text, "signing") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tokayev and Aliyev held the first meeting of the Supreme Interstate Council.", 1),
        ("Baku hosted the 21st session of the Azerbaijan-Kazakhstan intergovernmental commission.", 21),
        ("Astana hosted the twenty-first session of the Azerbaijan-Kazakhstan intergovernmental commission.", 21),
        ("The intergovernmental commission between Kazakhstan and Azerbaijan convened for the fifteenth time in Baku.", 15),
    ],
)
def test_a_session_has_its_ordinal_and_countries(reader: Reader, text: str, number: int) -> None:
    (session,) = read(reader, text, "session")
    assert session.number == number
    assert set(session.countries()) == {"KAZ", "AZE"}


def test_a_trade_figure_has_value_unit_and_period(reader: Reader) -> None:
    (trade,) = read(reader, "Trade turnover between Kazakhstan and Azerbaijan reached $529.4 million in 2023.", "trade")
    assert (trade.number, trade.unit, trade.date_start) == (529_400_000, "USD", "2023")


def test_opening_and_beginning_are_told_apart(reader: Reader) -> None:
    (opened,) = read(reader, "Tokayev and Aliyev opened a railway line on Monday.", "project")
    (begun,) = read(reader, "Kazakhstan and Azerbaijan began construction of the cable on Monday.", "project")
    assert (opened.level, begun.level) == ("completed", "launched")


def test_a_two_day_visit_that_ended_began_the_day_before(reader: Reader) -> None:
    (visit,) = read(reader, "Tokayev's two-day visit to Azerbaijan ended on March 12.", "visit")
    assert (visit.date_start, visit.date_end) == ("2024-03-11", "2024-03-12")


def test_every_quote_is_what_stands_at_its_span(reader: Reader) -> None:
    text = (
        "BAKU, March 11 - Tokayev arrived in Baku.\n\nHe met Aliyev; fourteen documents were signed. Trade reached $529.4 million in 2023."
    )
    reading = reader.read(text, DAY)
    assert reading.events
    for event in reading.events:
        assert reading.text[slice(*event.span)] == event.quote


def test_the_same_visit_told_twice_is_one(reader: Reader) -> None:
    visits = read(reader, "Tokayev arrived in Baku on Monday. His state visit to Azerbaijan is his third.", "visit")
    assert len(visits) == 1
    assert visits[0].level == "state"


def test_many_articles_at_once_are_read_as_one_by_one(reader: Reader) -> None:
    texts = ["Tokayev visited Baku on Monday.", "Aliyev will visit Astana.", "It rained.", "Kazakhstan and Azerbaijan signed 14 documents."]
    together = reader.read_many([(text, DAY) for text in texts])
    assert [reading.events for reading in together] == [reader.read(text, DAY).events for text in texts]


def test_he_is_the_subject_and_his_minister_is_of_that_country(reader: Reader) -> None:
    (visit,) = read(reader, "Tokayev met Aliyev in Tashkent on Monday three days after he visited Bishkek.", "visit")[-1:]
    assert (visit.who[0].actor, visit.country, visit.date_start) == ("tokayev", "KGZ", "2024-03-08")
    (sent,) = read(reader, "Tokayev stayed at home. His foreign minister, Anvar Sadykov, arrived in Tirana on Monday.", "visit")
    assert (sent.who[0].name, sent.who[0].country, sent.country) == ("Anvar Sadykov", "KAZ", "ALB")


def test_towns_with_days_of_their_own_are_visited_on_those(reader: Reader) -> None:
    visits = read(reader, "Tokayev stopped in Dakar on Thursday, Banjul on Friday and Conakry on Saturday.", "visit")
    found = {(visit.country, visit.date_start) for visit in visits}
    assert found == {("SEN", "2024-03-07"), ("GMB", "2024-03-08"), ("GIN", "2024-03-09")}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Tokayev visited Baku from Wednesday to Friday.", "2024-03-13"),
        ("Tokayev returned home on Monday after a visit to Tashkent on March 7.", "2024-03-07"),
        ("Tokayev will visit Baku on March 20, media reported on Monday.", "2024-03-20"),
        ("Tokayev has visited Tirana on March 9, his first visit there since 2021.", "2024-03-09"),
    ],
)
def test_a_day_of_something_else_is_not_the_visits(reader: Reader, text: str, day: str) -> None:
    assert read(reader, text, "visit")[0].date_start == day


def test_a_leader_without_a_country_is_of_the_articles_other_one_and_doubted(reader: Reader) -> None:
    text = "Minister of Energy Rustam Beketov paid a visit to Budapest on Monday. Kazakhstan buys turbines there."
    (visit,) = read(reader, text, "visit")
    assert (visit.who[0].country, visit.country) == ("KAZ", "HUN")
    assert any("other country of the article" in doubt for doubt in visit.doubts)


def test_freight_is_read_in_tonnes_beside_money(reader: Reader) -> None:
    text = "Trade of Kazakhstan with Azerbaijan reached $529 million in 2023, and 1.39 million tons of oil were shipped."
    assert {(event.number, event.unit) for event in read(reader, text, "trade")} == {(529e6, "USD"), (1.39e6, "t")}
    assert read(reader, "Kazakhstan aims to ship 5 million tons of cargo to Azerbaijan.", "trade") == []


def test_a_leader_of_the_list_is_known_by_surname_and_ordinary_words_are_none(reader: Reader) -> None:
    (visit,) = read(reader, "Macron arrived in Baku on Monday.", "visit")
    assert (visit.who[0].country, visit.who[0].actor) == ("FRA", None)
    assert read(reader, "The Route arrived in Baku on Monday.", "visit") == []


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("Tokayev, Mirziyoyev and Erdogan gathered in Budapest on Monday.", {("KAZ", "HUN"), ("UZB", "HUN"), ("TUR", "HUN")}),
        ("Leaders met in Shusha on Monday. Tokayev and Erdogan are among those who came.", {("KAZ", "AZE"), ("TUR", "AZE")}),
        ("Attending the Shusha summit on Monday were Tokayev and Mirziyoyev.", {("KAZ", "AZE"), ("UZB", "AZE")}),
        ("Tokayev, alongside Mirziyoyev, arrived in Shusha on Monday.", {("KAZ", "AZE"), ("UZB", "AZE")}),
        ("Tokayev spoke at the climate summit in Baku on Monday.", {("KAZ", "AZE")}),
        ("During talks in Tbilisi on Monday, the Kazakh president said trade would grow.", {("KAZ", "GEO")}),
        ("Erdogan was Aliyev's guest in Baku on Monday.", {("TUR", "AZE")}),
        ("Aliyev hosted his Kazakh counterpart in Baku on Monday.", {("KAZ", "AZE")}),
        ("Tokayev's itinerary covered Baku and Tbilisi.", {("KAZ", "AZE"), ("KAZ", "GEO")}),
        ("Tokayev congratulated Aliyev on the summit in Baku.", set()),
        ("Tokayev spoke by video link at the summit in Baku on Monday.", set()),
        ("Tokayev has been a frequent visitor to Baku.", set()),
    ],
)
def test_who_did_something_abroad_was_there(reader: Reader, text: str, trips: set[tuple[str, str]]) -> None:
    assert {(visit.who[0].country, visit.country) for visit in read(reader, text, "visit")} == trips


def test_the_year_of_one_clause_is_not_that_of_the_next(reader: Reader) -> None:
    visits = read(reader, "Tokayev last visited Baku in 2022; his trip to Tashkent on March 5 was short.", "visit")
    assert [(visit.country, visit.date_start) for visit in visits] == [("AZE", "2022"), ("UZB", "2024-03-05")]


def test_documents_that_crown_a_visit_were_signed(reader: Reader) -> None:
    (signing,) = read(reader, "Tokayev's visit to Baku on Monday yielded nine agreements.", "signing")
    assert (set(signing.countries()), signing.number) == ({"KAZ", "AZE"}, 9.0)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tokayev and Aliyev signed seven documents in Baku on Monday, among them a protocol on customs and an action plan.", 7.0),
        ("Kazakhstan and Azerbaijan signed five agreements, including a memorandum on energy and a programme of culture.", 5.0),
        ("Kazakhstan and Azerbaijan signed two memoranda and a plan.", 3.0),
    ],
)
def test_what_is_among_the_documents_counted_is_not_counted_again(reader: Reader, text: str, number: float) -> None:
    assert [signing.number for signing in read(reader, text, "signing")] == [number]


@pytest.mark.parametrize(("ordinal", "number"), [("thirty first", 31), ("thirty-first", 31), ("twenty second", 22), ("sixth", 6)])
def test_a_session_is_numbered_by_an_ordinal_of_two_words(reader: Reader, ordinal: str, number: int) -> None:
    text = f"The {ordinal} session of the Kazakhstan-Azerbaijan intergovernmental commission was held in Astana on Monday."
    assert [session.number for session in read(reader, text, "session")] == [number]


def test_a_trip_counted_within_a_year_has_no_day_by_that(reader: Reader) -> None:
    text = "Tokayev landed in Baku, his second foreign trip in 2024."
    assert {visit.date_start for visit in read(reader, text, "visit")} <= {None, DAY}
    assert [visit.date_start for visit in read(reader, "Tokayev made a visit to Baku in 2023.", "visit")] == ["2023"]


@pytest.mark.parametrize(
    ("text", "number", "codes"),
    [
        ("Japan and the five Central Asian republics held their third summit in Tokyo on Monday.", 3, "JPN KAZ KGZ TJK TKM UZB"),
        ("The first Central Asia-Germany summit was held in Berlin on Monday.", 1, "DEU KAZ KGZ TJK TKM UZB"),
        ("The fourth trilateral summit of Georgia, Azerbaijan and Türkiye was held in Batumi on Monday.", 4, "AZE GEO TUR"),
    ],
)
def test_a_summit_is_held_by_every_country_of_a_group(reader: Reader, text: str, number: int, codes: str) -> None:
    (session,) = read(reader, text, "session")
    assert (session.number, sorted(session.countries()), session.status) == (number, codes.split(), "done")


@pytest.mark.parametrize(
    "text",
    [
        "The second session of the Georgia-Kazakhstan council was held on Monday, chaired by Presidents Kavelashvili and Tokayev.",
        "On Monday the second session of the Georgia-Kazakhstan council met under the chairmanship of Kavelashvili and Tokayev.",
        "Georgia and Kazakhstan signed four papers after the second session of the council, led by Mikheil Kavelashvili and Tokayev.",
    ],
)
def test_those_who_chair_a_council_are_its_parties(reader: Reader, text: str) -> None:
    (session,) = read(reader, text, "session")
    assert {party.name for party in session.who} == {"Mikheil Kavelashvili", "Kassym-Jomart Tokayev"}


def test_who_only_tells_of_a_council_is_no_party(reader: Reader) -> None:
    (session,) = read(reader, "The Kazakh-Georgian council met in Batumi on Monday, Foreign Minister Murat Nurtleu said.", "session")
    assert "Nurtleu" not in " ".join(party.name for party in session.who)


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("Tokayev spent Monday in Tashkent and Tuesday in Bishkek.", {("UZB", "2024-03-11"), ("KGZ", "2024-03-12")}),
        ("Tokayev was in Rome on Sunday and in Vienna on Monday and Tuesday.", {("ITA", "2024-03-10"), ("AUT", "2024-03-11")}),
        ("Ahead of his trip to Riyadh on March 20, Tokayev telephoned Aliyev.", {("SAU", "2024-03-20")}),
        ("Tokayev, accompanied by a group of ministers, left for Ankara today.", {("TUR", DAY)}),
        ("Tokayev met Erdogan in Ankara on Wednesday. He flies on to Doha later in the day.", {("TUR", DAY), ("QAT", DAY)}),
        ("Tokayev is paying Japan an official visit on November 29 and 30.", {("JPN", "2024-11-29")}),
        ("Ankara received Tokayev on Monday.", {("TUR", "2024-03-11")}),
    ],
)
def test_each_country_visited_has_its_own_day(reader: Reader, text: str, trips: set[tuple[str, str]]) -> None:
    assert {(visit.country, visit.date_start) for visit in read(reader, text, "visit")} == trips


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Tokayev's visit to Rome, first scheduled for late February, was put off, a source said.", "negated"),
        ("Tokayev stayed away from the ceremony in Minsk.", "negated"),
        ("Plans for Tokayev to visit Doha are being drawn up.", "planned"),
        ("Tokayev will lead the Kazakh delegation to Doha.", "planned"),
        ("Doha is getting ready to receive Tokayev.", "planned"),
        ("Tokayev was late, but he did come to Doha.", "done"),
    ],
)
def test_the_mood_of_a_visit_is_that_of_its_own_clause(reader: Reader, text: str, status: str) -> None:
    assert [event.status for event in read(reader, text, "visit")] == [status]


@pytest.mark.parametrize(
    ("text", "number", "status"),
    [
        ("Tokayev and Aliyev witnessed the exchange of six memorandums on Monday.", 6, "done"),
        ("Six signed memorandums were exchanged in the presence of Tokayev and Aliyev on Monday.", 6, "done"),
        ("On Monday, six papers were added to the 80 agreements in force between Baku and Astana.", 6, "done"),
        ("Kazakhstan and Azerbaijan on Monday signed four intergovernmental and two commercial agreements.", 6, "done"),
        ("Kazakhstan and Azerbaijan signed on Monday five treaties on water and one on fish.", 6, "done"),
        ("On Monday Kazakhstan and Azerbaijan signed the following papers: a treaty on fish; a protocol on gas.", 2, "done"),
        ("On Monday these papers were signed by Kazakhstan and Azerbaijan:\n- Treaty on fish\n- Protocol on gas\n- Plan", 3, "done"),
        ("Six more memorandums are being prepared by Kazakhstan and Azerbaijan.", 6, "planned"),
        ("A treaty on fish between Kazakhstan and Azerbaijan is ready for signing.", 1, "planned"),
        ("A signing ceremony of the contract between KazMunayGas and SOCAR was held on Monday.", 1, "done"),
    ],
)
def test_documents_are_counted_however_they_are_told(reader: Reader, text: str, number: int, status: str) -> None:
    (signing,) = read(reader, text, "signing")
    assert (signing.number, signing.status, sorted(signing.countries())) == (number, status, ["AZE", "KAZ"])


@pytest.mark.parametrize(
    "text",
    [
        "Tokayev and Aliyev exchanged letters on the anniversary of relations.",
        "Kazakhstan and Azerbaijan are drafting a strategy of tourism.",
        "Kazakhstan and Azerbaijan added two flights to the agreement on air traffic.",
        "Tokayev and Aliyev exchanged statements on Monday.",
    ],
)
def test_these_are_no_signings(reader: Reader, text: str) -> None:
    assert read(reader, text, "signing") == []


@pytest.mark.parametrize(
    "text",
    [
        "The third meeting of the Georgian-Kazakh working group on roads was held in Batumi on Monday.",
        "The joint working group on roads of Georgia and Kazakhstan held its third meeting in Batumi on Monday.",
        "On Monday officials signed the minutes of the third session of the Georgia-Kazakhstan commission.",
        "The third meeting of the Kazakh-Georgian subcommission on roads took place on Monday.",
    ],
)
def test_bodies_of_every_rank_hold_sessions(reader: Reader, text: str) -> None:
    (session,) = read(reader, text, "session")
    assert (session.number, sorted(session.countries()), session.date_start) == (3, ["GEO", "KAZ"], "2024-03-11")


def test_a_bare_number_of_what_is_in_force_is_a_count(reader: Reader) -> None:
    (stock,) = read(reader, "Six papers were added to the 80 already in force between Baku and Astana.", "stock")
    assert (stock.number, sorted(stock.countries())) == (80, ["AZE", "KAZ"])


def test_a_visit_spoken_of_again_is_that_visit(reader: Reader) -> None:
    (visit,) = read(reader, "Tokayev wrapped up an official visit to Seoul. The trip began in Busan on March 10.", "visit")
    assert (visit.who[0].actor, visit.country, visit.date_start, visit.date_end) == ("tokayev", "KOR", "2024-03-10", DAY)
    (visit,) = read(reader, "Tokayev arrived in Doha on Wednesday. On Thursday he will attend a forum in the Qatari capital.", "visit")
    assert (visit.country, visit.status, visit.date_start) == ("QAT", "done", DAY)


def test_the_next_stop_of_a_journey_in_the_news_is_yet_to_come(reader: Reader) -> None:
    visits = read(reader, "Tokayev held talks with Erdogan in Ankara on Wednesday before travelling on to Doha.", "visit")
    assert {(visit.country, visit.status) for visit in visits} == {("TUR", "done"), ("QAT", "planned")}


def test_who_is_of_no_known_country_makes_no_visit_of_one(reader: Reader) -> None:
    assert read(reader, "Secretary General Carla Moreno arrived in Baku on Monday.", "visit") == []


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("Transport ministers from Georgia and Italy flew to Baku.", {("GEO", "AZE"), ("ITA", "AZE")}),
        ("Several leaders, among them Tokayev and Erdogan, observed the drills in Ganja.", {("KAZ", "AZE"), ("TUR", "AZE")}),
        ("Leaders including Tokayev attended the funeral in Rome.", {("KAZ", "ITA")}),
        ("The minister of culture, Anvar Sadykov, accompanied Tokayev to Doha.", {("KAZ", "QAT")}),
        ("Belgrade rolled out the red carpet for Tokayev.", {("KAZ", "SRB")}),
        ("On his return from Doha, Tokayev said trade would grow.", {("KAZ", "QAT")}),
        ("Deputy Minister Anvar Sadykov represented Kazakhstan at the talks in Doha, Aliyev said.", {("KAZ", "QAT")}),
    ],
)
def test_those_among_a_group_and_those_who_accompany_travel_too(reader: Reader, text: str, trips: set[tuple[str, str]]) -> None:
    assert {(visit.who[0].country, visit.country) for visit in read(reader, text, "visit")} == trips


def test_a_day_between_two_journeys_is_that_of_the_first(reader: Reader) -> None:
    visits = read(reader, "Tokayev began his tour in Doha on March 4 and went from there to Cairo and Tunis.", "visit")
    assert {(v.country, v.date_start) for v in visits} == {("QAT", "2024-03-04"), ("EGY", DAY), ("TUN", DAY)}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("In the Georgian capital, where the third session of the Kazakh-Georgian council met on Monday, roads were discussed.", "GEO"),
        ("Tokayev paid a visit to Georgia on Monday. Kazakhstan and Georgia signed three treaties.", "GEO"),
        ("Kazakhstan and Georgia signed three treaties on Monday. Tokayev met Kobakhidze in Tbilisi.", "GEO"),
        ("In Tbilisi on Monday Kazakhstan and Georgia signed a treaty on a terminal in Aktau.", "GEO"),
    ],
)
def test_a_session_or_signing_was_where_the_text_tells_of_it(reader: Reader, text: str, country: str) -> None:
    found = [event for event in reader.read(text, DAY).events if event.kind in ("session", "signing")]
    assert [event.country for event in found] == [country]


def test_a_visit_of_others_or_of_other_days_tells_no_place(reader: Reader) -> None:
    text = "Aliyev visited Belarus on March 4. Kazakhstan and Georgia signed three treaties. Tokayev was in Georgia in May 2022."
    assert [event.country for event in read(reader, text, "signing")] == [None]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tokayev and Kobakhidze gathered in Batumi on Monday for the third Kazakh-Georgian summit.", 3),
        ("The third Kazakhstan-Georgia strategic dialogue was held in Batumi on Monday.", 3),
        ("On Monday Batumi hosted the third meeting of the Kazakhstan-Georgia Dialogue.", 3),
        ("On Monday in Batumi Tokayev and Kobakhidze convened the council of Kazakhstan and Georgia for the third time.", 3),
        ("On Monday Kazakhstan and Georgia opened the third session of the council they had set up in Batumi.", 3),
        ("Tokayev came to attend the third session of the Kazakh-Georgian council, which is being held in Batumi on Monday.", 3),
        ("A council of Kazakhstan and Georgia, whose third meeting took place in Batumi on Monday, discussed roads.", 3),
        ("Kazakhstan and Georgia held a summit in Batumi on Monday. It was the third such meeting.", 3),
    ],
)
def test_sessions_that_people_gather_for_or_that_are_counted_elsewhere(reader: Reader, text: str, number: int) -> None:
    sessions = [event for event in read(reader, text, "session") if event.date_start == "2024-03-11"]
    assert [(event.number, event.status, sorted(event.countries())) for event in sessions] == [(number, "done", ["GEO", "KAZ"])]


@pytest.mark.parametrize(
    "text",
    [
        "The programme of the visit includes a session of the Kazakh-Georgian council.",
        "Preparations for the session of the Kazakh-Georgian council were discussed on Monday.",
        "Kazakhstan and Georgia are preparing for the third session of their council.",
    ],
)
def test_a_session_on_an_agenda_is_to_come(reader: Reader, text: str) -> None:
    assert [event.status for event in read(reader, text, "session")] == ["planned"]


@pytest.mark.parametrize(
    "text",
    [
        "Tokayev met Kobakhidze on the sidelines of the summit.",
        "Kazakhstan and Georgia agreed on a summit.",
        "Tokayev had attended the summit.",
    ],
)
def test_a_summit_that_is_only_spoken_of_is_no_session(reader: Reader, text: str) -> None:
    assert read(reader, text, "session") == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Tokayev received Kobakhidze on Monday. The two signed a treaty.", {"Kassym-Jomart Tokayev", "Irakli Kobakhidze"}),
        (
            "On Monday a treaty was signed by Minister Nino Beridze and Tokayev of Kazakhstan in Tbilisi.",
            {"Kassym-Jomart Tokayev", "Nino Beridze"},
        ),
    ],
)
def test_those_who_signed_are_named(reader: Reader, text: str, names: set[str]) -> None:
    (signing,) = read(reader, text, "signing")
    assert {party.name for party in signing.who} == names
    assert set(signing.countries()) == {"KAZ", "GEO"}


@pytest.mark.parametrize(
    "text", ["a plan of works through 2027", "a programme for 2025-2028", "a road map up to 2030", "a treaty valid until 2040"]
)
def test_how_long_a_document_holds_is_not_its_day(reader: Reader, text: str) -> None:
    (signing,) = read(reader, f"On Monday Kazakhstan and Georgia signed {text}.", "signing")
    assert (signing.date_start, signing.status) == ("2024-03-11", "done")


def test_documents_of_old_are_no_news(reader: Reader) -> None:
    assert read(reader, "Kazakhstan and Georgia spoke of the agreements signed earlier.", "signing") == []


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("The forum was held in Baku on March 11. Tokayev and Erdogan all attended.", {("KAZ", "AZE"), ("TUR", "AZE")}),
        ("The meeting in Baku on March 11 was attended by the President of Georgia, Mikheil Kavelashvili.", {("GEO", "AZE")}),
        ("The fair opened in Doha on March 11. Tokayev was among those who made the journey.", {("KAZ", "QAT")}),
        ("The congress opened in Doha on March 11. Tokayev is among the leaders present.", {("KAZ", "QAT")}),
        ("DOHA, March 11 - Tokayev chaired the Kazakhstan-Qatar commission with Sheikh Tamim here on Monday.", {("KAZ", "QAT")}),
        ("The declaration was signed in Ankara on March 11 by Tokayev and Erdogan.", {("KAZ", "TUR")}),
        ("Talks on transit were held in Ankara on March 11. Tokayev had flown in a day earlier.", {("KAZ", "TUR")}),
        ("Erdogan opened the Ankara forum on March 11 while Tokayev was in town.", {("KAZ", "TUR")}),
        ("A pact was signed in Baku on March 11 by Aliyev and his visiting Georgian counterpart.", {("GEO", "AZE")}),
        ("The Central Asian presidents met in Baku on March 11.", set()),
        ("Tokayev and Erdogan signed the Doha Protocol on March 11.", set()),
        ("Aliyev spoke in Ganja. Tokayev will fly home on Friday.", set()),
    ],
)
def test_where_it_was_is_told_by_the_text_around(reader: Reader, text: str, trips: set[tuple[str, str]]) -> None:
    assert {(visit.who[0].country, visit.country) for visit in read(reader, text, "visit")} == trips


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Georgia and Kazakhstan agreed to end the dispute, signing a declaration on Monday.", ["done"]),
        ("Georgia and Kazakhstan had planned to sign a declaration there.", ["hypothetical"]),
        ("Georgia and Kazakhstan have planned to sign a declaration there.", ["planned"]),
    ],
)
def test_what_is_told_beside_a_plan(reader: Reader, text: str, status: list[str]) -> None:
    assert [event.status for event in read(reader, text, "signing")] == status


@pytest.mark.parametrize(
    ("line", "country"),
    [("TBILISI, March 12 (AFP) - ", "GEO"), ("Tbilisi, March 12. ", "GEO"), ("BRUSSELS (Reuters) - ", None), ("", None)],
)
def test_a_signing_nowhere_else_was_in_the_report_s_own_town(reader: Reader, line: str, country: str | None) -> None:
    (signing,) = read(reader, line + "Georgia and Kazakhstan signed a declaration on Monday.", "signing")
    assert signing.country == country


def test_the_number_of_a_summit_is_that_of_its_plenary_session(reader: Reader) -> None:
    (session,) = read(reader, "Tokayev spoke at the plenary session of the 6th summit of the Organization of Turkic States.", "session")
    assert session.number == 6


def test_a_count_of_what_is_in_force_is_of_no_day_of_another_event(reader: Reader) -> None:
    (stock,) = read(reader, "Last month, Georgia and Kazakhstan added six treaties to the 80 already in force.", "stock")
    assert (stock.number, stock.date_start) == (80, DAY)


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        (
            "A pact was signed in Doha in front of King Felipe and President Tokayev, who is on a visit.",
            {("KAZ", "QAT", "done"), ("ESP", "QAT", "done")},
        ),
        ("Tokayev is coming to Baku today.", {("KAZ", "AZE", "planned")}),
        ("Tokayev is visiting Baku today.", {("KAZ", "AZE", "done")}),
        ("From Doha Tokayev flew on to Cairo on Monday.", {("KAZ", "EGY", "done")}),
        (
            "The forum opens in Doha on March 20. Tokayev and Erdogan confirmed that they will attend.",
            {("KAZ", "QAT", "planned"), ("TUR", "QAT", "planned")},
        ),
        ("The fair was held in Doha on March 11, and it brought Tokayev to the Qatari capital.", {("KAZ", "QAT", "done")}),
        ("The forum was held in Doha on March 11. Kazakhstan sent Prime Minister Olzhas Bektenov.", {("KAZ", "QAT", "done")}),
        ("Tokayev praised Aliyev's return to health.", set()),
    ],
)
def test_who_and_whether_are_told_by_the_clause(reader: Reader, text: str, trips: set[tuple[str, str, str]]) -> None:
    assert {(visit.who[0].country, visit.country, visit.status) for visit in read(reader, text, "visit")} == trips


def test_a_day_told_before_holds_for_what_came_with_it(reader: Reader) -> None:
    (visit,) = read(reader, "The ministers of Egypt and Georgia quarrelled again on Monday. Tokayev had come to Cairo to mediate.", "visit")
    assert (visit.country, visit.date_start) == ("EGY", "2024-03-11")
    (visit,) = read(reader, "Tokayev is on the first visit to Georgia by any president of Kazakhstan since 2011.", "visit")
    assert visit.date_start == DAY


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The third Kazakhstan-Georgia commission took place in Batumi on Monday.", 3),
        ("Astana and Tbilisi held the third High-Level Cooperation Council in Batumi on Monday.", 3),
        ("The third meeting of the Kazakh and Georgian border commissions took place in Batumi on Monday.", 3),
        ("The commission on the use of waters of Kazakhstan and Georgia held its third meeting on Monday.", 3),
        ("The third Forum of Regions of Kazakhstan and Georgia was held in Batumi on Monday.", 3),
    ],
)
def test_bodies_are_known_by_their_countries_wherever_these_stand(reader: Reader, text: str, number: int) -> None:
    (session,) = read(reader, text, "session")
    assert (session.number, sorted(session.countries()), session.date_start) == (number, ["GEO", "KAZ"], "2024-03-11")


@pytest.mark.parametrize(
    "text",
    [
        "Tokayev's trip to Tbilisi on Monday ended with a package of six documents.",
        "Six documents changed hands after Monday's talks of Tokayev and Kobakhidze.",
        "The commission of Kazakhstan and Georgia met on Monday and produced six agreements.",
        "Six agreements came out of Tokayev's visit to Georgia on Monday.",
        "Astana and Tbilisi signed six agreements on Monday.",
    ],
)
def test_an_occasion_yields_documents(reader: Reader, text: str) -> None:
    (signing,) = read(reader, text, "signing")
    assert (signing.number, sorted(signing.countries()), signing.date_start) == (6, ["GEO", "KAZ"], "2024-03-11")


def test_the_arab_league_is_no_sport(reader: Reader) -> None:
    assert [event.number for event in read(reader, "Bahrain hosted the 33rd Arab League summit.", "session")] == [33]
    assert read(reader, "Bahrain hosted the 33rd summit of the football league.", "session") == []


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("Tokayev left Doha on Tuesday. He had flown in from Cairo on Sunday.", {("KAZ", "QAT", "done", "2024-03-10")}),
        (
            "Tokayev landed in Doha on Tuesday. He flies on to Cairo.",
            {("KAZ", "QAT", "done", "2024-03-12"), ("KAZ", "EGY", "planned", None)},
        ),
        (
            "Georgia and Italy signed a treaty in Rome on Tuesday, the second day of President Mikheil Kavelashvili's visit.",
            {("GEO", "ITA", "done", "2024-03-11")},
        ),
        ("Tokayev has been in Doha since Sunday. He met Sheikh Tamim in Doha on Tuesday.", {("KAZ", "QAT", "done", "2024-03-10")}),
        ("Tokayev accepted an invitation to visit Doha.", {("KAZ", "QAT", "hypothetical", None)}),
        ("Sheikh Tamim met Aliyev. The President of Kazakhstan arrived in our country on Tuesday.", {("KAZ", "QAT", "done", "2024-03-12")}),
        (
            "The forum in Doha was held on Tuesday. The Kazakh delegation was led by Deputy Minister Anvar Sadykov.",
            {("KAZ", "QAT", "done", "2024-03-12")},
        ),
        (
            "The forum in Doha was held on Tuesday. Italy was represented by Prime Minister Giorgia Meloni.",
            {("ITA", "QAT", "done", "2024-03-12")},
        ),
        (
            "The summit in Doha opens on March 20. Tokayev confirmed that he would travel to Qatar.",
            {("KAZ", "QAT", "planned", "2024-03-20")},
        ),
        (
            "Tokayev attended the games in Doha in May 2023 and the fair in Cairo in June 2023.",
            {("KAZ", "QAT", "done", "2023-05"), ("KAZ", "EGY", "done", "2023-06")},
        ),
    ],
)
def test_a_journey_is_read_over_several_sentences(reader: Reader, text: str, trips: set[tuple[str, str, str, str | None]]) -> None:
    found = {(visit.who[0].country, visit.country, visit.status, visit.date_start) for visit in read(reader, text, "visit")}
    assert found == trips


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("Tokayev, who has been in Cairo since Sunday, will come to Doha on Friday.", {("EGY", "2024-03-10"), ("QAT", "2024-03-15")}),
        ("Tokayev left Cairo on Monday. The tour began on Friday in Tunis.", {("EGY", "2024-03-11"), ("TUN", "2024-03-08")}),
        ("Tokayev, whose trip had been put off last year, landed in Tunis on Monday.", {("TUN", "2024-03-11")}),
        ("Tokayev attended the opening of the Baku-Tbilisi-Ceyhan pipeline on Monday.", set()),
        ("The leaders of Georgia and Armenia signed a pact in Doha on Monday.", {("QAT", "2024-03-11")}),
    ],
)
def test_days_and_places_of_clauses_aside_stay_with_them(reader: Reader, text: str, trips: set[tuple[str, str]]) -> None:
    visits = [visit for visit in read(reader, text, "visit") if visit.status in ("done", "planned")]
    assert {(visit.country, visit.date_start) for visit in visits} == trips


@pytest.mark.parametrize(
    "text",
    [
        "Kazakhstan's Supreme Audit Committee held its third meeting on Monday.",
        "The commission of inquiry met in Tbilisi on Monday.",
        "No session of the Kazakh-Georgian commission has been held since 2021.",
        "The Kazakh singer signed a contract with a German label.",
    ],
)
def test_what_a_country_does_by_itself_is_neither_session_nor_signing(reader: Reader, text: str) -> None:
    found = [event for event in reader.read(text, DAY).events if event.kind in ("session", "signing")]
    assert [event for event in found if event.status in ("done", "planned")] == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The commission of Georgia and Kazakhstan, meeting for the third time, spoke of roads.", "done"),
        ("Tokayev spoke of the third session of the Georgian-Kazakh council, which Batumi will host.", "planned"),
        ("It was decided that Batumi would host the third session of the Georgian-Kazakh council.", "planned"),
        ("Batumi was the scene of the third session of the Georgian-Kazakh council.", "done"),
        ("The third session of the Georgian-Kazakh council set a target for trade.", "done"),
        ("Tokayev signed the decision of the third session of the Georgian-Kazakh council.", "done"),
    ],
)
def test_a_numbered_session_whatever_is_told_of_it(reader: Reader, text: str, status: str) -> None:
    assert [(event.number, event.status) for event in read(reader, text, "session")] == [(3, status)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Three papers - a treaty, a protocol and a plan - were signed by Tokayev and Kobakhidze.", 3),
        ("A treaty on fish, a protocol on gas and a plan of works were signed by Tokayev and Kobakhidze.", 3),
        ("A treaty on fish bears the signatures of Tokayev and Kobakhidze.", 1),
        ("After the session of the Kazakh-Georgian council six documents were adopted.", 6),
        ("Kazakhstan and Georgia put ink on a treaty on fish.", 1),
    ],
)
def test_what_is_counted_and_what_only_names_it(reader: Reader, text: str, number: int) -> None:
    assert [event.number for event in read(reader, text, "signing")] == [number]


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        (
            "The fair opened in Doha on Monday. Tokayev and Erdogan took part, and Aliyev came as an observer.",
            {("KAZ", "QAT"), ("TUR", "QAT"), ("AZE", "QAT")},
        ),
        (
            "Leaders of three neighbours turned up in Doha on Monday: Tokayev, Mirziyoyev and Japarov.",
            {("KAZ", "QAT"), ("UZB", "QAT"), ("KGZ", "QAT")},
        ),
        ("Some thirty heads of state are attending the congress in Doha, including Tokayev.", {("KAZ", "QAT")}),
        ("Italy was represented at the fair in Doha by the head of its senate, Sergio Mattarella.", {("ITA", "QAT")}),
        ("Nine ministers flew with Tokayev to Doha on Monday.", {("KAZ", "QAT")}),
        ("Erdogan confirmed his participation in the congress in Doha.", {("TUR", "QAT")}),
        ("Tokayev toured the Central Asian capitals on Monday.", set()),
        ("The hall opened on Monday with the participation of Tokayev and Aliyev.", set()),
    ],
)
def test_those_present_are_found_however_they_are_listed(reader: Reader, text: str, trips: set[tuple[str, str]]) -> None:
    assert {(visit.who[0].country, visit.country) for visit in read(reader, text, "visit")} == trips


def test_what_had_been_due_is_not_said_to_have_been(reader: Reader) -> None:
    assert [visit.status for visit in read(reader, "Tokayev had been due to visit Doha in January.", "visit")] == ["hypothetical"]


def test_a_two_day_trip_begins_on_the_day_one_sets_off(reader: Reader) -> None:
    (visit,) = read(reader, "Tokayev set off on Monday for a two-day visit to Doha.", "visit")
    assert (visit.date_start, visit.date_end) == ("2024-03-11", "2024-03-12")


def test_a_great_number_signed_at_an_occasion_is_a_signing_and_since_a_year_a_count(reader: Reader) -> None:
    at_once, by_and_by = (
        reader.read(f"Sixty-two agreements have been signed between Kazakhstan and Georgia {when}.", DAY).events
        for when in ("during Tokayev's visit to Tbilisi on Monday", "since 1992")
    )
    assert [(event.kind, event.number) for event in at_once if event.kind in ("signing", "stock")] == [("signing", 62)]
    assert [(event.kind, event.number) for event in by_and_by if event.kind in ("signing", "stock")] == [("stock", 62)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("The committee of Georgia, Kazakhstan, Azerbaijan and Türkiye held its third meeting on Monday.", ["AZE", "GEO", "KAZ", "TUR"]),
        ("The council between Georgia, Kazakhstan and Türkiye held its third meeting on Monday.", ["GEO", "KAZ", "TUR"]),
    ],
)
def test_a_body_of_many_countries(reader: Reader, text: str, codes: list[str]) -> None:
    (session,) = read(reader, text, "session")
    assert (session.number, sorted(session.countries())) == (3, codes)


def test_a_document_told_of_again_is_one_signing(reader: Reader) -> None:
    text = "Kazakhstan and Georgia signed a treaty on Monday. Ministers put their names to the document at the port of Batumi."
    assert [event.number for event in read(reader, text, "signing")] == [1]


def test_the_other_side_is_the_only_other_country_of_the_text(reader: Reader) -> None:
    (signing,) = read(reader, "Bishkek saw Kazakh premier Olzhas Bektenov on Monday. He and Sultan Baiterekov signed a treaty.", "signing")
    assert sorted(signing.countries()) == ["KAZ", "KGZ"]


@pytest.mark.parametrize(
    "text",
    [
        "Joe Biden hosted the five Central Asian presidents for a C5+1 summit in New York on Monday.",
        "On Monday the second C5+1 summit with the leaders of the United States and the five Central Asian states was held in New York.",
    ],
)
def test_who_is_received_for_a_summit_holds_it_too(reader: Reader, text: str) -> None:
    (session,) = read(reader, text, "session")
    assert {"KAZ", "KGZ", "TJK", "TKM", "UZB"} <= set(session.countries())


@pytest.mark.parametrize("text", ["a $4.2 billion contract", "a ten-year contract", "a 20 million contract", "a contract for 12 trains"])
def test_money_and_years_count_no_documents(reader: Reader, text: str) -> None:
    assert [event.number for event in read(reader, f"Kazakhstan and Georgia signed {text} on Monday.", "signing")] == [1]


def test_what_a_clause_tells_of_a_body_s_chairs_is_not_its_session(reader: Reader) -> None:
    text = "Georgia hosted the fourth meeting of the Georgian-Kazakh commission, whose chairs are Kobakhidze and Bektenov."
    (session,) = read(reader, text, "session")
    assert (session.number, session.country) == (4, "GEO")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Fares were set in a treaty that Kazakhstan and Georgia signed on Monday.", 1),
        ("Six treaties were the fruit of Tokayev's visit to Georgia on Monday.", 6),
        ("Tokayev's visit to Georgia on Monday produced a treaty on fish.", 1),
        ("Six treaties were signed in Tbilisi on Monday; Tokayev and Kobakhidze called them historic.", 6),
    ],
)
def test_signings_told_by_the_way(reader: Reader, text: str, number: int) -> None:
    found = [(event.number, event.status, sorted(event.countries())) for event in read(reader, text, "signing")]
    assert found == [(number, "done", ["GEO", "KAZ"])]


@pytest.mark.parametrize(
    "text",
    ["Talks on a treaty between Kazakhstan and Georgia ended without a signature.", "Tokayev's visit to Georgia produced no treaty."],
)
def test_talks_that_ended_without_a_document(reader: Reader, text: str) -> None:
    assert [event for event in read(reader, text, "signing") if event.status == "done"] == []


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("The fair was held in Doha on March 11, with Tokayev among the guests.", {("KAZ", "QAT", "2024-03-11")}),
        (
            "The fair was opened in Doha on Monday, with Tokayev and Erdogan both making the journey.",
            {("KAZ", "QAT", "2024-03-11"), ("TUR", "QAT", "2024-03-11")},
        ),
        ("Tokayev's two days in Doha ended on Tuesday.", {("KAZ", "QAT", "2024-03-11")}),
        ("Tokayev chose Doha for his first trip abroad, meeting Sheikh Tamim there on Monday.", {("KAZ", "QAT", "2024-03-11")}),
        (
            "The fair was held in Doha on Monday. Minister Anvar Sadykov of Kazakhstan travelled from Astana to open it.",
            {("KAZ", "QAT", "2024-03-11")},
        ),
        ("Tokayev told Aliyev in Baku on Monday that this was his third visit to the city.", {("KAZ", "AZE", "2024-03-11")}),
        ("Tokayev will travel to Doha this month. The visit to Qatar is planned for March 20.", {("KAZ", "QAT", "2024-03-20")}),
        ("Tokayev landed in Doha on Wednesday and leaves for Cairo in the evening.", {("KAZ", "QAT", DAY), ("KAZ", "EGY", DAY)}),
        ("Tokayev concluded his Doha trip on Monday and left for Cairo.", {("KAZ", "QAT", "2024-03-11"), ("KAZ", "EGY", "2024-03-11")}),
        ("Qatar expects Tokayev in Doha on March 20.", {("KAZ", "QAT", "2024-03-20")}),
        ("Tokayev left Doha for Cairo on Tuesday after a two-day visit.", {("KAZ", "QAT", "2024-03-11"), ("KAZ", "EGY", "2024-03-12")}),
    ],
)
def test_visits_are_read_in_the_turns_of_agencies(reader: Reader, text: str, trips: set[tuple[str, str, str]]) -> None:
    assert {(visit.who[0].country, visit.country, visit.date_start) for visit in read(reader, text, "visit")} == trips


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("KazMunayGas announced the signing of a treaty with SOCAR.", "done"),
        ("Six treaties were put to signature by Kazakhstan and Azerbaijan on Monday.", "done"),
        ("Kazakhstan and Azerbaijan signed an addendum to the treaty on fish.", "done"),
        ("Kazakhstan spoke of the treaty that it will sign with Azerbaijan in May.", "planned"),
    ],
)
def test_the_mood_of_a_signing_is_its_own(reader: Reader, text: str, status: str) -> None:
    assert [event.status for event in read(reader, text, "signing")] == [status]


def test_a_day_before_of_is_the_day(reader: Reader) -> None:
    (session,) = read(reader, "Batumi was the venue on Monday of the third session of the Georgian-Kazakh council.", "session")
    assert (session.number, session.date_start) == (3, "2024-03-11")


def test_a_stay_has_its_last_day_and_a_report_keeps_its_own(reader: Reader) -> None:
    (visit,) = read(reader, "Tokayev flew to Doha today, where he will stay until March 16.", "visit")
    assert (visit.date_start, visit.date_end) == (DAY, "2024-03-16")
    (visit,) = read(reader, "Qatar expects Tokayev in Doha on March 20, the emir confirmed on Monday.", "visit")
    assert (visit.status, visit.date_start) == ("planned", "2024-03-20")
    (visit,) = read(reader, "Tokayev spoke in Doha on Monday, on the eve of a fair.", "visit")
    assert visit.date_start == "2024-03-11"


@pytest.mark.parametrize(
    ("text", "sessions", "signings"),
    [
        (
            "The third session of the Kazakh-Georgian council was held on Monday. During the session of the council roads were discussed.",
            [3],
            [],
        ),
        ("The council of Kazakhstan and Georgia met on Monday. It was its third session.", [3], []),
        ("Kazakhstan and Georgia signed a treaty on Monday. In the treaty signed by the presidents fish come first.", [], [1]),
        ("Six treaties are to be signed by Kazakhstan and Georgia. The treaties to be signed include one on fish.", [], [6]),
        ("Tokayev and Kobakhidze held a summit in Batumi. They agreed to repeat the summit every year.", [None], []),
        ("The council of Kazakhstan and Georgia met in May 2023. The council met again on Monday.", [None, None], []),
    ],
)
def test_what_is_told_again_is_told_once(reader: Reader, text: str, sessions: list[int | None], signings: list[int]) -> None:
    real = [event for event in reader.read(text, DAY).events if event.status in ("done", "planned")]
    assert [event.number for event in real if event.kind == "session"] == sessions
    assert [event.number for event in real if event.kind == "signing"] == signings


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("The third Franco-German ministerial council met at Meseberg on Monday.", ["DEU", "FRA"]),
        ("The third Sino-Russian commission on transit met in Harbin on Monday.", ["CHN", "RUS"]),
        ("Fiji and Australia held their third ministerial forum on Monday.", ["AUS", "FJI"]),
        ("The Georgian and Kazakh cabinets held their third joint meeting on Monday.", ["GEO", "KAZ"]),
        ("The third leaders' consultation between Fiji and Australia ended in Suva on Monday.", ["AUS", "FJI"]),
        ("On Monday Georgia and Kazakhstan held a cabinet meeting, the third Georgian-Kazakh council.", ["GEO", "KAZ"]),
    ],
)
def test_sessions_of_any_two_countries(reader: Reader, text: str, codes: list[str]) -> None:
    (session,) = read(reader, text, "session")
    assert (session.number, sorted(session.countries()), session.date_start) == (3, codes, "2024-03-11")


def test_two_leaders_third_meeting_is_no_session(reader: Reader) -> None:
    assert read(reader, "Tokayev and Kobakhidze held their third meeting this year on Monday.", "session") == []


def test_of_two_hosts_neither_tells_the_place(reader: Reader) -> None:
    (session,) = read(reader, "Georgia and Kazakhstan held the third session of their council on Monday.", "session")
    assert session.country is None


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        (
            "The congress in Doha on Monday brought together Tokayev, Aliyev and Erdogan.",
            {("KAZ", "QAT", "2024-03-11"), ("AZE", "QAT", "2024-03-11"), ("TUR", "QAT", "2024-03-11")},
        ),
        ("Tokayev held a number of meetings in Doha on Monday.", {("KAZ", "QAT", "2024-03-11")}),
        ("Tokayev paid homage to the fallen in Baku on Monday.", {("KAZ", "AZE", "2024-03-11")}),
        ("Tokayev flew to Doha on Monday and the next day to Cairo.", {("KAZ", "QAT", "2024-03-11"), ("KAZ", "EGY", "2024-03-12")}),
        ("Tokayev is making a two-day visit to Doha in October.", {("KAZ", "QAT", "2024-10")}),
        ("On his way home from Cairo, Tokayev stopped in Doha on Monday.", {("KAZ", "EGY", DAY), ("KAZ", "QAT", "2024-03-11")}),
        (
            "Tokayev and Aliyev were both in Doha when the pact was signed in June 2021.",
            {("KAZ", "QAT", "2021-06"), ("AZE", "QAT", "2021-06")},
        ),
        ("Tokayev is Qatar's guest today.", {("KAZ", "QAT", DAY)}),
        (
            "Among the guests at the fair in Doha on Monday were Tokayev and Erdogan.",
            {("KAZ", "QAT", "2024-03-11"), ("TUR", "QAT", "2024-03-11")},
        ),
        ("Tokayev's tour of the Gulf, which took in Doha and Kuwait, was short.", {("KAZ", "QAT", DAY), ("KAZ", "KWT", DAY)}),
    ],
)
def test_visits_are_read_in_the_turns_of_newspapers(reader: Reader, text: str, trips: set[tuple[str, str, str]]) -> None:
    assert {(visit.who[0].country, visit.country, visit.date_start) for visit in read(reader, text, "visit")} == trips


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Preparations have begun for the third session of the Kazakh-Georgian council, which Batumi is to host.", ["planned"]),
        ("The council of Kazakhstan and Georgia is expected to convene in Batumi.", ["planned"]),
        ("The session of the Kazakh-Georgian council scheduled for May was postponed.", ["negated"]),
        ("The third session of the Kazakh-Georgian council, scheduled for May, will discuss roads.", ["planned"]),
        ("Monday's talks followed the third session of the Kazakh-Georgian council.", ["done"]),
        ("The Kazakh-Georgian council may hold a session in Batumi.", ["hypothetical"]),
    ],
)
def test_what_the_main_clause_says_of_a_session(reader: Reader, text: str, found: list[str]) -> None:
    assert [event.status for event in read(reader, text, "session")] == found


def test_calls_to_fulfil_documents_are_no_signings(reader: Reader) -> None:
    text = "The leaders of Kazakhstan and Georgia called for the implementation of signed agreements."
    assert read(reader, text, "signing") == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Tokayev visited Baku in August 2022, June 2023 and March 2024.", ["2022-08", "2023-06", "2024-03"]),
        ("Tokayev was in Baku twice, on a visit in 2017 and in 2022.", ["2017", "2022"]),
        (
            "Tokayev was in Baku three times in 2023: on a visit in March, at a forum in July and at a fair in November.",
            ["2023-03", "2023-07", "2023-11"],
        ),
        ("Tokayev visited Baku in March 2023, after the elections of January 2023.", ["2023-03"]),
    ],
)
def test_a_visit_is_read_for_each_of_its_dates(reader: Reader, text: str, days: list[str]) -> None:
    assert sorted(visit.date_start or "" for visit in read(reader, text, "visit")) == days


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tokayev stressed the importance of signing the treaty with Georgia.", []),
        ("The cabinet of Kazakhstan approved the signing of a treaty with Georgia.", [("planned", 1)]),
        ("Kazakhstan and Georgia signed a declaration on peace as well as a programme of works.", [("done", 2)]),
        ("Tokayev and Kobakhidze ended the day by signing a treaty side by side.", [("done", 1)]),
    ],
)
def test_wishes_and_leaves_to_sign(reader: Reader, text: str, found: list[tuple[str, int]]) -> None:
    assert [(event.status, event.number) for event in read(reader, text, "signing")] == found


def test_a_protocol_upon_the_results_of_a_session(reader: Reader) -> None:
    text = "Georgia and Kazakhstan signed a protocol in Batumi upon the results of the third meeting of their council."
    assert [(event.number, event.country) for event in read(reader, text, "session")] == [(3, "GEO")]


@pytest.mark.parametrize(
    "text",
    [
        "On Monday Batumi hosted talks between Georgia, Kazakhstan and Türkiye. The parties signed a treaty.",
        "The foreign ministers of Georgia, Kazakhstan and Türkiye met in Batumi on Monday. At the end the ministers signed a treaty.",
        "Following Monday's meeting of the foreign ministers of Georgia, Kazakhstan and Türkiye a treaty was signed.",
        "On Monday the Georgian, Kazakh, Turkish foreign ministers signed a treaty.",
        "Murat Nurtleu, Hakan Fidan and Nino Beridze, the foreign ministers of Kazakhstan, Türkiye and Georgia, signed a treaty on Monday.",
    ],
)
def test_the_parties_of_three_are_three(reader: Reader, text: str) -> None:
    (signing,) = read(reader, text, "signing")
    assert sorted(signing.countries()) == ["GEO", "KAZ", "TUR"]


def test_the_two_sides_are_two(reader: Reader) -> None:
    text = "Tokayev met Kobakhidze in Batumi on Monday, with Türkiye looking on. The two sides signed a treaty."
    assert [sorted(event.countries()) for event in read(reader, text, "signing")] == [["GEO", "KAZ"]]


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        (
            "The congress opened in Doha on Monday. Thirty heads of state came, among them Tokayev and Erdogan.",
            {("KAZ", "QAT", "done"), ("TUR", "QAT", "done")},
        ),
        ("The congress opened in Doha on Monday. Tokayev held five meetings on the sidelines.", {("KAZ", "QAT", "done")}),
        (
            "Tokayev will travel to Doha on March 20 for the congress. Aliyev and Erdogan have confirmed their attendance.",
            {("KAZ", "QAT", "planned"), ("AZE", "QAT", "planned"), ("TUR", "QAT", "planned")},
        ),
        (
            "Sheikh Tamim hosted two presidents in Doha on Monday: Mikheil Kavelashvili of Georgia and Sergio Mattarella of Italy.",
            {("GEO", "QAT", "done"), ("ITA", "QAT", "done")},
        ),
        (
            "Tokayev and Erdogan met on Monday in Ankara. Tokayev goes from there to Doha.",
            {("KAZ", "TUR", "done"), ("KAZ", "QAT", "planned")},
        ),
        ("Tokayev flew to Doha on Monday. He is due in Lusail, Qatar, on Wednesday.", {("KAZ", "QAT", "done")}),
        ("Tokayev will start in Doha on March 20 and go on to Cairo.", {("KAZ", "QAT", "planned"), ("KAZ", "EGY", "planned")}),
        ("Discussions about a visit by Tokayev to Doha go on.", {("KAZ", "QAT", "hypothetical")}),
        ("The talks will start in Doha on March 20.", set()),
    ],
)
def test_whole_articles_tell_of_visits_piece_by_piece(reader: Reader, text: str, trips: set[tuple[str, str, str]]) -> None:
    assert {(visit.who[0].country, visit.country, visit.status) for visit in read(reader, text, "visit")} == trips


def test_a_summit_in_capitals_is_a_summit(reader: Reader) -> None:
    (session,) = read(reader, "The second Africa-South America (ASA) Summit ended on Monday in Venezuela.", "session")
    assert (session.number, session.country) == (2, "VEN")


def test_a_signing_told_by_the_way_is_of_the_day_of_its_sentence(reader: Reader) -> None:
    text = "Tokayev was in Batumi on March 4; he met Kobakhidze there, and their delegations exchanged six treaties."
    assert [(event.date_start, event.number) for event in read(reader, text, "signing")] == [("2024-03-04", 6)]


def test_a_summit_that_closed_with_a_declaration_signed_nothing(reader: Reader) -> None:
    assert read(reader, "The 19th G20 summit closed in Rio de Janeiro with a declaration.", "signing") == []


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("The Qatari emir met the honoured guest, Kassym-Jomart Tokayev, in Doha.", {("KAZ", "QAT", DAY)}),
        ("A group of Kazakh MPs has left for Doha.", {("KAZ", "QAT", DAY)}),
        ("Tokayev was the only leader at the forum in Doha on Monday.", {("KAZ", "QAT", "2024-03-11")}),
        ("Tokayev met Erdogan in Doha on Monday.", {("KAZ", "QAT", "2024-03-11"), ("TUR", "QAT", "2024-03-11")}),
        ("Tokayev's 2022 visit to Doha came three weeks before the fair.", {("KAZ", "QAT", "2022")}),
        ("Qatar awaits Tokayev in May.", {("KAZ", "QAT", "2024-05")}),
        ("There is no plan for Tokayev to go to Doha.", set()),
        ("Tokayev would be welcome in Doha, the emir said.", set()),
    ],
)
def test_guests_and_plans_in_other_words(reader: Reader, text: str, trips: set[tuple[str, str, str]]) -> None:
    visits = [visit for visit in read(reader, text, "visit") if visit.status in ("done", "planned")]
    assert {(visit.who[0].country, visit.country, visit.date_start) for visit in visits} == trips


@pytest.mark.parametrize(
    ("text", "number", "codes"),
    [
        ("Central Asia's five presidents signed a treaty in Astana.", 1, ["KAZ", "KGZ", "TJK", "TKM", "UZB"]),
        ("Astana and Tbilisi have a new deal on fish, initialled by their ministers on Monday.", 1, ["GEO", "KAZ"]),
        ("Tokayev came to Tbilisi with a plan of works for 2024-2034, which he signed together with Kobakhidze.", 1, ["GEO", "KAZ"]),
    ],
)
def test_documents_whose_signers_or_names_stand_apart(reader: Reader, text: str, number: int, codes: list[str]) -> None:
    (signing,) = read(reader, text, "signing")
    assert (signing.number, sorted(signing.countries())) == (number, codes)


@pytest.mark.parametrize(
    "text",
    [
        "Six treaties crowned the third session of the Kazakh-Georgian council, hosted by Tokayev.",
        "The third session of the council of Kazakhstan and Georgia, hosted by Tokayev.",
    ],
)
def test_a_session_that_is_crowned_or_hosted_was_held(reader: Reader, text: str) -> None:
    assert [(event.number, event.status) for event in read(reader, text, "session")] == [(3, "done")]


def test_those_who_met_beside_a_summit_are_not_its_parties(reader: Reader) -> None:
    text = "On the sidelines of the SCO summit in Astana on Monday Tokayev and Aliyev signed a treaty."
    assert all(set(event.countries()) != {"KAZ", "AZE"} for event in read(reader, text, "session"))


def test_planned_for_a_year_says_when(reader: Reader) -> None:
    (session,) = read(reader, "The third session of the Kazakh-Georgian council is planned for 2026 in Batumi.", "session")
    assert (session.date_start, session.status, session.number) == ("2026", "planned", 3)


@pytest.mark.parametrize(
    ("told", "number"), [("Half a dozen", 6), ("A dozen", 12), ("Two dozen", 24), ("Dozens of", None), ("Several", None)]
)
def test_dozens_of_documents(reader: Reader, told: str, number: int | None) -> None:
    assert [event.number for event in read(reader, f"{told} treaties were signed by Kazakhstan and Georgia.", "signing")] == [number]


def test_the_day_of_a_report_is_not_that_of_its_events(reader: Reader) -> None:
    found = reader.read("BATUMI, March 12 - The third Kazakh-Georgian summit adopted a declaration on Monday.", DAY).events
    assert {event.date_start for event in found if event.kind in ("session", "signing")} == {"2024-03-11"}


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("Astana and Tbilisi sealed an accord on fish, the embassy announced.", ["done"]),
        ("Astana and Tbilisi concluded negotiations on a treaty on fish.", []),
        ("The embassy announced that Astana and Tbilisi will sign a treaty on fish.", ["planned"]),
    ],
)
def test_what_is_announced_keeps_its_own_tense(reader: Reader, text: str, statuses: list[str]) -> None:
    assert [event.status for event in read(reader, text, "signing")] == statuses


def test_a_commission_revived_that_met(reader: Reader) -> None:
    text = "Astana and Tbilisi revived their commission on fish, which met on Monday for the third time."
    assert [(event.number, sorted(event.countries())) for event in read(reader, text, "session")] == [(3, ["GEO", "KAZ"])]


def test_an_event_is_where_it_is_held_and_not_what_it_is_about(reader: Reader) -> None:
    text = (
        "DOHA: The emir will open the congress on March 14 with the war in Sudan on the agenda. "
        "Tokayev, who has been in Cairo, will come for the congress."
    )
    assert {(visit.country, visit.status) for visit in read(reader, text, "visit")} == {("EGY", "done"), ("QAT", "planned")}


def test_an_office_is_held_by_who_came_from_abroad(reader: Reader) -> None:
    text = "Prime Minister Olzhas Bektenov met Prime Minister Petr Fiala on Monday. The Prime Minister had come to Prague from Warsaw."
    assert {(visit.who[0].country, visit.country) for visit in read(reader, text, "visit")} == {("KAZ", "CZE")}


def test_who_arrives_and_leaves_stays_between(reader: Reader) -> None:
    (visit,) = read(reader, "The fair opened in Doha on Monday. Tokayev arrived on Tuesday and leaves on Thursday.", "visit")
    assert (visit.country, visit.date_start, visit.date_end) == ("QAT", "2024-03-12", "2024-03-14")


@pytest.mark.parametrize(
    ("text", "sessions", "signings"),
    [
        ("As part of the third session of the Kazakh-Georgian council a treaty was signed.", [3], [1]),
        ("The third session of the Kazakh-Georgian council was crowned with the signing of a treaty and a protocol.", [3], [2]),
        ("The third session of the Kazakh-Georgian council was devoted to roads.", [3], []),
    ],
)
def test_sessions_and_what_crowned_them(reader: Reader, text: str, sessions: list[int], signings: list[int]) -> None:
    found = reader.read(text, DAY).events
    assert [event.number for event in found if event.kind == "session"] == sessions
    assert [event.number for event in found if event.kind == "signing"] == signings


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tokayev and Kobakhidze wrapped up their talks in Batumi on Monday, with six treaties signed.", 6),
        ("Tokayev and Kobakhidze signed the Batumi Accords on Monday.", 1),
    ],
)
def test_documents_signed_by_the_end_and_accords_by_name(reader: Reader, text: str, number: int) -> None:
    assert [(event.number, event.status) for event in read(reader, text, "signing")] == [(number, "done")]


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("Tokayev and Sheikh Tamim held a joint press conference in Doha on Monday.", {("KAZ", "QAT", "2024-03-11")}),
        ("Qatar became the first country Tokayev visited on this tour.", {("KAZ", "QAT", DAY)}),
        ("A ceremonial welcome was given to Tokayev at the palace in Doha on Monday.", {("KAZ", "QAT", "2024-03-11")}),
        ("Tokayev was given a guard of honour in Doha on Monday.", {("KAZ", "QAT", "2024-03-11")}),
        ("Over two days in Doha, on March 11 and 12, Tokayev held talks and spoke to students.", {("KAZ", "QAT", "2024-03-11")}),
        ("Doha is where Tokayev spent Monday.", {("KAZ", "QAT", "2024-03-11")}),
        ("The fair drew Tokayev and Aliyev to Doha on Monday.", {("KAZ", "QAT", "2024-03-11"), ("AZE", "QAT", "2024-03-11")}),
        ("Tokayev said at the climate talks in Doha on Monday that rivers were drying.", {("KAZ", "QAT", "2024-03-11")}),
        ("Speaking from the rostrum of the congress in Doha on Monday, Tokayev called for calm.", {("KAZ", "QAT", "2024-03-11")}),
        ("Tokayev's address to the congress in Doha was short.", {("KAZ", "QAT", DAY)}),
        ("Sheikh Tamim saw Tokayev off at the airport in Doha on Monday.", {("KAZ", "QAT", "2024-03-11")}),
        ("The trip Tokayev made to Doha in August 2022 was short.", {("KAZ", "QAT", "2022-08")}),
        ("Tokayev's address to the nation was short.", set()),
        ("Tokayev said that the climate talks in Doha had failed.", set()),
    ],
)
def test_what_was_done_or_said_abroad_tells_who_was_there(reader: Reader, text: str, trips: set[tuple[str, str, str]]) -> None:
    assert {(visit.who[0].country, visit.country, visit.date_start) for visit in read(reader, text, "visit")} == trips


def test_preparations_are_for_what_is_to_come(reader: Reader) -> None:
    text = "Preparations are under way in Doha for Tokayev's visit on Friday."
    assert [(visit.status, visit.date_start) for visit in read(reader, text, "visit")] == [("planned", "2024-03-15")]


@pytest.mark.parametrize(
    "text",
    [
        "The council, set up by Kazakhstan and Georgia in 2023, met for the third time on Monday.",
        "In Batumi Tokayev co-chaired with Kobakhidze the Kazakh-Georgian council's third meeting on Monday.",
    ],
)
def test_sessions_whose_verb_stands_far(reader: Reader, text: str) -> None:
    (session,) = read(reader, text, "session")
    assert (session.number, sorted(session.countries()), session.date_start) == (3, ["GEO", "KAZ"], "2024-03-11")


@pytest.mark.parametrize(
    "text",
    [
        "Astana and Tbilisi share six more treaties: they were signed on Monday in Batumi.",
        "When Tokayev and Kobakhidze rose on Monday in Batumi, six treaties lay signed on the table.",
    ],
)
def test_treaties_signed_by_the_way(reader: Reader, text: str) -> None:
    assert [(event.number, event.date_start) for event in read(reader, text, "signing")] == [(6, "2024-03-11")]


@pytest.mark.parametrize(
    "text",
    [
        "Aliyev received a letter from Tokayev in Baku.",
        "Tokayev hopes that Aliyev will come to Astana again.",
        "Tokayev spoke about the war in Sudan at a meeting in Almaty.",
        "Tokayev recalled his studies in Beijing in an interview.",
        "Aliyev named a special representative in Berlin.",
        "Tokayev thanked Aliyev for the invitation to Shusha.",
        "Tokayev watched the drills in Ganja by video link.",
    ],
)
def test_letters_hopes_and_memories_are_no_visits(reader: Reader, text: str) -> None:
    assert [visit for visit in read(reader, text, "visit") if visit.status in ("done", "planned")] == []


@pytest.mark.parametrize(
    ("text", "trips"),
    [
        ("Leaders began arriving in Doha on Monday for the fair. Tokayev's plane touched down on Tuesday.", {("KAZ", "QAT", "2024-03-12")}),
        ("Tokayev arrived in Doha last night.", {("KAZ", "QAT", "2024-03-12")}),
        ("Back from Doha, Tokayev said that trade would grow.", {("KAZ", "QAT", DAY)}),
        ("Tokayev, just back from Doha, met the press in Almaty.", {("KAZ", "QAT", DAY)}),
        (
            "Tokayev landed in Doha on Monday, followed by Erdogan and Aliyev.",
            {("KAZ", "QAT", "2024-03-11"), ("TUR", "QAT", "2024-03-11"), ("AZE", "QAT", "2024-03-11")},
        ),
        ("Aliyev hit back at critics in Doha.", set()),
    ],
)
def test_who_follows_and_who_is_back_was_there(reader: Reader, text: str, trips: set[tuple[str, str, str]]) -> None:
    assert {(visit.who[0].country, visit.country, visit.date_start) for visit in read(reader, text, "visit")} == trips


def test_what_had_been_announced_is_still_planned(reader: Reader) -> None:
    text = "Officials had announced that Tokayev will visit Doha in May."
    assert [visit.status for visit in read(reader, text, "visit")] == ["planned"]


def test_counterparts_who_sign_in_a_town_are_there(reader: Reader) -> None:
    text = "Kazakh Transport Minister Marat Karabayev and his Georgian and Italian counterparts signed a road map in Doha on Monday."
    assert {visit.who[0].country for visit in read(reader, text, "visit") if visit.country == "QAT"} == {"KAZ", "GEO", "ITA"}


def test_a_headline_without_a_verb_tells_of_a_visit(reader: Reader) -> None:
    assert [(visit.who[0].actor, visit.country) for visit in read(reader, "Tokayev in Doha for talks.", "visit")] == [("tokayev", "QAT")]
    assert read(reader, "Tokayev on talks in Doha.", "visit") == []


def test_a_session_yet_to_come_is_planned_for_its_own_day_and_the_journey_to_it_is_done(reader: Reader) -> None:
    for words in (
        "Xi Jinping landed in Astana on Tuesday for the SCO summit, scheduled for Thursday.",
        "Xi Jinping landed in Astana on Tuesday for the SCO summit, to be held on Thursday.",
        "Xi Jinping landed in Astana on Tuesday for the SCO summit, due to be held on Thursday.",
        "Xi Jinping landed in Astana on Tuesday for the SCO summit, which opens on Thursday.",
    ):
        events = reader.read(words, "2024-07-02").events
        told = {(event.kind, event.status, event.date_start) for event in events}
        assert told == {("visit", "done", "2024-07-02"), ("session", "planned", "2024-07-04")}, words


def test_a_visit_that_was_planned_for_a_day_and_put_off_stays_put_off(reader: Reader) -> None:
    events = reader.read("Bektenov's visit to Baku, scheduled for Monday, was postponed.", "2025-03-02").events
    assert [(event.kind, event.status) for event in events] == [("visit", "negated")]


def test_a_summit_that_did_something_was_held(reader: Reader) -> None:
    sessions = [
        event
        for words in (
            "The SCO summit in Astana accepted a new member on Thursday.",
            "Leaders of the Turkic states adopted a declaration at the close of their 12th summit in Gabala.",
        )
        for event in reader.read(words, "2025-10-10").events
        if event.kind == "session"
    ]
    assert [(event.status, event.country, event.number) for event in sessions] == [("done", "KAZ", None), ("done", "AZE", 12)]


def test_a_visit_that_will_include_a_session_plans_it(reader: Reader) -> None:
    events = reader.read(
        "Aliyev's visit to Kazakhstan will include the second meeting of the Supreme Interstate Council.", "2025-10-18"
    ).events
    assert {(event.kind, event.status, event.number) for event in events} == {("visit", "planned", None), ("session", "planned", 2)}


def test_who_attended_a_summit_of_a_group_of_countries_was_where_it_was_held(reader: Reader) -> None:
    words = "The summit of the Turkic states in Bishkek on Friday was attended by Tokayev, Aliyev and Erdogan."
    visits = [event for event in reader.read(words, "2026-03-14").events if event.kind == "visit"]
    assert {(event.who[0].country, event.country) for event in visits} == {("KAZ", "KGZ"), ("AZE", "KGZ"), ("TUR", "KGZ")}


def test_teams_are_no_visitors(reader: Reader) -> None:
    for words in ("The Georgian hockey team landed in Baku.", "Azerbaijan's national team travelled to Astana on Tuesday."):
        assert not reader.read(words, "2026-03-14").events


def test_a_leader_of_no_known_country_is_named_in_a_notice(reader: Reader) -> None:
    told = reader.read("President Foo Barzini of Wakanda arrived in Baku on Monday.", "2026-03-14").notices
    assert len(told) == 1
    assert "President Foo Barzini" in told[0]
    assert not reader.read("President Emmanuel Macron arrived in Baku on Monday.", "2026-03-14").notices


def test_of_planned_documents_those_that_were_signed_count(reader: Reader) -> None:
    words = "Georgia and Armenia signed nine of the twelve planned agreements in Tbilisi on Monday."
    assert [event.number for event in reader.read(words, "2026-03-14").events if event.kind == "signing"] == [9]


def test_an_anniversary_tells_the_year_of_what_it_marks_and_not_its_day(reader: Reader) -> None:
    marked = {
        "Friday marks five years since Macron visited Almaty.": "2021",
        "Next month marks a decade since Merkel visited Almaty.": "2016",
    }
    for words, year in marked.items():
        visits = [event for event in reader.read(words, "2026-03-14").events if event.kind == "visit"]
        assert [(event.status, event.date_start) for event in visits] == [("done", year)], words
