"""Light in a fibre: spans, amplifiers, noise, and the capacity that is left, by the closed-form Gaussian-noise model.

A line is a chain of spans, each a piece of fibre and the amplifier that makes its loss good. Every channel collects amplified spontaneous
emission (ASE) and nonlinear interference (NLI); GSNR is the signal over both. Where GNPy is installed, `daliz.fibre.gnpy_light` puts the
same line through it.

Source: Poggiolini et al., arXiv:1209.0394, eq. 120 to 123 (incoherent Gaussian-noise model); Shannon (1948) for the capacity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from daliz.fibre.errors import FibreError

Floats = npt.NDArray[np.float64]

PLANCK = 6.62607015e-34
LIGHT_M_S = 299_792_458.0
REFERENCE_HZ = 12.5e9
SPM_WEIGHT, XPM_WEIGHT = 16 / 27, 32 / 27
KERR_M2_W = 2.6e-20


@dataclass(frozen=True)
class Glass:
    """A kind of fibre: loss, dispersion at 1550 nm, effective area, group index."""

    name: str
    loss_db_km: float
    dispersion_ps_nm_km: float
    area_um2: float
    group_index: float = 1.468


@dataclass(frozen=True)
class Band:
    """Channels of one kind side by side."""

    channels: int = 48
    spacing_ghz: float = 100.0
    baud_ghz: float = 90.0
    first_thz: float = 191.375
    # Noise of the transmitter and receiver, as an OSNR in 0.1 nm.
    transceiver_db: float = 40.0

    def frequencies_hz(self) -> Floats:
        """Middle of each channel."""
        return np.asarray(self.first_thz * 1e12 + np.arange(self.channels) * self.spacing_ghz * 1e9, dtype=np.float64)


@dataclass(frozen=True)
class Raman:
    """Pump light sent against the signal from the far end, not depleted by it.

    Attributes: pump_w (all pumps together), efficiency_w_km (gain per W and km, mean over the band), loss_db_km (of the fibre at the
    pumps), temperature_k (of the seabed).
    """

    pump_w: float = 1.25
    efficiency_w_km: float = 0.20
    loss_db_km: float = 0.19
    temperature_k: float = 283.0


@dataclass(frozen=True)
class Span:
    """A piece of fibre and the amplifier after it; gain_db None: it gives back what was lost."""

    length_km: float
    glass: Glass
    noise_figure_db: float
    connector_db: float = 0.25
    gain_db: float | None = None
    raman: Raman | None = None

    @property
    def loss_db(self) -> float:
        """Loss from amplifier to amplifier, without Raman gain."""
        return self.length_km * self.glass.loss_db_km + 2 * self.connector_db


@dataclass(frozen=True)
class Light:
    """What arrives.

    Attributes: launch_dbm (a channel), osnr_db (ASE and transceiver only, in 0.1 nm), gsnr_01nm_db, gsnr_db (in the signal's bandwidth),
    line_gsnr_db (without the transceivers; the inverse of sections adds up), capacity_tbps (of one fibre pair, each way, after the gap).
    All are means over the channels; capacity is their sum.
    """

    launch_dbm: float
    osnr_db: float
    gsnr_01nm_db: float
    gsnr_db: float
    line_gsnr_db: float
    capacity_tbps: float


STANDARD = Glass("standard single-mode (G.652)", 0.21, 16.7, 83.0)
PURE_SILICA = Glass("pure silica core (G.654)", 0.155, 21.0, 125.0)
C_BAND = Band()
SHANNON_GAP_DB = 3.0


def db(value: npt.ArrayLike) -> Floats:
    """Decibels of a ratio."""
    return np.asarray(10.0 * np.log10(np.asarray(value, dtype=np.float64)))


def linear(value_db: npt.ArrayLike) -> Floats:
    """Ratio of decibels."""
    return np.asarray(10.0 ** (np.asarray(value_db, dtype=np.float64) / 10.0))


def even_spans(length_km: float, count: int, glass: Glass, noise_figure_db: float) -> tuple[Span, ...]:
    """A line cut into equal spans. Raises: FibreError when the length or the count is not positive."""
    if not (length_km > 0 and math.isfinite(length_km)):
        raise FibreError(f"a line of {length_km:g} km; expected more than 0")
    if count < 1:
        raise FibreError(f"{count} spans; expected at least 1")
    return (Span(length_km / count, glass, noise_figure_db),) * count


@lru_cache(maxsize=256)
def _nli_efficiency(length_km: float, glass: Glass, band: Band) -> Floats:
    """NLI power of each channel for unit power in every channel, in 1/W^2, at the span's input."""
    frequency = band.frequencies_hz()
    baud = band.baud_ghz * 1e9
    alpha = glass.loss_db_km / 1e3 / (10.0 * math.log10(math.e))
    length = length_km * 1e3
    effective = (1.0 - math.exp(-alpha * length)) / alpha
    wavelength = 1550e-9
    # Dispersion in s/m/m is held at each channel's own wavelength; the interference between two channels sees the mean of both.
    beta = glass.dispersion_ps_nm_km * 1e-6 * (LIGHT_M_S / frequency) ** 2 / (2.0 * math.pi * LIGHT_M_S)
    beta2 = (beta[:, None] + beta[None, :]) / 2.0
    offset = np.abs(frequency[:, None] - frequency[None, :])
    reach = math.pi**2 * beta2 * baud / alpha
    psi = (np.arcsinh(reach * (offset + baud / 2)) - np.arcsinh(reach * (offset - baud / 2))) / 2.0
    psi *= effective**2 * alpha / (2.0 * math.pi * beta2)
    weight = np.where(np.eye(band.channels) > 0, SPM_WEIGHT, XPM_WEIGHT)
    gamma = 2.0 * math.pi * KERR_M2_W / (wavelength * glass.area_um2 * 1e-12)
    return np.asarray((gamma**2 * weight * psi / baud**2).sum(axis=1))


def propagate(spans: Sequence[Span], launch_dbm: float, band: Band = C_BAND, gap_db: float = SHANNON_GAP_DB) -> Light:
    """Light through a chain of spans; where every amplifier gives back the loss, the same power goes into each.

    Raises: FibreError when a span has no length, no loss or no area.
    """
    if not spans:
        raise FibreError("a line without spans; expected at least 1")
    for span in {*spans}:
        if not (span.length_km > 0 and span.glass.loss_db_km > 0 and span.glass.area_um2 > 0 and span.glass.dispersion_ps_nm_km > 0):
            raise FibreError(f"span of {span.length_km:g} km of {span.glass.name}: length, loss, area and dispersion must be more than 0")
    frequency = band.frequencies_hz()
    baud = band.baud_ghz * 1e9
    launch = 1e-3 * float(linear(launch_dbm))
    signal = np.full(band.channels, launch)
    ase = np.zeros(band.channels)
    nli = np.zeros(band.channels)
    for span in spans:
        # All that travels interferes, the noise already collected too; what becomes interference is taken from the rest.
        whole = signal + ase + nli
        lost = _nli_efficiency(span.length_km, span.glass, band) * (whole * float(linear(-span.connector_db))) ** 2
        lost = np.minimum(lost, 1.0)
        signal, ase, nli = signal * (1.0 - lost), ase * (1.0 - lost), nli * (1.0 - lost) + lost * whole
        raman_db, raman_ase = _raman(span, frequency, baud)
        gain_db = span.loss_db - raman_db if span.gain_db is None else span.gain_db
        through, gain = float(linear(raman_db - span.loss_db)), float(linear(gain_db))
        signal, nli = signal * through * gain, nli * through * gain
        ase = (ase * through + raman_ase + PLANCK * frequency * baud * float(linear(span.noise_figure_db))) * gain
    return _received(signal, ase, nli, band, gap_db, launch_dbm)


def _raman(span: Span, frequency: Floats, baud: float) -> tuple[float, Floats]:
    """On-off gain in dB of the pump light, and the noise in W that it adds in each channel at the end of the fibre.

    Both polarisations; Bromage (2004), Raman amplification for fiber communications systems, JLT 22, eq. 6 to 12.
    """
    if span.raman is None:
        return 0.0, np.zeros(len(frequency))
    pump, per_db = span.raman, 10.0 * math.log10(math.e)
    from_end = np.linspace(0.0, span.length_km, 2001)
    local = pump.efficiency_w_km * pump.pump_w * np.exp(-pump.loss_db_km / per_db * from_end)
    step = np.diff(from_end)
    gained = np.concatenate([[0.0], np.cumsum((local[:-1] + local[1:]) / 2 * step)])
    # Light emitted at a point is amplified, and attenuated, on the rest of its way.
    out = np.exp(gained - span.glass.loss_db_km / per_db * from_end)
    emitted = float((((local * out)[:-1] + (local * out)[1:]) / 2 * step).sum())
    shift_hz = 13.2e12
    population = 1.0 / (1.0 - math.exp(-PLANCK * shift_hz / (1.380649e-23 * pump.temperature_k)))
    return per_db * float(gained[-1]), 2.0 * population * PLANCK * frequency * baud * emitted * float(linear(-span.connector_db))


def _received(signal: Floats, ase: Floats, nli: Floats, band: Band, gap_db: float, launch_dbm: float) -> Light:
    baud = band.baud_ghz * 1e9
    transceiver = 1.0 / float(linear(band.transceiver_db) * REFERENCE_HZ / baud)
    to_01nm = float(db(baud / REFERENCE_HZ))
    osnr = 1.0 / (ase / signal + transceiver)
    line = 1.0 / ((ase + nli) / np.maximum(signal, 1e-30))
    gsnr = 1.0 / (1.0 / line + transceiver)
    capacity = 2.0 * baud * np.log2(1.0 + gsnr / float(linear(gap_db))).sum() / 1e12
    return Light(
        launch_dbm=launch_dbm,
        osnr_db=float(db(osnr).mean()) + to_01nm,
        gsnr_01nm_db=float(db(gsnr).mean()) + to_01nm,
        gsnr_db=float(db(gsnr).mean()),
        line_gsnr_db=float(db(line).mean()),
        capacity_tbps=float(capacity),
    )


def best_launch(
    spans: Sequence[Span],
    band: Band = C_BAND,
    gap_db: float = SHANNON_GAP_DB,
    low_dbm: float = -6.0,
    high_dbm: float = 20.0,
    most_dbm: float = 30.0,
) -> Light:
    """Light at the launch power with the most GSNR, found to 0.05 dB, with no more than `most_dbm` from one amplifier over all channels."""
    high_dbm = min(high_dbm, most_dbm - float(db(band.channels)))
    coarse = max((propagate(spans, float(p), band, gap_db) for p in np.arange(low_dbm, high_dbm + 1e-9, 1.0)), key=lambda one: one.gsnr_db)
    fine = np.clip(coarse.launch_dbm + np.arange(-0.95, 1.0, 0.05), low_dbm, high_dbm)
    return max((propagate(spans, float(p), band, gap_db) for p in fine), key=lambda one: one.gsnr_db)


@lru_cache(maxsize=1024)
def section(length_km: float, span_km: float = 80.0, glass: Glass = STANDARD, noise_figure_db: float = 5.5, band: Band = C_BAND) -> Light:
    """A terrestrial section of spans of about `span_km`, at its best launch power; kept by its length.

    Raises: FibreError when a length is not positive.
    """
    if not span_km > 0:
        raise FibreError(f"spans of {span_km:g} km; expected more than 0")
    count = max(1, round(length_km / span_km))
    spans = even_spans(length_km, count, glass, noise_figure_db)
    # With incoherent accumulation the best power does not depend on the number of spans.
    power = best_launch(spans[:1], replace(band, transceiver_db=100.0)).launch_dbm
    return propagate(spans, power, band)


def joined(sections: Sequence[Light], band: Band = C_BAND, gap_db: float = SHANNON_GAP_DB) -> Light:
    """Sections one after the other without regeneration: their inverse GSNR adds up.

    Raises: FibreError when there is none.
    """
    if not sections:
        raise FibreError("no sections to join; expected at least 1")
    baud = band.baud_ghz * 1e9
    transceiver = 1.0 / float(linear(band.transceiver_db) * REFERENCE_HZ / baud)
    to_01nm = float(db(baud / REFERENCE_HZ))
    line = 1.0 / sum(1.0 / float(linear(one.line_gsnr_db)) for one in sections)
    noise = sum(1.0 / float(linear(one.osnr_db - to_01nm)) - transceiver for one in sections) + transceiver
    gsnr = 1.0 / (1.0 / line + transceiver)
    capacity = 2.0 * baud * band.channels * math.log2(1.0 + gsnr / float(linear(gap_db))) / 1e12
    gsnr_db = float(db(gsnr))
    return Light(sections[0].launch_dbm, float(db(1.0 / noise)) + to_01nm, gsnr_db + to_01nm, gsnr_db, float(db(line)), capacity)
