"""The carousel in the browser: `dl7450 serve` against the demo's content server.

make serve

Edit examples/carousel.py while you look. Ctrl-C ends both.
"""

import sys

from .demo import APP, dl7450, serving


def main() -> int:
    """Serve until Ctrl-C; gives the exit status of `dl7450 serve`."""
    with serving() as url:
        print(f"A content server listens at {url}.", flush=True)
        return dl7450("serve", APP, "--set", f"server={url}", *sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
