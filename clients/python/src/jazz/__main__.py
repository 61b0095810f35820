"""`python -m jazz` is the command line."""

from jazz._cli import main

if __name__ == "__main__":
    main()
