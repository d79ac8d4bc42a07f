"""Seabed lines over real depths, and what is said when they cannot be drawn."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from daliz.corridor import Corridor, MissingExtraError
from daliz.fibre import bathymetry
from daliz.fibre.bathymetry import Bathymetry, embedded, read_grid, water_level_m
from daliz.fibre.errors import FibreError
from daliz.fibre.pictures import geojson, kml, profile_chart, route_map
from daliz.fibre.route import Route, route
from daliz.fibre.seabed import Exposure, rates

AKTAU, SUMGAIT = (51.15, 43.65), (49.68, 40.60)


@pytest.fixture(scope="module")
def caspian(embedded: Corridor) -> Route:
    return route(embedded, "Aktau", "Sumgait")


def bowl(name: str = "bowl", deepest: float = -500.0) -> Bathymetry:
    """A round sea with a shore, 2 by 2 degrees, cells of 0.02 degree."""
    lat, lon = np.linspace(40, 42, 101), np.linspace(10, 12, 101)
    away = np.hypot(lat[:, None] - 41, (lon[None, :] - 11) * 0.75)
    return Bathymetry(lat, lon, np.where(away < 0.7, deepest * (1 - (away / 0.7) ** 2), 50.0), name=name)


def test_the_line_has_the_published_length_and_depth(caspian: Route) -> None:
    assert 355 <= caspian.length_km <= 385
    assert 740 <= caspian.max_depth_m <= 790
    assert caspian.geodesic_km <= caspian.length_km <= caspian.cable_km
    assert caspian.gap < 0.01


def test_the_answer_is_the_better_engine_and_its_front_trades_money_for_hours(caspian: Route) -> None:
    best = min(one.cost for one in caspian.engines)
    assert {one.engine for one in caspian.engines} == {"fast marching", "graph search"}
    assert caspian.gap == pytest.approx(max(one.cost for one in caspian.engines) / best - 1)
    usd, hours = ([getattr(one, key) for one in caspian.front] for key in ("usd", "outage_h_year"))
    assert usd == sorted(usd)
    assert hours == sorted(hours, reverse=True)
    assert len(caspian.front) >= 3


def test_outage_is_faults_times_repair_time(embedded: Corridor, caspian: Route) -> None:
    assert caspian.outage_h_year == pytest.approx(caspian.faults_year * 24 * 20)
    cable = rates()
    world = sum(row["world_share"] * row["faults_1000km_year"] for row in cable)
    assert sum(row["world_share"] for row in cable) == pytest.approx(1.0)
    assert 0.09 <= world <= 0.12  # International Cable Protection Committee 2025


def test_the_deep_basin_is_deep_in_the_embedded_grid() -> None:
    # ETOPO5 is flat at -30 m here; ETOPO1 is not.
    grid = embedded()
    row, col = np.abs(grid.lat - 41.9).argmin(), np.abs(grid.lon - 49.8).argmin()
    assert grid.elevation_m[row, col] < -700


def test_the_water_level_is_dated_and_falls() -> None:
    assert water_level_m("caspian", date(2025, 1, 1)) == pytest.approx(-29.21)
    assert water_level_m("caspian", date(2030, 1, 1)) == pytest.approx(-30.2)
    levels = [water_level_m("caspian", date(year, 6, 1)) for year in range(2015, 2060, 5)]
    assert levels == sorted(levels, reverse=True)
    assert water_level_m(None, date(2025, 1, 1)) == 0.0
    with pytest.raises(FibreError, match="no level is known for the sea 'aral'"):
        water_level_m("aral", date(2025, 1, 1))


def test_a_lower_sea_moves_the_shore(embedded: Corridor, caspian: Route) -> None:
    later = route(embedded, "Aktau", "Sumgait", level_m=-34.0, with_front=False)
    assert later.max_depth_m == pytest.approx(caspian.max_depth_m - (34.0 + caspian.level_m), abs=5.0)


def test_positions_files_and_pictures_hold_the_line(caspian: Route) -> None:
    assert caspian.positions.columns[:7] == ["seq", "km", "lon", "lat", "depth_m", "slope_deg", "slack_pct"]
    assert caspian.positions["km"].is_sorted()
    assert caspian.positions["depth_m"].min() > 0
    features = json.loads(geojson(caspian))["features"]
    assert len(features[0]["geometry"]["coordinates"]) == caspian.positions.height
    tree = ElementTree.fromstring(kml(caspian))
    assert len(tree.findall(".//{*}Placemark")) == caspian.positions.height + 1
    assert profile_chart(caspian).startswith("<svg")
    assert "best line" in route_map(caspian)


def test_a_hazard_across_the_way_is_avoided_or_paid_for() -> None:
    ends = (10.3, 41.0), (11.7, 41.0)
    wall = Exposure("seismic", (((11.0, 41.05), (11.0, 39.9)),))
    free = route(bowl(), *ends, usd_per_outage_h=1e7, with_front=False)
    struck = route(bowl(), *ends, exposures=[wall], usd_per_outage_h=1e7, with_front=False)
    costs = [min(one.cost for one in found.engines) for found in (free, struck)]
    assert costs[1] > costs[0]
    ports = Exposure("port", (((10.3, 41.0),), ((11.7, 41.0),)))
    assert route(bowl(), *ends, exposures=[ports], with_front=False).faults_year > route(bowl(), *ends, with_front=False).faults_year


@pytest.mark.parametrize("ending", [".nc", ".nc3", ".tif", ".csv"])
def test_user_grids_of_every_kind_give_the_same_line(ending: str, tmp_path: Path) -> None:
    path = write(bowl(), tmp_path / f"grid{ending}")
    same = route(read_grid(path), (10.3, 41.0), (11.7, 41.0), with_front=False)
    assert same.length_km == pytest.approx(route(bowl(), (10.3, 41.0), (11.7, 41.0), with_front=False).length_km, rel=1e-6)


def write(grid: Bathymetry, path: Path, units: str = "m", positive: str = "up", crs: str = "EPSG:4326") -> Path:
    if path.suffix == ".nc3":
        from scipy.io import netcdf_file

        path = path.with_suffix(".nc")
        with netcdf_file(path, "w") as old:
            for name, axis in (("lat", grid.lat), ("lon", grid.lon)):
                old.createDimension(name, len(axis))
                old.createVariable(name, "d", (name,))[:] = axis
            height = old.createVariable("elevation", "d", ("lat", "lon"))
            height[:] = grid.elevation_m
            height.units = units
        return path
    if path.suffix == ".nc":
        pytest.importorskip("h5py")
        h5netcdf = pytest.importorskip("h5netcdf")
        with h5netcdf.File(path, "w") as file:
            file.dimensions = {"lat": len(grid.lat), "lon": len(grid.lon)}
            file.create_variable("lat", ("lat",), data=grid.lat)
            file.create_variable("lon", ("lon",), data=grid.lon)
            height = file.create_variable("elevation", ("lat", "lon"), data=grid.elevation_m)
            height.attrs["units"], height.attrs["positive"] = units, positive
    elif path.suffix == ".tif":
        rasterio = pytest.importorskip("rasterio")
        from rasterio.transform import from_origin

        step = grid.lat[1] - grid.lat[0]
        place = from_origin(grid.lon[0] - step / 2, grid.lat[-1] + step / 2, step, step)
        shape = {"height": len(grid.lat), "width": len(grid.lon), "count": 1, "dtype": "float64"}
        with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=place, **shape) as file:
            file.write(grid.elevation_m[::-1], 1)
    else:
        rows = [f"{a},{o},{grid.elevation_m[i, j]}" for i, a in enumerate(grid.lat) for j, o in enumerate(grid.lon)]
        path.write_text("\n".join(["lat,lon,elevation_m", *rows]) + "\n", encoding="utf-8")
    return path


def said(call: object) -> str:
    with pytest.raises(FibreError) as caught:
        call()  # type: ignore[operator]
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_ends_that_cannot_be_are_answered(embedded: Corridor) -> None:
    assert "lies on land" in said(lambda: route(embedded, "45.0,53.9", "Sumgait"))
    assert "outside the grid" in said(lambda: route(embedded, "Almaty", "Sumgait"))
    assert "is both ends" in said(lambda: route(embedded, "Sumgait", "Sumgait"))
    assert "expected latitude" in said(lambda: route(embedded, "151,43", "Sumgait"))
    assert "no corridor names places" in said(lambda: route(bowl(), "Aktau", "Sumgait"))


def test_two_seas_are_not_joined() -> None:
    grid = bowl()
    high = grid.elevation_m.copy()
    high[:, 48:53] = 100.0
    split = Bathymetry(grid.lat, grid.lon, high, name="split")
    assert "no water joins" in said(lambda: route(split, (10.3, 41.0), (11.7, 41.0)))


def test_grids_that_cannot_be_used_are_answered(tmp_path: Path) -> None:
    grid = bowl()
    holed = grid.elevation_m.copy()
    holed[50, 50] = np.nan
    assert "1 of" in said(lambda: route(Bathymetry(grid.lat, grid.lon, holed, name="holed"), (10.3, 41.0), (11.7, 41.0)))
    down = Bathymetry(grid.lat, grid.lon, -grid.elevation_m + 60, name="down")
    assert "multiply it by -1" in said(lambda: route(down, (10.3, 41.0), (11.7, 41.0)))
    assert "expected metres" in said(lambda: read_grid(write(grid, tmp_path / "feet.nc", units="feet")))
    assert "counts depth downwards" in said(lambda: read_grid(write(grid, tmp_path / "down.nc", positive="down")))
    assert "is projected" in said(lambda: read_grid(write(grid, tmp_path / "utm.tif", crs="EPSG:32639")))
    assert "would take" in said(lambda: read_grid(write(grid, tmp_path / "big.nc"), limit_gb=1e-5))
    assert "would take" in said(lambda: route(grid, (10.3, 41.0), (11.7, 41.0), cell_km=0.011))
    assert "no such file" in said(lambda: read_grid(tmp_path / "none.nc"))
    (tmp_path / "text.nc").write_text("not a grid", encoding="utf-8")
    assert "is no NetCDF file" in said(lambda: read_grid(tmp_path / "text.nc"))
    (tmp_path / "short.csv").write_text("lat,lon,elevation_m\n1,2,x\n", encoding="utf-8")
    assert "short.csv:2" in said(lambda: read_grid(tmp_path / "short.csv"))
    (tmp_path / "odd.csv").write_text("lat,lon,depth\n1,2,3\n", encoding="utf-8")
    assert "no column 'elevation_m'" in said(lambda: read_grid(tmp_path / "odd.csv"))
    (tmp_path / "grid.xyz").write_text("", encoding="utf-8")
    assert "expected a grid ending in" in said(lambda: read_grid(tmp_path / "grid.xyz"))


def test_times_and_prices_must_be_positive(embedded: Corridor) -> None:
    assert "repair time of 0 days" in said(lambda: route(embedded, "Aktau", "Sumgait", repair_days=0))
    assert "repair time of -3 days" in said(lambda: route(embedded, "Aktau", "Sumgait", repair_days=-3))
    assert "expected 0 or more" in said(lambda: route(embedded, "Aktau", "Sumgait", usd_per_outage_h=-1))


def test_a_missing_reader_names_its_install_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(bowl(), tmp_path / "grid.nc")
    monkeypatch.setitem(sys.modules, "h5netcdf", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'daliz\[fibre\]'"):
        bathymetry.read_grid(path)
