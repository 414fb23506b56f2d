#include "services/matching/rpc/allocation_handler.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <thread>

#include "services/matching/rpc/places_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class AllocationHandlerTest : public PlacesRpcTest {
 protected:
  v1::Allocation Create(const std::vector<std::string>& openings, const std::string& more = "") {
    std::string text = std::string("parent: '") + kParent + "' allocation { display_name: 'Jobs' " + more + " }";
    for (const std::string& opening : openings) text += " openings: '" + opening + "'";
    const auto created =
        Call<v1::CreateAllocationRequest, v1::CreateAllocationResponse>(coordinator_, "CreateAllocation", text);
    EXPECT_THAT(created, IsOk());
    return created.ok() ? created->allocation() : v1::Allocation();
  }
  absl::StatusOr<v1::SubmitApplicationResponse> Apply(const rpc::Identity& caller, const v1::Allocation& allocation,
                                                      const std::string& person,
                                                      const std::vector<std::string>& choices,
                                                      const std::string& more = "") {
    std::string text = "parent: '" + allocation.name() + "' application { participant: '" + person + "' " + more;
    for (const std::string& choice : choices) text += " choices: '" + choice + "'";
    return Call<v1::SubmitApplicationRequest, v1::SubmitApplicationResponse>(caller, "SubmitApplication", text + " }");
  }
  absl::StatusOr<v1::CommitLotteryResponse> Commit(const v1::Allocation& allocation) {
    return Call<v1::CommitLotteryRequest, v1::CommitLotteryResponse>(coordinator_, "CommitLottery",
                                                                     "name: '" + allocation.name() + "'");
  }
  absl::StatusOr<v1::StartAllocationResponse> Start(const v1::Allocation& allocation, const std::string& more = "") {
    return Call<v1::StartAllocationRequest, v1::StartAllocationResponse>(coordinator_, "StartAllocation",
                                                                         "name: '" + allocation.name() + "' " + more);
  }
  absl::StatusOr<v1::PublishAllocationResponse> Publish(const v1::Allocation& allocation,
                                                        const std::string& more = "") {
    return Call<v1::PublishAllocationRequest, v1::PublishAllocationResponse>(
        coordinator_, "PublishAllocation", "name: '" + allocation.name() + "' " + more);
  }
  v1::Allocation Get(const v1::Allocation& allocation) {
    const auto got = Call<v1::GetAllocationRequest, v1::GetAllocationResponse>(coordinator_, "GetAllocation",
                                                                               "name: '" + allocation.name() + "'");
    EXPECT_THAT(got, IsOk());
    return got.ok() ? got->allocation() : v1::Allocation();
  }
  // Committed to, started and computed.
  v1::Allocation Solve(const v1::Allocation& allocation, const std::string& more = "") {
    EXPECT_THAT(Commit(allocation), IsOk());
    EXPECT_THAT(Start(allocation, more), IsOk());
    Work();
    return Get(allocation);
  }
  std::vector<v1::Placement> Placements(const v1::Allocation& allocation) {
    const auto response = Call<v1::ListPlacementsRequest, v1::ListPlacementsResponse>(
        coordinator_, "ListPlacements", "parent: '" + allocation.name() + "' page_size: 1000");
    EXPECT_THAT(response, IsOk());
    return response.ok() ? std::vector<v1::Placement>(response->placements().begin(), response->placements().end())
                         : std::vector<v1::Placement>();
  }
  std::vector<v1::Reserve> Reserves(const v1::Allocation& allocation, const std::string& more = "") {
    const auto response = Call<v1::ListReservesRequest, v1::ListReservesResponse>(
        coordinator_, "ListReserves", "parent: '" + allocation.name() + "' page_size: 1000 " + more);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? std::vector<v1::Reserve>(response->reserves().begin(), response->reserves().end())
                         : std::vector<v1::Reserve>();
  }
  // All parts of the published draw put together.
  v1::GetPublishedDrawResponse Draw(const v1::Allocation& allocation, const rpc::Identity& caller) {
    v1::GetPublishedDrawRequest request;
    request.set_name(allocation.name());
    auto stream = server_->Open<v1::GetPublishedDrawResponse>(caller, FullName("GetPublishedDraw"), request);
    v1::GetPublishedDrawResponse whole;
    std::string document;
    for (v1::GetPublishedDrawResponse part; stream.Read(&part);) {
      document += part.document();
      whole = part;
    }
    EXPECT_THAT(stream.Finish(), IsOk());
    whole.set_document(document);
    return whole;
  }
  // Published, with every seat confirmed.
  v1::Allocation SolveAndPublish(const v1::Allocation& allocation) {
    const v1::Allocation solved = Solve(allocation);
    EXPECT_THAT(Publish(solved), IsOk());
    Work();
    return Get(solved);
  }
  v1::Match GetMatch(const std::string& name) {
    v1::GetMatchRequest request;
    request.set_name(name);
    const auto got =
        server_->Call<v1::GetMatchResponse>(coordinator_, "brygga.matching.v1.MatchingService/GetMatch", request);
    EXPECT_THAT(got, IsOk());
    return got.ok() ? got->match() : v1::Match();
  }
  void Decline(const std::string& match) {
    v1::DeclineMatchRequest request;
    request.set_name(match);
    request.set_side(v1::SIDE_ADEPT);
    request.set_reason("FOUND_WORK");
    request.set_request_id(NewUuid(absl::Now()));
    EXPECT_THAT(server_->Call<v1::DeclineMatchResponse>(coordinator_, "brygga.matching.v1.MatchingService/DeclineMatch",
                                                        request),
                IsOk());
  }
  v1::Placement PlacementOf(const v1::Allocation& allocation, const std::string& name) {
    for (const v1::Placement& placement : Placements(allocation)) {
      if (placement.name() == name) return placement;
    }
    return {};
  }
  // A result with one seat and two people who want it.
  v1::Allocation TwoForOneSeat() {
    const v1::Allocation allocation = Create({MakeOpening("x", 1)});
    for (const char* id : {"anna", "bo"}) {
      EXPECT_THAT(Apply(coordinator_, allocation, MakePerson(id), {"organisations/o/openings/x"}), IsOk());
    }
    return Solve(allocation);
  }
};

