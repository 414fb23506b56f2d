"""Another team's first hour: the main job with stubs generated from proto/, through the gateway."""

import unittest

import world
from harness import Failure, Stack, request_id

from brygga.gateway.v1 import gateway_service_pb2 as gateway
from brygga.matching.v1 import match_pb2, round_pb2
from brygga.matching.v1 import matching_service_pb2 as matching
from brygga.participant.v1 import enrolment_pb2, participant_pb2, participant_service_pb2, programme_pb2


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.admin = cls.stack.client(cls.stack.token("--admin"))
        cls.operator, cls.partner, cls.programme, cls.cohort = world.people(cls.admin, cls.stack)

    @classmethod
    def tearDownClass(cls):
        cls.stack.stop()

    def test_from_a_person_to_a_match_and_their_page(self):
        coordinator = self.stack.client(self.stack.token("--coordinator", self.programme))
        mentor = world.person(coordinator, self.programme, "Ella", "m1", capacity=1, consents=False, employer=self.partner)
        adept = world.person(coordinator, self.programme, "Amira", "a1")
        world.enrol(coordinator, self.cohort, mentor, world.MENTOR)
        world.enrol(coordinator, self.cohort, adept, world.ADEPT)
        decided = world.decide(coordinator, self.cohort)
        self.assertEqual(sum(count.count for count in decided.decided
                             if count.state == enrolment_pb2.ENROLMENT_STATE_ENROLLED), 2)
        world.change_state(coordinator, self.cohort, programme_pb2.COHORT_STATE_CLOSED)
        world.change_state(coordinator, self.cohort, programme_pb2.COHORT_STATE_MATCHING)

        proposed = world.run_round(coordinator, self.cohort)
        self.assertEqual(proposed.state, round_pb2.ROUND_STATE_PROPOSED)
        published = coordinator.matching.PublishRound(
            matching.PublishRoundRequest(name=proposed.name, request_id=request_id()))
        self.assertEqual(published.matches, 1)

        match = self.only_match(coordinator, adept)
        self.assertEqual((match.mentor, match.adept), (mentor, adept))
        for who in (mentor, adept):
            caller = self.stack.client(self.stack.token("--participant", who))
            side = match_pb2.SIDE_MENTOR if who == mentor else match_pb2.SIDE_ADEPT
            match = caller.matching.AcceptMatch(
                matching.AcceptMatchRequest(name=match.name, side=side, request_id=request_id())).match
        self.assertEqual(match.state, match_pb2.MATCH_STATE_ACTIVE)

        own = self.stack.client(self.stack.token("--participant", adept))
        home = own.gateway.GetParticipantHome(gateway.GetParticipantHomeRequest(name=adept)).home
        self.assertIn("Amira", str(home))
        self.assertIn(match.name, str(home))

        other = world.person(coordinator, self.programme, "Sam", "a2")
        with self.assertRaises(Failure) as refused:
            self.stack.client(self.stack.token("--participant", other)).gateway.GetParticipantHome(
                gateway.GetParticipantHomeRequest(name=adept))
        self.assertEqual(refused.exception.code, "NOT_FOUND")

    def test_a_repeated_request_gets_the_first_answer_and_its_id_no_other(self):
        request = participant_service_pb2.CreateParticipantRequest(
            programme=self.programme, participant=participant_pb2.Participant(given_name="Noor"),
            request_id=request_id())
        first = self.admin.participants.CreateParticipant(request)
        self.assertEqual(self.admin.participants.CreateParticipant(request), first)

        request.participant.given_name = "Nora"
        with self.assertRaises(Failure) as refused:
            self.admin.participants.CreateParticipant(request)
        self.assertEqual((refused.exception.code, refused.exception.reason), ("INVALID_ARGUMENT", "REQUEST_ID_REUSED"))

    def test_every_wrong_field_is_named_at_once(self):
        with self.assertRaises(Failure) as refused:
            self.admin.participants.CreateParticipant(participant_service_pb2.CreateParticipantRequest(
                programme="programme/1", participant=participant_pb2.Participant(
                    email="not an address", profile=participant_pb2.Profile(ssyk4="12", sun_level="xx"))))
        self.assertEqual(refused.exception.code, "INVALID_ARGUMENT")
        self.assertEqual(set(refused.exception.fields),
                         {"programme", "participant.given_name", "participant.email", "participant.profile.ssyk4",
                          "participant.profile.sun_level", "request_id"})

    def test_without_a_token_the_door_is_closed(self):
        with self.assertRaises(Failure) as refused:
            self.stack.client().participants.GetParticipant(
                participant_service_pb2.GetParticipantRequest(name="participants/x"))
        self.assertEqual(refused.exception.code, "UNAUTHENTICATED")

    def test_a_coordinator_of_another_programme_sees_nothing_in_the_same_words(self):
        elsewhere = world.programme(self.admin, self.operator)
        stranger = self.stack.client(self.stack.token("--coordinator", elsewhere))
        person = world.person(self.admin, self.programme, "Layla", "a3")
        answers = []
        for name in (person, "participants/00000000-0000-7000-8000-000000000000"):
            with self.assertRaises(Failure) as refused:
                stranger.participants.GetParticipant(participant_service_pb2.GetParticipantRequest(name=name))
            answers.append((refused.exception.code, refused.exception.reason,
                            refused.exception.message.replace(name, "NAME")))
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0][0], "NOT_FOUND")

    def only_match(self, client, participant):
        matches = client.matching.ListParticipantMatches(
            matching.ListParticipantMatchesRequest(participant=participant)).matches
        self.assertEqual(len(matches), 1)
        return matches[0]


if __name__ == "__main__":
    unittest.main()
