"""Identifiers: opaque strings that must not be mixed up."""

from __future__ import annotations

from typing import NewType

PodId = NewType("PodId", str)
RunId = NewType("RunId", str)
DiskId = NewType("DiskId", str)
TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)
WalletId = NewType("WalletId", str)
BillingId = NewType("BillingId", str)
ModelId = NewType("ModelId", str)