TEST_F(AllocationHandlerTest, FromApplicationsToMatchesAndSeats) {
  const std::string x = MakeOpening("x", 1), y = MakeOpening("y", 1);
  const v1::Allocation allocation = Create({x, y});
  EXPECT_EQ(allocation.state(), v1::ALLOCATION_STATE_OPEN);
  EXPECT_EQ(allocation.opening_count(), 2);
  for (const char* id : {"anna", "bo", "cecilia"}) {
    ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(id), {x, y}), IsOk());
  }

  const v1::Allocation solved = Solve(allocation);

  EXPECT_EQ(solved.state(), v1::ALLOCATION_STATE_PROPOSED) << solved.failure_reason() << solved.failure_detail();
  EXPECT_TRUE(solved.certified());
  EXPECT_EQ(solved.statistics().placed(), 2);
  EXPECT_EQ(solved.statistics().reserves(), 1);
  EXPECT_EQ(Placements(solved)[0].match(), "");
  ASSERT_THAT(Publish(solved), IsOk());
  EXPECT_EQ(Get(solved).state(), v1::ALLOCATION_STATE_PUBLISHING);
  Work();
  const v1::Allocation published = Get(solved);
  EXPECT_EQ(published.state(), v1::ALLOCATION_STATE_PUBLISHED) << published.failure_detail();
  for (const v1::Placement& placement : Placements(published)) {
    EXPECT_EQ(placement.seat(), v1::PLACEMENT_SEAT_CONFIRMED);
    EXPECT_EQ(openings_->SeatOf(placement.match()), "CONFIRMED");
  }
  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), 2);
}

TEST_F(AllocationHandlerTest, WatchShowsItUntilItIsProposed) {
  const v1::Allocation allocation = Create({MakeOpening("x", 1)});
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("anna"), {"organisations/o/openings/x"}), IsOk());
  ASSERT_THAT(Commit(allocation), IsOk());
  service_->Start();
  ASSERT_THAT(Start(allocation), IsOk());

  v1::WatchAllocationRequest request;
  request.set_name(allocation.name());
  auto stream = server_->Open<v1::WatchAllocationResponse>(coordinator_, FullName("WatchAllocation"), request);
  v1::WatchAllocationResponse last;
  while (stream.Read(&last)) {
  }

  EXPECT_THAT(stream.Finish(), IsOk());
  EXPECT_EQ(last.allocation().state(), v1::ALLOCATION_STATE_PROPOSED);
  service_->Stop();
}

TEST_F(AllocationHandlerTest, TheSeedIsSecretUntilPublicationAndItsHashIsPublicBefore) {
  const v1::Allocation allocation = Create({MakeOpening("x", 1)});
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("anna"), {"organisations/o/openings/x"}), IsOk());
  const auto committed = Commit(allocation);
  ASSERT_THAT(committed, IsOk());
  EXPECT_THAT(committed->allocation().seed_hash(), SizeIs(64));
  EXPECT_EQ(Commit(allocation)->allocation().seed_hash(), committed->allocation().seed_hash());

  const auto before = Draw(allocation, rpc::Anonymous());
  EXPECT_EQ(before.draw_state(), v1::DRAW_STATE_COMMITTED);
  EXPECT_EQ(before.seed(), "");
  EXPECT_EQ(before.document(), "");
  ASSERT_THAT(Start(allocation), IsOk());
  Work();
  ASSERT_THAT(Publish(allocation), IsOk());
  Work();

  const auto after = Draw(allocation, rpc::Anonymous());
  EXPECT_EQ(after.draw_state(), v1::DRAW_STATE_PUBLISHED);
  EXPECT_EQ(after.seed_hash(), committed->allocation().seed_hash());
  EXPECT_THAT(after.seed(), SizeIs(64));
  EXPECT_THAT(after.document(), HasSubstr("brygga-allocation/1"));
  EXPECT_THAT(after.document(), Not(HasSubstr("anna")));
}

TEST_F(AllocationHandlerTest, AnAllocationThatWasNotCommittedToHasNoDrawAndDoesNotStart) {
  const v1::Allocation allocation = Create({MakeOpening("x", 1)});
  EXPECT_THAT(Start(allocation), HasReason("NOT_COMMITTED"));
  v1::GetPublishedDrawRequest request;
  request.set_name(allocation.name());
  auto stream = server_->Open<v1::GetPublishedDrawResponse>(rpc::Anonymous(), FullName("GetPublishedDraw"), request);
  v1::GetPublishedDrawResponse part;
  EXPECT_FALSE(stream.Read(&part));
  EXPECT_THAT(stream.Finish(), HasReason("NOT_FOUND"));
  ASSERT_THAT(Commit(allocation), IsOk());
  EXPECT_THAT(Start(allocation), HasReason("NO_APPLICATIONS"));
}

TEST_F(AllocationHandlerTest, AgesAreAskedOnTheFirstDayOfEachOpening) {
  const std::string x = MakeOpening("x", 10);
  const v1::Allocation allocation = Create({x});
  // On 12 June 2023: 15, 16, 21 and 22 years old, and two of whom less is known.
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("fifteen", Date(2007, 6, 13)), {x}), IsOk());
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("sixteen", Date(2007, 6, 12)), {x}), IsOk());
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("twentyone", Date(2001, 6, 13)), {x}), IsOk());
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("twentytwo", Date(2001, 6, 12)), {x}), IsOk());
  ages_->Set("participants/unknown", std::nullopt);
  ASSERT_THAT(Apply(coordinator_, allocation, "participants/unknown", {x}), IsOk());
  ASSERT_THAT(Apply(coordinator_, allocation, "participants/gone", {x}), IsOk());

  const v1::Allocation solved = Solve(allocation);

  std::set<std::string> placed;
  for (const v1::Placement& placement : Placements(solved)) placed.insert(placement.participant());
  EXPECT_THAT(placed, ElementsAre("participants/sixteen", "participants/twentyone"));
  std::map<std::string, v1::UnplacedReason> reasons;
  for (const v1::Reserve& reserve : Reserves(solved)) {
    reasons[reserve.participant()] = reserve.reason();
    EXPECT_EQ(reserve.position(), 0);
  }
  EXPECT_EQ(reasons["participants/fifteen"], v1::UNPLACED_REASON_AGE);
  EXPECT_EQ(reasons["participants/twentytwo"], v1::UNPLACED_REASON_AGE);
  EXPECT_EQ(reasons["participants/unknown"], v1::UNPLACED_REASON_AGE_NEEDS_EVIDENCE);
  EXPECT_EQ(reasons["participants/gone"], v1::UNPLACED_REASON_PERSON_GONE);
}

