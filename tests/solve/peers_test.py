#!/usr/bin/env python3
"""`brygga solve` finds what independent programs find, on populations of every
shape, under every objective.

    peers_test.py BRYGGA

Of every answer: its certificate is checked from the documentation alone; size,
total and leximin are those of scipy, NetworkX or a small exact method; blocking
pairs are counted anew; the order of lines and the number of threads change
nothing; left and right may change places.

BRYGGA_SOLVE_SECONDS draws instances, also larger ones, for so long; seeds are
printed with what fails, and BRYGGA_SOLVE_SEED begins elsewhere.
"""

import os
import random
import sys
import tempfile
import time
import unittest

import networkx

import proof
import references
import shapes
from instance import Instance, Pair, Solver

BRYGGA = ""
OBJECTIVES = ("coverage-then-score", "score", "fairest", "stable")


def networkx_total(instance, coverage):
    """The highest total of `coverage` pairs, by NetworkX's network simplex, whose
    numbers are Python's."""
    left, right = references.seats_of(instance)
    graph = networkx.DiGraph()
    graph.add_node("from", demand=-coverage)
    graph.add_node("to", demand=coverage)
    for i, seats in enumerate(left):
        graph.add_edge("from", ("l", i), capacity=seats, weight=0)
    for j, seats in enumerate(right):
        graph.add_edge(("r", j), "to", capacity=seats, weight=0)
    for p in instance.pairs:
        graph.add_edge(("l", p.left), ("r", p.right), capacity=1, weight=-p.score)
    return -networkx.network_simplex(graph)[0]


class Comparison:
    """Everything that is asked of one instance."""

    def __init__(self, test, solver, draw):
        self.test, self.solver, self.random = test, solver, draw
        self.asked = 0  # References that could be asked.

    def run(self, instance):
        answers = {objective: self.checked(instance, objective) for objective in OBJECTIVES}
        self.compare_coverage(instance, answers["coverage-then-score"], answers["fairest"])
        self.compare_score(instance, answers["score"])
        self.compare_fairest(instance, answers["fairest"])
        self.compare_stable(instance, answers["stable"])
        self.compare_turned(instance, answers)

    def same(self, actual, expected):
        self.asked += 1
        self.test.assertEqual(actual, expected)

    def checked(self, instance, objective):
        answer = self.solver.solve(instance, objective)
        self.test.assertEqual(answer.matched, len(answer.pairs))
        self.test.assertEqual(answer.total, sum(instance.pairs[at].score for at in answer.pairs))
        self.same(answer.blocking_pairs, proof.blocking_pairs(instance, answer.pairs))
        proof.check(instance, objective, answer.pairs, answer.certificate)
        # Another order of lines, and more threads.
        shuffled = instance.shuffled(self.random)
        again = self.solver.solve(shuffled, objective, threads=self.random.choice([2, 3]))
        self.test.assertEqual({shuffled.pairs[at] for at in again.pairs}, {instance.pairs[at] for at in answer.pairs})
        return answer

    def compare_coverage(self, instance, answer, fair):
        coverage = references.coverage_by_scipy(instance)
        self.same(answer.matched, coverage)
        self.same(fair.matched, coverage)
        for total in (references.coverage_then_score_by_assignment(instance), ):
            if total is not None:
                self.same((answer.matched, answer.total), total)
        total = references.by_linear_program(instance, coverage)
        if total is not None:
            self.same(answer.total, total)
        if len(instance.pairs) <= 400:
            self.same(answer.total, networkx_total(instance, coverage))

    def compare_score(self, instance, answer):
        for total in (references.score_by_sparse_matching(instance), references.by_linear_program(instance, None)):
            if total is not None:
                self.same(answer.total, total)
        if len(instance.pairs) <= 2000:
            best = references.best_flow(instance, lambda p: p.score, most_pairs=False)
            self.same(answer.total, sum(p.score for p in best))

    def compare_fairest(self, instance, answer):
        if len(instance.pairs) <= 1000:
            self.same(sorted(instance.pairs[at].score for at in answer.pairs), references.fairest(instance))

    def compare_stable(self, instance, answer):
        self.test.assertEqual(answer.blocking_pairs, 0)
        accepted = references.deferred_acceptance(instance)
        self.same(proof.blocking_pairs(instance, accepted), 0)
        if not references.has_ties(instance):
            self.same(answer.matched, len(accepted))
        self.test.assertGreaterEqual(3 * answer.matched, 2 * len(accepted))
        if 0 < len(instance.pairs) <= 60:
            largest = references.largest_stable(instance)
            self.test.assertGreaterEqual(largest, answer.matched)
            self.test.assertGreaterEqual(3 * answer.matched, 2 * largest)
            self.asked += 1

    def compare_turned(self, instance, answers):
        objective = self.random.choice(OBJECTIVES[:3])
        turned, answer = instance.turned(), answers[objective]
        other = self.solver.solve(turned, objective)
        self.test.assertEqual(other.total, answer.total)
        if objective != "score":
            self.test.assertEqual(other.matched, answer.matched)
        if objective == "fairest":
            self.test.assertEqual(sorted(turned.pairs[at].score for at in other.pairs),
                                  sorted(instance.pairs[at].score for at in answer.pairs))


class PeersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.solver = Solver(BRYGGA, folder.name)

    def compare(self, shape, size, seed):
        draw = random.Random(f"{shape.__name__} {size} {seed}")
        instance = shape(draw, size)
        comparison = Comparison(self, self.solver, draw)
        with self.subTest(shape=shape.__name__, size=size, seed=seed, file=f"{len(instance.pairs)} pairs"):
            try:
                comparison.run(instance)
            except proof.Refused as refused:
                self.fail(f"the proof does not hold: {refused}")
            self.assertGreater(comparison.asked, 6)

    def test_every_shape_is_solved_as_others_solve_it(self):
        seed = int(os.environ.get("BRYGGA_SOLVE_SEED", "1"))
        seconds = float(os.environ.get("BRYGGA_SOLVE_SECONDS", "0"))
        end, count = time.monotonic() + seconds, 0
        while True:
            sizes = [random.Random(f"{seed} {at}").choice([3, 8, 20]) for at in range(len(shapes.SHAPES))] if seconds == 0 else \
                    [random.Random(f"{seed} {at}").choice([3, 6, 12, 25, 50, 90]) for at in range(len(shapes.SHAPES))]
            for shape, size in zip(shapes.SHAPES, sizes):
                self.compare(shape, size, seed)
                count += 1
                if seconds and time.monotonic() >= end:
                    print(f"{count} instances up to seed {seed}", flush=True)
                    return
            if not seconds:
                return
            seed += 1

    def test_the_case_from_the_field(self):
        field = Instance([1, 1], [1, 1], [Pair(0, 0, 10), Pair(0, 1, 0), Pair(1, 0, 5)])

        answer = self.solver.solve(field, "coverage-then-score")

        self.assertEqual((answer.matched, answer.total), (2, 5))
        proof.check(field, "coverage-then-score", answer.pairs, answer.certificate)

    def test_a_worse_answer_is_refused(self):
        """What the checks above are worth: one pair less, or one that is worse, does
        not pass with the certificate of the best."""
        draw = random.Random(5)
        refused = 0
        for objective in OBJECTIVES:
            for shape in (shapes.sparse, shapes.seats_on_both, shapes.incomplete_lists, shapes.geometric):
                instance = shape(draw, 12)
                answer = self.solver.solve(instance, objective)
                for out in answer.pairs:
                    if objective == "score" and instance.pairs[out].score == 0:
                        continue
                    worse = [at for at in answer.pairs if at != out]
                    with self.assertRaises(proof.Refused):
                        proof.check(instance, objective, worse, answer.certificate)
                    refused += 1
        self.assertGreater(refused, 50)


if __name__ == "__main__":
    BRYGGA = sys.argv[1]
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
