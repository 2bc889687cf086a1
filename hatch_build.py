"""What hatchling asks before it builds a package of Order Gateway."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("gateway", "edge", "graphiql", "index.html")


class PageInside(BuildHookInterface[Any]):
    """No package without the explorer page: its users have no Node to build one. An editable install is none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and not Path(self.root, PAGE).is_file():
            raise FileNotFoundError(f"{PAGE} is not built; run `python web/build.py` first")
