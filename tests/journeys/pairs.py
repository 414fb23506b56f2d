"""A coordinator publishes a round and registers its pairs for the kick-off, on both engines.

Events follows what matching publishes: pairs that end are no longer listed, those of the next round are, also where
events or matching was killed meanwhile, and an erased person is in no pair.
"""

import json
import unittest

import world
from harness import Failure, Stack, once_back, request_id, wait_until

from google.protobuf import field_mask_pb2

from brygga.events.v1 import event_pb2, event_service_pb2, registration_service_pb2 as registrations
from brygga.matching.v1 import matching_service_pb2
from brygga.participant.v1 import data_subject_request_service_pb2 as requests, programme_pb2

REGISTERED = registrations.REGISTRATION_STATE_REGISTERED


def kick_off(client, programme, cohorts, capacity=20):
    event = client.events.CreateEvent(event_service_pb2.CreateEventRequest(
        event=event_pb2.Event(
            kind=event_pb2.EVENT_KIND_KICK_OFF, title_sv="Programstart", mode=event_pb2.ATTENDANCE_MODE_ONSITE,
            municipality="0180", organiser="organisations/01890a5d-ac96-774b-bcce-b302099a8057",
            programme=programme, cohorts=cohorts, capacity=capacity, waiting_list=True,
            sessions=[event_pb2.Session(local_start="2099-01-12T17:00:00", local_end="2099-01-12T19:30:00")],
            audience=[event_pb2.AUDIENCE_MENTORS, event_pb2.AUDIENCE_MENTEES]),
        request_id=request_id())).event
    return client.events.PublishEvent(
        event_service_pb2.PublishEventRequest(name=event.name, request_id=request_id())).event.name


def publish(client, cohort):
    made = world.run_round(client, cohort)
    client.matching.PublishRound(matching_service_pb2.PublishRoundRequest(name=made.name, request_id=request_id()))
    return made.name


def register(client, event, round_=""):
    return client.registrations.RegisterPairs(registrations.RegisterPairsRequest(
        parent=event, round=round_, request_id=request_id()))


def matches(client, cohort):
    listed = client.matching.ListMatches(matching_service_pb2.ListMatchesRequest(parent=cohort, page_size=1000)).matches
    return {match.name: match for match in listed}