TEST_F(AllocationHandlerTest, RequirementsAndClosedOpeningsBarAndAreSaid) {
  const std::string pool = MakeOpening("pool", 1, {"SWIMS"}), park = MakeOpening("park", 1);
  const v1::Allocation allocation = Create({pool, park});
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("swims"), {pool}, "meets: 'SWIMS'"), IsOk());
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("sinks"), {pool}), IsOk());
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("walks"), {park}), IsOk());
  openings_->Set(park, {.state = OpeningState::kClosed, .free_seats = 1, .first_day = Date(2023, 6, 12)});

  const v1::Allocation solved = Solve(allocation);

  ASSERT_THAT(Placements(solved), SizeIs(1));
  EXPECT_EQ(Placements(solved)[0].participant(), "participants/swims");
  std::map<std::string, v1::UnplacedReason> reasons;
  for (const v1::Reserve& reserve : Reserves(solved)) reasons[reserve.participant()] = reserve.reason();
  EXPECT_EQ(reasons["participants/sinks"], v1::UNPLACED_REASON_REQUIREMENTS);
  EXPECT_EQ(reasons["participants/walks"], v1::UNPLACED_REASON_NO_SEATS);
}

TEST_F(AllocationHandlerTest, AParticipantAppliesForThemselvesAndSeesTheirOwnOutcomeOncePublished) {
  const std::string x = MakeOpening("x", 1);
  const v1::Allocation allocation = Create({x}, "priorities: 'FIRST'");
  const rpc::Identity anna = rpc::ParticipantNamed(MakePerson("anna"));
  const std::string name = allocation.name() + "/applications/anna";
  const auto get = [&](const rpc::Identity& caller) {
    return Call<v1::GetApplicationRequest, v1::GetApplicationResponse>(caller, "GetApplication",
                                                                       "name: '" + name + "'");
  };

  ASSERT_THAT(Apply(anna, allocation, "participants/anna", {x}), IsOk());
  EXPECT_THAT(Apply(anna, allocation, "participants/bo", {x}), HasReason("NOT_FOUND"));
  EXPECT_THAT(Apply(anna, allocation, "participants/anna", {x}, "priority: 'FIRST'"), HasReason("INVALID_FIELDS"));
  EXPECT_THAT(get(rpc::ParticipantNamed("participants/bo")), HasReason("NOT_FOUND"));
  const v1::Allocation solved = Solve(allocation);
  EXPECT_EQ(get(anna)->application().placement(), "");
  EXPECT_EQ(get(coordinator_)->application().placement(), x);
  ASSERT_THAT(Publish(solved), IsOk());
  Work();
  EXPECT_EQ(get(anna)->application().placement(), x);
  EXPECT_EQ(get(anna)->application().lottery_number(), 1);
  const std::string withdraw = "name: '" + name + "'";
  EXPECT_THAT(
      (Call<v1::WithdrawApplicationRequest, v1::WithdrawApplicationResponse>(anna, "WithdrawApplication", withdraw)),
      HasReason("ALLOCATION_STATE"));
}

TEST_F(AllocationHandlerTest, AnApplicationIsChangedAndWithdrawnWhileItIsOpen) {
  const std::string x = MakeOpening("x", 1), y = MakeOpening("y", 1);
  const v1::Allocation allocation = Create({x, y});
  const std::string anna = MakePerson("anna");
  const auto first = Apply(coordinator_, allocation, anna, {x});
  const auto second = Apply(coordinator_, allocation, anna, {y, x});
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->application().reference(), first->application().reference());
  EXPECT_EQ(Get(allocation).application_count(), 1);
  EXPECT_THAT(Apply(coordinator_, allocation, anna, {"organisations/o/openings/z"}), HasReason("INVALID_FIELDS"));
  const std::string name = "name: '" + allocation.name() + "/applications/anna'";
  EXPECT_THAT((Call<v1::WithdrawApplicationRequest, v1::WithdrawApplicationResponse>(coordinator_,
                                                                                     "WithdrawApplication", name)),
              IsOk());
  EXPECT_THAT((Call<v1::GetApplicationRequest, v1::GetApplicationResponse>(coordinator_, "GetApplication", name)),
              HasReason("NOT_FOUND"));
  EXPECT_EQ(Get(allocation).application_count(), 0);
}

TEST_F(AllocationHandlerTest, AnImportJudgesRowByRowAndMayOnlyTry) {
  const std::string x = MakeOpening("x", 1);
  const v1::Allocation allocation = Create({x});
  const std::string rows = "parent: '" + allocation.name() +
                           "' applications { participant: 'participants/a' choices: '" + x +
                           "' } applications { participant: 'participants/b' choices: 'x' } applications { "
                           "participant: 'participants/a' choices: '" +
                           x + "' }";
  const auto import = [&](const std::string& more) {
    return Call<v1::ImportApplicationsRequest, v1::ImportApplicationsResponse>(coordinator_, "ImportApplications",
                                                                               rows + more);
  };

  const auto tried = import(" validate_only: true");
  ASSERT_THAT(tried, IsOk());
  EXPECT_EQ(tried->results(0).outcome(), v1::APPLICATION_OUTCOME_CREATED);
  EXPECT_EQ(Get(allocation).application_count(), 0);
  const auto imported = import("");
  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->results(0).application(), allocation.name() + "/applications/a");
  EXPECT_EQ(imported->results(1).outcome(), v1::APPLICATION_OUTCOME_REFUSED);
  EXPECT_EQ(imported->results(1).problems(0).field(), "choices[0]");
  EXPECT_EQ(imported->results(2).outcome(), v1::APPLICATION_OUTCOME_REFUSED);
  EXPECT_EQ(import("")->results(0).outcome(), v1::APPLICATION_OUTCOME_UNCHANGED);
  const auto nameless = import(" applications { participant: 'A99999' choices: '" + x + "' } applications {}");
  ASSERT_THAT(nameless, IsOk());
  EXPECT_EQ(nameless->results(3).problems(0).field(), "participant");
  EXPECT_EQ(nameless->results(4).outcome(), v1::APPLICATION_OUTCOME_REFUSED);
  const auto listed = Call<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      coordinator_, "ListApplications", "parent: '" + allocation.name() + "'");
  EXPECT_EQ(listed->applications_size(), 1);
}

