"""The command line: serve, demo, sandbox, key, schema, doctor."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from gateway import __version__
from gateway.server import serve
from gateway.telemetry import logs

if TYPE_CHECKING:
    from gateway.config import Config

CONFIG_VARIABLE = "ORDER_GATEWAY_CONFIG"
OPEN_VARIABLE = "ORDER_GATEWAY_INSECURE_NO_AUTH"
WORKERS_VARIABLE = "ORDER_GATEWAY_WORKERS"


NOBODY = (
    "auth: nobody may come in; add [auth.issuers.<name>] for tokens, or [auth.keys.<name>] for a service "
    "(`order-gateway key NAME` makes its key), or start with --insecure-no-auth to serve whoever asks on this machine"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    arguments = parser().parse_args(argv)
    logs.configure("text")  # until a configuration says otherwise
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        return 130  # as shells say it


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="order-gateway", description="One GraphQL graph over several vendors' orders.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser("serve", help="serve the graph over the accounts of a configuration file")
    serve.add_argument("--config", help=f"the TOML file; default: ${CONFIG_VARIABLE}")
    serve.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1; others need [auth] in the file")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1, help="processes, best one per core")
    serve.add_argument(
        "--insecure-no-auth", action="store_true", help="serve whoever asks, all accounts; on loopback alone"
    )
    serve.set_defaults(run=run_serve)

    demo = commands.add_parser("demo", help="serve the graph over sandbox vendors, with data to look at")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--sandbox-port", type=int, default=9000)
    demo.set_defaults(run=run_demo)

    sandbox = commands.add_parser("sandbox", help="serve emulators of all vendors")
    sandbox.add_argument("--port", type=int, default=9000)
    sandbox.add_argument("--seed", type=int, default=1, help="another number, other data")
    sandbox.add_argument("--size", type=float, default=1.0, help="how much data, 1 being a company's year")
    sandbox.add_argument("--today", type=day, help="the day the data ends on, YYYY-MM-DD; default: today")
    sandbox.set_defaults(run=run_sandbox)

    key = commands.add_parser("key", help="make an API key for a service: it is shown once and kept nowhere")
    key.add_argument("name", help="the service's name in [auth.keys.<name>]")
    key.add_argument("--role", choices=["client", "router", "monitor"], default="client")
    key.set_defaults(run=run_key)

    schema = commands.add_parser("schema", help="print the graph's schema")
    schema.add_argument("--federated", action="store_true", help="as a larger graph is composed of it")
    schema.set_defaults(run=run_schema)

    doctor = commands.add_parser("doctor", help="log in to every account and tell what works and what to mend")
    doctor.add_argument("--config", help=f"the TOML file; default: ${CONFIG_VARIABLE}")
    doctor.set_defaults(run=run_doctor)
    return top


def run_serve(arguments: argparse.Namespace) -> int:
    from gateway.addresses import is_loopback
    from gateway.app import open_persisted, open_spool
    from gateway.config import ConfigError
    from gateway.schema.build import build_schema
    from gateway.store.sqlite import Database, StoreError
    from gateway.telemetry.metrics import directory_of_workers
    from gateway.telemetry.traces import TracesUnavailable, require

    if arguments.insecure_no_auth and not is_loopback(arguments.host):
        return complain(f"--host {arguments.host}: with --insecure-no-auth, loopback addresses alone are served.")
    os.environ[OPEN_VARIABLE] = "1" if arguments.insecure_no_auth else ""
    if arguments.config:
        os.environ[CONFIG_VARIABLE] = arguments.config
    try:
        config = admitting(configured(os.environ.get(CONFIG_VARIABLE)))
        # Opened once here: a worker that finds it broken can only die with a traceback, and is started again.
        asyncio.run(Database(config.data_dir).close())
        open_spool(config)
        require(config.otlp_endpoint, os.environ)
        if config.documents is not None:
            open_persisted(config, build_schema())
    except (ConfigError, StoreError, TracesUnavailable) as error:
        return complain(str(error))
    if config.auth and arguments.insecure_no_auth:
        return complain("--insecure-no-auth: the configuration has [auth]; leave out one of the two.")
    if arguments.workers > 1 and not config.lasting:
        return complain("signing_keys: needed with several workers, for a link made by one is used at another.")
    if arguments.workers > 1 and config.data_dir is None:
        return complain("data_dir: needed with several workers, for a key used at one must be known at all.")
    logs.configure(config.log_format)
    os.environ[WORKERS_VARIABLE] = str(arguments.workers)
    with directory_of_workers(arguments.workers):
        serve(
            "gateway.cli:app_from_environment",
            arguments.host,
            arguments.port,
            arguments.workers,
            config.limits,
            config.deadline_seconds,
        )
    return 0


def app_from_environment() -> Starlette:
    """The gateway's app by the configuration named in the environment: what each worker process runs."""
    from gateway.app import create_app

    config = admitting(configured(os.environ.get(CONFIG_VARIABLE)))
    logs.configure(config.log_format)  # for a worker, which has begun anew
    workers = int(os.environ.get(WORKERS_VARIABLE, "1"))
    return create_app(replace(config, replicas=config.replicas * workers))


