#include "services/matching/store/allocation_store_conformance.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace {

constexpr char kX[] = "organisations/o/openings/x";
constexpr char kY[] = "organisations/o/openings/y";

}  // namespace

Allocation AllocationStoreConformance::Make(const std::string& id, const std::string& cohort) {
  const auto made = store_.CreateAllocation(New<Allocation>(),
                                            {.id = AllocationId(id),
                                             .cohort = {ProgrammeId("p"), CohortId(cohort)},
                                             .display_name = "Jobs",
                                             .priorities = {"A", "B"},
                                             .reserves = {{.group = "S", .share_permille = 250},
                                                          {.group = "T",
                                                           .count = 2,
                                                           .fallback = AllocationReserveFallback::kKeepEmpty,
                                                           .scope = AllocationReserveScope::kEachOpening}},
                                             .guaranteed_groups = {"G"}},
                                            {kX, kY, kX});
  EXPECT_THAT(made, IsOk());
  return made.value_or(Allocation());
}

absl::StatusOr<std::vector<ApplicationResult>> AllocationStoreConformance::Apply(
    const Allocation& allocation, const std::vector<std::string>& people) {
  std::vector<ApplicationRow> rows;
  for (const std::string& person : people) {
    rows.push_back({.application = {.participant = ParticipantId(person),
                                    .reference = allocation.id.value() + "-" + person,
                                    .choices = {kX, kY},
                                    .priority = "B",
                                    .groups = {"S"},
                                    .meets = {"SWIMS"}}});
  }
  return store_.Apply(New<std::vector<ApplicationResult>>(), allocation.cohort, allocation.id, rows);
}

Allocation AllocationStoreConformance::MakeClaimed(const std::string& id, const std::vector<std::string>& people,
                                                   const std::string& cohort) {
  const Allocation made = Make(id, cohort);
  EXPECT_THAT(Apply(made, people), IsOk());
  EXPECT_THAT(store_.ChangeAllocation(New<Allocation>(), made.cohort, made.id,
                                      [](const Allocation& before, absl::Time now) -> absl::StatusOr<Allocation> {
                                        const auto committed = Commit(before, "seed", "hash", now);
                                        return committed.ok() ? Start(*committed, AllocationObjective::kMaxPlaced)
                                                              : committed;
                                      }),
              IsOk());
  const auto claimed = store_.ClaimAllocation(Work(), made.id, "worker", absl::Seconds(10));
  EXPECT_THAT(claimed, IsOk());
  return claimed.ok() && *claimed ? **claimed : Allocation();
}

Allocation AllocationStoreConformance::MakeProposed(const std::string& id, const std::vector<std::string>& people,
                                                    const std::string& cohort) {
  const Allocation claimed = MakeClaimed(id, people, cohort);
  AllocationProposal proposal{.openings = {{.name = kX, .seats = 1}, {.name = kY, .seats = 0}},
                              .statistics = {.applicants = static_cast<int>(people.size()), .placed = 1},
                              .groups = {{.group = "S", .eligible = 2, .placed = 1, .reserved = 1}},
                              .certificate = "proof"};
  for (size_t i = 0; i < people.size(); ++i) {
    auto application = store_.GetApplication(claimed.cohort, claimed.id, ParticipantId(people[i]), Soon());
    EXPECT_THAT(application, IsOk());
    if (!application.ok()) continue;
    application->barred = {UnplacedReason::kNone, UnplacedReason::kNoSeats};
    application->lottery_number = static_cast<int>(i) + 1;
    if (i == 0) {
      application->placement = kX;
      application->choice = 1;
      application->seat_group = "S";
    } else {
      application->reserve_position = static_cast<int>(i);
      application->reason = UnplacedReason::kOutranked;
    }
    proposal.applications.push_back(*application);
  }
  EXPECT_THAT(store_.ProposeAllocation(Work(), claimed, proposal), IsOk());
  return Get(claimed);
}

