"""Jac's object-spatial model in Python: nodes, edges, and walkers that visit them.

The names are Jac's own, as its library mode spells them.
"""

from __future__ import annotations

from jacnb.graph.abilities import on_entry, on_exit, set_trigger
from jacnb.graph.access import (
    AccessLevel,
    ConnectPerm,
    NoPerm,
    ReadPerm,
    WritePerm,
    allow_root,
    disallow_root,
    grant,
    perm_grant,
    perm_revoke,
    revoke,
)
from jacnb.graph.archetypes import (
    Edge,
    GenericEdge,
    Node,
    Obj,
    Root,
    Walker,
    field,
    field_specs,
    is_async_walker,
)
from jacnb.graph.context import current_session, set_ambient
from jacnb.graph.jacwords import get_context, impl_patch_filename, safe_subscript, sem
from jacnb.graph.notebook import NotebookSession
from jacnb.graph.operations import (
    allroots,
    assign_all,
    build_edge,
    commit,
    connect,
    destroy,
    disconnect,
    jid,
    jobj,
    reset_graph,
    root,
    save,
)
from jacnb.graph.paths import EdgeDir, OPath, arefs, filter_on, refs
from jacnb.graph.printing import printgraph
from jacnb.graph.session import Session
from jacnb.graph.turns import Turns
from jacnb.graph.walk import disengage, log_report, report, spawn, visit

__all__ = [
    "AccessLevel",
    "ConnectPerm",
    "Edge",
    "EdgeDir",
    "GenericEdge",
    "NoPerm",
    "Node",
    "NotebookSession",
    "OPath",
    "Obj",
    "ReadPerm",
    "Root",
    "Session",
    "Turns",
    "Walker",
    "WritePerm",
    "allow_root",
    "allroots",
    "arefs",
    "assign_all",
    "build_edge",
    "commit",
    "connect",
    "current_session",
    "destroy",
    "disallow_root",
    "disconnect",
    "disengage",
    "field",
    "field_specs",
    "filter_on",
    "get_context",
    "grant",
    "impl_patch_filename",
    "is_async_walker",
    "jid",
    "jobj",
    "log_report",
    "on_entry",
    "on_exit",
    "perm_grant",
    "perm_revoke",
    "printgraph",
    "refs",
    "report",
    "reset_graph",
    "revoke",
    "root",
    "safe_subscript",
    "save",
    "sem",
    "set_ambient",
    "set_trigger",
    "spawn",
    "visit",
]
