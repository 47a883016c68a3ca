"""Reads for the workbench: what is due, for whom."""