class Pairs(unittest.TestCase):
    def listed(self):
        """(mentor, adept): how each is registered."""
        answer = self.client.registrations.ListPairs(registrations.ListPairsRequest(parent=self.event, page_size=1000))
        return {(pair.mentor, pair.adept): (pair.mentor_state, pair.adept_state) for pair in answer.pairs}

    def people(self, role, count, prefix):
        found = []
        for i in range(count):
            person = world.person(self.client, self.programme, f"{prefix} {i}", f"{prefix}{i}", capacity=1)
            world.enrol(self.client, self.cohort, person, role)
            found.append(person)
        return found

    def open(self, stack):
        """Three mentors and three adepts who can be matched, and an event for them."""
        self.token = stack.token("--admin")
        self.client = client = stack.client(self.token)
        *_, self.programme, self.cohort = world.people(client, stack)
        self.people(world.MENTOR, 3, "m")
        self.people(world.ADEPT, 3, "a")
        world.decide(client, self.cohort)
        for state in (programme_pb2.COHORT_STATE_CLOSED, programme_pb2.COHORT_STATE_MATCHING):
            world.change_state(client, self.cohort, state)
        self.event = kick_off(client, self.programme, [self.cohort])

    def journey(self, engine):
        with Stack(engine) as stack:
            self.open(stack)
            client = self.client
            self.assertEqual(register(client, self.event).pair_count, 0)

            # At once after the publication, and all of it.
            round_ = publish(client, self.cohort)
            answer = register(client, self.event, round_)
            self.assertEqual((answer.pair_count, answer.registered_count), (3, 6))
            expected = {(match.mentor, match.adept): (REGISTERED, REGISTERED)
                        for match in matches(client, self.cohort).values()}
            self.assertEqual(self.listed(), expected)
            self.assertEqual(register(client, self.event).already_registered_count, 6)

            # One declines while events is down: it is told when it is back.
            stack.kill("events")
            gone = next(iter(matches(client, self.cohort).values()))
            client.matching.DeclineMatch(matching_service_pb2.DeclineMatchRequest(
                name=gone.name, side=1, reason="NO_TIME", request_id=request_id()))
            stack.start("events")
            del expected[(gone.mentor, gone.adept)]
            wait_until(once_back(lambda: self.listed() == expected), 30, "the pair to go")

            # Without matching a list says what was known; nobody is registered by it.
            stack.kill("matching")
            self.assertEqual(self.listed(), expected)
            with self.assertRaises(Failure) as behind:
                register(client, self.event)
            self.assertEqual(behind.exception.reason, "PAIRS_BEHIND")
            stack.start("matching")
            wait_until(self.registers, 30, "matching to be followed again")

            # An erased person is in no pair of ours.
            mentor, adept = next(iter(expected))
            asked = client.requests.RequestErasure(requests.RequestErasureRequest(
                participant=adept, request_id=request_id())).data_subject_request
            wait_until(lambda: self.is_completed(asked.name), 30, "everybody to acknowledge")
            self.assertEqual(stack.rows("events", "SELECT count(*) FROM pairs WHERE adept = "
                                                  f"'{adept}' OR mentor = '{adept}'"), [["0"]])
            del expected[(mentor, adept)]
            wait_until(lambda: self.listed() == expected, 30, "the other half to be free")

            # Coordinators of other programmes learn nothing.
            other = stack.client(stack.token("--coordinator", "programmes/other"))
            with self.assertRaises(Failure) as refused:
                other.registrations.ListPairs(registrations.ListPairsRequest(parent=self.event))
            self.assertEqual(refused.exception.code, "PERMISSION_DENIED")

    def registers(self):
        try:
            return register(self.client, self.event).pair_count == 2
        except Failure:
            return False

    def is_completed(self, name):
        found = self.client.requests.GetDataSubjectRequest(requests.GetDataSubjectRequestRequest(name=name))
        return found.data_subject_request.state == requests.DATA_SUBJECT_REQUEST_STATE_COMPLETED

    def pairs_command(self, *arguments, code=0):
        """`brygga event pairs`: what it prints, or its error where it is to end with `code`."""
        done = self.stack.cli("event", "pairs", *arguments, token=self.token, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr if code else done.stdout

    def test_a_coordinator_asks_and_registers_from_the_command_line(self):
        with Stack() as self.stack:
            self.open(self.stack)
            self.assertIn("0 of 0 pairs have a seat for both", self.pairs_command(self.event))
            publish(self.client, self.cohort)

            tried = json.loads(self.pairs_command(self.event, "--register", "--dry-run", "--json"))
            self.assertEqual((tried["registered"]["pairCount"], tried["registered"]["registeredCount"]), (3, 6))
            self.assertEqual([pair.get("mentorState") for pair in tried["pairs"]], [None] * 3)
            self.assertIn("not registered", self.pairs_command(self.event))

            done = self.pairs_command(self.event, "--register", "--round", self.cohort)
            self.assertIn("3 pairs: 6 seats given", done)
            self.assertIn("3 of 3 pairs have a seat for both. As of ", done)
            self.assertRegex(done, r"(?m)^m \d .* registered  +a \d .* registered$")
            told = json.loads(self.pairs_command(self.event, "--json"))
            self.assertEqual({(pair["mentor"], pair["adept"]) for pair in told["pairs"]}, set(self.listed()))
            self.assertIn("6 were registered already", self.pairs_command(self.event, "--register"))

            # Who did not come by a seat is told apart, with why.
            full = kick_off(self.client, self.programme, [self.cohort], capacity=1)
            self.client.events.UpdateEvent(event_service_pb2.UpdateEventRequest(
                event=event_pb2.Event(name=full, waiting_list=False),
                update_mask=field_mask_pb2.FieldMask(paths=["waiting_list"]), request_id=request_id()))
            refused = self.stack.cli("event", "pairs", full, "--register", token=self.token, check=False)
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn("EVENT_FULL", refused.stdout)
            self.assertIn("0 of 3 pairs have a seat for both", refused.stdout)

            self.complaints()

    def complaints(self):
        both = self.pairs_command("E999", "--round", "nope", code=3)
        self.assertIn('EVENT: there is no event called "E999"', both)
        self.assertIn('--round: there is no cohort "nope"', both)
        self.assertIn("--dry-run requires --register", self.pairs_command(self.event, "--dry-run", code=2))

        nobodys = kick_off(self.client, self.programme, [])
        for flags in ([], ["--register"]):
            self.assertIn(f"`brygga event update {nobodys} --cohort COHORT`",
                          " ".join(self.pairs_command(nobodys, *flags, code=3).split()))
        self.stack.cli("event", "update", nobodys, "--cohort", self.cohort, token=self.token)
        self.assertIn("0 of 3 pairs", self.pairs_command(nobodys))

        self.stack.kill("matching")
        self.assertIn("3 of 3 pairs", self.pairs_command(self.event), "a list says what was known")

    def test_sqlite(self):
        self.journey("sqlite")

    def test_postgresql(self):
        self.journey("postgresql")


if __name__ == "__main__":
    unittest.main()
