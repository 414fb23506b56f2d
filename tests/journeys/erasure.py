"""A person who withdraws a consent or is erased is gone, soon and wholly.

Soon: out of ListCandidates within a second of the acknowledgement, told by five
processes and a client outside. Wholly: a marker stands in every personal field
that takes free text, and afterwards in no table, write-ahead log, log, feed or
cache. On SQLite the files are looked through byte by byte, free pages too.
"""

import base64
import contextlib
import os
import sqlite3
import statistics
import time
import unittest

import rush
import world
from harness import Failure, Redis, Stack, once_back, request_id, wait_until

from brygga.events.v1 import registration_service_pb2
from brygga.matching.v1 import match_pb2, matching_service_pb2
from brygga.participant.v1 import (
    data_subject_request_service_pb2 as requests,
    enquiry_service_pb2,
    participant_pb2,
    participant_service_pb2,
    programme_pb2,
    programme_service_pb2,
)

PEOPLE = int(os.environ.get("BRYGGA_ERASURES", "8"))  # Withdrawals and erasures, each.
SOON = 1.0  # Seconds.
HOLDERS = {"participant", "matching", "events"}


def erase(client, person):
    return client.requests.RequestErasure(
        requests.RequestErasureRequest(participant=person, request_id=request_id())).data_subject_request


def withdraw(client, person):
    consents = client.participants.ListConsents(participant_service_pb2.ListConsentsRequest(parent=person)).consents
    for consent in consents:
        if consent.purpose == participant_pb2.PURPOSE_MATCHING:
            client.participants.WithdrawConsent(
                participant_service_pb2.WithdrawConsentRequest(name=consent.name, request_id=request_id()))


def completed(client, name):
    found = client.requests.GetDataSubjectRequest(requests.GetDataSubjectRequestRequest(name=name))
    return found.data_subject_request.state == requests.DATA_SUBJECT_REQUEST_STATE_COMPLETED


class Cohort:
    """A cohort of mentors and adepts that is open for matching."""

    def __init__(self, stack, mentors, adepts):
        self.stack = stack
        self.token = stack.token("--admin")
        self.client = stack.client(self.token)
        *_, self.programme, self.name = world.people(self.client, stack)
        self.mentors = [world.person(self.client, self.programme, f"Mentor {i}", f"m{i}", capacity=2)
                        for i in range(mentors)]
        self.adepts = [world.person(self.client, self.programme, f"Adept {i}", f"a{i}") for i in range(adepts)]
        for person in self.mentors:
            world.enrol(self.client, self.name, person, world.MENTOR)
        for person in self.adepts:
            world.enrol(self.client, self.name, person, world.ADEPT)
        self.begin()

    def begin(self):
        world.decide(self.client, self.name)
        for state in (programme_pb2.COHORT_STATE_CLOSED, programme_pb2.COHORT_STATE_MATCHING):
            world.change_state(self.client, self.name, state)

    def candidates(self, person):
        answer = self.client.matching.ListCandidates(matching_service_pb2.ListCandidatesRequest(
            parent=self.name, participant=person, page_size=1000))
        return {candidate.participant for candidate in answer.candidates}