TEST_F(AllocationHandlerTest, OpeningsMustExistAndPartnerMustAnswer) {
  const auto create = [&](const std::string& opening) {
    return Call<v1::CreateAllocationRequest, v1::CreateAllocationResponse>(
        coordinator_, "CreateAllocation",
        std::string("parent: '") + kParent + "' allocation { display_name: 'x' } openings: '" + opening + "'");
  };
  EXPECT_THAT(create("organisations/o/openings/nowhere"), HasReason("OPENING_UNUSABLE"));
  const v1::Allocation allocation = Create({MakeOpening("x", 1)});
  const auto add = [&](const std::string& opening) {
    return Call<v1::AddAllocationOpeningsRequest, v1::AddAllocationOpeningsResponse>(
        coordinator_, "AddAllocationOpenings", "name: '" + allocation.name() + "' openings: '" + opening + "'");
  };
  EXPECT_EQ(add(MakeOpening("y", 1))->allocation().opening_count(), 2);
  openings_->SetUnreachable(true);
  EXPECT_THAT(add("organisations/o/openings/z"), HasReason("PARTNER_UNAVAILABLE"));
}

TEST_F(AllocationHandlerTest, WhilePartnerIsAwayApplicationsAreEnteredAndListedAndKnownOpeningsAdded) {
  const std::string x = MakeOpening("x", 1), y = MakeOpening("y", 1), z = MakeOpening("z", 1);
  const v1::Allocation allocation = Create({x});
  const auto add = [&](const std::string& opening) {
    return Call<v1::AddAllocationOpeningsRequest, v1::AddAllocationOpeningsResponse>(
        coordinator_, "AddAllocationOpenings", "name: '" + allocation.name() + "' openings: '" + opening + "'");
  };
  const absl::Time soon = absl::Now() + absl::Seconds(20);
  ASSERT_THAT(service_->places().openings().Reread({y}, std::nullopt, soon), IsOk());  // As the feed does.
  openings_->SetUnreachable(true);

  EXPECT_THAT(add(y), IsOk());
  EXPECT_THAT(Apply(coordinator_, allocation, MakePerson("anna"), {y, x}), IsOk());
  const auto listed = Call<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      coordinator_, "ListApplications", "parent: '" + allocation.name() + "'");
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->applications_size(), 1);
  EXPECT_THAT(add(z), HasReason("PARTNER_UNAVAILABLE"));  // Nobody has told of it.
  openings_->SetUnreachable(false);
  EXPECT_THAT(add(z), IsOk());  // Nobody has told of it, and partner is asked.
}

TEST_F(AllocationHandlerTest, AnOpeningThatIsKnownToBeOverIsRefusedAndSeatsAreCountedAtPartner) {
  const std::string x = MakeOpening("x", 1), y = MakeOpening("y", 1);
  const absl::Time soon = absl::Now() + absl::Seconds(20);
  const v1::Allocation allocation = Create({x});
  openings_->Set(y, {.state = OpeningState::kCancelled, .first_day = Date(2023, 6, 12)});
  ASSERT_THAT(service_->places().openings().Reread({y}, std::nullopt, soon), IsOk());
  openings_->SetUnreachable(true);
  EXPECT_THAT((Call<v1::AddAllocationOpeningsRequest, v1::AddAllocationOpeningsResponse>(
                  coordinator_, "AddAllocationOpenings", "name: '" + allocation.name() + "' openings: '" + y + "'")),
              HasReason("OPENING_UNUSABLE"));
  openings_->SetUnreachable(false);
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("anna"), {x}), IsOk());
  MakeOpening("x", 0);  // What is known here says one seat, partner none.

  const v1::Allocation solved = Solve(allocation);

  ASSERT_EQ(service_->places().opening_store().GetOpenings({x}, soon)->front()->free_seats, 1);
  EXPECT_THAT(Placements(solved), SizeIs(0));
}

TEST_F(AllocationHandlerTest, AnOutageFailsTheComputationAndItCanBeStartedAgainWithTheSameDraw) {
  const v1::Allocation allocation = Create({MakeOpening("x", 1)});
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("anna"), {"organisations/o/openings/x"}), IsOk());
  openings_->SetUnreachable(true);
  const v1::Allocation failed = Solve(allocation);
  EXPECT_EQ(failed.state(), v1::ALLOCATION_STATE_FAILED);
  EXPECT_EQ(failed.failure_reason(), "PARTNER_UNAVAILABLE");
  openings_->SetUnreachable(false);

  ASSERT_THAT(Start(allocation, "objective: ALLOCATION_OBJECTIVE_MAX_PLACED"), IsOk());
  Work();

  EXPECT_EQ(Get(allocation).state(), v1::ALLOCATION_STATE_PROPOSED);
  EXPECT_EQ(Get(allocation).seed_hash(), failed.seed_hash());
}

TEST_F(AllocationHandlerTest, CancellingStopsItAndPublishedOnesStay) {
  const v1::Allocation allocation = TwoForOneSeat();
  const auto cancel = [&](const v1::Allocation& what) {
    return Call<v1::CancelAllocationRequest, v1::CancelAllocationResponse>(coordinator_, "CancelAllocation",
                                                                           "name: '" + what.name() + "'");
  };
  EXPECT_EQ(cancel(allocation)->allocation().state(), v1::ALLOCATION_STATE_CANCELLED);
  EXPECT_THAT(Publish(allocation), HasReason("ALLOCATION_STATE"));
  const v1::Allocation other = TwoForOneSeat();
  ASSERT_THAT(Publish(other), IsOk());
  EXPECT_THAT(cancel(other), HasReason("ALLOCATION_STATE"));
}