Allocation AllocationStoreConformance::MakePublishing(const std::string& id, const std::vector<std::string>& people,
                                                      const std::string& cohort) {
  const Allocation proposed = MakeProposed(id, people, cohort);
  EXPECT_THAT(store_.BeginPublication(New<Allocation>(), {.cohort = proposed.cohort,
                                                          .allocation = proposed.id,
                                                          .answer_within = absl::Hours(24),
                                                          .match_ids = {MatchId("match-of-" + id)},
                                                          .document = "to be published"}),
              IsOk());
  const auto claimed = store_.ClaimAllocation(Work(), proposed.id, "worker", absl::Seconds(10));
  EXPECT_THAT(claimed, IsOk());
  return claimed.ok() && *claimed ? **claimed : Allocation();
}

Allocation AllocationStoreConformance::Get(const Allocation& allocation) {
  const auto got = store_.GetAllocation(allocation.cohort, allocation.id, Soon());
  EXPECT_THAT(got, IsOk());
  return got.value_or(Allocation());
}

Application AllocationStoreConformance::GetApplication(const Allocation& allocation, const std::string& person) {
  const auto got = store_.GetApplication(allocation.cohort, allocation.id, ParticipantId(person), Soon());
  EXPECT_THAT(got, IsOk());
  return got.value_or(Application());
}

Allocation AllocationStoreConformance::MakeFreed(const std::string& id, const std::vector<std::string>& people) {
  const Allocation publishing = MakePublishing(id, people);
  EXPECT_THAT(store_.FinishPublication(Work(), publishing, "document"), IsOk());
  const auto unsettled = store_.ListUnsettledSeats(10, Soon());
  EXPECT_THAT(unsettled, IsOk());
  EXPECT_THAT(store_.LoseSeats(Work(), unsettled.value_or(std::vector<UnsettledSeat>())), IsOk());
  return Get(publishing);
}

int AllocationStoreConformance::OfferFreed() {
  const auto decided =
      store_.OfferFreedSeats(Work(), [&] { return MatchId("offered-" + std::to_string(++requests_)); });
  EXPECT_THAT(decided, IsOk());
  return decided.value_or(-1);
}

Offer AllocationStoreConformance::UnderWay() {
  const auto under_way = store_.ListOffersUnderWay(10, Soon());
  EXPECT_THAT(under_way, IsOk());
  if (!under_way.ok()) return {};
  EXPECT_EQ(under_way->now, clock_.Now());
  EXPECT_THAT(under_way->offers, SizeIs(1));
  return under_way->offers.empty() ? Offer() : under_way->offers.front();
}

TEST_P(AllocationStoreConformance, AnAllocationComesBackAsItWasMade) {
  const Allocation made = Make("a");

  EXPECT_EQ(made.opening_count, 2);
  EXPECT_EQ(made.created_at, clock_.Now());
  EXPECT_THAT(store_.GetAllocation(made.cohort, made.id, Soon()), IsOkAndHolds(made));
  EXPECT_THAT(store_.GetAllocation({ProgrammeId("p"), CohortId("d")}, made.id, Soon()), HasReason("NOT_FOUND"));
  const auto listed = store_.ListAllocations(made.cohort, {}, Soon());
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->items, ElementsAre(made));
}

TEST_P(AllocationStoreConformance, OpeningsAreAddedOnceWhileItIsOpen) {
  const Allocation made = Make("a");

  const auto added = store_.AddOpenings(New<Allocation>(), made.cohort, made.id, {kY, "organisations/o/openings/z"});

  ASSERT_THAT(added, IsOk());
  EXPECT_EQ(added->opening_count, 3);
  EXPECT_EQ(added->revision, 2);
  const Allocation claimed = MakeClaimed("b", {"anna"});
  EXPECT_THAT(store_.AddOpenings(New<Allocation>(), claimed.cohort, claimed.id, {kX}), HasReason("ALLOCATION_STATE"));
}

