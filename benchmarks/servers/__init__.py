"""The servers the benchmarks start, one file each."""

from __future__ import annotations
