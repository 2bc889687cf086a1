"""`python -m gateway` is `order-gateway`."""

from gateway.cli import main

raise SystemExit(main())
