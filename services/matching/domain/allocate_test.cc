#include "services/matching/domain/allocate.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "common/testing/matchers.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;

std::string OpeningName(int i) { return "organisations/o/openings/x" + std::to_string(i); }

// `openings` with `seats` each, and applicants who rank five of them at random;
// every fourth has special reasons, every tenth a priority, every fiftieth a
// guarantee; every twentieth is too old for whatever they chose.
AllocationInput InputOf(int openings, int seats, int applicants, AllocationObjective objective) {
  AllocationInput input{.allocation = {.id = AllocationId("a"),
                                       .cohort = {ProgrammeId("p"), CohortId("c")},
                                       .objective = objective,
                                       .priorities = {"NEVER_HAD_ONE"},
                                       .reserves = {{.group = "SPECIAL_REASONS", .share_permille = 250}},
                                       .guaranteed_groups = {"IN_CARE"},
                                       .seed = std::string(64, '7')}};
  for (int i = 0; i < openings; ++i) input.openings.push_back({.name = OpeningName(i), .seats = seats});
  std::sort(input.openings.begin(), input.openings.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::mt19937 random(17);
  for (int i = 0; i < applicants; ++i) {
    Application application{.participant = ParticipantId("person-" + std::to_string(100000 + i)),
                            .reference = "ref-" + std::to_string(i)};
    std::set<int> chosen;
    while (static_cast<int>(chosen.size()) < std::min(5, openings)) {
      const int opening = static_cast<int>(random() % static_cast<unsigned>(openings));
      if (chosen.insert(opening).second) application.choices.push_back(OpeningName(opening));
    }
    if (i % 4 == 0) application.groups.push_back("SPECIAL_REASONS");
    if (i % 50 == 0) application.groups.push_back("IN_CARE");
    if (i % 10 == 0) application.priority = "NEVER_HAD_ONE";
    if (i % 20 == 7) application.barred.assign(application.choices.size(), UnplacedReason::kAge);
    if (i % 100 == 99)
      application.barred = {UnplacedReason::kRequirements, UnplacedReason::kNone, UnplacedReason::kNone,
                            UnplacedReason::kNone, UnplacedReason::kNone};
    input.applications.push_back(std::move(application));
  }
  return input;
}

AllocationInput AnswerOf(const AllocationInput& input, const AllocationProposal& proposal) {
  return {.allocation = input.allocation, .openings = proposal.openings, .applications = proposal.applications};
}

class AllocateTest : public ::testing::TestWithParam<AllocationObjective> {};

TEST_P(AllocateTest, EverybodyHasAPlaceOrAReasonAndNobodyEligibleIsMissingFromTheReserveList) {
  const AllocationInput input = InputOf(30, 3, 200, GetParam());

  const auto proposal = Propose(input, {});

  ASSERT_THAT(proposal, IsOk());
  std::map<std::string, int> taken;
  std::set<int> positions;
  int placed = 0, reserves = 0;
  for (const Application& application : proposal->applications) {
    if (!application.placement.empty()) {
      ++placed;
      EXPECT_LE(++taken[application.placement], 3);
      EXPECT_EQ(application.choices[static_cast<size_t>(application.choice - 1)], application.placement);
      EXPECT_EQ(application.reason, UnplacedReason::kNone);
    } else if (application.reason == UnplacedReason::kAge) {
      EXPECT_EQ(application.reserve_position, 0);
    } else {
      EXPECT_EQ(application.reason, UnplacedReason::kOutranked);
      EXPECT_TRUE(positions.insert(application.reserve_position).second);
      ++reserves;
    }
  }
  EXPECT_EQ(placed, 90);
  EXPECT_EQ(reserves, 200 - 10 - 90);
  EXPECT_EQ(*positions.begin(), 1);
  EXPECT_EQ(*positions.rbegin(), reserves);
  EXPECT_EQ(proposal->statistics.placed, placed);
  EXPECT_EQ(proposal->statistics.reserves, reserves);
  EXPECT_EQ(proposal->statistics.eligible, 190);
}

TEST_P(AllocateTest, TheGuaranteedAreAllPlacedAndTheReserveIsFilled) {
  const auto proposal = Propose(InputOf(30, 3, 200, GetParam()), {});

  ASSERT_THAT(proposal, IsOk());
  int special = 0;
  for (const Application& application : proposal->applications) {
    const auto in = [&](const char* code) {
      return std::find(application.groups.begin(), application.groups.end(), code) != application.groups.end();
    };
    if (in("IN_CARE")) {
      EXPECT_FALSE(application.placement.empty()) << application.participant;
    }
    if (in("SPECIAL_REASONS") && !application.placement.empty()) ++special;
  }
  EXPECT_GE(special, 90 / 4);
}

TEST_P(AllocateTest, TheStoredAnswerIsCheckedAndOneThatWasTamperedWithIsRefused) {
  const AllocationInput input = InputOf(10, 2, 60, GetParam());
  const auto proposal = Propose(input, {});
  ASSERT_THAT(proposal, IsOk());
  const AllocationInput answer = AnswerOf(input, *proposal);
  EXPECT_THAT(CheckProposal(answer, proposal->certificate), IsOk());

  AllocationInput swapped = answer;
  auto& applications = swapped.applications;
  const auto placed = std::find_if(applications.begin(), applications.end(),
                                   [](const Application& a) { return !a.placement.empty() && a.groups.empty(); });
  const auto waiting = std::find_if(applications.begin(), applications.end(), [&](const Application& a) {
    return a.reserve_position > 0 &&
           std::find(a.choices.begin(), a.choices.end(), placed->placement) != a.choices.end();
  });
  ASSERT_NE(waiting, applications.end());
  waiting->placement = placed->placement;
  waiting->choice = static_cast<int>(std::find(waiting->choices.begin(), waiting->choices.end(), placed->placement) -
                                     waiting->choices.begin()) +
                    1;
  waiting->seat_group = placed->seat_group;
  waiting->reason = UnplacedReason::kNone;
  std::swap(waiting->reserve_position, placed->reserve_position);
  placed->placement.clear();
  placed->choice = 0;
  placed->seat_group.clear();
  placed->reason = UnplacedReason::kOutranked;

  EXPECT_THAT(CheckProposal(swapped, proposal->certificate), HasReason("INVALID_CERTIFICATE"));
}

TEST_P(AllocateTest, TheSameSeedGivesTheSameAnswerAndAnotherOneAnother) {
  AllocationInput input = InputOf(10, 2, 60, GetParam());
  const auto first = Propose(input, {});
  const auto second = Propose(input, {});
  input.allocation.seed = std::string(64, '8');
  const auto other = Propose(input, {});

  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->applications, second->applications);
  EXPECT_NE(first->applications, other->applications);
}