TEST_F(AllocationHandlerTest, ASeatThatIsGoneUndoesThePublicationAsAWhole) {
  const std::string x = MakeOpening("x", 1), y = MakeOpening("y", 1);
  const v1::Allocation allocation = Create({x, y});
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("anna"), {x}), IsOk());
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("bo"), {y}), IsOk());
  const v1::Allocation solved = Solve(allocation);
  ASSERT_THAT(openings_->Hold({{y, "programmes/q/cohorts/q/matches/other"}}, absl::InfiniteFuture()), IsOk());
  const auto tried = Publish(solved, "validate_only: true");
  ASSERT_THAT(tried, IsOk());
  ASSERT_EQ(tried->conflicts_size(), 1);
  EXPECT_EQ(tried->conflicts(0).placement(), allocation.name() + "/placements/bo");
  EXPECT_EQ(tried->conflicts(0).reason(), "OPENING_TAKEN");

  ASSERT_THAT(Publish(solved), IsOk());
  Work();

  const v1::Allocation undone = Get(solved);
  EXPECT_EQ(undone.state(), v1::ALLOCATION_STATE_PROPOSED);
  EXPECT_EQ(undone.failure_reason(), "OPENING_TAKEN");
  EXPECT_EQ(openings_->CountSeats("HELD"), 1);  // The other one's.
  for (const v1::Placement& placement : Placements(undone)) EXPECT_EQ(placement.match(), "");
  ASSERT_THAT(openings_->Release({{y, "programmes/q/cohorts/q/matches/other"}}, absl::InfiniteFuture()), IsOk());
  ASSERT_THAT(Publish(undone), IsOk());
  Work();
  EXPECT_EQ(Get(solved).state(), v1::ALLOCATION_STATE_PUBLISHED);
}

// A publication is killed at each of its steps and taken up again: nothing is done
// twice and nothing is forgotten.
TEST_F(AllocationHandlerTest, APublicationThatIsKilledGoesOnWhereItWas) {
  for (const std::string step : {"hold", "match", "settle"}) {
    const v1::Allocation solved = TwoForOneSeat();
    ASSERT_THAT(Publish(solved), IsOk());
    service_->places().worker().SetKillSwitch([&](std::string_view at) { return at == step; });
    Work();
    EXPECT_NE(Placements(solved)[0].seat(), v1::PLACEMENT_SEAT_CONFIRMED) << step;
    service_->places().worker().SetKillSwitch(nullptr);
    clock_.Advance(absl::Minutes(1));
    Work();

    EXPECT_EQ(Get(solved).state(), v1::ALLOCATION_STATE_PUBLISHED) << step;
    ASSERT_THAT(Placements(solved), SizeIs(1));
    EXPECT_EQ(Placements(solved)[0].seat(), v1::PLACEMENT_SEAT_CONFIRMED) << step;
    EXPECT_EQ(openings_->SeatOf(Placements(solved)[0].match()), "CONFIRMED") << step;
    // The place is free again for the next round of this test, once both have declined.
    const v1::Placement first = Placements(solved)[0];
    Decline(first.match());
    Work();
    EXPECT_EQ(openings_->SeatOf(first.match()), "RELEASED") << step;
    const v1::Placement second = PlacementOf(solved, PlacementOf(solved, first.name()).passed_to());
    Decline(second.match());
    Work();
    EXPECT_EQ(PlacementOf(solved, second.name()).seat(), v1::PLACEMENT_SEAT_RELEASED) << step;
  }
}

TEST_F(AllocationHandlerTest, WhatIsPublishedWasCheckedAgain) {
  const v1::Allocation solved = TwoForOneSeat();
  // Somebody has tampered with the stored result.
  auto& store = service_->places().store();
  const auto key = ParseCohortName(kParent).value();
  const AllocationId id(solved.name().substr(solved.name().rfind('/') + 1));
  const auto input = store.LoadAllocation(key, id, absl::InfiniteFuture());
  ASSERT_THAT(input, IsOk());
  AllocationProposal tampered{.openings = input->openings,
                              .applications = input->applications,
                              .statistics = input->allocation.statistics,
                              .certificate = *store.GetCertificate(key, id, absl::InfiniteFuture())};
  Application& first = tampered.applications[0];
  Application& second = tampered.applications[1];
  std::swap(first.placement, second.placement);
  std::swap(first.choice, second.choice);
  std::swap(first.reserve_position, second.reserve_position);
  std::swap(first.reason, second.reason);
  ASSERT_THAT(Start(solved), IsOk());
  const auto claimed = store.ClaimAllocation({.actor = "test"}, id, "test", absl::Seconds(10));
  ASSERT_THAT(store.ProposeAllocation({.actor = "test"}, **claimed, tampered), IsOk());

  EXPECT_THAT(Publish(solved), HasReason("ALLOCATION_NOT_CERTIFIED"));
}

TEST_F(AllocationHandlerTest, TheReserveListOfOneOpeningIsThePartThatChoseIt) {
  const std::string x = MakeOpening("x", 1), y = MakeOpening("y", 1);
  const v1::Allocation allocation = Create({x, y});
  for (const char* id : {"a", "b", "c"}) ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(id), {x}), IsOk());
  for (const char* id : {"d", "e"}) ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(id), {y}), IsOk());

  const v1::Allocation solved = Solve(allocation);

  EXPECT_THAT(Reserves(solved), SizeIs(3));
  EXPECT_EQ(Reserves(solved)[0].position(), 1);
  EXPECT_THAT(Reserves(solved, "filter: 'openings:\"" + x + "\"'"), SizeIs(2));
  EXPECT_THAT(Reserves(solved, "filter: 'openings:\"" + y + "\"'"), SizeIs(1));
}

