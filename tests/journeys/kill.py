"""SIGKILL at any moment loses nothing that was acknowledged, on both engines.

The clients keep their own log of what was acknowledged; the tests hold the
databases against it. An import is resumed by running it again.
"""

import csv
import os
import random
import time
import unittest

import harness
import rush
import world
from harness import Stack

SAMPLE = harness.ROOT / "data" / "sample"
SEED = int(os.environ.get("BRYGGA_SEED", random.randrange(1 << 30)))
IMPORTED = (0, 1)  # Exit codes: all done, or all but the rows that the report names.
KILLS = int(os.environ.get("BRYGGA_KILLS", "4"))


class Kill(unittest.TestCase):
    def setUp(self):
        print(f"BRYGGA_SEED={SEED}")
        self.random = random.Random(SEED)

    def registrations(self, engine):
        with Stack(engine, services=["partner", "participant", "events"]) as stack:
            token = stack.token("--admin")
            event = rush.published_event(stack.client(token, "events"), 300, waiting_list=True)
            clients = rush.start(stack.address("events"), event, 3000, token, in_flight=64)
            for _ in range(KILLS):
                time.sleep(self.random.uniform(0.3, 0.9))
                stack.restart("events")
            answers = rush.answers(clients)

            self.assertEqual(len(answers), 3000)
            self.assertEqual({answer.state for answer in answers}, {"REGISTERED", "WAITLISTED"})
            self.assertEqual(sum(answer.state == "REGISTERED" for answer in answers), 300)
            stored = {participant.split("/")[-1]: state for participant, state in
                      stack.rows("events", "SELECT participant, state FROM registrations")}
            self.assertEqual(stored, {answer.participant.split("/")[-1]: answer.state for answer in answers})

    def imports(self, engine):
        """Kills each service while people are imported; the same command, run again, finishes the job."""
        with Stack(engine) as stack:
            token = stack.token("--admin")
            client = stack.client(token)
            operator = world.organisation(client, "Mötesplats Mentor", "operator")
            flags = []
            for word, kind in (("vocational", 1), ("language", 2), ("youth", 3)):
                flags += ["--cohort", f"{word}={world.cohort(client, world.programme(client, operator, kind))}"]
            stack.cli("import", "partners", SAMPLE / "partners.csv", "--operator", operator, token=token)
            expected = {row[0] for row in self.keys(stack)}
            for victim in harness.SERVICES:
                file = stack.folder / f"{victim}.csv"
                expected |= self.multiply(SAMPLE / "mentees.csv", file, victim, 6)
                command = ["import", "mentees", file, *flags]
                job = stack.start_cli(*command, token=token)
                time.sleep(self.random.uniform(0.05, 0.4))
                stack.restart(victim)
                job.wait(120)
                for _ in range(5):
                    if stack.cli(*command, token=token, check=False).returncode in IMPORTED:
                        break

                keys = [row[0] for row in self.keys(stack)]
                self.assertEqual(len(keys), len(set(keys)), f"{victim}: somebody was imported twice")
                self.assertEqual(set(keys), expected, victim)
                before = self.counts(stack)
                again = stack.cli(*command, token=token, check=False)
                self.assertIn(again.returncode, IMPORTED, again.stderr)
                self.assertEqual(self.counts(stack), before, f"{victim}: a repetition changed something")

    def keys(self, stack):
        return stack.rows("participant", "SELECT external_key FROM participants WHERE external_key IS NOT NULL")

    def multiply(self, source, target, prefix, times):
        """Writes the applications `times` over, all different people; returns the keys of those who consented."""
        with open(SAMPLE / "duplicates.csv", encoding="utf-8", newline="") as f:
            later = {row["later_mentee_id"] for row in csv.DictReader(f)}
        with open(source, encoding="utf-8", newline="") as f:
            rows = [row for row in csv.DictReader(f) if row["mentee_id"] not in later]
        keys = set()
        with open(target, "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            for copy in range(times):
                for row in rows:
                    key = f"{prefix}-{copy}-{row['mentee_id']}"
                    writer.writerow(dict(row, mentee_id=key, last_name=f"{row['last_name']} {prefix} {chr(65 + copy)}",
                                         email=f"{prefix}.{copy}.{row['email']}"))
                    if row["consent"] == "1":
                        keys.add(key)
        return keys

    def counts(self, stack):
        tables = ("participants", "profiles", "consents", "enrolments", "change_log")
        return {table: stack.rows("participant", f"SELECT count(*) FROM {table}")[0][0] for table in tables}

    def test_registrations_sqlite(self):
        self.registrations("sqlite")

    def test_registrations_postgresql(self):
        self.registrations("postgresql")

    def test_imports_sqlite(self):
        self.imports("sqlite")

    def test_imports_postgresql(self):
        self.imports("postgresql")


if __name__ == "__main__":
    unittest.main()
