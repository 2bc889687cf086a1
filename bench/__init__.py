"""Measurements with real processes, each run by `python -m bench.<name>`; none is part of the product."""
