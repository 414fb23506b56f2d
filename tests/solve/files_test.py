#!/usr/bin/env python3
"""`brygga solve` on files that are wrong, odd or cannot be written: what it says,
how it ends, and that it never breaks.

    files_test.py BRYGGA

BRYGGA_SOLVE_SECONDS spoils files for so long.
"""

import os
import random
import re
import resource
import sys
import tempfile
import time
import unittest

import instance
import shapes

BRYGGA = ""
FIELD = "p brygga 2 2 3\ne 1 1 10\ne 1 2 0\ne 2 1 5\n"
DONE, USAGE, REFUSED = 0, 2, 3

# A file, and what is said of it: the place and how to mend it.
WRONG = [
    ("p brygga 2 2 3\ne 1 1 10\ne 1 2", "Line 3: has 2 fields", 'write "e I J SCORE"'),
    ("p brygga 2 2 3\ne 1 1 10\n", "Line 1, EDGES: says 3", "write 1, or add what is missing"),
    ("p brygga 2 2 0\ne 1 1 10\n", "Line 1, EDGES: says 0", "write 1"),
    ("p brygga 2 2\n", "Line 1: has 3 fields", "p brygga LEFT RIGHT EDGES"),
    ("p brygga -2 2 0\n", "Line 1, LEFT: -2", "from 0 to 50000000"),
    ("p brygga 2 60000000 0\n", "Line 1, RIGHT: 60000000", "from 0 to 50000000"),
    ("p brygga 2 2 x\n", "Line 1, EDGES", "whole number"),
    ("p assignment 2 2 0\n", "Line 1, p", "p brygga LEFT RIGHT EDGES"),
    ("p brygga 1 1 0\np brygga 1 1 0\n", "Line 2, p: stands on line 1 already", "take one of them out"),
    ("e 1 1 1\np brygga 1 1 1\n", "Line 1, p", "write it first"),
    ("c only\n", "p: the file has no such line", "begin it with"),
    ("", "file: is empty", "p brygga LEFT RIGHT EDGES"),
    ("\n \n", "file: is empty", "p brygga LEFT RIGHT EDGES"),
    ("p brygga 1 1 1\ne 1 1 -5\n", "Line 2, SCORE: -5", "from 0 to"),
    ("p brygga 1 1 1\ne 1 1 1.5\n", "Line 2, SCORE", "digits alone"),
    ("p brygga 1 1 1\ne 1 1 1e9\n", "Line 2, SCORE", "digits alone"),
    ("p brygga 1 1 1\ne 1 1 NaN\n", "Line 2, SCORE", "digits alone"),
    ("p brygga 1 1 1\ne 1 1 " + "9" * 30 + "\n", "Line 2, SCORE", "from 0 to"),
    ("p brygga 1 1 1\ne 1 1 9000000000000000000\n", "Line 2, SCORE", "divide all scores by the same number"),
    ("p brygga 1 1 1\ne 0 1 5\n", "Line 2, I: 0 does not exist", "write 1 to 1"),
    ("p brygga 1 1 1\ne 1 2 5\n", "Line 2, J: 2 does not exist", "raise RIGHT on line 1"),
    ("p brygga 0 1 1\ne 1 1 5\n", "Line 2, I: 1 does not exist", "line 1 says that there are none"),
    ("p brygga 1 1 1\ne 1 1 5 1\n", "Line 2, RANK_OF_I_FOR_J: is missing", "both ranks or none"),
    ("p brygga 1 1 1\ne 1 1 5 1 -1\n", "Line 2, RANK_OF_I_FOR_J: -1", "from 0 to 2147483647"),
    ("p brygga 1 1 1\ne 1 1 5 1 2 3\n", "Line 2: has 6 fields", 'write "e I J SCORE"'),
    ("p brygga 1 2 2\ne 1 1 5 1 2\ne 1 2 5\n", "Line 3, RANK_OF_J_FOR_I: is missing", "on every e line or on none"),
    ("p brygga 1 1 2\ne 1 1 5\ne 1 1 6\n", "Line 3, pair: the pair 1, 1 stands on line 2 already", "take one of them out"),
    ("p brygga 1 1 0\nl 1 -1\n", "Line 2, CAPACITY: -1", "from 0 to 2147483647"),
    ("p brygga 1 1 0\nr 1 3000000000\n", "Line 2, CAPACITY: 3000000000", "from 0 to 2147483647"),
    ("p brygga 1 1 0\nl 2 1\n", "Line 2, I: 2 does not exist", "write 1 to 1"),
    ("p brygga 1 1 0\nl 1 2\nl 1 2\n", "Line 3, I: 1 has a capacity already", "leave the line out"),
    ("p brygga 1 1 0\nl 1\n", "Line 2: has 1 fields", "l I CAPACITY"),
    ("p brygga 1 1 0\nq 1\n", 'Line 2: begins with "q"', "begins with c, p, l, r or e"),
    ("p brygga 1 1 1\re 1 1 1\r", "file: ends its lines with carriage returns alone", "save it with the line ends"),
    ("left,right\na,b\n", "Line 1, score: is missing", "names the columns"),
    ("left,right,score,colour\na,b,1,red\n", 'Line 1, column 4: "colour"', "rename it or take it out"),
    ("left,right,score\na,b\n", "Line 2: has 2 columns", "add or take out a separator"),
    ('left,right,score\n"a,b,1\n', "Line 2, left", "close it"),
    ("left,right,score\na,b,\n", "Line 2, score: is missing", "whole number"),
    ("left,right,score\na,,1\n", "Line 2, right: is missing", "name both people"),
    ("left,right,score\na,b,1\na,b,1\n", "Line 3, pair", "take one of them out"),
    ("left,right,score,left_capacity\na,b,1,2\na,c,1,3\n", "Line 3, left_capacity: 3 contradicts line 2", "write the same"),
    ("left,right,score,left_rank\na,b,1,1\n", "Line 1, right_rank: is missing", "both ranks or none"),
    ("\ufeff\ufeffp brygga 1 1 0\n", "Line 1", "left, right, score"),
    ("hello, world\n", "Line 1, column 1", "p brygga LEFT RIGHT EDGES"),
]

