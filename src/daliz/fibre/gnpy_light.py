"""The same line through GNPy 3.x (Telecom Infra Project), for the chosen design and for checks; needs the extra `fibre`.

GNPy keeps its simulation switches in one global place and its designer inserts amplifiers into long spans, so each run sets the switches
anew, hands over copies, and forbids insertion.

Source: Ferrari et al., JOCN 12, C31 (2020).
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from daliz.corridor.errors import MissingExtraError
from daliz.fibre.light import C_BAND, SHANNON_GAP_DB, Band, Glass, Light, Span, db, linear

GNPY_INDEX = 1.468


def _require() -> None:
    try:
        import gnpy  # noqa: F401
    except ImportError:
        raise MissingExtraError("fibre", "gnpy") from None
    logging.getLogger("gnpy").setLevel(logging.ERROR)


def _equipment(spans: Sequence[Span], launch_dbm: float, band: Band) -> dict[str, Any]:
    """GNPy's equipment library with the amplifiers, fibres and channels of the line."""
    frequencies = band.frequencies_hz()
    # GNPy counts channels from middle to middle; a hertz-wide rounding must not lose the last one.
    low, high = float(frequencies[0]), float(frequencies[-1]) + 1e6
    edge = {"f_min": low - 0.2e12, "f_max": high + 0.2e12}
    amplifiers = [
        {
            "type_variety": f"nf{nf:g}",
            "type_def": "fixed_gain",
            "gain_flatmax": 90,
            "gain_min": 0,
            "p_max": 40,
            "nf0": nf,
            "allowed_for_design": False,
            **edge,
        }
        for nf in sorted({span.noise_figure_db for span in spans})
    ]
    designable = {
        "type_variety": "std",
        "type_def": "variable_gain",
        "gain_flatmax": 26,
        "gain_min": 15,
        "p_max": 23,
        "nf_min": 6,
        "nf_max": 10,
        "out_voa_auto": False,
        "allowed_for_design": True,
        **edge,
    }
    return {
        "Edfa": [*amplifiers, designable],
        "Fiber": [_fibre(glass) for glass in sorted({span.glass for span in spans}, key=lambda one: one.name)],
        "RamanFiber": [],
        "Span": [
            {
                "power_mode": False,
                "delta_power_range_db": [0, 0, 0.5],
                "max_fiber_lineic_loss_for_raman": 0.25,
                "target_extended_gain": 2.5,
                "max_length": 1000,
                "length_units": "km",
                "max_loss": 200,
                "padding": 0,
                "EOL": 0,
                "con_in": 0,
                "con_out": 0,
            }
        ],
        "Roadm": [
            {
                "target_pch_out_db": -20,
                "add_drop_osnr": 38,
                "pmd": 0,
                "pdl": 0,
                "restrictions": {"preamp_variety_list": [], "booster_variety_list": []},
            }
        ],
        "SI": [
            {
                "f_min": low,
                "f_max": high,
                "baud_rate": band.baud_ghz * 1e9,
                "spacing": band.spacing_ghz * 1e9,
                "power_dbm": launch_dbm,
                "tx_power_dbm": launch_dbm,
                "power_range_db": [0, 0, 0.5],
                "roll_off": 0.1,
                "tx_osnr": band.transceiver_db,
                "sys_margins": 0,
            }
        ],
        "Transceiver": [],
    }


def _fibre(glass: Glass) -> dict[str, Any]:
    return {
        "type_variety": glass.name,
        "dispersion": glass.dispersion_ps_nm_km * 1e-6,
        "effective_area": glass.area_um2 * 1e-12,
        "pmd_coef": 1.265e-15,
    }