// 21. Holiday jobs, at a tenth of the size (the journey has all of it): 900 jobs,
// 1,200 applicants with ranked preferences, guaranteed groups, 75 % lottery and
// 25 % special reasons, ages 16 to 21 at the start date, replayable from the
// published seed; nobody eligible is skipped; ordered reserve list.
TEST_F(AllocationHandlerTest, HolidayJobsAreGivenOutByLotteryAndSpecialReasons) {
  std::vector<std::string> openings;
  for (int i = 0; i < 90; ++i) openings.push_back(MakeOpening("x" + std::to_string(i), 10));
  const v1::Allocation allocation =
      Create(openings, "reserves { group: 'SPECIAL_REASONS' share_permille: 250 } guaranteed_groups: 'IN_CARE'");
  std::mt19937 random(2023);
  std::set<std::string> too_young;
  for (int from = 0; from < 1200; from += 400) {
    v1::ImportApplicationsRequest request;
    request.set_parent(allocation.name());
    for (int i = from; i < from + 400; ++i) {
      const std::string id = "p" + std::to_string(i);
      const bool is_fifteen = i % 40 == 39;
      MakePerson(id, is_fifteen ? Date(2007, 12, 24) : Date(2003 + i % 4, 3, 1));
      if (is_fifteen) too_young.insert("participants/" + id);
      v1::Application& application = *request.add_applications();
      application.set_participant("participants/" + id);
      std::set<size_t> chosen;
      while (chosen.size() < 8) chosen.insert(random() % openings.size());
      std::vector<size_t> order(chosen.begin(), chosen.end());
      std::shuffle(order.begin(), order.end(), random);
      for (const size_t opening : order) application.add_choices(openings[opening]);
      if (i % 4 == 1) application.add_groups("SPECIAL_REASONS");
      if (i % 60 == 2) application.add_groups("IN_CARE");
    }
    const auto imported = Call<v1::ImportApplicationsResponse>(coordinator_, "ImportApplications", request);
    ASSERT_THAT(imported, IsOk());
    for (const auto& result : imported->results()) ASSERT_EQ(result.outcome(), v1::APPLICATION_OUTCOME_CREATED);
  }

  const v1::Allocation solved = Solve(allocation, "objective: ALLOCATION_OBJECTIVE_MAX_PLACED");

  ASSERT_EQ(solved.state(), v1::ALLOCATION_STATE_PROPOSED) << solved.failure_reason() << solved.failure_detail();
  EXPECT_EQ(solved.statistics().applicants(), 1200);
  EXPECT_EQ(solved.statistics().eligible(), 1170);
  EXPECT_EQ(solved.statistics().placed(), 900);
  EXPECT_EQ(solved.statistics().reserves(), 270);
  std::map<std::string, v1::GroupFigure> figures;
  for (const v1::GroupFigure& figure : solved.groups()) figures[figure.group()] = figure;
  EXPECT_EQ(figures["IN_CARE"].placed(), figures["IN_CARE"].eligible());
  EXPECT_EQ(figures["SPECIAL_REASONS"].reserved(), 225);
  EXPECT_GE(figures["SPECIAL_REASONS"].placed(), 225);
  // Everybody has a place, or a place on the list, or a reason: nobody is skipped.
  std::set<int> positions;
  for (const v1::Reserve& reserve : Reserves(solved)) {
    if (too_young.contains(reserve.participant())) {
      EXPECT_EQ(reserve.reason(), v1::UNPLACED_REASON_AGE);
    } else {
      EXPECT_TRUE(positions.insert(reserve.position()).second);
    }
  }
  EXPECT_THAT(positions, SizeIs(270));
  EXPECT_EQ(*positions.begin(), 1);
  EXPECT_EQ(*positions.rbegin(), 270);
  ASSERT_THAT(Publish(solved), IsOk());
  Work();
  EXPECT_EQ(Get(solved).state(), v1::ALLOCATION_STATE_PUBLISHED);
  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), 900);
  EXPECT_THAT(Draw(solved, rpc::Anonymous()).document(), HasSubstr("SPECIAL_REASONS"));
}

TEST_F(AllocationHandlerTest, ADryRunGivesTheSameFiguresAndLeavesNoTrace) {
  const std::string x = MakeOpening("x", 1), y = MakeOpening("y", 1);
  const v1::Allocation allocation = Create({x, y}, "reserves { group: 'S' count: 1 }");
  for (const char* id : {"anna", "bo", "cecilia"}) {
    ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(id), {x, y}, id == std::string("bo") ? "groups: 'S'" : ""),
                IsOk());
  }
  EXPECT_THAT(Start(allocation, "validate_only: true"), HasReason("NOT_COMMITTED"));
  ASSERT_THAT(Commit(allocation), IsOk());
  const v1::Allocation before = Get(allocation);

  const auto tried = Start(allocation, "validate_only: true objective: ALLOCATION_OBJECTIVE_MAX_PLACED");

  ASSERT_THAT(tried, IsOk());
  Work();
  const v1::Allocation after = Get(allocation);
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_THAT(Placements(allocation), IsEmpty());
  EXPECT_THAT(Reserves(allocation), IsEmpty());
  ASSERT_THAT(Start(allocation, "objective: ALLOCATION_OBJECTIVE_MAX_PLACED"), IsOk());
  Work();
  v1::Allocation real = Get(allocation), trial = tried->allocation();
  EXPECT_EQ(real.statistics().placed(), 2);
  EXPECT_EQ(trial.state(), v1::ALLOCATION_STATE_OPEN);
  EXPECT_EQ(trial.objective(), real.objective());
  EXPECT_TRUE(trial.certified());
  real.mutable_statistics()->clear_solve_micros();
  trial.mutable_statistics()->clear_solve_micros();
  EXPECT_EQ(trial.statistics().SerializeAsString(), real.statistics().SerializeAsString());
  ASSERT_EQ(trial.groups_size(), real.groups_size());
  for (int i = 0; i < real.groups_size(); ++i) {
    EXPECT_EQ(trial.groups(i).SerializeAsString(), real.groups(i).SerializeAsString());
  }
}

