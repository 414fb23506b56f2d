"""SIGKILL at any moment loses nothing that was acknowledged, on both engines.

The clients keep their own log of what was acknowledged; the tests hold the
databases against it. An import is resumed by running it again.
"""

import os
import pathlib
import random
import subprocess
import time
import unittest

import harness
import rush
import world
from harness import Stack

SAMPLE = harness.ROOT / "data" / "sample"
SEED = int(os.environ.get("BRYGGA_SEED", random.randrange(1 << 30)))
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

    def imports(self, engine, victim):
        """Kills `victim` while people are imported; the same command, run again, finishes the job."""
        with Stack(engine) as stack:
            token = stack.token("--admin")
            client = stack.client(token)
            operator = world.organisation(client, "Mötesplats Mentor", "operator")
            cohorts = {}
            for word, kind in (("vocational", 1), ("language", 2), ("youth", 3)):
                programme = world.programme(client, operator, kind)
                cohorts[word] = world.cohort(client, programme)
            flags = [part for word, name in cohorts.items() for part in ("--cohort", f"{word}={name}")]
            stack.cli("import", "partners", SAMPLE / "partners.csv", "--operator", operator, token=token)
            big = stack.folder / "mentees.csv"
            expected = self.multiply(SAMPLE / "mentees.csv", big, 10)

            command = ["import", "mentees", big, *flags]
            job = subprocess.Popen(
                [str(harness.BUILD / "brygga"), *map(str, command)], cwd=harness.ROOT, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "BRYGGA_ADDRESS": stack.address("gateway"), "BRYGGA_TOKEN_FILE": self.file(stack, token)})
            time.sleep(self.random.uniform(0.05, 0.4))
            stack.restart(victim)
            job.wait(120)
            for _ in range(5):
                if stack.cli(*command, token=token, check=False).returncode in (0, 3):
                    break

            keys = [row[0] for row in stack.rows("participant", "SELECT external_key FROM participants")]
            self.assertEqual(len(keys), len(set(keys)), "somebody was imported twice")
            self.assertEqual(set(keys), expected)
            before = self.counts(stack)
            stack.cli(*command, token=token, check=False)
            self.assertEqual(self.counts(stack), before, "a third run changed something")

    def multiply(self, source, target, times):
        """Writes `source` `times` over with other keys, names and addresses; returns the keys that consented."""
        import csv
        with open(source, encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        later = {row["later_mentee_id"] for row in csv.DictReader(open(SAMPLE / "duplicates.csv", encoding="utf-8"))}
        keys = set()
        with open(target, "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            for copy in range(times):
                for row in rows:
                    if row["mentee_id"] in later:
                        continue
                    row = dict(row, mentee_id=f"{row['mentee_id']}-{copy}", last_name=f"{row['last_name']} {chr(65 + copy)}",
                               email=f"{copy}.{row['email']}")
                    writer.writerow(row)
                    if row["consent"] == "1":
                        keys.add(row["mentee_id"])
        return keys

    def counts(self, stack):
        tables = ("participants", "profiles", "consents", "enrolments", "change_log")
        return {table: stack.rows("participant", f"SELECT count(*) FROM {table}")[0][0] for table in tables}

    def file(self, stack, token):
        path = pathlib.Path(stack.folder) / "token"
        path.write_text(token)
        return str(path)

    def test_registrations_sqlite(self):
        self.registrations("sqlite")

    def test_registrations_postgresql(self):
        self.registrations("postgresql")


def add_import_tests():
    for engine in ("sqlite", "postgresql"):
        for victim in ("partner", "participant", "matching", "events", "gateway"):
            def test(self, engine=engine, victim=victim):
                self.imports(engine, victim)
            setattr(Kill, f"test_import_{victim}_{engine}", test)


add_import_tests()

if __name__ == "__main__":
    unittest.main()