TEST_P(AllocationStoreConformance, ApplicationsAreJudgedOneByOneAndOnePersonAppliesOnce) {
  const Allocation made = Make("a");
  ApplicationRow good{.application = {.participant = ParticipantId("anna"), .reference = "r1", .choices = {kY, kX}}};
  ApplicationRow bad{.application = {.participant = ParticipantId("bo"),
                                     .reference = "r2",
                                     .choices = {"organisations/o/openings/z"}}};

  const auto results = store_.Apply(New<std::vector<ApplicationResult>>(), made.cohort, made.id, {good, bad});

  ASSERT_THAT(results, IsOk());
  EXPECT_EQ((*results)[0].outcome, ApplicationOutcome::kCreated);
  EXPECT_EQ((*results)[1].outcome, ApplicationOutcome::kRefused);
  const auto kept = store_.GetApplication(made.cohort, made.id, ParticipantId("anna"), Soon());
  EXPECT_THAT(kept, IsOkAndHolds((*results)[0].application));
  EXPECT_THAT(store_.GetApplication(made.cohort, made.id, ParticipantId("bo"), Soon()), HasReason("NOT_FOUND"));
  EXPECT_EQ(Get(made).application_count, 1);
  const auto again = store_.Apply(New<std::vector<ApplicationResult>>(), made.cohort, made.id, {good});
  EXPECT_EQ((*again)[0].outcome, ApplicationOutcome::kUnchanged);
  EXPECT_EQ(Get(made).application_count, 1);
  good.application.choices = {kX};
  good.application.meets = {"SWIMS"};
  const auto changed = store_.Apply(New<std::vector<ApplicationResult>>(), made.cohort, made.id, {good});
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ((*changed)[0].outcome, ApplicationOutcome::kUpdated);
  EXPECT_THAT(store_.GetApplication(made.cohort, made.id, ParticipantId("anna"), Soon()),
              IsOkAndHolds((*changed)[0].application));
}

TEST_P(AllocationStoreConformance, AnApplicationIsWithdrawnOnceAndOnlyWhileItIsOpen) {
  const Allocation made = Make("a");
  ASSERT_THAT(Apply(made, {"anna", "bo"}), IsOk());
  const auto withdraw = [&](const Allocation& allocation) {
    return store_.Withdraw(New<Application>(), allocation.cohort, allocation.id, ParticipantId("anna"));
  };

  EXPECT_THAT(withdraw(made), IsOk());
  EXPECT_THAT(withdraw(made), HasReason("NOT_FOUND"));
  EXPECT_EQ(Get(made).application_count, 1);
  EXPECT_THAT(withdraw(MakeClaimed("b", {"anna"})), HasReason("ALLOCATION_STATE"));
}