TEST_P(AllocateTest, ThePublishedDocumentHasReferencesAndNobodysName) {
  const AllocationInput input = InputOf(10, 2, 60, GetParam());
  const auto proposal = Propose(input, {});
  ASSERT_THAT(proposal, IsOk());

  const std::string document = PublishedDocument(AnswerOf(input, *proposal), proposal->certificate);

  EXPECT_NE(document.find("ref-17"), std::string::npos);
  EXPECT_NE(document.find(input.allocation.seed), std::string::npos);
  EXPECT_EQ(document.find("person-"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(DeferredAcceptance, AllocateTest, ::testing::Values(AllocationObjective::kDeferredAcceptance));
INSTANTIATE_TEST_SUITE_P(MaxPlaced, AllocateTest, ::testing::Values(AllocationObjective::kMaxPlaced));

TEST(AllocateReasonTest, WhoseReasonCanBeMendedIsToldSo) {
  AllocationInput input = InputOf(2, 1, 3, AllocationObjective::kDeferredAcceptance);
  input.applications[0].barred = {UnplacedReason::kAge, UnplacedReason::kAgeNeedsEvidence};
  input.applications[1].gone = true;
  input.applications[2].barred = {UnplacedReason::kNoSeats, UnplacedReason::kNoSeats};

  const auto proposal = Propose(input, {});

  ASSERT_THAT(proposal, IsOk());
  EXPECT_EQ(proposal->applications[0].reason, UnplacedReason::kAgeNeedsEvidence);
  EXPECT_EQ(proposal->applications[1].reason, UnplacedReason::kPersonGone);
  EXPECT_EQ(proposal->applications[2].reason, UnplacedReason::kNoSeats);
  EXPECT_EQ(proposal->statistics.reserves, 0);
}

}  // namespace
}  // namespace brygga::matching
