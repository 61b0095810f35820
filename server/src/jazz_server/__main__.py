"""`python -m jazz_server` is `jazz-server`."""

from jazz_server.cli import main

main()
