"""Extreme points of small polytopes, by the double description method [1]_.

References
----------
.. [1] Fukuda and Prodon (1996), Double description method revisited, Combinatorics and Computer Science.
"""

from deterrence_games.kernels.jit import borrowing_kernel

WORDS = 2
MAX_CONSTRAINTS = 63 * WORDS  # bits that record which constraints a ray meets with equality


@borrowing_kernel
def extreme_points(size, equations, n_equations, inequalities, n_inequalities, tol, rays, meets, slack):
    """Extreme points of ``{x >= 0 : equations = 0, inequalities >= 0}``, a bounded set.

    Rows hold ``size`` coefficients and then the constant. The polytope is the slice ``x[size] = 1`` of a cone, which starts
    as the orthant and is cut by one row after another.

    Parameters
    ----------
    equations, inequalities : float64[row, >= size + 1]
        Overwritten: each row is divided by its largest coefficient.
    tol : float
        A row with coefficients of at most 1 counts as met with equality by a ray of largest coordinate 1 up to this.
    rays : float64[capacity, >= size + 1]
        On return the first rows are the extreme points.
    meets : int64[capacity, WORDS]
        Work space: which of the constraints each ray meets with equality, as bits.
    slack : float64[capacity]
        Work space.

    Returns
    -------
    int
        Number of extreme points; -1 when the work space is too small.
    """
    capacity = rays.shape[0]
    width = size + 1
    if width > capacity or width + n_inequalities > MAX_CONSTRAINTS:
        return -1
    count = width
    for k in range(width):
        for word in range(WORDS):
            meets[k, word] = 0
        for c in range(width):
            rays[k, c] = 1.0 if c == k else 0.0
            if c != k:
                meets[k, c // 63] |= 1 << (c % 63)
    for number in range(n_equations + n_inequalities):
        equation = number < n_equations
        row = equations[number] if equation else inequalities[number - n_equations]
        largest = 0.0
        for c in range(width):
            largest = max(largest, abs(row[c]))
        if largest <= tol:
            continue  # holds everywhere, as an equation and as an inequality
        bit = width + number - n_equations
        positive = 0
        negative = 0
        for k in range(count):
            total = 0.0
            for c in range(width):
                total += row[c] * rays[k, c]
            total /= largest
            if abs(total) <= tol:
                total = 0.0
            slack[k] = total
            if total > 0.0:
                positive += 1
            elif total < 0.0:
                negative += 1
        if not equation and negative == 0:
            for k in range(count):
                if slack[k] == 0.0:
                    meets[k, bit // 63] |= 1 << (bit % 63)
            continue
        before = count
        if positive > 0 and negative > 0:
            for p in range(before):
                if slack[p] <= 0.0:
                    continue
                for n in range(before):
                    if slack[n] >= 0.0 or not _adjacent(meets, before, p, n):
                        continue
                    if count == capacity:
                        return -1
                    top = 0.0
                    for c in range(width):
                        value = slack[p] * rays[n, c] - slack[n] * rays[p, c]
                        if meets[p, c // 63] & meets[n, c // 63] & (1 << (c % 63)):
                            value = 0.0
                        rays[count, c] = value
                        top = max(top, value)
                    for c in range(width):
                        rays[count, c] /= top
                    for word in range(WORDS):
                        meets[count, word] = meets[p, word] & meets[n, word]
                    slack[count] = 0.0
                    count += 1
        kept = 0
        for k in range(count):
            if slack[k] < 0.0 or (equation and slack[k] != 0.0):
                continue
            if kept != k:
                for c in range(width):
                    rays[kept, c] = rays[k, c]
                for word in range(WORDS):
                    meets[kept, word] = meets[k, word]
            if not equation and slack[k] == 0.0:
                meets[kept, bit // 63] |= 1 << (bit % 63)
            kept += 1
        count = kept
        if count == 0:
            return 0
    found = 0
    for k in range(count):
        if rays[k, size] <= tol:
            continue
        scale = rays[k, size]
        for c in range(width):
            rays[found, c] = rays[k, c] / scale
        if not _seen(rays, found, size, tol):
            found += 1
    return found


@borrowing_kernel
def _adjacent(meets, count, p, n):
    """Whether two rays span an edge of the cone: no third ray meets all that both meet."""
    for k in range(count):
        if k in (p, n):
            continue
        covers = True
        for word in range(WORDS):
            common = meets[p, word] & meets[n, word]
            if common & meets[k, word] != common:
                covers = False
                break
        if covers:
            return False
    return True


@borrowing_kernel
def _seen(rays, found, size, tol):
    """Whether ray ``found`` repeats an earlier one."""
    for k in range(found):
        gap = 0.0
        for c in range(size):
            gap = max(gap, abs(rays[k, c] - rays[found, c]))
        if gap <= 10 * tol:
            return True
    return False
