"""The vocabulary: frozen records that adapters build and the graph shows. Imports the standard library alone."""
