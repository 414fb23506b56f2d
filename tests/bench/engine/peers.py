"""Solves instances with scipy, NetworkX and munkres, for brygga-bench-engine.

Reads one request a line and answers with one line:

  load FILE     -> ok                            (FILE: what PythonPeers::Load wrote)
  solve PEER    -> CPU WALL SIZE TOTAL           (seconds of the call alone)
  peak          -> VmHWM of this process in kB

Each peer gets its natural input, built before the clock starts: scipy's dense
solver a float64 matrix, its sparse one a CSR matrix, NetworkX a graph, munkres
lists. They all look for as many pairs as can be and then for the highest total;
a forbidden pair, or staying out, costs more than all scores together. Seats are
columns of their own.
"""

import sys
import time

import numpy as np


class Instance:
    def __init__(self, path):
        numbers = np.fromfile(path, dtype=np.int64)
        left, right, pairs = (int(n) for n in numbers[:3])
        at = 3
        self.offset = numbers[at:at + left + 1]
        at += left + 1
        self.host = numbers[at:at + pairs]
        at += pairs
        self.score = numbers[at:at + pairs]
        at += pairs
        seats = numbers[at:at + right]
        self.left = left
        self.row = np.repeat(np.arange(left), np.diff(self.offset))
        # Every seat is a column: seat s of opening j stands at first[j] + s.
        first = np.concatenate(([0], np.cumsum(seats)))
        self.columns = int(first[-1])
        copies = seats[self.host]
        self.seat_row = np.repeat(self.row, copies)
        start = np.repeat(np.cumsum(copies) - copies, copies)
        self.seat_column = np.repeat(first[self.host], copies) + np.arange(len(self.seat_row)) - start
        self.seat_score = np.repeat(self.score, copies)
        highest = int(self.score.max()) if pairs else 0
        # More than what any two answers of the same size differ by.
        self.out = (min(left, self.columns) + 1) * (highest + 1)


def count(scores):
    return len(scores), int(scores.sum())


def scipy_dense(instance):
    from scipy.optimize import linear_sum_assignment
    costs = np.full((instance.left, instance.columns), float(instance.out))
    costs[instance.seat_row, instance.seat_column] = -instance.seat_score.astype(float)

    def finish(answer):
        chosen = costs[answer[0], answer[1]]
        return count(-chosen[chosen <= 0])

    return lambda: linear_sum_assignment(costs), finish


def scipy_sparse(instance):
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching
    # The solver wants everybody matched: each row has a column for staying out.
    # It takes a cost of 0 for no edge, so the lowest is 1.
    highest = int(instance.seat_score.max()) + 1
    rows = np.concatenate((instance.seat_row, np.arange(instance.left)))
    columns = np.concatenate((instance.seat_column, instance.columns + np.arange(instance.left)))
    costs = np.concatenate((highest - instance.seat_score, np.full(instance.left, instance.out + highest))).astype(float)
    matrix = csr_matrix((costs, (rows, columns)), shape=(instance.left, instance.columns + instance.left))

    def finish(answer):
        inside = answer[1] < instance.columns
        chosen = np.asarray(matrix[answer[0][inside], answer[1][inside]]).ravel()
        return count((highest - chosen).round().astype(np.int64))

    return lambda: min_weight_full_bipartite_matching(matrix), finish


def with_networkx(instance):
    import networkx
    graph = networkx.Graph()
    scores = {}
    for row, column, score in zip(instance.seat_row.tolist(), instance.seat_column.tolist(), instance.seat_score.tolist()):
        graph.add_edge(("l", row), ("r", column), weight=score)
        scores[row, column] = score

    def finish(pairs):
        chosen = [scores[(a[1], b[1]) if a[0] == "l" else (b[1], a[1])] for a, b in pairs]
        return len(chosen), sum(chosen)

    return lambda: networkx.max_weight_matching(graph, maxcardinality=True), finish


def with_munkres(instance):
    import munkres
    costs = np.full((instance.left, instance.columns), instance.out)
    costs[instance.seat_row, instance.seat_column] = -instance.seat_score
    costs = costs.tolist()

    def finish(pairs):
        chosen = [-costs[i][j] for i, j in pairs if costs[i][j] <= 0]
        return len(chosen), sum(chosen)

    return lambda: munkres.Munkres().compute(costs), finish


PEERS = {"scipy-dense": scipy_dense, "scipy-sparse": scipy_sparse, "networkx": with_networkx, "munkres": with_munkres}


def peak():
    with open("/proc/self/status") as status:
        return next(line.split()[1] for line in status if line.startswith("VmHWM"))


def main():
    instance = None
    ready = {}  # What a peer built for this instance.
    for line in sys.stdin:
        request, _, argument = line.strip().partition(" ")
        if request == "load":
            ready.clear()
            instance = Instance(argument)
            print("ok", flush=True)
        elif request == "solve":
            if argument not in ready:
                ready[argument] = PEERS[argument](instance)
            solve, finish = ready[argument]
            cpu, wall = time.process_time(), time.perf_counter()
            answer = solve()
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            size, total = finish(answer)
            print(cpu, wall, size, total, flush=True)
        elif request == "peak":
            print(peak(), flush=True)


if __name__ == "__main__":
    main()