TEST_P(AllocationStoreConformance, OneWorkerAtATimeUntilItsClaimRunsOut) {
  const Allocation claimed = MakeClaimed("a", {"anna"});
  EXPECT_THAT(store_.ListClaimableAllocations(Soon()), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(store_.BeatAllocation(Work(), claimed, AllocationPhase::kSolving, 500, absl::Seconds(10)), IsOk());
  EXPECT_EQ(Get(claimed).progress_permille, 500);
  clock_.Advance(absl::Seconds(11));

  const auto taken = store_.ClaimAllocation(Work(), claimed.id, "another", absl::Seconds(10));

  ASSERT_THAT(taken, IsOk());
  ASSERT_TRUE(taken->has_value());
  EXPECT_EQ((*taken)->attempt, 2);
  EXPECT_THAT(store_.BeatAllocation(Work(), claimed, AllocationPhase::kSolving, 600, absl::Seconds(10)),
              HasReason("ALLOCATION_LOST"));
  EXPECT_THAT(store_.ProposeAllocation(Work(), claimed, {}), HasReason("ALLOCATION_LOST"));
  EXPECT_THAT(store_.FailAllocation(Work(), claimed, "INTERNAL", ""), HasReason("ALLOCATION_LOST"));
}

TEST_P(AllocationStoreConformance, AResultIsKeptWithItsPlacementsAndItsReserveList) {
  const Allocation proposed = MakeProposed("a", {"anna", "bo", "cecilia"});

  EXPECT_EQ(proposed.state, AllocationState::kProposed);
  EXPECT_EQ(proposed.draw, DrawState::kDrawn);
  EXPECT_TRUE(proposed.certified);
  EXPECT_THAT(proposed.groups, SizeIs(1));
  const auto placements = store_.ListPlacements(proposed.cohort, proposed.id, {}, Soon());
  ASSERT_THAT(placements, IsOk());
  ASSERT_THAT(placements->items, SizeIs(1));
  EXPECT_EQ(placements->items[0].participant, ParticipantId("anna"));
  EXPECT_EQ(placements->items[0].seat_group, "S");
  list::ListQuery by_position{.order = {{"position", true}, {"id", true}}};
  const auto reserves = store_.ListReserves(proposed.cohort, proposed.id, by_position, Soon());
  ASSERT_THAT(reserves, IsOk());
  ASSERT_THAT(reserves->items, SizeIs(2));
  EXPECT_EQ(reserves->items[0].participant, ParticipantId("cecilia"));
  EXPECT_EQ(reserves->items[0].reason, UnplacedReason::kOutranked);
  EXPECT_THAT(reserves->items[0].barred, ElementsAre(UnplacedReason::kNone, UnplacedReason::kNoSeats));
  EXPECT_THAT(store_.GetCertificate(proposed.cohort, proposed.id, Soon()), IsOkAndHolds("proof"));
  EXPECT_THAT(store_.GetDocument(proposed.cohort, proposed.id, Soon()), IsOkAndHolds(""));
}

TEST_P(AllocationStoreConformance, PublicationMakesMatchesAndAsksForTheirSeatsToBeConfirmed) {
  const Allocation publishing = MakePublishing("a", {"anna", "bo"});
  EXPECT_EQ(publishing.state, AllocationState::kPublishing);
  EXPECT_THAT(store_.ListUnsettledSeats(10, Soon()), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(store_.GetDocument(publishing.cohort, publishing.id, Soon()), IsOkAndHolds("to be published"));

  ASSERT_THAT(store_.FinishPublication(Work(), publishing, "document"), IsOk());

  const Allocation published = Get(publishing);
  EXPECT_EQ(published.state, AllocationState::kPublished);
  EXPECT_EQ(published.draw, DrawState::kPublished);
  EXPECT_EQ(published.published_at, clock_.Now());
  EXPECT_THAT(store_.GetDocument(published.cohort, published.id, Soon()), IsOkAndHolds("document"));
  const auto unsettled = store_.ListUnsettledSeats(10, Soon());
  ASSERT_THAT(unsettled, IsOk());
  ASSERT_THAT(*unsettled, SizeIs(1));
  EXPECT_EQ((*unsettled)[0].match, MatchId("match-of-a"));
  EXPECT_EQ((*unsettled)[0].opening, kX);
  EXPECT_EQ((*unsettled)[0].wanted, PlacementSeat::kConfirmed);
  ASSERT_THAT(store_.SettleSeats(Work(), *unsettled), IsOk());
  EXPECT_THAT(store_.ListUnsettledSeats(10, Soon()), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(store_.GetApplication(published.cohort, published.id, ParticipantId("anna"), Soon())->seat,
            PlacementSeat::kConfirmed);
}

TEST_P(AllocationStoreConformance, WhoHasALivePlacementInTheProgrammeGetsNoSecondAndNothingIsPublished) {
  ASSERT_THAT(store_.FinishPublication(Work(), MakePublishing("a", {"anna"}), ""), IsOk());
  const Allocation second = MakePublishing("b", {"anna", "bo"}, "d");
  EXPECT_THAT(store_.PlacedElsewhere(second.cohort, second.id, Soon()),
              IsOkAndHolds(ElementsAre(ParticipantId("anna"))));

  EXPECT_THAT(store_.FinishPublication(Work(), second, ""), HasReason("APPLICANT_HAS_MATCH"));

  EXPECT_EQ(Get(second).state, AllocationState::kPublishing);
  ASSERT_THAT(store_.UndoPublication(Work(), second, "APPLICANT_HAS_MATCH", "anna"), IsOk());
  const Allocation undone = Get(second);
  EXPECT_EQ(undone.state, AllocationState::kProposed);
  EXPECT_EQ(undone.failure_reason, "APPLICANT_HAS_MATCH");
  const auto anna = store_.GetApplication(second.cohort, second.id, ParticipantId("anna"), Soon());
  EXPECT_TRUE(anna->match.empty());
  EXPECT_EQ(anna->seat, PlacementSeat::kNone);
}

TEST_P(AllocationStoreConformance, PublicationBeginsOnceAndOnlyFromWhatWasRead) {
  const Allocation proposed = MakeProposed("a", {"anna"});
  AllocationPublishOrder order{
      .cohort = proposed.cohort, .allocation = proposed.id, .etag = "1", .match_ids = {MatchId("m")}};

  EXPECT_THAT(store_.BeginPublication(New<Allocation>(), order), HasReason("ETAG_MISMATCH"));
  order.etag.clear();
  EXPECT_THAT(store_.BeginPublication(New<Allocation>("once"), order), IsOk());
  EXPECT_EQ(ReplayedAnswer(store_.BeginPublication(New<Allocation>("once"), order).status()), "answer");
  EXPECT_THAT(store_.BeginPublication(New<Allocation>(), order), HasReason("ALLOCATION_STATE"));
}

TEST_P(AllocationStoreConformance, ASeatThatPartnerTookBackEndsItsMatchAndNeedsNoMoreSettling) {
  const Allocation freed = MakeFreed("a", {"anna", "bo"});

  EXPECT_EQ(GetApplication(freed, "anna").seat, PlacementSeat::kReleased);
  EXPECT_THAT(store_.ListUnsettledSeats(10, Soon()), IsOkAndHolds(IsEmpty()));
}

TEST_P(AllocationStoreConformance, ASeatThatCameBackIsOfferedOnceToTheFirstInLine) {
  const Allocation freed = MakeFreed("a", {"anna", "bo", "cecilia"});

  EXPECT_EQ(OfferFreed(), 1);
  EXPECT_EQ(OfferFreed(), 0);
  const Offer offer = UnderWay();
  EXPECT_EQ(offer.freed_by, ParticipantId("anna"));
  EXPECT_EQ(offer.participant, ParticipantId("bo"));
  EXPECT_EQ(offer.opening, kX);
  EXPECT_EQ(offer.seat_group, "S");
  EXPECT_EQ(offer.choice, 1);
  EXPECT_TRUE(GetApplication(freed, "bo").placement.empty());

  ASSERT_THAT(store_.MakeOffer(Work(), offer), IsOk());

  EXPECT_THAT(store_.MakeOffer(Work(), offer), HasReason("OFFER_LOST"));
  EXPECT_THAT(store_.GiveUpOffer(Work(), offer, kOpeningTaken), HasReason("OFFER_LOST"));
  EXPECT_THAT(store_.CloseOffer(Work(), offer), HasReason("OFFER_LOST"));
  const Application bo = GetApplication(freed, "bo");
  EXPECT_EQ(bo.placement, kX);
  EXPECT_EQ(bo.seat, PlacementSeat::kHeld);
  EXPECT_EQ(bo.match, offer.match);
  EXPECT_EQ(bo.reserve_position, 0);
  EXPECT_EQ(bo.revision, 2);
  EXPECT_EQ(GetApplication(freed, "cecilia").reserve_position, 1);
  const auto placements = store_.ListPlacements(freed.cohort, freed.id, {}, Soon());
  ASSERT_THAT(placements, IsOk());
  ASSERT_THAT(placements->items, SizeIs(2));
  EXPECT_EQ(placements->items[0].freed, FreedSeat::kOffered);
  EXPECT_EQ(placements->items[0].passed_to, ParticipantId("bo"));
  EXPECT_EQ(placements->items[1].freed_by, ParticipantId("anna"));
  EXPECT_EQ(placements->items[1].freed, FreedSeat::kNone);
  const auto unsettled = store_.ListUnsettledSeats(10, Soon());
  ASSERT_THAT(unsettled, IsOk());
  ASSERT_THAT(*unsettled, SizeIs(1));
  EXPECT_EQ((*unsettled)[0].match, offer.match);
}

TEST_P(AllocationStoreConformance, WhoIsPassedOverLeavesTheListAndTheNextIsOfferedTheSeat) {
  const Allocation freed = MakeFreed("a", {"anna", "bo", "cecilia", "dora"});
  EXPECT_EQ(OfferFreed(), 1);
  const Offer offer = UnderWay();

  ASSERT_THAT(store_.GiveUpOffer(Work(), offer, kPersonGone), IsOk());

  EXPECT_THAT(store_.MakeOffer(Work(), offer), HasReason("OFFER_LOST"));
  EXPECT_EQ(OfferFreed(), 0);  // The seat is not yet back.
  const Offer returning = UnderWay();
  EXPECT_EQ(returning.state, OfferState::kReturning);
  ASSERT_THAT(store_.CloseOffer(Work(), returning), IsOk());
  const Application bo = GetApplication(freed, "bo");
  EXPECT_TRUE(bo.gone);
  EXPECT_EQ(bo.reserve_position, 0);
  EXPECT_EQ(bo.reason, UnplacedReason::kPersonGone);
  EXPECT_EQ(GetApplication(freed, "dora").reserve_position, 2);
  EXPECT_EQ(OfferFreed(), 1);
  const Offer next = UnderWay();
  EXPECT_EQ(next.participant, ParticipantId("cecilia"));
  // Too young for x, and y has no seats: nothing is left for her.
  ASSERT_THAT(store_.GiveUpOffer(Work(), next, kTooYoungOrOld), IsOk());
  ASSERT_THAT(store_.CloseOffer(Work(), UnderWay()), IsOk());
  EXPECT_THAT(GetApplication(freed, "cecilia").barred, ElementsAre(UnplacedReason::kAge, UnplacedReason::kNoSeats));
  EXPECT_EQ(GetApplication(freed, "cecilia").reserve_position, 0);
  EXPECT_EQ(OfferFreed(), 1);
  EXPECT_EQ(UnderWay().participant, ParticipantId("dora"));
}

TEST_P(AllocationStoreConformance, ASeatThatIsGoneOrThatNobodyWaitsForLapses) {
  const Allocation freed = MakeFreed("a", {"anna", "bo"});
  EXPECT_EQ(OfferFreed(), 1);
  ASSERT_THAT(store_.GiveUpOffer(Work(), UnderWay(), kOpeningTaken), IsOk());
  ASSERT_THAT(store_.CloseOffer(Work(), UnderWay()), IsOk());
  const auto reason_of = [&](const Allocation& allocation) {
    const auto placements = store_.ListPlacements(allocation.cohort, allocation.id, {}, Soon());
    EXPECT_THAT(placements, IsOk());
    return placements.ok() ? placements->items[0].lapse_reason : "";
  };

  EXPECT_EQ(OfferFreed(), 0);
  EXPECT_EQ(reason_of(freed), "OPENING_TAKEN");
  EXPECT_EQ(GetApplication(freed, "bo").reserve_position, 1);
  const Allocation alone = MakeFreed("b", {"carl"});
  EXPECT_EQ(OfferFreed(), 1);
  EXPECT_EQ(reason_of(alone), "NOBODY_WAITING");
}

TEST_P(AllocationStoreConformance, WhoGotAPlacementMeanwhileIsNotOfferedAnother) {
  const Allocation freed = MakeFreed("a", {"anna", "bo"});
  EXPECT_EQ(OfferFreed(), 1);
  const Offer offer = UnderWay();
  ASSERT_THAT(store_.FinishPublication(Work(), MakePublishing("b", {"bo"}, "d"), ""), IsOk());

  EXPECT_THAT(store_.MakeOffer(Work(), offer), HasReason("APPLICANT_HAS_MATCH"));

  EXPECT_EQ(UnderWay(), offer);
  EXPECT_TRUE(GetApplication(freed, "bo").placement.empty());
  ASSERT_THAT(store_.GiveUpOffer(Work(), offer, kApplicantHasMatch), IsOk());
  ASSERT_THAT(store_.CloseOffer(Work(), UnderWay()), IsOk());
  EXPECT_EQ(OfferFreed(), 1);
  const auto placements = store_.ListPlacements(freed.cohort, freed.id, {}, Soon());
  ASSERT_THAT(placements, IsOk());
  EXPECT_EQ(placements->items[0].lapse_reason, "NOBODY_WAITING");
}

}  // namespace brygga::matching
