"""Performance figures as ratios, measured on this machine: `python -m tests.benchmarks` prints a table."""