def run_demo(arguments: argparse.Namespace) -> int:
    from gateway.demo import DemoError, run

    try:
        run(arguments.port, arguments.sandbox_port)
    except DemoError as error:
        return complain(str(error))
    return 0


def run_sandbox(arguments: argparse.Namespace) -> int:
    # Imported here alone: nothing in production depends on the emulators.
    from gateway.sandbox.app import create_sandbox

    sandbox = create_sandbox(arguments.seed, arguments.size, arguments.today)
    serve(sandbox.app, "127.0.0.1", arguments.port)
    return 0


def run_key(arguments: argparse.Namespace) -> int:
    from gateway.auth_tables import NAME
    from gateway.edge.api_keys import digest_of, new_key

    if not NAME.fullmatch(arguments.name):
        return complain("NAME: must be 1 to 64 letters, digits, underscores or hyphens.")
    key = new_key(arguments.name)
    sys.stdout.write(f"{key}\n")  # alone, so that it can be sent on to where it is to be kept
    sys.stdout.flush()
    sys.stderr.write(f'\n[auth.keys.{arguments.name}]\nsha256 = "{digest_of(key)}"\nrole = "{arguments.role}"\n')
    if arguments.role == "client":  # a router needs none: the rights of whoever asks it count
        sys.stderr.write('scopes = ["orders:read"]\naccounts = ["*"]  # or the names of those that it may see\n')
    return 0


def run_schema(arguments: argparse.Namespace) -> int:
    from gateway.schema.build import build_schema
    from gateway.schema.supergraph import federated

    graph = build_schema()
    sys.stdout.write(federated(graph) if arguments.federated else graph.as_str() + "\n")
    return 0


def run_doctor(arguments: argparse.Namespace) -> int:
    from gateway.config import ConfigError
    from gateway.doctor import examine
    from gateway.store.sqlite import StoreError

    try:
        config = configured(arguments.config or os.environ.get(CONFIG_VARIABLE))
        healthy, table = asyncio.run(examine(config))
    except (ConfigError, StoreError) as error:
        return complain(str(error))
    sys.stdout.write(table)
    return 0 if healthy else 1


def configured(path: str | None) -> Config:
    """The configuration of that file and the environment. Raises ConfigError."""
    from gateway.config import ConfigError, load
    from gateway.vendors.registry import REGISTRY

    if not path:
        raise ConfigError([f"--config: name the TOML file, here or in ${CONFIG_VARIABLE}"])
    return load(Path(path), os.environ, REGISTRY)


def admitting(config: Config) -> Config:
    """The configuration, if it says who may come in, or whoever started this said that anybody may.

    Raises ConfigError. Each worker asks it too: the file may have changed since the first one started.
    """
    from gateway.config import ConfigError

    if not config.auth and not os.environ.get(OPEN_VARIABLE):
        raise ConfigError([NOBODY])
    return config


def day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def complain(text: str) -> int:
    sys.stderr.write(f"order-gateway: {text}\n")
    return 2
