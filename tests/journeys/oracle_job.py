"""The suite answers what an independent program computes from the same files.

tests/oracle reads the CSV files and the policies and shares no code with the
product. The sample goes into three programmes through the command line; in each
the API's candidates, the round and what is published are held against it, while
mentors lose their seats to the programmes before.
"""

import collections
import dataclasses
import sys
import unittest

import harness
import sample
from harness import Stack, request_id

sys.path.insert(0, str(harness.ROOT / "tests" / "oracle"))
import oracle  # noqa: E402

from brygga.matching.v1 import match_pb2, round_pb2  # noqa: E402
from brygga.matching.v1 import matching_service_pb2 as matching  # noqa: E402
from brygga.participant.v1 import enrolment_service_pb2, participant_service_pb2, programme_pb2  # noqa: E402

DATA = str(harness.ROOT / "data")
LIVE = {match_pb2.MATCH_STATE_PROPOSED, match_pb2.MATCH_STATE_ACCEPTED_BY_ONE, match_pb2.MATCH_STATE_ACTIVE}
ADEPT, MENTOR = programme_pb2.PROGRAMME_ROLE_ADEPT, programme_pb2.PROGRAMME_ROLE_MENTOR


@dataclasses.dataclass
class Programme:
    """What the API said about one programme, people by their ids in the sample."""

    enrolled: dict  # The ids enrolled, by role.
    candidates: dict  # Score by (adept, mentor): every adept's own list.
    of_mentors: dict  # The same from every mentor's list.
    free: dict  # Seats that each mentor had left when the round was run.
    round: round_pb2.MatchingRound
    pairs: dict  # Score by (adept, mentor), as the round proposed.
    matches: list  # As published.


