"""Maps: what is asked for is drawn where it lies, labels keep off each other, and nothing leaves the picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daliz.draw import Layer, map_svg

SVG = "{http://www.w3.org/2000/svg}"
POINTS = st.lists(st.tuples(st.floats(-20, 140), st.floats(-35, 70), st.sampled_from(["A", "Long name", "Ü & <b>", ""])), max_size=12)


def parts(svg: str, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f"{SVG}{tag}")


@settings(max_examples=25, deadline=None)
@given(POINTS, POINTS)
def test_any_map_is_well_formed_with_every_point_inside(first, second) -> None:
    svg = map_svg([Layer(lines=[[(lon, lat) for lon, lat, _ in first]], points=first, label="first"), Layer(points=second)], names=False)
    root = ElementTree.fromstring(svg)
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    circles = parts(svg, "circle")
    assert len(circles) == len(first) + len(second)
    for circle in circles:
        assert -1 <= float(circle.attrib["cx"]) <= width + 1
        assert -1 <= float(circle.attrib["cy"]) <= height + 1


def test_north_is_up_and_east_is_right() -> None:
    svg = map_svg([Layer(points=[(40, 40, "south-west"), (60, 50, "north-east")])], names=False)
    (x0, y0), (x1, y1) = ((float(c.attrib["cx"]), float(c.attrib["cy"])) for c in parts(svg, "circle"))
    assert x0 < x1
    assert y0 > y1


def test_labels_of_a_crowd_do_not_lie_on_each_other() -> None:
    crowd = [(50 + i * 0.05, 40 + i * 0.03, f"Place {i}") for i in range(12)]
    svg = map_svg([Layer(points=[(30, 30, ""), (70, 50, ""), *crowd])], names=False)
    boxes = []
    for text in parts(svg, "text"):
        size, wide = float(text.attrib["font-size"]), len(text.text or "") * float(text.attrib["font-size"]) * 0.56
        x = float(text.attrib["x"]) - {"start": 0, "middle": wide / 2, "end": wide}[text.attrib["text-anchor"]]
        boxes.append((x, float(text.attrib["y"]) - size * 0.85, x + wide, float(text.attrib["y"])))
    assert boxes
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 3 or b[3] <= a[1] + 3


@pytest.mark.parametrize("layers", [[], [Layer()], [Layer(points=[(51.2, 43.6, "Aktau")])]])
def test_little_to_show_still_makes_a_map(layers: list[Layer]) -> None:
    assert map_svg(layers).startswith("<svg")


def test_a_map_refers_to_nothing_outside_itself() -> None:
    svg = map_svg([Layer(points=[(51.2, 43.6, "Aktau"), (49.4, 39.9, "Alat")], label="Ports")])
    assert re.findall(r'(?:href|src)="', svg) == []
    assert set(re.findall(r"https?://[^\"' ]+", svg)) == {"http://www.w3.org/2000/svg"}
