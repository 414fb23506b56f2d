"""SIGKILL at every step of an erasure, at participant and at each holder: after the restart it completes, nothing of the
person is left, and each holder has acknowledged once. BRYGGA_ERASURE_KILLS says how often at each step.
"""

import os
import unittest

import world
from harness import Failure, Stack, request_id, wait_until

from brygga.events.v1 import registration_service_pb2
from brygga.matching.v1 import matching_service_pb2
from brygga.participant.v1 import data_subject_request_service_pb2 as requests, programme_pb2
import pairs

KILLS = int(os.environ.get("BRYGGA_ERASURE_KILLS", "1"))
STEPS = [
    ("participant", "erasure.written"),
    ("participant", "erasure.committed"),
    ("matching", "holder.listed"),
    ("matching", "erasure.written"),
    ("matching", "holder.erased"),
    ("participant", "acknowledgement.written"),
    ("participant", "acknowledgement.committed"),
    ("matching", "holder.acknowledged"),
    ("events", "holder.listed"),
    ("events", "erasure.half"),
    ("events", "erasure.written"),
    ("events", "holder.erased"),
    ("events", "holder.acknowledged"),
]
# Where a name may stand that names nobody any more.
LOGGED = {"change_log.resource", "audit_log.resource", "data_subject_requests.participant_id"}


class ErasureKill(unittest.TestCase):
    def begin(self, stack):
        self.stack = stack
        self.client = client = stack.client(stack.token("--admin"))
        *_, self.programme, self.cohort = world.people(client, stack)
        self.pairs = [(self.joined(world.MENTOR, f"m{i}"), self.joined(world.ADEPT, f"a{i}"))
                      for i in range(KILLS * len(STEPS))]
        world.decide(client, self.cohort)
        for state in (programme_pb2.COHORT_STATE_CLOSED, programme_pb2.COHORT_STATE_MATCHING):
            world.change_state(client, self.cohort, state)
        self.event = pairs.kick_off(client, self.programme, [self.cohort], capacity=100000)

    def joined(self, role, key):
        person = world.person(self.client, self.programme, "Ali", key, capacity=1)
        world.enrol(self.client, self.cohort, person, role)
        return person

    def matched(self):
        """Somebody whom all services know: enrolled, in a pair, and registered."""
        mentor, adept = self.pairs.pop()
        self.ask(self.client.matching.CreateMatch, matching_service_pb2.CreateMatchRequest(
            parent=self.cohort, mentor=mentor, adept=adept, reason="HAND_PICKED", request_id=request_id()))
        wait_until(lambda: self.known(adept), 30, "events to know the pair")
        self.ask(self.client.registrations.Register, registration_service_pb2.RegisterRequest(
            parent=self.event, participant=adept, audience=2, request_id=request_id()))
        return adept

    def known(self, person):
        return self.stack.rows("events", f"SELECT count(*) FROM pairs WHERE adept = '{person}'") == [["1"]]

    def ask(self, method, request):
        """Asks until it is answered, with one request id: who was killed is not reached at once when it is back."""
        answers = []

        def answered():
            try:
                answers.append(method(request))
            except Failure as failure:
                self.assertIn(failure.code, ("UNAVAILABLE", "DEADLINE_EXCEEDED"))
                self.revive("participant")
            return bool(answers)

        wait_until(answered, 60, "an answer")
        return answers[0]

    def erase(self, person):
        return self.ask(self.client.requests.RequestErasure, requests.RequestErasureRequest(
            participant=person, request_id=request_id())).data_subject_request.name

    def revive(self, service):
        if self.stack.processes[service].poll() is not None:
            self.stack.start(service)

    def completed(self, name, service):
        self.revive(service)
        try:
            found = self.client.requests.GetDataSubjectRequest(requests.GetDataSubjectRequestRequest(name=name))
        except Failure:
            return False
        return found.data_subject_request.state == requests.DATA_SUBJECT_REQUEST_STATE_COMPLETED

    def columns_with(self, service, text):
        stack = self.stack
        if stack.postgres:
            columns = stack.rows(service, "SELECT table_name, column_name FROM information_schema.columns "
                                          "WHERE table_schema = 'public'")
        else:
            columns = stack.rows(service, "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
                                          "WHERE m.type = 'table'")
        asked = " UNION ALL ".join(f"SELECT '{table}.{column}' WHERE EXISTS (SELECT 1 FROM \"{table}\" WHERE "
                                   f"CAST(\"{column}\" AS TEXT) LIKE '%{text}%')" for table, column in columns)
        return {row[0] for row in stack.rows(service, asked)}

    def strike(self, service, step):
        person = self.matched()
        struck = self.stack.processes[service]
        self.stack.strike(service, step)
        name = self.erase(person)
        wait_until(lambda: self.completed(name, service), 60, f"the erasure to complete after {service} {step}")
        wait_until(lambda: not (self.stack.failpoints(service) / step).exists(), 30, f"{service} to come by {step}")
        struck.wait(30)  # All may be completed while it is about to die.
        self.revive(service)

        opaque, request = person.split("/")[1], name.split("/")[1]
        for database in self.stack.databases:
            self.assertLessEqual(self.columns_with(database, opaque), LOGGED, database)
        revisions = self.stack.rows("participant", "SELECT revision FROM change_log WHERE resource = "
                                                   f"'dataSubjectRequests/{request}' ORDER BY revision")
        self.assertEqual(revisions, [["1"], ["2"], ["3"]], "taken once, and acknowledged once by each of two")

    def journey(self, engine):
        with Stack(engine) as stack:
            self.begin(stack)
            for service, step in STEPS:
                for kill in range(KILLS):
                    with self.subTest(service=service, step=step, kill=kill):
                        self.strike(service, step)

    def test_sqlite(self):
        self.journey("sqlite")

    def test_postgresql(self):
        self.journey("postgresql")


if __name__ == "__main__":
    unittest.main()
