"""What the best answer is worth, found by others than the engine: by scipy and
NetworkX where they can, and by a small exact method of our own where they cannot."""

import collections
import heapq

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, linprog, milp
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import maximum_flow, min_weight_full_bipartite_matching


def open_pairs(instance):
    return [p for p in instance.pairs if instance.left_capacity[p.left] and instance.right_capacity[p.right]]


def seats_of(instance):
    """Capacities, nobody with more than it has pairs."""
    left = collections.Counter(p.left for p in instance.pairs)
    right = collections.Counter(p.right for p in instance.pairs)
    return ([min(c, left[i]) for i, c in enumerate(instance.left_capacity)],
            [min(c, right[j]) for j, c in enumerate(instance.right_capacity)])


def coverage_by_scipy(instance):
    """The most pairs: a maximum flow."""
    pairs = open_pairs(instance)
    if not pairs:
        return 0
    left, right = seats_of(instance)
    n, m = len(left), len(right)
    rows = [0] * n + [1 + p.left for p in pairs] + [1 + n + j for j in range(m)]
    columns = [1 + i for i in range(n)] + [1 + n + p.right for p in pairs] + [1 + n + m] * m
    bounds = np.array(left + [1] * len(pairs) + right, dtype=np.int32)
    graph = csr_matrix((bounds, (rows, columns)), shape=(n + m + 2, n + m + 2))
    return int(maximum_flow(graph, 0, n + m + 1).flow_value)


def seats_as_columns(instance):
    """Rows, columns and scores with a column for each seat, for who knows single
    seats alone. None where the other side has several places too, since a pair
    could then be used twice, or where doubles would not be exact."""
    left, right = seats_of(instance)
    if max(left, default=0) > 1:
        if max(right, default=0) > 1:
            return None
        return seats_as_columns(instance.turned())
    highest = max((p.score for p in instance.pairs), default=0)
    out = (len(left) + 1) * (highest + 1)
    if out * (len(left) + 2) >= 2**52:
        return None
    first = np.concatenate(([0], np.cumsum(right))).astype(int)
    cells = [(p.left, column, p.score) for p in open_pairs(instance) if left[p.left]
             for column in range(first[p.right], first[p.right + 1])]
    return len(left), int(first[-1]), cells, out


def coverage_then_score_by_assignment(instance):
    """Size and total by linear_sum_assignment. None: it cannot be asked."""
    columns = seats_as_columns(instance)
    if columns is None or columns[0] * columns[1] > 4_000_000:
        return None
    rows, count, cells, out = columns
    if not cells:
        return 0, 0
    costs = np.full((rows, count), float(out))
    for i, j, score in cells:
        costs[i, j] = -score
    chosen = costs[linear_sum_assignment(costs)]
    chosen = -chosen[chosen <= 0]
    return len(chosen), int(chosen.sum())


def score_by_sparse_matching(instance):
    """The highest total by min_weight_full_bipartite_matching. None: it cannot be asked."""
    columns = seats_as_columns(instance)
    if columns is None or not columns[2]:
        return None if columns is None else 0
    rows, count, cells, _ = columns
    base = max(score for _, _, score in cells) + 1  # It takes 0 for no pair.
    all_cells = [(i, j, base - score) for i, j, score in cells] + [(i, count + i, base) for i in range(rows)]
    i, j, cost = (np.array(column) for column in zip(*all_cells))
    matrix = csr_matrix((cost.astype(float), (i, j)), shape=(rows, count + rows))
    matched = min_weight_full_bipartite_matching(matrix)
    return int(sum(base - int(matrix[a, b]) for a, b in zip(*matched)))


