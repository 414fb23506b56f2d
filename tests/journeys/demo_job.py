"""A newcomer's first minutes: deploy/demo, read as people read it.

Its figures are held against an independent reading of the sample's CSV files,
it is run twice, and what it suggests at the end is tried. It works in a
temporary folder and leaves a developer's own .run/demo alone.
"""

import collections
import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

import harness
import sample

CRITERIA = ("FOREIGN_BACKGROUND", "POST_SECONDARY_EDUCATION", "SWEDISH_OR_ENGLISH", "RESIDENCE_PERMIT", "MOTIVATION")


def run_demo(folder):
    """Runs deploy/demo as `make demo` does and returns what it printed."""
    done = subprocess.run([str(harness.ROOT / "deploy" / "demo")], cwd="/", text=True, capture_output=True, timeout=240,
                          env={**os.environ, "BRYGGA_DEMO_DIR": str(folder), "BRYGGA_BUILD_DIR": str(harness.BUILD)})
    assert done.returncode == 0, f"ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def sections(text):
    """What the demo printed under each of its headings."""
    parts = re.split(r"^== (.*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def table(text, first_column):
    """The rows of the table whose head begins with `first_column`."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(first_column):
            break
    next(lines)
    rows = []
    for line in lines:
        if not line.strip() or line.startswith("…"):
            break
        rows.append(re.split(r"\s{2,}", line.strip()))
    return rows


def failed(row, kind):
    """The published conditions that an application does not meet."""
    levels = dict(entry.split(":") for entry in row["languages"].split(";") if entry)
    met = {
        "FOREIGN_BACKGROUND": row["origin_country"] != "SE",
        "POST_SECONDARY_EDUCATION": kind == "youth" or row["sun_level"] >= "4",
        "SWEDISH_OR_ENGLISH": any(levels.get(code) in ("B2", "C1", "C2", "N") for code in ("sv", "en")),
        "RESIDENCE_PERMIT": row["residence"] != "asylum_pending",
        "MOTIVATION": bool(row["goals"]),
    }
    return [criterion for criterion in CRITERIA if not met[criterion]]


class DemoJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="brygga-demo-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.home = cls.folder / "demo"
        cls.own = cls.trace()
        cls.first = run_demo(cls.home)
        cls.text = run_demo(cls.home)
        cls.shown = sections(cls.text)
        later = sample.later_applications()
        cls.applications = [row for row in sample.rows("mentees")
                            if row["consent"] == "1" and row["mentee_id"] not in later]

    @staticmethod
    def trace():
        """When a developer's own demo was last touched."""
        own = harness.ROOT / ".run" / "demo"
        return own.stat().st_mtime_ns if own.exists() else None

    def part(self, *words):
        """The text under the only heading that holds all `words`."""
        found = [text for heading, text in self.shown.items() if all(word in heading for word in words)]
        self.assertEqual(len(found), 1, (words, list(self.shown)))
        return found[0]

    def of(self, kind):
        return [row for row in self.applications if row["programme"] == kind and row["status"] != "withdrawn"]

    def denied(self, kind):
        return [row for row in self.of(kind) if failed(row, kind)]

    def enrolled(self, kind):
        return [row for row in self.of(kind) if not failed(row, kind) and row["status"] == "applied"]

    def mentors(self, kind):
        return [row for row in sample.rows("mentors")
                if kind in row["programmes"].split(";") and row["status"] != "withdrawn"]

    def round(self, kind):
        """The figures in the sentences about a programme's round."""
        text = self.part("Matching", kind)
        found = re.search(r"(\d+) of (\d+) adepts matched with (\d+) mentors who had (\d+) free seats", text)
        self.assertIn("Certified: no more can be matched", text)
        self.assertIn(f"{found[1]} matches published", text)
        return tuple(map(int, found.groups()))

    def test_two_runs_work_and_a_developers_own_demo_is_left_alone(self):
        self.assertEqual(list(sections(self.first)), list(self.shown))
        self.assertEqual(self.trace(), self.own)
        self.assertNotIn(str(harness.ROOT / ".run"), self.text)

    def test_all_files_are_imported_and_the_rows_left_out_are_named(self):
        for what in ("partners", "mentors", "events"):
            rows = len(sample.rows(what))
            self.assertIn(f"{rows} rows: {rows} created.", self.part("Importing", f"{rows} {what}"))
        text = self.part("Importing", "applications")
        later = sample.later_applications()
        refusing = {row["mentee_id"] for row in sample.rows("mentees") if row["consent"] == "0"}
        created = len(self.applications)
        self.assertIn(f"340 rows: {created} created, {len(refusing)} no consent, {len(later)} duplicate.", text)
        listed = {row[1]: row[2] for row in table(text, "Line")}
        self.assertEqual(listed, {**dict.fromkeys(refusing, "no consent"), **dict.fromkeys(later, "duplicate")})
        for row in sample.rows("duplicates"):
            self.assertIn(f"the same person as {row['first_mentee_id']}", text)

    def test_decisions_are_those_of_the_published_conditions(self):
        for kind in sample.KINDS:
            with self.subTest(kind=kind):
                text = self.part("Deciding who may take part", kind)
                counts = {(row[0], row[1]): int(row[2]) for row in table(text, "Role")}
                waiting = len(self.of(kind)) - len(self.denied(kind)) - len(self.enrolled(kind))
                mentors = "under review" if kind == "youth" else "enrolled"
                expected = {("adept", "denied"): len(self.denied(kind)), ("adept", "under review"): waiting,
                            ("adept", "enrolled"): len(self.enrolled(kind)),
                            ("mentor", mentors): len(self.mentors(kind))}
                self.assertEqual(counts, {key: count for key, count in expected.items() if count})
                self.assertIn(f"{sum(counts.values())} applications decided, {len(self.denied(kind))} refused", text)
                reasons = {row[1]: int(row[3]) for row in table(text.split("Why", 1)[1], "Role") if row[0] == "adept"}
                expected = collections.Counter(code for row in self.of(kind) for code in failed(row, kind))
                expected["DOCUMENTS"] = sum(row["status"] == "waiting_documents" for row in self.of(kind))
                self.assertEqual(reasons, dict(expected))

    def test_mentors_of_young_people_are_enrolled_after_a_visible_screening(self):
        mentors = len(self.mentors("youth"))
        text = self.part("screened")
        self.assertIn(f"{3 * mentors} screenings recorded as passed for {mentors} people", text)
        self.assertEqual(table(text, "Role"), [["mentor", "enrolled", str(mentors)]])

    def test_rounds_are_certified_and_never_use_a_seat_twice(self):
        given = 0
        for kind in sample.KINDS:
            with self.subTest(kind=kind):
                matched, adepts, mentors, seats = self.round(kind)
                active = [row for row in self.mentors(kind) if row["status"] == "active"]
                capacity = sum(int(row["capacity"]) for row in active)
                self.assertEqual((adepts, mentors), (len(self.enrolled(kind)), len(active)))
                self.assertTrue(0 < matched <= min(adepts, seats))
                self.assertTrue(capacity - given <= seats <= capacity)
                given += matched
                shown = self.part(f"The {kind} programme")
                self.assertEqual(len(table(shown, "Adept")), min(12, matched))
                if adepts > matched:
                    self.assertEqual(len(table(shown.split("Unmatched", 1)[1], "Adept")), min(12, adepts - matched))
        self.assertEqual(self.round("vocational")[3], sum(
            int(row["capacity"]) for row in self.mentors("vocational") if row["status"] == "active"))
        self.assertEqual(self.round("vocational"), tuple(map(int, re.search(
            r"(\d+) of (\d+) adepts matched with (\d+) mentors who had (\d+) free seats", self.first).groups())))

    def test_no_event_has_more_people_than_seats(self):
        rows = [row[1:] for row in table(self.part("Seats per event"), "Key")]
        self.assertGreater(len(rows), len(sample.rows("events")) - 2)  # Sessions of a course are one event.
        for title, _, _, state, seats, taken, waiting, _ in rows:
            self.assertEqual(state, "published")
            self.assertLessEqual(int(taken), int(seats), title)
            self.assertTrue(int(waiting) == 0 or taken == seats, title)
        got, wait, there, refused = map(int, re.search(
            r"(\d+) seats given, (\d+) put on the waiting list, (\d+) were registered already, (\d+) refused",
            self.part("A kick-off")).groups())
        matched = self.round("vocational")[0]
        self.assertEqual((there, refused), (0, 0))
        self.assertTrue(got <= 250 and (wait == 0 or got == 250))
        self.assertTrue(matched < got + wait <= 2 * matched)  # Every adept, and every mentor once.
        kick_off = max(rows, key=lambda row: row[2])
        self.assertEqual(kick_off[4:7], ["250", str(got), str(wait)])

    def test_the_board_is_one_valid_json_answer_with_the_same_figures(self):
        board = json.loads(self.part("as JSON"))["board"]
        matched, adepts, mentors, seats = self.round("youth")
        statistics = board["round"]["statistics"]
        self.assertEqual((statistics["matched"], statistics["adepts"], statistics["mentors"], statistics["seats"]),
                         (matched, adepts, mentors, seats))
        self.assertIs(board["round"]["certified"], True)
        counts = {(item["role"], item["state"]): item["count"] for item in board["funnel"]["enrolments"]}
        self.assertEqual(counts["PROGRAMME_ROLE_ADEPT", "ENROLMENT_STATE_ENROLLED"], adepts)
        self.assertEqual(counts["PROGRAMME_ROLE_ADEPT", "ENROLMENT_STATE_DENIED"], len(self.denied("youth")))
        self.assertEqual(board["funnel"]["matches"], [{"state": "MATCH_STATE_PROPOSED", "count": matched}])
        self.assertEqual((len(board["pairs"]), len(board.get("unmatched", ()))), (1, min(1, adepts - matched)))
        self.assertNotIn("partialFailures", board)

    def test_what_it_suggests_works_against_the_suite_started_as_it_says(self):
        suggested = [line.strip() for line in self.text.split("That was Brygga.")[1].splitlines()[1:] if line.strip()]
        start, export, *commands = suggested
        with self.suite(start) as address:
            settings = dict(pair.split("=") for pair in shlex.split(export)[1:])
            self.assertEqual(settings.pop("BRYGGA_ADDRESS"), "127.0.0.1:7070")
            self.assertEqual(pathlib.Path(settings["BRYGGA_TOKEN_FILE"]), self.home / "admin.token")
            self.assertGreater(len(commands), 3)
            for line in commands:
                with self.subTest(command=line):
                    command = re.split(r"\s{2,}", line)[0]  # The rest says what it is good for.
                    done = subprocess.run(shlex.split(command), cwd=harness.ROOT, text=True, capture_output=True,
                                          env={**os.environ, **settings, "BRYGGA_ADDRESS": address}, timeout=60)
                    self.assertIn(done.returncode, (0, 1), done.stderr)
                    self.assertGreater(len(done.stdout), 40)
                    if " import " in command:
                        self.assertRegex(done.stdout, r"Dry run, nothing is stored: .*\b329 unchanged")

    @contextlib.contextmanager
    def suite(self, command):
        """Starts the suite as suggested, on free ports because other tests run beside this one."""
        program = re.split(r"\s{2,}", command)[0]
        default = subprocess.run([shlex.split(program)[0], "--help"], text=True, capture_output=True, check=True).stdout
        self.assertRegex(default, r"--port [^\n]*=7070 ")
        ports = self.folder / "ports"
        with open(self.folder / "suite.log", "wb") as log:
            suite = subprocess.Popen([*shlex.split(program), "--free-ports", "--ports-file", str(ports)],
                                     cwd=harness.ROOT, stdout=log, stderr=log)
        try:
            harness.wait_until(lambda: suite.poll() is not None or (ports.exists() and "gateway" in ports.read_text()),
                               60, "the suite to start")
            self.assertIsNone(suite.poll(), (self.folder / "suite.log").read_text())
            yield dict(line.split()[:2] for line in ports.read_text().splitlines())["gateway"]
        finally:
            suite.terminate()
            self.assertEqual(suite.wait(30), 0)


if __name__ == "__main__":
    unittest.main()
