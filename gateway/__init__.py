"""Order Gateway: one GraphQL graph over several vendors' order APIs."""

__version__ = "0.1.0"
