"""Counters of the kernel: what a process did, whatever the machine did besides."""

from pathlib import Path


def wakes(pid: int) -> int:
    """How often the process has gone to sleep of itself until now, and so was woken: all its threads."""
    states = (task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/status"))
    return sum(int(state.partition("\nvoluntary_ctxt_switches:")[2].split()[0]) for state in states)
