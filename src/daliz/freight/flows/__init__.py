"""Flows: who takes which corridor, and user equilibrium on any network."""

from daliz.freight.flows.calibrate import Calibration, calibrate
from daliz.freight.flows.corridor import CorridorFlows, FlowModel, flow_model
from daliz.freight.flows.equilibrium import Equilibrium, equilibrium
from daliz.freight.flows.stochastic import stochastic_equilibrium

__all__ = ["Calibration", "CorridorFlows", "Equilibrium", "FlowModel", "calibrate", "equilibrium", "flow_model", "stochastic_equilibrium"]
