"""Faithful emulators of the three vendors' order APIs, one Starlette app each, served by one process.

Written from the vendors' published documentation; shares no code with the adapters and imports nothing of them.
"""