def by_linear_program(instance, coverage):
    """The highest total by HiGHS, of `coverage` pairs or, for None, of any number.
    None where its tolerances are too wide for the scores."""
    pairs = open_pairs(instance)
    if not pairs:
        return 0
    if max(p.score for p in pairs) > 10**7:
        return None
    left, right = seats_of(instance)
    each = np.arange(len(pairs))
    rows = np.concatenate(([p.left for p in pairs], [len(left) + p.right for p in pairs])).astype(int)
    matrix = coo_matrix((np.ones(2 * len(pairs)), (rows, np.concatenate((each, each)))), shape=(len(left) + len(right), len(pairs)))
    equal = {} if coverage is None else {"A_eq": np.ones((1, len(pairs))), "b_eq": [coverage]}
    scores = np.array([p.score for p in pairs], dtype=float)
    found = linprog(-scores, A_ub=matrix.tocsr(), b_ub=left + right, bounds=(0, 1), method="highs-ds", **equal)
    if found.status != 0:
        raise AssertionError(found.message)
    taken = found.x > 0.5
    if np.abs(found.x - taken).max() > 1e-6:
        return None
    return sum(p.score for p, inside in zip(pairs, taken) if inside)


def best_flow(instance, gain, most_pairs):
    """Successive shortest paths in whole numbers of any size: the pairs of the
    highest total gain; of as many as can be, where `most_pairs`. Slow and short."""
    left, right = seats_of(instance)
    lefts = len(left)
    pairs = [p for p in instance.pairs if left[p.left] and right[p.right]]
    of_left, of_right = collections.defaultdict(list), collections.defaultdict(list)
    for at, p in enumerate(pairs):
        of_left[p.left].append(at)
        of_right[p.right].append(at)
    gains = [gain(p) for p in pairs]
    # Costs -gain; prices keep what is left of them from going below 0.
    highest = max(gains, default=0)
    price = [0] * lefts + [-highest] * len(right)
    end_price = -highest
    taken, free_left, free_right = [False] * len(pairs), list(left), list(right)
    while True:
        distance, reached_by, done = {}, {}, set()
        heap = []
        lowest = max((price[i] for i in range(lefts) if free_left[i]), default=None)
        for i in range(lefts):
            if free_left[i]:
                distance[i] = lowest - price[i]
                heap.append((distance[i], i))
        heapq.heapify(heap)
        nearest, end = None, None
        while heap:
            far, node = heapq.heappop(heap)
            if node in done or far != distance[node]:
                continue
            if nearest is not None and far >= nearest:
                break
            done.add(node)
            if node >= lefts and free_right[node - lefts]:
                through = far + price[node] - end_price
                if nearest is None or through < nearest:
                    nearest, end = through, node
            if node < lefts:
                steps = ((at, lefts + pairs[at].right, -gains[at]) for at in of_left[node] if not taken[at])
            else:
                steps = ((at, pairs[at].left, gains[at]) for at in of_right[node - lefts] if taken[at])
            for at, to, cost in steps:
                through = far + cost + price[node] - price[to]
                if to not in distance or through < distance[to]:
                    distance[to], reached_by[to] = through, at
                    heapq.heappush(heap, (through, to))
        if nearest is None:
            break
        for node in range(len(price)):
            price[node] += min(distance.get(node, nearest), nearest)
        end_price += nearest
        # Walk back; the gain of the path is what its pairs change.
        path, node = [], end
        while node in reached_by:
            at = reached_by[node]
            path.append(at)
            node = pairs[at].left if node >= lefts else lefts + pairs[at].right
        if not most_pairs and sum(gains[at] if not taken[at] else -gains[at] for at in path) <= 0:
            break
        for at in path:
            taken[at] = not taken[at]
        free_left[node] -= 1
        free_right[end - lefts] -= 1
    return [p for p, inside in zip(pairs, taken) if inside]


def fairest(instance):
    """The scores of the fairest answer, ascending: of as many pairs as can be, as
    few of the lowest score, then as few of the next."""
    levels = sorted({p.score for p in instance.pairs})
    base = 1 + min(sum(side) for side in seats_of(instance))
    loss = {score: base ** (len(levels) - 1 - at) for at, score in enumerate(levels)}
    return sorted(p.score for p in best_flow(instance, lambda p: -loss[p.score], most_pairs=True))