class Soon(unittest.TestCase):
    """Gone from candidates within a second of the acknowledgement."""

    def latencies(self, cohort, people, do):
        mentor, seconds = cohort.mentors[0], []
        wait_until(lambda: set(people) <= cohort.candidates(mentor), 60, "everybody to be a candidate")
        for person in people:
            do(cohort.client, person)
            acknowledged = time.monotonic()
            while person in cohort.candidates(mentor):
                self.assertLess(time.monotonic() - acknowledged, 30, "still a candidate after 30 s")
            seconds.append(time.monotonic() - acknowledged)
        return seconds

    def tell(self, what, seconds):
        print(f"{what}: gone from candidates after p50 {1000 * statistics.median(seconds):.0f} ms, "
              f"worst {1000 * max(seconds):.0f} ms, of {len(seconds)}", flush=True)
        self.assertLess(max(seconds), SOON, what)

    def journey(self, stack, what):
        cohort = Cohort(stack, 3, 2 * PEOPLE + 2)
        self.tell(f"{what}, withdrawal", self.latencies(cohort, cohort.adepts[:PEOPLE], withdraw))
        self.tell(f"{what}, erasure", self.latencies(cohort, cohort.adepts[PEOPLE:2 * PEOPLE], erase))
        # Nobody else is gone.
        self.assertEqual(cohort.candidates(cohort.mentors[0]), set(cohort.adepts[2 * PEOPLE:]))

    def test_sqlite(self):
        with Stack("sqlite") as stack:
            self.journey(stack, "SQLite")

    def test_postgresql(self):
        with Stack("postgresql") as stack:
            self.journey(stack, "PostgreSQL")

    def test_it_is_the_feed_that_takes_them_out(self):
        """The negative control: with participant's feed held back on its way to matching, a second is not enough."""
        hop = ("matching", "participant")
        with Stack("sqlite", through=[hop]) as stack:
            cohort = Cohort(stack, 3, 4)
            mentor = cohort.mentors[0]
            wait_until(lambda: set(cohort.adepts) <= cohort.candidates(mentor), 60, "everybody to be a candidate")
            for do, person in ((withdraw, cohort.adepts[0]), (erase, cohort.adepts[1])):
                stack.proxies[hop].hold()
                do(cohort.client, person)
                acknowledged = time.monotonic()
                while time.monotonic() - acknowledged < 2 * SOON:
                    self.assertIn(person, cohort.candidates(mentor), do.__name__)
                    time.sleep(0.05)
                stack.proxies[hop].release()
                wait_until(lambda: person not in cohort.candidates(mentor), 30, "the feed")

    def with_redis(self, what, before=lambda redis: None):
        redis = Redis()
        try:
            with Stack("sqlite", redis=redis) as stack:
                cohort = Cohort(stack, 3, 2 * PEOPLE + 2)
                wait_until(lambda: len(cohort.candidates(cohort.mentors[0])) == 2 * PEOPLE + 2, 60, "candidates")
                wait_until(lambda: "brygga:cand:" in redis.ask("--scan"), 20, "a ranking in Redis")
                before(redis)
                self.tell(f"{what}, withdrawal", self.latencies(cohort, cohort.adepts[:PEOPLE], withdraw))
                self.tell(f"{what}, erasure", self.latencies(cohort, cohort.adepts[PEOPLE:2 * PEOPLE], erase))
                self.assertEqual(cohort.candidates(cohort.mentors[0]), set(cohort.adepts[2 * PEOPLE:]))
        finally:
            redis.thaw()
            redis.stop()

    def test_with_redis(self):
        self.with_redis("Redis")

    def test_while_redis_is_frozen(self):
        self.with_redis("Redis frozen", Redis.freeze)


