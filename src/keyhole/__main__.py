"""`python -m keyhole` is `keyhole`."""

from keyhole.cli.app import main

if __name__ == "__main__":
    main()
