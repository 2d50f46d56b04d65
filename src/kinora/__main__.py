"""`python -m kinora` is the `kinora` command."""

from kinora.cli.main import main

main()
