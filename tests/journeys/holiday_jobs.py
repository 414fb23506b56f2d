"""9,000 holiday jobs, 12,000 applicants: scenario 21 at its full size, through the suite.

Ranked preferences, guaranteed groups, 75 % lottery and 25 % special reasons, ages 16 to
21 at the start date, replay from the published seed, nobody eligible skipped, an ordered
reserve list; and a publication that is killed on its way is taken up again.
"""

import collections
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import time
import unittest

import harness
import world
from harness import request_id

from brygga.matching.v1 import allocation_pb2 as allocation
from brygga.matching.v1 import allocation_service_pb2 as allocations
from brygga.participant.v1 import participant_pb2, participant_service_pb2
from brygga.partner.v1 import opening_pb2, opening_service_pb2, organisation_pb2, partner_service_pb2

OPENINGS = int(os.environ.get("BRYGGA_OPENINGS", "900"))
SEATS = 10
APPLICANTS = OPENINGS * SEATS * 4 // 3
CHOICES = 8
FIRST_DAY = datetime.date(2023, 6, 12)
BATCH = 500
SEED = int(os.environ.get("BRYGGA_SEED", "21"))


def batches(items, size=BATCH):
    for start in range(0, len(items), size):
        yield items[start:start + size]


def age(born):
    return FIRST_DAY.year - born.year - ((FIRST_DAY.month, FIRST_DAY.day) < (born.month, born.day))


class HolidayJobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"BRYGGA_SEED={SEED}, {OPENINGS} openings, {APPLICANTS} applicants")
        cls.random = random.Random(SEED)
        cls.stack = harness.Stack()
        cls.addClassCleanup(cls.stack.stop)
        token = cls.stack.token("--admin")
        cls.client = cls.stack.client(token)
        cls.client.timeout = 120
        # Seats are asked of partner itself, and what it stores is read behind its back.
        cls.city = cls.client.partner.CreateOrganisation(partner_service_pb2.CreateOrganisationRequest(
            organisation=organisation_pb2.Organisation(
                display_name="Stockholms stad", sector=organisation_pb2.SECTOR_PUBLIC,
                kind=organisation_pb2.ORGANISATION_KIND_MUNICIPALITY),
            request_id=request_id())).organisation.name
        cls.programme = world.programme(cls.client, cls.city)
        cls.cohort = world.cohort(cls.client, cls.programme, "Sommaren 2023")

    def test_holiday_jobs(self):
        openings = self.make_openings()
        people = self.make_people()
        born = dict(people)
        made = self.make_allocation(openings)
        applications = self.apply(made, openings, [name for name, _ in people])
        committed = self.client.allocations.CommitLottery(
            allocations.CommitLotteryRequest(name=made, request_id=request_id())).allocation
        begun = time.monotonic()
        self.client.allocations.StartAllocation(allocations.StartAllocationRequest(
            name=made, objective=allocation.ALLOCATION_OBJECTIVE_MAX_PLACED, request_id=request_id()))
        proposed = self.watch(made)
        print(f"computed in {time.monotonic() - begun:.1f} s, of which the solver {proposed.statistics.solve_micros / 1e6:.2f} s")
        self.assertEqual(proposed.state, allocation.ALLOCATION_STATE_PROPOSED, proposed.failure_detail)
        self.assertTrue(proposed.certified)

        begun = time.monotonic()
        self.client.allocations.PublishAllocation(
            allocations.PublishAllocationRequest(name=made, request_id=request_id()))
        time.sleep(self.random.uniform(0.05, 1.0))
        self.stack.restart("matching")
        published = self.watch(made)
        print(f"published in {time.monotonic() - begun:.1f} s, with matching killed on the way")
        self.assertEqual(published.state, allocation.ALLOCATION_STATE_PUBLISHED, published.failure_detail)
        self.check(made, openings, born, applications, published)
        self.check_seats(published)
        self.replay(made, committed.seed_hash)

    def make_openings(self):
        names = []
        for number in range(OPENINGS):
            opening = self.client.openings.CreateOpening(opening_service_pb2.CreateOpeningRequest(
                parent=self.city,
                opening=opening_pb2.Opening(
                    kind=opening_pb2.OPENING_KIND_HOLIDAY_JOB, host=opening_pb2.OPENING_HOST_MUNICIPAL_UNIT,
                    display_name=f"Feriejobb {number}", seats=SEATS, start_date=FIRST_DAY.isoformat(),
                    end_date="2023-06-30", age_min=16, age_max=21),
                request_id=request_id())).opening.name
            self.client.openings.OpenOpening(opening_service_pb2.OpenOpeningRequest(name=opening, request_id=request_id()))
            names.append(opening)
        return names

    def make_people(self):
        """(name, born) of all; some are too young and some too old on the first day."""
        rows = []
        for number in range(APPLICANTS):
            day = FIRST_DAY - datetime.timedelta(days=self.random.randrange(15 * 365 + 60, 22 * 365 + 300))
            rows.append((participant_pb2.Participant(
                external_ref=participant_pb2.ExternalRef(source="journey", key=f"H{number:05}"),
                given_name=f"Namn{number:05}", family_name="Exempel", birth_date=day.isoformat()), day))
        people = []
        for batch in batches(rows):
            answer = self.client.participants.ImportParticipants(participant_service_pb2.ImportParticipantsRequest(
                rows=[participant_service_pb2.ImportRow(
                    participant=person, consent=participant_service_pb2.ROW_CONSENT_GIVEN) for person, _ in batch],
                notice=participant_pb2.Notice(version="journey-1"),
                purposes=[participant_pb2.PURPOSE_PROGRAMME, participant_pb2.PURPOSE_MATCHING],
                request_id=request_id()))
            for result, (_, day) in zip(answer.results, batch):
                self.assertEqual(result.outcome, participant_service_pb2.IMPORT_OUTCOME_CREATED, result)
                people.append((result.participant, day))
        return people

    def make_allocation(self, openings):
        first, *rest = batches(openings, 1000)
        made = self.client.allocations.CreateAllocation(allocations.CreateAllocationRequest(
            parent=self.cohort,
            allocation=allocation.Allocation(
                display_name="Feriejobb 2023", priorities=["NEVER_HAD_ONE"], guaranteed_groups=["IN_CARE"],
                reserves=[allocation.AllocationReserve(group="SPECIAL_REASONS", share_permille=250)]),
            openings=first, request_id=request_id())).allocation.name
        for more in rest:
            self.client.allocations.AddAllocationOpenings(allocations.AddAllocationOpeningsRequest(
                name=made, openings=more, request_id=request_id()))
        return made

    def apply(self, made, openings, people):
        applications = {}
        for person in people:
            groups = []
            if self.random.random() < 0.30:
                groups.append("SPECIAL_REASONS")
            if self.random.random() < 0.02:
                groups.append("IN_CARE")
            applications[person] = allocation.Application(
                participant=person, choices=self.random.sample(openings, CHOICES), groups=groups,
                priority="NEVER_HAD_ONE" if self.random.random() < 0.4 else "")
        for batch in batches(list(applications.values())):
            answer = self.client.allocations.ImportApplications(allocations.ImportApplicationsRequest(
                parent=made, applications=batch, request_id=request_id()))
            self.assertEqual({result.outcome for result in answer.results}, {allocation.APPLICATION_OUTCOME_CREATED})
        return applications

    def watch(self, made):
        """The allocation once nothing is under way; matching may be away in between."""
        last = None
        for _ in range(60):
            try:
                for update in self.client.allocations.WatchAllocation(allocations.WatchAllocationRequest(name=made)):
                    last = update.allocation
                return last
            except (harness.Failure, harness.grpc.RpcError):
                time.sleep(0.5)
        self.fail("the allocation cannot be watched")

    def pages(self, method, request, field):
        while True:
            page = method(request)
            yield from getattr(page, field)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def check(self, made, openings, born, applications, published):
        placements = {placement.participant: placement for placement in self.pages(
            self.client.allocations.ListPlacements, allocations.ListPlacementsRequest(parent=made, page_size=1000),
            "placements")}
        reserves = {reserve.participant: reserve for reserve in self.pages(
            self.client.allocations.ListReserves, allocations.ListReservesRequest(parent=made, page_size=1000),
            "reserves")}
        eligible = {person for person, day in born.items() if 16 <= age(day) <= 21}
        self.assertGreater(len(born) - len(eligible), 0)
        self.assertEqual(set(placements) | set(reserves), set(born), "somebody was skipped")
        self.assertFalse(set(placements) & set(reserves))
        self.assertLessEqual(set(placements), eligible)
        for person in set(born) - eligible:
            self.assertEqual(reserves[person].reason, allocation.UNPLACED_REASON_AGE)
            self.assertEqual(reserves[person].position, 0)
        positions = sorted(reserves[person].position for person in eligible - set(placements))
        self.assertEqual(positions, list(range(1, len(positions) + 1)))
        taken = collections.Counter(placement.opening for placement in placements.values())
        self.assertLessEqual(max(taken.values()), SEATS)
        for person, placement in placements.items():
            self.assertEqual(applications[person].choices[placement.choice - 1], placement.opening)
        # Nobody eligible waits for an opening with a seat to spare.
        for person in eligible - set(placements):
            for opening in applications[person].choices:
                self.assertEqual(taken[opening], SEATS, f"{person} waits beside an empty seat")
        for person in eligible:
            if "IN_CARE" in applications[person].groups:
                self.assertIn(person, placements, "guaranteed")
        special = sum("SPECIAL_REASONS" in applications[person].groups for person in placements)
        self.assertGreaterEqual(special, OPENINGS * SEATS // 4)
        self.assertEqual(published.statistics.placed, len(placements))
        print(f"{len(placements)} placed, {len(positions)} on the reserve list, {len(born) - len(eligible)} not of age")

    def check_seats(self, published):
        """Every placement has one seat at partner, confirmed, and nobody else has any."""
        def settled():
            return self.stack.rows("matching", "SELECT COUNT(*) FROM allocation_applications "
                                               "WHERE seat = 'CONFIRMED'") == [[str(published.statistics.placed)]]

        harness.wait_until(settled, 60, "the seats to be confirmed")
        seats = self.stack.rows("partner", "SELECT state, COUNT(*) FROM opening_seats GROUP BY state")
        self.assertEqual(seats, [["CONFIRMED", str(published.statistics.placed)]])
        matches = self.stack.rows("matching", "SELECT COUNT(*), COUNT(DISTINCT adept_id) FROM matches WHERE kind = 'PLACEMENT'")
        self.assertEqual(matches, [[str(published.statistics.placed)] * 2])

    def replay(self, made, seed_hash):
        """An outsider, without a token, draws again from what is published."""
        outsider = self.stack.client()
        outsider.timeout = 120
        parts = list(outsider.allocations.GetPublishedDraw(allocations.GetPublishedDrawRequest(name=made)))
        document = "".join(part.document for part in parts)
        self.assertEqual(parts[0].seed_hash, seed_hash, "another seed than the one committed to")
        self.assertEqual(json.loads(document)["format"], "brygga-allocation/1")
        self.assertNotIn("participants/", document)
        file = pathlib.Path(self.stack.folder) / "draw.json"
        file.write_text(document)
        replayed = subprocess.run([sys.executable, str(harness.ROOT / "data/lottery/replay.py"), str(file),
                                   "--commitment", seed_hash], text=True, capture_output=True, timeout=300)
        self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)
        print(replayed.stdout.strip())


if __name__ == "__main__":
    unittest.main()
