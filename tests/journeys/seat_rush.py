"""20,000 registrations for 500 seats from three client processes over 64 connections: exactly 500, on both engines."""

import collections
import os
import unittest

import rush
from harness import Stack

CALLS = int(os.environ.get("BRYGGA_RUSH_CALLS", "20000"))
SEATS = 500


class SeatRush(unittest.TestCase):
    def rush(self, engine):
        with Stack(engine, services=["partner", "participant", "events"]) as stack:
            token = stack.token("--admin")
            event = rush.published_event(stack.client(token, "events"), SEATS, waiting_list=False)
            answers = rush.answers(rush.start(stack.address("events"), event, CALLS, token))

            count = collections.Counter(answer.state for answer in answers)
            print(f"{engine}: {dict(count)}")
            self.assertEqual(count, {"REGISTERED": SEATS, "EVENT_FULL": CALLS - SEATS})
            stored = stack.rows("events", "SELECT participant FROM registrations WHERE state = 'REGISTERED'")
            self.assertEqual({row[0].split("/")[-1] for row in stored},
                             {answer.participant.split("/")[-1] for answer in answers if answer.state == "REGISTERED"})

    def test_sqlite(self):
        self.rush("sqlite")

    def test_postgresql(self):
        self.rush("postgresql")


if __name__ == "__main__":
    unittest.main()
