"""Tell people what a trace holds: views, tables, sequence diagrams."""
