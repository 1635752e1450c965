"""Many simulated clients at once: a lesson's experiment, a load test in one line."""

from __future__ import annotations

from jacnb.swarms.crowd import Swarm
from jacnb.swarms.members import Member
from jacnb.swarms.opening import swarm
from jacnb.swarms.plot import Plot
from jacnb.swarms.result import SwarmResult

__all__ = ["Member", "Plot", "Swarm", "SwarmResult", "swarm"]