def worths(instance):
    """What each pair is worth to both, higher better."""
    if instance.ranked:
        return [-p.left_rank for p in instance.pairs], [-p.right_rank for p in instance.pairs]
    return [p.score for p in instance.pairs], [p.score for p in instance.pairs]


def has_ties(instance):
    left_worth, right_worth = worths(instance)
    left = {(p.left, worth) for p, worth in zip(instance.pairs, left_worth)}
    right = {(p.right, worth) for p, worth in zip(instance.pairs, right_worth)}
    return len(left) < len(instance.pairs) or len(right) < len(instance.pairs)


def deferred_acceptance(instance):
    """A stable answer, as positions of pairs. Without ties every stable answer
    gives everybody as many (Roth's rural hospitals, 1986), so its size is theirs."""
    left_worth, right_worth = worths(instance)
    lists = collections.defaultdict(list)
    for at in sorted(range(len(instance.pairs)), key=lambda at: left_worth[at]):
        if instance.left_capacity[instance.pairs[at].left] and instance.right_capacity[instance.pairs[at].right]:
            lists[instance.pairs[at].left].append(at)  # The best is last.
    has, holds = collections.Counter(), collections.defaultdict(list)
    waiting = list(lists)
    while waiting:
        i = waiting.pop()
        while lists[i] and has[i] < instance.left_capacity[i]:
            at = lists[i].pop()
            j = instance.pairs[at].right
            has[i] += 1
            heapq.heappush(holds[j], (right_worth[at], at))
            if len(holds[j]) > instance.right_capacity[j]:
                out = heapq.heappop(holds[j])[1]
                has[instance.pairs[out].left] -= 1
                waiting.append(instance.pairs[out].left)
    return sorted(at for held in holds.values() for _, at in held)


def largest_stable(instance):
    """The size of the largest stable answer, by an integer program: NP-hard, so
    for small ones. A pair is in, or one side is full of pairs that it likes as much."""
    pairs = instance.pairs
    left_worth, right_worth = worths(instance)
    rows, columns, values, low, high = [], [], [], [], []
    count = 0

    def add(terms, least, most):
        nonlocal count
        for column, value in terms:
            rows.append(count)
            columns.append(column)
            values.append(value)
        low.append(least)
        high.append(most)
        count += 1

    size = len(pairs)
    by_left, by_right = collections.defaultdict(list), collections.defaultdict(list)
    for at, p in enumerate(pairs):
        by_left[p.left].append(at)
        by_right[p.right].append(at)
    for i, mine in by_left.items():
        add([(at, 1) for at in mine], 0, instance.left_capacity[i])
    for j, mine in by_right.items():
        add([(at, 1) for at in mine], 0, instance.right_capacity[j])
    # Columns: in; the left one is content without; the right one is content without.
    for at, p in enumerate(pairs):
        add([(at, 1), (size + at, 1), (2 * size + at, 1)], 1, np.inf)
        capacity = instance.left_capacity[p.left]
        add([(o, 1) for o in by_left[p.left] if o != at and left_worth[o] >= left_worth[at]] + [(size + at, -capacity)], 0, np.inf)
        capacity = instance.right_capacity[p.right]
        add([(o, 1) for o in by_right[p.right] if o != at and right_worth[o] >= right_worth[at]] + [(2 * size + at, -capacity)],
            0, np.inf)
    matrix = csr_matrix((values, (rows, columns)), shape=(count, 3 * size))
    found = milp(np.concatenate((-np.ones(size), np.zeros(2 * size))), integrality=np.ones(3 * size), bounds=Bounds(0, 1),
                 constraints=LinearConstraint(matrix, low, high))
    if found.status != 0:
        raise AssertionError(found.message)
    return round(-found.fun)
