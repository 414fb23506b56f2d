#include "services/matching/domain/offers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brygga::matching {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kX[] = "organisations/o/openings/x";
constexpr char kY[] = "organisations/o/openings/y";

const Allocation kAllocation = {
    .id = AllocationId("a"),
    .cohort = {ProgrammeId("p"), CohortId("c")},
    .reserves = {{.group = "KEPT", .share_permille = 100, .fallback = AllocationReserveFallback::kKeepEmpty},
                 {.group = "OPEN", .share_permille = 100}}};

// On the reserve list at `position`.
Application Waiting(const std::string& id, int position, std::vector<std::string> choices,
                    std::vector<std::string> groups = {}) {
  return {.participant = ParticipantId(id),
          .choices = std::move(choices),
          .groups = std::move(groups),
          .lottery_number = position,
          .reserve_position = position,
          .reason = UnplacedReason::kOutranked};
}
FreedPlace Freed(const std::string& by, const std::string& opening, const std::string& group = "") {
  return {.freed_by = ParticipantId(by), .opening = opening, .seat_group = group};
}

// "freed by > offered to", or "freed by > reason".
std::vector<std::string> Decide(const std::vector<Application>& people, const std::vector<FreedPlace>& freed,
                                const Excluded& excluded = {}) {
  std::vector<std::string> decided;
  for (const Offer& offer : OfferOn(kAllocation, people, excluded, freed)) {
    decided.push_back(offer.freed_by.value() + " > " +
                      (offer.state == OfferState::kLapsed ? offer.reason : offer.participant.value()));
  }
  return decided;
}

TEST(OffersTest, TheFirstOnTheReserveListWhoMayHaveItIsOfferedIt) {
  Application barred = Waiting("anna", 1, {kY, kX});
  barred.barred = {UnplacedReason::kNone, UnplacedReason::kAge};
  Application gone = Waiting("bo", 2, {kX});
  gone.gone = true;
  const std::vector<Application> people = {Waiting("dora", 4, {kX}), Waiting("carl", 3, {kY, kX}), gone, barred};

  const auto offers = OfferOn(kAllocation, people, {}, {Freed("z", kX)});

  ASSERT_EQ(offers.size(), 1u);
  EXPECT_EQ(offers[0].participant, ParticipantId("carl"));
  EXPECT_EQ(offers[0].choice, 2);
  EXPECT_EQ(offers[0].state, OfferState::kOffering);
}

TEST(OffersTest, OfSeveralSeatsEachGetsTheOneTheyWantMost) {
  EXPECT_THAT(Decide({Waiting("anna", 1, {kY, kX}), Waiting("bo", 2, {kY, kX})}, {Freed("u", kX), Freed("v", kY)}),
              ElementsAre("v > anna", "u > bo"));
}

TEST(OffersTest, WhoHasAPlacementIsPassedOverAndASeatThatNobodyMayHaveLapses) {
  EXPECT_THAT(Decide({Waiting("anna", 1, {kX}), Waiting("bo", 2, {kX})}, {Freed("u", kX)},
                     {.placed = {ParticipantId("anna")}, .waiting = {}}),
              ElementsAre("u > bo"));
  EXPECT_THAT(Decide({Waiting("anna", 1, {kY})}, {Freed("u", kX)}), ElementsAre("u > NOBODY_WAITING"));
}

TEST(OffersTest, ASeatIsLeftUndecidedWhileSomebodyWhoWantsItIsBeingOfferedAnother) {
  const Excluded excluded{.placed = {}, .waiting = {ParticipantId("anna")}};
  EXPECT_THAT(Decide({Waiting("anna", 1, {kX})}, {Freed("u", kX)}, excluded), IsEmpty());
  EXPECT_THAT(Decide({Waiting("anna", 1, {kY})}, {Freed("u", kX)}, excluded), ElementsAre("u > NOBODY_WAITING"));
}

TEST(OffersTest, AReservedSeatIsForItsGroupFirstAndThenAsItsReserveSays) {
  const Application first = Waiting("anna", 1, {kX});
  EXPECT_THAT(Decide({first, Waiting("bo", 2, {kX}, {"KEPT"})}, {Freed("u", kX, "KEPT")}), ElementsAre("u > bo"));
  EXPECT_THAT(Decide({first}, {Freed("u", kX, "KEPT")}), ElementsAre("u > NOBODY_WAITING"));
  EXPECT_THAT(Decide({first, Waiting("bo", 2, {kX}, {"OPEN"})}, {Freed("u", kX, "OPEN")}), ElementsAre("u > bo"));
  EXPECT_THAT(Decide({first, Waiting("bo", 2, {kY}, {"OPEN"})}, {Freed("u", kX, "OPEN")}), ElementsAre("u > anna"));
}

TEST(OffersTest, AReservedSeatOpensOnceItsGroupHasOthers) {
  // Bo's wish for the open seat of y comes first: then nobody of the group waits for x.
  EXPECT_THAT(Decide({Waiting("anna", 1, {kX}), Waiting("bo", 2, {kY, kX}, {"OPEN"})},
                     {Freed("u", kX, "OPEN"), Freed("v", kY)}),
              ElementsAre("v > bo", "u > anna"));
}

}  // namespace
}  // namespace brygga::matching