def _topology(spans: Sequence[Span]) -> dict[str, Any]:
    """Transmitter, fibre and amplifier for each span, receiver, in a row."""

    def spot(number: int) -> dict[str, Any]:
        return {"location": {"latitude": 0, "longitude": number, "city": f"n{number}", "region": ""}}

    elements: list[dict[str, Any]] = [{"uid": "A", "type": "Transceiver", "metadata": spot(0)}]
    for number, span in enumerate(spans):
        fibre = {
            "length": span.length_km,
            "loss_coef": span.glass.loss_db_km,
            "length_units": "km",
            "att_in": 0,
            "con_in": span.connector_db,
            "con_out": span.connector_db,
        }
        operation = {"gain_target": span.loss_db, "tilt_target": 0, "out_voa": 0, "delta_p": None}
        elements += [
            {"uid": f"F{number}", "type": "Fiber", "type_variety": span.glass.name, "metadata": spot(number), "params": fibre},
            {
                "uid": f"E{number}",
                "type": "Edfa",
                "type_variety": f"nf{span.noise_figure_db:g}",
                "metadata": spot(number),
                "operational": operation,
            },
        ]
    elements.append({"uid": "B", "type": "Transceiver", "metadata": spot(len(spans))})
    names = [element["uid"] for element in elements]
    joints = [{"from_node": a, "to_node": b} for a, b in itertools.pairwise(names)]
    return {"elements": elements, "connections": joints}


def propagate(spans: Sequence[Span], launch_dbm: float, band: Band = C_BAND, gap_db: float = SHANNON_GAP_DB) -> Light:
    """The line through GNPy, as `daliz.fibre.light.propagate` returns it.

    Raises: MissingExtraError without the extra `fibre`.
    """
    _require()
    from gnpy.core.parameters import SimParams
    from gnpy.tools.json_io import load_eqpt_topo_from_json
    from gnpy.tools.worker_utils import designed_network
    from gnpy.topology.request import compute_constrained_path
    from gnpy.topology.request import propagate as walk

    SimParams.set_params({})
    equipment, network = load_eqpt_topo_from_json(_equipment(spans, launch_dbm, band), _topology(spans))
    network, request, _ = designed_network(equipment, network, source="A", destination="B", no_insert_edfas=True)
    path = compute_constrained_path(network, request)
    walk(path, request, equipment)
    return _light(path[-1], launch_dbm, band, gap_db)


def _light(receiver: Any, launch_dbm: float, band: Band, gap_db: float) -> Light:
    gsnr = linear(receiver.snr)
    capacity = 2.0 * band.baud_ghz * 1e9 * np.log2(1.0 + gsnr / float(linear(gap_db))).sum() / 1e12
    return Light(
        launch_dbm=launch_dbm,
        osnr_db=float(np.mean(receiver.osnr_ase_01nm)),
        gsnr_01nm_db=float(np.mean(receiver.snr_01nm)),
        gsnr_db=float(np.mean(receiver.snr)),
        line_gsnr_db=float(np.mean(receiver.raw_snr)),
        capacity_tbps=float(capacity),
    )


def own_example() -> Light:
    """GNPy's own example network, by GNPy, from Python: the case that its documentation prints.

    Raises: MissingExtraError without the extra `fibre`.
    """
    _require()
    from gnpy.core.parameters import SimParams
    from gnpy.tools import cli_examples
    from gnpy.tools.json_io import load_equipments_and_configs, load_network
    from gnpy.tools.worker_utils import designed_network, transmission_simulation

    SimParams.set_params({})
    equipment = load_equipments_and_configs(None, [], [])
    folder = Path(cli_examples.__file__).parents[1] / "example-data"
    network = load_network(folder / "edfa_example_network.json", equipment)
    network, request, reference = designed_network(equipment, network, source="Site_A", destination="Site_B")
    path, _, _, _ = transmission_simulation(equipment, network, request, reference)
    receiver = path[-1]
    baud = float(np.mean(receiver.baud_rate)) if hasattr(receiver, "baud_rate") else 32e9
    band = Band(channels=len(receiver.snr), baud_ghz=baud / 1e9)
    return _light(receiver, float(db(1.0)), band, SHANNON_GAP_DB)
