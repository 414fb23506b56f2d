"""What a coordinator gets wrong, read as coordinators read it.

Whatever is wrong with a command is said at once, in the words of the command
line, with how to mend it, and nothing is done.
"""

import json
import signal
import subprocess
import unittest

import sample
from harness import Stack, wait_until


class BadCommands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.addClassCleanup(cls.stack.stop)
        cls.token = cls.stack.token("--admin")
        cls.operator, cls.cohorts = sample.open_cohorts(cls.stack, cls.token)
        sample.import_people(cls.stack, cls.token, cls.operator)
        for kind in ("vocational", "language"):
            cls.good("cohort", "decide", kind)

    @classmethod
    def run_cli(cls, *arguments, token=None):
        return cls.stack.cli(*arguments, token=token or cls.token, check=False)

    @classmethod
    def good(cls, *arguments):
        done = cls.run_cli(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def bad(self, code, *arguments, says=(), never=()):
        """Runs a command that must end with `code` and say each of `says`, and nothing of `never`."""
        done = self.run_cli(*arguments)
        with self.subTest(command=" ".join(map(str, arguments))):
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertEqual(done.stdout, "")
            for text in says:
                self.assertIn(text, done.stderr)
            for text in never:
                self.assertNotIn(text, done.stderr)
        return done.stderr

    def test_all_that_the_command_line_lacks_is_said_at_once(self):
        self.bad(2, "match", "create", says=["COHORT: is missing", "MENTOR: is missing", "ADEPT: is missing",
                                             "`brygga match create --help` tells more"])
        self.bad(2, "cohort", "create", "vocational", "--places", "many", "--nmae", "x",
                 says=["--places many: give a whole number", "--name: is missing", "--nmae: is not known here",
                       "did you mean --name"])
        self.bad(2, "match", "shw", says=["shw: is no command of `brygga match`", "did you mean show"])
        self.bad(2, "match", says=["say what to do: run, repair,"])
        self.bad(2, "watch", "nothing", says=["SERVICE: nothing not in"])
        self.bad(2, "token", "--issuer", "/nowhere", "--admin", "--lifetime", "soon", says=["--lifetime soon: is not a time"])
        self.bad(2, "token", "--issuer", "/nowhere", says=["`brygga token`: At least 1 option"])
        self.bad(2, "--token-file", "/nowhere", "status", says=["--token-file: /nowhere cannot be read"])
        self.bad(5, "--address", "127.0.0.1:1", "--timeout", "3", "status", says=["Nobody answers at 127.0.0.1:1; is the suite running", "(--address, BRYGGA_ADDRESS)"],
                 never=["Service"])
        self.bad(2, "candidates", "A00002", "--top", "0", "--lang", "de", says=["--top", "1 to 1000", "--lang"])
        self.bad(2, "match", "show", "vocational", "--limit", "-3", says=["--limit"])
        self.bad(2, "match", "cadence", "vocational", "--from", "13", says=["--from"])
        error = json.loads(self.run_cli("--json", "match", "create").stderr)["error"]
        self.assertEqual((error["reason"], [field["field"] for field in error["fields"]]),
                         ("COMMAND_LINE", ["COHORT", "MENTOR", "ADEPT"]))

    def test_all_that_is_unknown_or_out_of_bounds_is_said_at_once(self):
        self.bad(3, "match", "create", "nope", "M9", "A9", "--answer-days", "999", "--reason", "no good",
                 says=['COHORT: there is no cohort "nope"', "Hösten 2022 (vocational)", "MENTOR: ", '"M9"', "ADEPT: ",
                       '"A9"', "--answer-days: must be between 0 and 90", "--reason: must be a code"],
                 never=["answer_days", "?"])
        self.bad(3, "cohort", "create", "nope", "--name", "", "--places", "-5", "--start", "2022-13-01", "--end", "foo",
                 says=["PROGRAMME: ", "--name: is required", "--places: must be", "--start: must be a date",
                       "--end: must be a date"])
        self.bad(2, "opening", "create", "nix", "Plats", "--kind", "foo", "--host", "bar", "--start", "2023-06-31",
                 "--municipality", "1",
                 says=["ORGANISATION: ", '--kind "foo": is not known; give one of internship', '--host "bar"',
                       "--start: must be a date", "--municipality: must be a municipality code"])
        self.bad(2, "match", "run", "nope", "--objective", "best", "--policy", "-1",
                 says=["COHORT: ", '--objective "best": is not known; give one of coverage-then-score',
                       "--policy: must be at least 0"])
        self.bad(2, "event", "create", "Kick", "--cohort", "nope", "--organiser", "nobody", "--starts",
                 "2027-01-01T10:00:00Z", "--ends", "late", "--capacity", "0", "--kind", "dance",
                 says=["--cohort: ", "--organiser: ", "--starts ", "without a zone", "--ends ", "--capacity: must be",
                       '--kind "dance"'])
        self.bad(2, "networking", "plan", "vocational", "Lunch", "--newcomer", "A00017=sv:Z9", "--newcomer", "nobody",
                 "--start", "tomorrow", "--level", "Z", "--event", "foo",
                 says=['--newcomer A00017=sv:Z9 "Z9"', "--newcomer nobody: there is nobody", '--start "tomorrow"',
                       '--level "Z"', "--event: must be a resource name"])
        self.bad(2, "cohort", "screen", "youth", "--role", "dancer", "--state", "gone", "--date", "x", "--expires", "y",
                 says=['--role "dancer"', '--state "gone"', "--date: must be a date", "--expires: must be a date"])
        self.bad(2, "organisation", "create", "", "--sector", "xx", "--kind", "yy", "--number", "12",
                 says=["NAME: is required", '--sector "xx"', '--kind "yy"', "--number: must be an organisation number"])
        self.bad(2, "allocate", "create", "nope", "Somrar", "--opening", "nix", "--reserve", "X=200", "--priority", "low",
                 says=["COHORT: ", "--opening nix: there is no opening", '--reserve "X=200"', "--priority: must be a code"])
        self.bad(2, "import", "mentors", sample.SAMPLE / "mentors.csv", "--cohort", "dancing=youth", "--cohort", "bad",
                 says=['--cohort dancing=youth "dancing": is not known', "give KIND=COHORT"])
        # Nothing of all that was done.
        self.assertEqual(self.run_cli("match", "list", "vocational", "--json").stdout.strip(), "{}")
        self.assertEqual(self.run_cli("allocate", "show", "vocational").returncode, 3)

    def test_errors_speak_of_things_as_the_reader_does(self):
        self.bad(3, "cohort", "move", "vocational", "--to", "completed", says=["vocational: is OPEN"],
                 never=["programmes/"])
        self.bad(3, "match", "create", "vocational", "A00002", "M00001",
                 says=["A00002 is not among the mentors of vocational"])
        self.bad(3, "match", "explain", "vocational", "M00001", "A00300", says=["A00300 takes no part there"])
        self.bad(3, "match", "publish", "Hösten 2022 (vocational)",
                 says=['run one with `brygga match run "Hösten 2022 (vocational)"`'])
        self.bad(3, "match", "overdue", "vocational", says=["brygga match cadence vocational --meetings 1"])
        self.bad(3, "match", "overdue", "Hösten 2022 (vocational)",
                 says=['`brygga match cadence "Hösten 2022 (vocational)" --meetings 1`'])
        self.bad(3, "match", "cadence", "vocational", says=["brygga match cadence vocational --meetings 1"])
        self.bad(3, "event", "show", "E001", says=["the parts of a course go by the key of the course"])
        self.bad(3, "candidates", "M00001", says=["M00001 is enrolled in several cohorts", "Hösten 2022 (language)"])
        listed = self.bad(3, "board", "nope", says=['There is no cohort "nope"'], never=["?"])
        self.assertEqual(len(listed.splitlines()), 4, listed)

    def test_who_may_not_and_who_is_away(self):
        anonymous = self.run_cli("match", "run", "vocational", token="nonsense")
        self.assertEqual(anonymous.returncode, 4, anonymous.stderr)
        self.assertIn("brygga token --help", anonymous.stderr)
        narrow = self.stack.token("--participant", "participants/x")
        self.assertIn(self.run_cli("match", "run", self.cohorts["vocational"], token=narrow).returncode, (3, 4))
        self.stack.kill("matching")
        away = self.run_cli("--timeout", "5", "match", "list", "vocational")
        self.stack.restart("matching")
        wait_until(lambda: self.run_cli("match", "list", "vocational").returncode == 0, 30, "matching to be found again")
        self.assertEqual(away.returncode, 5, away.stderr)
        self.assertIn("Matching does not answer now", away.stderr)
        self.assertIn("the same command can be given again", away.stderr)

    def test_an_import_stopped_by_hand_goes_on_where_it_was(self):
        whole = sample.rows("mentors")
        file = self.stack.folder / "many.csv"
        keys = list(whole[0])
        with open(file, "w", encoding="utf-8") as out:
            out.write(",".join(keys) + "\n")
            for i in range(4000):
                row = dict(whole[i % len(whole)], mentor_id=f"X{i:05}", email=f"x{i}@example.org", last_name=f"Öst{i}")
                out.write(",".join(f'"{row[key]}"' for key in keys) + "\n")
        running = subprocess.Popen(**self.stack._cli(["import", "mentors", file], self.token), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: "X00001" in str(self.stack.rows("participant", "SELECT external_key FROM participants "
                                                           "WHERE external_key = 'X00001'")), 60, "the first batch")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 5, out + err)
        self.assertIn("give the same command again to go on", " ".join(err.split()))
        again = self.run_cli("--json", "import", "mentors", file)
        counts = json.loads(again.stdout)["counts"]
        self.assertEqual(sum(counts.values()), 4000, counts)


if __name__ == "__main__":
    unittest.main()
