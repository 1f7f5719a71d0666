"""Times of several things in one run, taken in turn, since the speed of a machine drifts."""

from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter, process_time

PATIENCE = 10.0  # seconds, after which no more than the least number of rounds is run
LEAST_ROUNDS = 3


def processor_time():
    """Seconds that the processors have spent on this process and on those that it started and has waited for.

    Unlike time on the clock it does not count what other programs do meanwhile. It adds up the threads.
    """
    children = getrusage(RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def alternating(tasks, rounds, clock=perf_counter):
    """Return the median seconds of each task.

    Parameters
    ----------
    tasks : mapping name -> function without arguments
        Each is called once before anything is measured.
    rounds : int
        Fewer are run when they take long.
    clock : function without arguments
        What seconds are measured by.
    """
    for task in tasks.values():
        task()
    times = {name: [] for name in tasks}
    begin = perf_counter()
    for done in range(rounds):
        if done >= LEAST_ROUNDS and perf_counter() - begin > PATIENCE:
            break
        for name, task in tasks.items():
            start = clock()
            task()
            times[name].append(clock() - start)
    return {name: median(own) for name, own in times.items()}