TEST_F(AllocationHandlerTest, ADryRunSaysWhatWouldFail) {
  const v1::Allocation allocation = Create({MakeOpening("x", 1)});
  ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("anna"), {"organisations/o/openings/x"}), IsOk());
  ASSERT_THAT(Commit(allocation), IsOk());
  EXPECT_THAT(Start(allocation, "validate_only: true etag: 'old'"), HasReason("ETAG_MISMATCH"));
  openings_->SetUnreachable(true);

  EXPECT_THAT(Start(allocation, "validate_only: true"), HasReason("PARTNER_UNAVAILABLE"));
}

TEST_F(AllocationHandlerTest, APlacementThatIsDeclinedGoesToTheFirstOnTheReserveList) {
  const v1::Allocation published = SolveAndPublish(TwoForOneSeat());
  const v1::Placement first = Placements(published)[0];
  ASSERT_THAT(Reserves(published), SizeIs(1));

  Decline(first.match());
  Work();

  EXPECT_THAT(Reserves(published), IsEmpty());
  const v1::Placement freed = PlacementOf(published, first.name());
  EXPECT_EQ(freed.seat(), v1::PLACEMENT_SEAT_RELEASED);
  EXPECT_EQ(freed.freed_seat(), v1::FREED_SEAT_OFFERED);
  const v1::Placement second = PlacementOf(published, freed.passed_to());
  EXPECT_EQ(second.freed_by(), first.name());
  EXPECT_EQ(second.seat(), v1::PLACEMENT_SEAT_CONFIRMED);
  EXPECT_EQ(GetMatch(second.match()).state(), v1::MATCH_STATE_PROPOSED);
  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), 1);
  // Nobody is left behind the second.
  Decline(second.match());
  Work();
  EXPECT_EQ(PlacementOf(published, second.name()).lapse_reason(), "NOBODY_WAITING");
  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), 0);
  const auto lapsed = Call<v1::ListPlacementsRequest, v1::ListPlacementsResponse>(
      coordinator_, "ListPlacements", "parent: '" + published.name() + "' filter: 'seat = RELEASED'");
  ASSERT_THAT(lapsed, IsOk());
  EXPECT_EQ(lapsed->placements_size(), 2);
}

TEST_F(AllocationHandlerTest, AnOfferThatIsKilledGoesOnWhereItWas) {
  for (const char* step : {"settle", "offer", "offer-hold", "offer-match"}) {
    SCOPED_TRACE(step);
    const std::string x = MakeOpening(std::string("x-") + step, 1);
    const v1::Allocation allocation = Create({x});
    for (const char* id : {"anna", "bo"}) {
      ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(std::string(id) + step), {x}), IsOk());
    }
    const v1::Allocation published = SolveAndPublish(allocation);
    const v1::Placement first = Placements(published)[0];
    Decline(first.match());
    bool killed = false;
    service_->places().worker().SetKillSwitch([&](std::string_view at) { return killed = killed || at == step; });

    Work();

    EXPECT_TRUE(killed);
    EXPECT_THAT(Placements(published), SizeIs(1));
    service_->places().worker().SetKillSwitch(nullptr);
    Work();
    const auto placements = Placements(published);
    ASSERT_THAT(placements, SizeIs(2));
    const v1::Placement second = PlacementOf(published, PlacementOf(published, first.name()).passed_to());
    EXPECT_EQ(openings_->SeatOf(second.match()), "CONFIRMED");
    EXPECT_EQ(openings_->SeatOf(first.match()), "RELEASED");
  }
  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), 4);
  EXPECT_EQ(openings_->CountSeats("HELD"), 0);
}

TEST_F(AllocationHandlerTest, AnOfferOfASeatThatIsGoneLapsesAndKilledOnTheWayLapsesAllTheSame) {
  for (const char* step : {"none", "offer-release", "offer-close"}) {
    SCOPED_TRACE(step);
    const std::string other = std::string("other-") + step;
    const v1::Allocation published = SolveAndPublish(TwoForOneSeat());
    const v1::Placement first = Placements(published)[0];
    Decline(first.match());
    bool killed = false;
    service_->places().worker().SetKillSwitch([&](std::string_view at) {
      // Somebody else has the seat by the time it is asked for.
      if (at == "offer-hold") {
        EXPECT_THAT(openings_->Hold({{first.opening(), other}}, absl::Now()), IsOk());
      }
      return killed = killed || at == step;
    });

    Work();

    service_->places().worker().SetKillSwitch(nullptr);
    Work();
    EXPECT_EQ(PlacementOf(published, first.name()).freed_seat(), v1::FREED_SEAT_LAPSED);
    EXPECT_EQ(PlacementOf(published, first.name()).lapse_reason(), "OPENING_TAKEN");
    EXPECT_THAT(Placements(published), SizeIs(1));
    EXPECT_EQ(Reserves(published)[0].position(), 1);
    EXPECT_EQ(openings_->SeatOf(other), "HELD");
  }
}

TEST_F(AllocationHandlerTest, AWorkerThatWakesTooLateTakesNoSeat) {
  const v1::Allocation published = SolveAndPublish(TwoForOneSeat());
  const v1::Placement first = Placements(published)[0];
  Decline(first.match());
  AllocationWorker another(service_->places().store(), *openings_, *ages_, {.id = "another"});
  int holds = 0;
  service_->places().worker().SetKillSwitch([&](std::string_view at) {
    if (at != "offer-hold" || ++holds > 1) return false;
    // While this worker sleeps another finds the seat taken and gives the offer up.
    EXPECT_THAT(openings_->Hold({{first.opening(), "other"}}, absl::Now()), IsOk());
    another.RunOnce();
    EXPECT_THAT(openings_->Release({{first.opening(), "other"}}, absl::Now()), IsOk());
    return false;
  });

  Work();

  EXPECT_EQ(PlacementOf(published, first.name()).lapse_reason(), "OPENING_TAKEN");
  EXPECT_EQ(openings_->CountSeats("HELD"), 0);
  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), 0);
}