class OracleJob(unittest.TestCase):
    people = {row.get("mentor_id") or row["mentee_id"]: row
              for name in ("mentors", "mentees") for row in sample.rows(name)}

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.addClassCleanup(cls.stack.stop)
        token = cls.stack.token("--admin")
        cls.client = cls.stack.client(token)
        operator, cls.cohorts = sample.open_cohorts(cls.stack, token)
        sample.import_people(cls.stack, token, operator)
        for kind in sample.KINDS:
            cls.stack.cli("cohort", "decide", kind, token=token)
        cls.stack.cli("cohort", "screen", "youth", "--role", "mentor", "--state", "passed", token=token)
        cls.stack.cli("cohort", "decide", "youth", token=token)
        cls.ids = {person.name: person.external_ref.key for person in sample.all_pages(
            cls.client.participants.ListParticipants, participant_service_pb2.ListParticipantsRequest(page_size=250),
            "participants")}
        cls.programmes = {}
        for kind in sample.KINDS:
            cls.stack.cli("cohort", "close", kind, token=token)
            cls.stack.cli("cohort", "move", kind, "--to", "matching", token=token)
            cls.programmes[kind] = cls.run_programme(cls.cohorts[kind])

    @classmethod
    def run_programme(cls, cohort):
        """Reads all candidates, runs a round and publishes it."""
        enrolled = {role: set() for role in (ADEPT, MENTOR)}
        names = {role: [] for role in (ADEPT, MENTOR)}
        for enrolment in sample.all_pages(
                cls.client.enrolments.ListEnrolments,
                enrolment_service_pb2.ListEnrolmentsRequest(parent=cohort, filter="state = ENROLLED", page_size=100),
                "enrolments"):
            enrolled[enrolment.role].add(cls.ids[enrolment.participant])
            names[enrolment.role].append(enrolment.participant)
        candidates = {(cls.ids[adept], mentor): score
                      for adept in names[ADEPT] for mentor, score in cls.candidates(cohort, adept)}
        of_mentors = {(adept, cls.ids[mentor]): score
                      for mentor in names[MENTOR] if not cls.is_paused(mentor)
                      for adept, score in cls.candidates(cohort, mentor)}
        free = cls.free_seats(enrolled[MENTOR])
        proposed = cls.run_round(cohort)
        pairs = {(cls.ids[pair.adept], cls.ids[pair.mentor]): pair.score for pair in sample.all_pages(
            cls.client.matching.ListRoundPairs,
            matching.ListRoundPairsRequest(parent=proposed.name, page_size=30), "pairs")}
        cls.client.matching.PublishRound(matching.PublishRoundRequest(name=proposed.name, request_id=request_id()))
        return Programme(enrolled, candidates, of_mentors, free, proposed, pairs, cls.matches(cohort))

    @classmethod
    def candidates(cls, cohort, participant):
        """The other's id and the score of each of one person's candidates, over many small pages."""
        return [(cls.ids[candidate.participant], candidate.score) for candidate in sample.all_pages(
            cls.client.matching.ListCandidates,
            matching.ListCandidatesRequest(
                parent=cohort, participant=participant, page_size=25, show_unavailable=True), "candidates")]

    @classmethod
    def is_paused(cls, participant):
        return cls.people[cls.ids[participant]]["status"] == "paused"

    @classmethod
    def free_seats(cls, mentors):
        """Seats left by the sample's capacities and the matches that live anywhere."""
        taken = collections.Counter(cls.ids[match.mentor] for cohort in cls.cohorts.values()
                                    for match in cls.matches(cohort) if match.state in LIVE)
        return {mentor: int(cls.people[mentor]["capacity"]) - taken[mentor] for mentor in mentors}

    @classmethod
    def run_round(cls, cohort):
        started = cls.client.matching.StartRound(matching.StartRoundRequest(parent=cohort, request_id=request_id()))
        *_, last = cls.client.matching.WatchRound(matching.WatchRoundRequest(name=started.round.name))
        return last.round

    @classmethod
    def matches(cls, cohort):
        return sample.all_pages(cls.client.matching.ListMatches,
                                matching.ListMatchesRequest(parent=cohort, page_size=40), "matches")

    def each(self, claim):
        """Asks `claim` of every programme, with the oracle's view of those who take part in its round."""
        for kind in sample.KINDS:
            with self.subTest(kind=kind):
                claim(self.programmes[kind], *self.oracle(kind))

    def oracle(self, kind):
        """How the oracle scores, and the adepts and mentors whom it knows to take part."""
        enrolled = self.programmes[kind].enrolled
        scoring, adepts, mentors = oracle.load(DATA, kind)
        return (scoring, [adept for adept in adepts if adept.id in enrolled[ADEPT]],
                [mentor for mentor in mentors if mentor.id in enrolled[MENTOR] and mentor.status == "active"])

    def test_those_are_enrolled_whom_the_published_conditions_let_in(self):
        later = sample.later_applications()
        for kind in sample.KINDS:
            with self.subTest(kind=kind):
                adepts = {row["mentee_id"] for row in sample.rows("mentees")
                          if row["mentee_id"] not in later and self.may_enrol(row, kind)}
                mentors = {row["mentor_id"] for row in sample.rows("mentors")
                           if kind in row["programmes"].split(";") and row["status"] != "withdrawn"}
                self.assertEqual(self.programmes[kind].enrolled, {ADEPT: adepts, MENTOR: mentors})

    def may_enrol(self, row, kind):
        """The sample's conditions (data/README.md of the sample), read from the row alone."""
        levels = dict(entry.split(":") for entry in row["languages"].split(";") if entry)
        return (row["programme"] == kind and row["consent"] == "1" and row["status"] == "applied"
                and row["origin_country"] != "SE" and row["residence"] not in ("", "asylum_pending")
                and (kind == "youth" or row["sun_level"] >= "4") and bool(row["goals"])
                and any(levels.get(code, "A1") in ("B2", "C1", "C2", "N") for code in ("sv", "en")))

    def test_every_candidate_list_has_the_oracles_pairs_and_whole_number_scores(self):
        def claim(programme, scoring, adepts, mentors):
            expected = {(adept, mentor): score for adept, mentor, score in oracle.all_pairs(scoring, adepts, mentors)}
            self.assertGreater(len(expected), 100)
            self.assertEqual(programme.candidates, expected)
            self.assertEqual(programme.of_mentors, expected)

        self.each(claim)

    def test_a_round_matches_as_many_as_scipy_with_the_same_total(self):
        def claim(programme, scoring, adepts, mentors):
            for mentor in mentors:
                mentor.capacity = programme.free[mentor.id]
            expected = oracle.optimum(scoring, adepts, mentors)
            self.assertEqual(programme.round.state, round_pb2.ROUND_STATE_PROPOSED)
            self.assertTrue(programme.round.certified)
            statistics = programme.round.statistics
            self.assertEqual((statistics.matched, statistics.total_score), (expected["pairs"], expected["total"]))
            self.assertEqual((statistics.adepts, statistics.mentors, statistics.feasible_pairs),
                             (len(adepts), len(mentors), expected["allowed"]))
            self.assertEqual(statistics.seats, sum(mentor.capacity for mentor in mentors))
            self.assertEqual((len(programme.pairs), sum(programme.pairs.values())),
                             (expected["pairs"], expected["total"]))

        self.each(claim)

    def test_seats_given_in_one_programme_are_gone_in_the_next(self):
        capacity = {mentor: int(row["capacity"]) for mentor, row in self.people.items() if "mentor_id" in row}
        for kind in ("language", "youth"):
            free = self.programmes[kind].free
            self.assertLess(sum(free.values()), sum(capacity[mentor] for mentor in free), kind)

    def test_every_published_pair_satisfies_every_hard_rule(self):
        def claim(programme, scoring, adepts, mentors):
            by_id = {person.id: person for person in adepts + mentors}
            self.assertGreater(len(programme.matches), 0)
            self.assertEqual({(self.ids[match.adept], self.ids[match.mentor]): match.score
                              for match in programme.matches}, programme.pairs)
            for (adept, mentor), score in programme.pairs.items():
                self.assertEqual(score, scoring.score(by_id[adept], by_id[mentor]), (adept, mentor))

        self.each(claim)

    def test_no_mentor_exceeds_one_capacity_and_no_adept_has_two_matches(self):
        published = [match for cohort in self.cohorts.values() for match in self.matches(cohort) if match.state in LIVE]
        self.assertEqual(len(published), sum(len(programme.matches) for programme in self.programmes.values()))
        seats = collections.Counter(self.ids[match.mentor] for match in published)
        self.assertEqual({mentor: taken for mentor, taken in seats.items()
                          if taken > int(self.people[mentor]["capacity"])}, {})
        self.assertEqual(collections.Counter(match.adept for match in published).most_common(1)[0][1], 1)
        self.assertEqual(self.stack.rows(
            "matching", "SELECT adept_id, count(*) FROM matches GROUP BY adept_id HAVING count(*) > 1"), [])

    def test_a_difference_would_show(self):
        scoring, adepts, mentors = self.oracle("vocational")
        scoring.policy["weights"]["slots"] += 0.01
        changed = {(adept, mentor): score for adept, mentor, score in oracle.all_pairs(scoring, adepts, mentors)}
        self.assertNotEqual(self.programmes["vocational"].candidates, changed)


if __name__ == "__main__":
    unittest.main()
