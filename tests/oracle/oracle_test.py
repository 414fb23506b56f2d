#!/usr/bin/env python3
"""The engine and an independent program agree on the sample: the same pairs, the
same whole-number scores, the same best answer.

    oracle_test.py ENGINE_DUMP DATA
"""

import json
import subprocess
import sys
import unittest

import oracle

DUMP, DATA = "", ""
KINDS = ("vocational", "language", "youth", "reverse")


def dump(kind, what):
    return subprocess.run([DUMP, DATA, kind, what], check=True, capture_output=True, text=True).stdout


class OracleTest(unittest.TestCase):
    def test_every_pair_of_the_sample_has_the_same_score(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                expected = {(adept, mentor): score for adept, mentor, score in oracle.all_pairs(*oracle.load(DATA, kind))}
                lines = (line.split("\t") for line in dump(kind, "pairs").splitlines())
                actual = {(adept, mentor): int(score) for adept, mentor, score in lines}
                self.assertGreater(len(expected), 1000)
                self.assertEqual(actual.keys(), expected.keys())
                self.assertEqual([pair for pair in expected if actual[pair] != expected[pair]], [])

    def test_the_best_answer_is_scipys(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                scoring, adepts, mentors = oracle.load(DATA, kind)
                expected = oracle.optimum(scoring, *oracle.members(kind, adepts, mentors))
                self.assertGreater(expected["pairs"], 0)
                self.assertEqual(json.loads(dump(kind, "optimum")), expected)

    def test_a_wrong_number_would_show(self):
        scoring, adepts, mentors = oracle.load(DATA, "vocational")
        expected = dict(((a, m), score) for a, m, score in oracle.all_pairs(scoring, adepts, mentors))
        scoring.policy["distance"]["online"] = 0.71
        changed = dict(((a, m), score) for a, m, score in oracle.all_pairs(scoring, adepts, mentors))
        self.assertNotEqual(expected, changed)


if __name__ == "__main__":
    DUMP, DATA = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