# A file, what is matched, and the total.
ODD = [
    (FIELD.replace("\n", "\r\n"), 2, 5),
    ("\ufeff" + FIELD, 2, 5),
    (FIELD[:-1], 2, 5),
    ("\n\nc\nc  a comment é\n" + FIELD.replace(" ", "  \t"), 2, 5),
    ("p brygga 0 0 0\n", 0, 0),
    ("p brygga 3 0 0\n", 0, 0),
    ("p brygga 1000000 1 1\ne 1000000 1 3\n", 1, 3),
    ("p brygga 1 1 1\nr 1 2147483647\nl 1 2147483647\ne 1 1 7\n", 1, 7),
    ("p brygga 1 1 1\ne 1 1 144115188075855872\n", 1, 144115188075855872),
    ("p brygga 1 1 1\nl 1 0\ne 1 1 7\n", 0, 0),
    ("p brygga 1 1 1\ne 1 1 007\n", 1, 7),
    ("left,right,score\n", 0, 0),
    ('LEFT;score;right\n"a;""b""";3;c\r\n', 1, 3),
    ("score\tright\tleft\n4\tb\ta\n", 1, 4),
]


class FilesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.solver = instance.Solver(BRYGGA, folder.name)

    def file(self, name, text):
        return self.solver.write(name, text)

    def bytes(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def refused(self, *arguments, **options):
        """A run that ends with USAGE, says why, and nothing on standard output."""
        ran = self.solver.run(*arguments, **options)
        self.assertEqual((ran.returncode, ran.stdout), (USAGE, ""), ran.stderr)
        self.assertNotEqual(ran.stderr, "")
        return ran.stderr

    def test_every_fault_names_its_place_and_its_mend(self):
        for text, place, mend in WRONG:
            with self.subTest(text=text[:60]):
                told = self.refused(self.file("wrong.txt", text))
                self.assertIn(place.lower(), told.lower())
                self.assertIn(mend, told)

    def test_what_is_odd_is_read(self):
        for text, matched, total in ODD:
            with self.subTest(text=text[:60]):
                ran = self.solver.run(self.file("odd.txt", text))
                self.assertEqual(ran.returncode, DONE, ran.stderr)
                figures = instance.last_line(ran.stdout)
                self.assertEqual((int(figures["matched"]), int(figures["total"])), (matched, total))

    def test_what_is_no_file_of_text(self):
        self.assertIn("Is a directory", self.refused(self.folder))
        self.assertIn("No such file", self.refused(os.path.join(self.folder, "none")))
        self.assertIn("is no text", self.refused(BRYGGA))
        self.assertIn("is no text", self.refused("/dev/zero"))
        self.assertIn("UTF-16", self.refused(self.bytes("a", FIELD.encode("utf-16"))))
        self.assertIn("compressed", self.refused(self.bytes("b", b"\x1f\x8b\x08rest")))
        self.assertIn("is empty", self.refused("-", input=""))
        self.assertIn("line 3: begins with", self.refused(self.bytes("c", FIELD.encode()[:20] + b"\n\0\0\n")))
        if os.geteuid() != 0:
            path = self.file("secret", FIELD)
            os.chmod(path, 0)
            self.assertIn("Permission denied", self.refused(path))

    def test_names_that_are_no_utf8_do_no_harm(self):
        path = self.bytes("latin.csv", b"left,right,score\n\xc5sa,Bo,1\n\xc5sa,Bo,2\n")
        self.assertIn("Line 3, pair", self.refused(path))
        self.assertIn("line 3, pair", self.refused(path, "--json"))

    def test_what_is_wrong_with_the_command(self):
        path = self.file("field.txt", FIELD)
        for arguments in ([], [path, path], [path, "--objective", "best"], [path, "--threads", "0"], [path, "--threads", "many"],
                          [path, "--certificate"], [path, "--check", path], [path, "--colour", "red"]):
            with self.subTest(arguments=arguments):
                self.refused(*arguments)

    def test_nothing_is_written_over_what_is_read_or_over_the_other(self):
        path, other = self.file("field.txt", FIELD), os.path.join(self.folder, "other")

        self.assertIn("written over", self.refused(path, "--pairs", path))
        self.assertIn("written over", self.refused(path, "--certificate", os.path.join(self.folder, ".", "field.txt")))
        self.assertIn("name two files", self.refused(path, "--pairs", other, "--certificate", other))

        self.assertEqual(self.solver.read("field.txt"), FIELD)

    def test_what_cannot_be_written_is_said_before_anything_is_solved(self):
        path = self.file("field.txt", FIELD)
        for option in ("--pairs", "--certificate"):
            self.assertIn("No such file or directory", self.refused(path, option, os.path.join(self.folder, "no", "where")))
            self.assertIn("Is a directory", self.refused(path, option, self.folder))
            self.assertIn("No space left on device", self.refused(path, option, "/dev/full"))

    def test_a_disk_that_is_full_is_no_success(self):
        path = self.file("big.txt", shapes.dense(random.Random(1), 60).text())
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        told = self.refused(path, "--pairs", os.path.join(self.folder, "pairs"), preexec_fn=limit,
                            restore_signals=False)  # Python ignores SIGXFSZ; so does the program then.
        self.assertIn("cannot be written (File too large)", told)
        with open("/dev/full", "w") as full:
            ran = instance.subprocess.run([BRYGGA, "solve", path], stdout=full, stderr=instance.subprocess.PIPE, text=True)
        self.assertEqual(ran.returncode, USAGE)
        self.assertIn("standard output cannot be written", ran.stderr.lower())

    def test_a_spreadsheet_is_the_same_problem(self):
        for shape in (shapes.sparse, shapes.seats_on_both, shapes.many_to_many_with_ties, shapes.past_31_bits):
            problem = shape(random.Random(3), 15)
            text, csv = self.file("a.txt", problem.text()), self.file("a.csv", problem.csv())
            for objective in ("coverage-then-score", "score", "fairest", "stable"):
                pairs = os.path.join(self.folder, "pairs")
                runs = []
                for path in (text, csv):
                    ran = self.solver.run(path, "--objective", objective, "--pairs", pairs)
                    self.assertEqual(ran.returncode, DONE, ran.stderr)
                    figures = instance.last_line(ran.stdout)
                    runs.append((figures["matched"], figures["total"], figures["blocking_pairs"]))
                    # The pairs are an instance, too, and all of it.
                    whole = instance.last_line(self.solver.run(pairs, "--objective", "score").stdout)
                    self.assertLessEqual(int(whole["matched"]), int(figures["matched"]))
                self.assertEqual(runs[0], runs[1])

    def test_a_proof_that_is_spoilt_is_refused(self):
        problem = shapes.dense(random.Random(2), 12)
        path, pairs, proof = self.file("a.txt", problem.text()), os.path.join(self.folder, "p"), os.path.join(self.folder, "c")
        self.assertEqual(self.solver.run(path, "--pairs", pairs, "--certificate", proof).returncode, DONE)
        good = self.solver.read("c")
        self.assertEqual(self.solver.run(path, "--pairs", pairs, "--check", proof).returncode, DONE)
        draw, ends = random.Random(4), []
        for _ in range(40):
            at = draw.randrange(len(good))
            spoilt = good[:at] + draw.choice("0123456789-[]{},x") + good[at + draw.randint(0, 2):]
            ran = self.solver.run(path, "--pairs", pairs, "--check", self.file("c", spoilt))
            self.assertIn(ran.returncode, (DONE, USAGE, REFUSED), ran.stderr)
            ends.append(ran.returncode)
        self.assertGreater(ends.count(REFUSED), 5)
        self.assertGreater(ends.count(USAGE), 5)

    def test_spoilt_files_never_break_the_reader(self):
        draw = random.Random(int(os.environ.get("BRYGGA_SOLVE_SEED", "1")))
        end, count, read = time.monotonic() + float(os.environ.get("BRYGGA_SOLVE_SECONDS", "0")), 0, 0
        while count < 60 or time.monotonic() < end:
            problem = draw.choice(shapes.SHAPES)(draw, 6)
            data = bytearray((problem.text() if draw.random() < 0.6 else problem.csv()).encode())
            for _ in range(draw.randint(1, 4)):
                at = draw.randrange(len(data) + 1)
                kind = draw.randrange(6)
                if kind == 0:
                    del data[at:]
                elif kind == 1:
                    del data[at:at + draw.randint(1, 20)]
                elif kind == 2:
                    data[at:at] = bytes(draw.choice(b" \n\r\t,;\"-0123456789eplrc\x00\xff.") for _ in range(draw.randint(1, 3)))
                elif kind == 3:
                    data[at:at] = draw.choice([b"99999999999999999999", b"2147483648", b"-1", b"\xef\xbb\xbf", b"e 1 1 1\n", b"\n\n"])
                elif kind == 4:
                    other = draw.randrange(len(data) + 1)
                    data[at:at] = data[other:other + 30]
                else:
                    data[at:at + 1] = bytes([draw.randrange(256)])
            ran = self.solver.run(self.bytes("spoilt", bytes(data)), "--objective",
                                  draw.choice(["coverage-then-score", "score", "fairest", "stable"]))
            count += 1
            if ran.returncode == DONE:
                instance.last_line(ran.stdout)
                read += 1
                continue
            self.assertEqual((ran.returncode, ran.stdout), (USAGE, ""), bytes(data))
            self.assertRegex(ran.stderr, re.compile(r"([Ll]ine \d+|file|\bp): |[Ll]ine \d+, |cannot be"))
        self.assertGreater(read, 0)
        if count > 60:
            print(f"{count} spoilt files, {read} of them still files", flush=True)


if __name__ == "__main__":
    BRYGGA = sys.argv[1]
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