class Wholly(unittest.TestCase):
    """Nothing of an erased person stays, and what counts still counts."""

    MARKER = "Zqxmarker7f3a"

    def setUp(self):
        self.redis = Redis()
        self.addCleanup(self.redis.stop)
        self.stack = Stack("sqlite", redis=self.redis)
        self.addCleanup(self.stack.stop)

    def marked(self, cohort):
        """A person with the marker in every personal field that takes free text, and in two profile versions."""
        mark, client = self.MARKER, cohort.client
        person = client.participants.CreateParticipant(participant_service_pb2.CreateParticipantRequest(
            programme=cohort.programme,
            participant=participant_pb2.Participant(
                external_ref=participant_pb2.ExternalRef(source=f"s{mark}", key=f"k{mark}"), given_name=f"g{mark}",
                family_name=f"f{mark}", email=f"e{mark}@post.example", birth_date="1984-02-29",
                gender=participant_pb2.GENDER_FEMALE,
                profile=world.profile(occupation_id=f"o{mark}", skills=[f"s1{mark}"]),
                background=participant_pb2.Background(origin_country="EG", arrival_year=2019)),
            request_id=request_id())).participant
        person.profile.skills[:] = [f"s2{mark}"]
        client.participants.UpdateParticipant(participant_service_pb2.UpdateParticipantRequest(
            participant=person, request_id=request_id()))
        for purpose in (participant_pb2.PURPOSE_PROGRAMME, participant_pb2.PURPOSE_MATCHING):
            client.participants.GiveConsent(participant_service_pb2.GiveConsentRequest(
                parent=person.name,
                consent=participant_pb2.Consent(purpose=purpose, notice=participant_pb2.Notice(version="journey-1"),
                                                channel=participant_pb2.CONSENT_CHANNEL_WEB),
                request_id=request_id()))
        # Wrote before; the same address in other letters.
        client.enquiries.SubmitEnquiry(enquiry_service_pb2.SubmitEnquiryRequest(
            consent=True,
            enquiry=enquiry_service_pb2.Enquiry(
                display_name=f"d{mark}", email=f"E{mark}@post.example", phone="08-465 004 00", subject=f"u{mark}",
                body=f"b{mark}", organisation_name=f"n{mark}", notice=participant_pb2.Notice(version="web-1")),
            request_id=request_id()))
        return person.name

    def traces(self, text):
        """Where `text` stands: in a file of ours, also as it is or as base64 writes it."""
        needles = {text.encode()}
        for shift in range(3):  # Wherever it begins within the bytes that are encoded.
            encoded = base64.urlsafe_b64encode(b"\0" * shift + text.encode())
            needles.add(encoded[4 if shift else 0:len(encoded) // 4 * 4 - 4])
        found = set()
        for path in self.stack.folder.rglob("*"):
            if not path.is_file() or path.name.startswith("token-"):
                continue
            data = path.read_bytes()
            if any(needle in data for needle in needles):
                found.add(path.name)
        return found

    def empty_logs(self):
        """What a few thousand writes would do: begins the write-ahead logs anew. The files stay as they are."""
        for name in self.stack.databases:
            with contextlib.closing(sqlite3.connect(self.stack.folder / f"{name}.db", timeout=20)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def columns_with(self, service, text):
        with contextlib.closing(sqlite3.connect(f"file:{self.stack.folder}/{service}.db?mode=ro", uri=True)) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {f"{table}.{column[1]}" for table in tables
                    for column in database.execute(f"SELECT * FROM pragma_table_info('{table}')").fetchall()
                    if database.execute(f"SELECT 1 FROM \"{table}\" WHERE CAST(\"{column[1]}\" AS TEXT) LIKE ?",
                                        (f"%{text}%",)).fetchone()}

    def registered(self, cohort, event, person):
        return cohort.client.registrations.Register(registration_service_pb2.RegisterRequest(
            parent=event, participant=person, request_id=request_id())).registration

    def test_no_trace_is_left_and_the_counts_hold(self):
        stack = self.stack
        cohort = Cohort.__new__(Cohort)
        cohort.stack, cohort.token = stack, stack.token("--admin")
        cohort.client = client = stack.client(cohort.token)
        *_, cohort.programme, cohort.name = world.people(client, stack)
        mentor = world.person(client, cohort.programme, "Mentor", "m", capacity=2)
        person = self.marked(cohort)
        world.enrol(client, cohort.name, mentor, world.MENTOR)
        world.enrol(client, cohort.name, person, world.ADEPT)
        cohort.begin()
        self.assertIn(person, cohort.candidates(mentor))
        round_ = world.run_round(client, cohort.name)
        client.matching.PublishRound(matching_service_pb2.PublishRoundRequest(name=round_.name,
                                                                              request_id=request_id()))
        event = rush.published_event(stack.client(cohort.token, "events"), 1, waiting_list=True)
        seat = self.registered(cohort, event, person)
        waiting = self.registered(cohort, event, mentor)
        self.assertIn("participant.db", {name.removesuffix("-wal") for name in self.traces(self.MARKER)},
                      "the search finds what is there")
        summary = programme_service_pb2.GetCohortSummaryRequest(name=cohort.name)
        enrolled = sum(count.count for count in client.programmes.GetCohortSummary(summary).enrolments)

        asked = erase(client, person)
        self.assertEqual({holder.holder for holder in asked.holders}, HOLDERS)
        wait_until(lambda: completed(client, asked.name), 30, "every holder to acknowledge")
        self.empty_logs()

        self.assertEqual(self.traces(self.MARKER), set(), "nothing holds a marker")
        for key in self.redis.ask("--scan").split():
            self.assertNotIn(self.MARKER, key + self.redis.ask("GET", key.strip('"')))
        # The name that the person had stands only where things are logged, and in the request itself.
        opaque = person.split("/")[1]
        logged = {"change_log.resource", "audit_log.resource", "data_subject_requests.participant_id"}
        for service in stack.databases:
            self.assertLessEqual(self.columns_with(service, opaque), logged, service)
        self.assertEqual(cohort.candidates(mentor), set())
        # What others were part of goes on without them.
        match = client.matching.ListMatches(matching_service_pb2.ListMatchesRequest(parent=cohort.name)).matches[0]
        self.assertEqual((match.state, match.end_reason), (match_pb2.MATCH_STATE_EXPIRED, "PERSON_ERASED"))
        self.assertEqual(match.mentor, mentor)
        get = client.registrations.GetRegistration
        self.assertEqual(get(registration_service_pb2.GetRegistrationRequest(name=waiting.name)).registration.state,
                         registration_service_pb2.REGISTRATION_STATE_REGISTERED, "the seat went to who waited")
        self.assertNotEqual(
            get(registration_service_pb2.GetRegistrationRequest(name=seat.name)).registration.participant, person)
        with self.assertRaises(Failure) as replay:
            client.matching.ReplayRound(matching_service_pb2.ReplayRoundRequest(name=round_.name))
        self.assertEqual(replay.exception.reason, "SNAPSHOT_ERASED")
        counted = client.programmes.GetCohortSummary(summary)
        self.assertEqual(sum(count.count for count in [*counted.enrolments, *counted.erased]), enrolled)
        with self.assertRaises(Failure) as again:
            erase(client, person)
        self.assertEqual(again.exception.code, "NOT_FOUND")


class Holders(unittest.TestCase):
    """A holder that was away erases when it is back; until then it is shown as what it is."""

    def test_a_holder_that_was_killed_erases_afterwards(self):
        with Stack("sqlite") as stack:
            cohort = Cohort(stack, 1, 2)
            person = cohort.adepts[0]
            self.assertIn(person, cohort.candidates(cohort.mentors[0]))
            event = rush.published_event(cohort.client, 1, waiting_list=False)
            cohort.client.registrations.Register(registration_service_pb2.RegisterRequest(
                parent=event, participant=person, request_id=request_id()))
            stack.kill("matching")

            asked = erase(cohort.client, person)
            wait_until(lambda: stack.rows("events", "SELECT count(*) FROM registrations WHERE participant = "
                                                    f"'{person}'") == [["0"]], 30, "events to erase")
            # It copies from matching, so it cannot say yet that nothing is left.
            time.sleep(3)
            states = self.states(cohort.client, asked.name)
            self.assertEqual((states["matching"], states["events"]), (requests.HOLDER_STATE_PENDING,) * 2)
            self.assertEqual(stack.rows("matching", "SELECT count(*) FROM people WHERE participant_id = "
                                                    f"'{person.split('/')[1]}'"), [["1"]], "it holds the person still")
            stack.start("matching")
            wait_until(lambda: completed(cohort.client, asked.name), 30, "matching and events to acknowledge")
            wait_until(once_back(lambda: cohort.candidates(cohort.mentors[0]) == {cohort.adepts[1]}), 30,
                       "the gateway to reach matching again")

    def test_who_is_no_holder_keeps_what_it_has_and_a_paper_archive_acknowledges_by_hand(self):
        """The negative control of the search for traces: events is no holder here, and keeps the registration."""
        flags = {"participant": ["--erasure-holders", "paper-archive", "--erasure-deadline", "1s"]}
        with Stack("sqlite", flags=flags) as stack:
            client = stack.client(stack.token("--admin"))
            *_, programme, _ = world.people(client, stack)
            person = world.person(client, programme, "Ali", "a")
            event = rush.published_event(client, 1, waiting_list=False)
            client.registrations.Register(registration_service_pb2.RegisterRequest(
                parent=event, participant=person, request_id=request_id()))

            asked = erase(client, person)
            self.assertEqual({holder.holder for holder in asked.holders}, {"participant", "paper-archive"})
            wait_until(lambda: self.states(client, asked.name)["paper-archive"] == requests.HOLDER_STATE_OVERDUE, 20,
                       "the archive to be overdue")
            self.assertEqual(stack.rows("events", "SELECT participant FROM registrations"), [[person]])
            client.requests.AcknowledgeErasure(requests.AcknowledgeErasureRequest(
                name=asked.name, holder="paper-archive", request_id=request_id()))
            self.assertTrue(completed(client, asked.name))

    def states(self, client, name):
        found = client.requests.GetDataSubjectRequest(requests.GetDataSubjectRequestRequest(name=name))
        return {holder.holder: holder.state for holder in found.data_subject_request.holders}


class KeptAnswers(unittest.TestCase):
    """What an import answered is repeated to whoever asks again, but not where it tells of an erased person."""

    @staticmethod
    def request(key, given_name):
        return participant_service_pb2.ImportParticipantsRequest(
            rows=[participant_service_pb2.ImportRow(
                participant=participant_pb2.Participant(
                    external_ref=participant_pb2.ExternalRef(source="journey", key=key), given_name=given_name,
                    family_name="Exempel", birth_year=1985, email=f"{given_name.lower()}@example.org"),
                consent=participant_service_pb2.ROW_CONSENT_GIVEN)],
            notice=participant_pb2.Notice(version="journey-1"), purposes=[participant_pb2.PURPOSE_PROGRAMME],
            request_id=request_id())

    def test_an_answer_goes_by_the_very_key_that_it_tells_of(self):
        with Stack("sqlite") as stack:
            give = stack.client(stack.token("--admin")).participants.ImportParticipants
            person = give(self.request("A1", "Zoe")).results[0].participant
            give(self.request("A10", "Ylva"))
            # The same people under other keys: the answers name them by their first keys, and by nothing else.
            again = {"A1": self.request("B1", "Zoe"), "A10": self.request("B2", "Ylva")}
            told = {key: give(request) for key, request in again.items()}
            for key, answer in told.items():
                result = answer.results[0]
                self.assertEqual(result.outcome, participant_service_pb2.IMPORT_OUTCOME_DUPLICATE)
                self.assertEqual(([ref.key for ref in result.resembles], result.participant), ([key], ""))

            erase(stack.client(stack.token("--admin")), person)

            with self.assertRaises(Failure) as gone:
                give(again["A1"])
            self.assertEqual(gone.exception.reason, "ANSWER_ERASED")
            self.assertEqual(give(again["A10"]), told["A10"])


if __name__ == "__main__":
    unittest.main()
