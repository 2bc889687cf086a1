"""The vendors: a folder each, and the contract that all of them keep."""