TEST_F(AllocationHandlerTest, TwoWorkersAtOnceOfferEverySeatOnce) {
  constexpr int kSeats = 12;
  const std::string x = MakeOpening("x", kSeats);
  const v1::Allocation allocation = Create({x});
  for (int i = 0; i < 3 * kSeats; ++i) {
    ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("p" + std::to_string(i)), {x}), IsOk());
  }
  const v1::Allocation published = SolveAndPublish(allocation);
  for (const v1::Placement& placement : Placements(published)) Decline(placement.match());
  AllocationWorker one(service_->places().store(), *openings_, *ages_, {.id = "one"});
  AllocationWorker two(service_->places().store(), *openings_, *ages_, {.id = "two"});

  std::thread beside([&] { one.RunOnce(); });
  two.RunOnce();
  beside.join();
  Work();

  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), kSeats);
  EXPECT_EQ(openings_->CountSeats("HELD"), 0);
  EXPECT_EQ(openings_->CountSeats("RELEASED"), kSeats);
  EXPECT_THAT(Placements(published), SizeIs(2 * kSeats));
  std::vector<int> positions;
  for (const v1::Reserve& reserve : Reserves(published)) positions.push_back(reserve.position());
  std::vector<int> expected(kSeats);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(positions, expected);
}

TEST_F(AllocationHandlerTest, WhoCanNoLongerHaveAFreedSeatIsPassedOver) {
  const v1::Allocation allocation = Create({MakeOpening("x", 1)});
  for (const char* id : {"anna", "bo", "cecilia", "dora"}) {
    ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(id), {"organisations/o/openings/x"}), IsOk());
  }
  const v1::Allocation published = SolveAndPublish(allocation);
  const auto waiting = Reserves(published);
  ASSERT_THAT(waiting, SizeIs(3));
  const v1::Placement first = Placements(published)[0];
  ages_->Forget(waiting[0].participant());
  ages_->Set(waiting[1].participant(), Date(1980, 1, 1));
  Decline(first.match());

  Work();

  const std::string passed_to = PlacementOf(published, first.name()).passed_to();
  EXPECT_EQ(PlacementOf(published, passed_to).participant(), waiting[2].participant());
  const auto left = Reserves(published);
  ASSERT_THAT(left, SizeIs(2));
  for (const v1::Reserve& reserve : left) {
    EXPECT_EQ(reserve.position(), 0);
    EXPECT_EQ(reserve.reason(), reserve.participant() == waiting[0].participant() ? v1::UNPLACED_REASON_PERSON_GONE
                                                                                  : v1::UNPLACED_REASON_AGE);
  }
}

TEST_F(AllocationHandlerTest, ASeatTakenBackAtPartnerEndsThatPlacementAndNoOther) {
  const std::string x = MakeOpening("x", 2);
  const v1::Allocation allocation = Create({x});
  for (const char* id : {"anna", "bo", "cecilia"}) {
    ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(id), {x}), IsOk());
  }
  const v1::Allocation solved = Solve(allocation);
  ASSERT_THAT(Publish(solved), IsOk());
  service_->places().worker().SetKillSwitch([](std::string_view at) { return at == "settle" || at == "offer"; });
  Work();
  const v1::Placement lost = Placements(solved)[0], kept = Placements(solved)[1];
  ASSERT_EQ(openings_->SeatOf(lost.match()), "HELD");
  ASSERT_THAT(openings_->Release({{x, lost.match()}}, absl::Now()), IsOk());
  service_->places().worker().SetKillSwitch(nullptr);

  Work();

  EXPECT_EQ(openings_->SeatOf(kept.match()), "CONFIRMED");
  EXPECT_EQ(GetMatch(kept.match()).state(), v1::MATCH_STATE_PROPOSED);
  EXPECT_EQ(GetMatch(lost.match()).state(), v1::MATCH_STATE_EXPIRED);
  EXPECT_EQ(GetMatch(lost.match()).end_reason(), "SEAT_RELEASED");
  const v1::Placement freed = PlacementOf(solved, lost.name());
  EXPECT_EQ(freed.seat(), v1::PLACEMENT_SEAT_RELEASED);
  EXPECT_EQ(freed.freed_seat(), v1::FREED_SEAT_OFFERED);
  EXPECT_EQ(openings_->CountSeats("CONFIRMED"), 2);
}

TEST_F(AllocationHandlerTest, SeatsAreKeptForAGroupAtEachOpening) {
  const std::string x = MakeOpening("x", 2), y = MakeOpening("y", 2);
  const v1::Allocation allocation =
      Create({x, y}, "reserves { group: 'S' share_permille: 500 scope: ALLOCATION_RESERVE_SCOPE_EACH_OPENING }");
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(Apply(coordinator_, allocation, MakePerson("p" + std::to_string(i)), {x}), IsOk());
  }
  for (const char* id : {"s1", "s2", "s3"}) {
    ASSERT_THAT(Apply(coordinator_, allocation, MakePerson(id), {y}, "groups: 'S'"), IsOk());
  }

  const v1::Allocation solved = Solve(allocation);

  // Half of y is theirs and they take its other half too; half of x is kept for them
  // and open to all, as none of them wants it.
  EXPECT_EQ(solved.statistics().placed(), 4);
  EXPECT_EQ(solved.groups(0).reserved(), 2);
  EXPECT_EQ(solved.reserves(0).scope(), v1::ALLOCATION_RESERVE_SCOPE_EACH_OPENING);
  std::map<std::string, int> reserved;
  for (const v1::Placement& placement : Placements(solved)) reserved[placement.opening()] += !placement.group().empty();
  EXPECT_EQ(reserved[x], 0);
  EXPECT_EQ(reserved[y], 1);
  const auto both = Call<v1::CreateAllocationRequest, v1::CreateAllocationResponse>(
      coordinator_, "CreateAllocation",
      std::string("parent: '") + kParent +
          "' allocation { display_name: 'Jobs' reserves { group: 'S' count: 1 "
          "share_permille: 1 } reserves { group: 'T' } } openings: '" +
          x + "'");
  std::vector<std::string> fields;
  for (const auto& field : DetailsOf(both.status()).fields) fields.push_back(field.field);
  EXPECT_THAT(fields, ElementsAre("allocation.reserves[0]", "allocation.reserves[1]"));
}

}  // namespace
}  // namespace brygga::matching
