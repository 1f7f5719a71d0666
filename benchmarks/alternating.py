"""Times of several things in one run, taken in turn, since the speed of a machine drifts."""

from statistics import median
from time import perf_counter

PATIENCE = 10.0  # seconds, after which no more than the least number of rounds is run
LEAST_ROUNDS = 3


def alternating(tasks, rounds):
    """Return the median seconds of each task.

    Parameters
    ----------
    tasks : mapping name -> function without arguments
        Each is called once before anything is measured.
    rounds : int
        Fewer are run when they take long.
    """
    for task in tasks.values():
        task()
    times = {name: [] for name in tasks}
    begin = perf_counter()
    for done in range(rounds):
        if done >= LEAST_ROUNDS and perf_counter() - begin > PATIENCE:
            break
        for name, task in tasks.items():
            start = perf_counter()
            task()
            times[name].append(perf_counter() - start)
    return {name: median(own) for name, own in times.items()}
