"""`python -m clftui`"""

from clftui.cli import main

if __name__ == "__main__":
    main()
