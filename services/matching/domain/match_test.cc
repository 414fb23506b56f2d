#include "services/matching/domain/match.h"

#include <functional>
#include <map>
#include <string>

#include "common/testing/matchers.h"

namespace brygga::matching {
namespace {

using brygga::testing::HasReason;
using brygga::testing::IsOkAndHolds;
using ::testing::Field;

const absl::Time kNoon = absl::FromUnixSeconds(1'663'000'000);

Match Proposed() {
  return {.id = MatchId("m"),
          .cohort = {ProgrammeId("p"), CohortId("c")},
          .mentor = ParticipantId("mentor"),
          .adept = ParticipantId("adept"),
          .expires_at = kNoon + absl::Hours(1)};
}

TEST(MatchTest, TheFirstYesIsHalfAMatchAndTheSecondMakesItWhole) {
  const auto half = Accept(Proposed(), Side::kAdept, kNoon);
  ASSERT_THAT(half, IsOkAndHolds(Field(&Match::state, MatchState::kAcceptedByOne)));

  EXPECT_THAT(Accept(*half, Side::kMentor, kNoon), IsOkAndHolds(Field(&Match::state, MatchState::kActive)));
}

TEST(MatchTest, ARepeatedYesChangesNothingEvenAfterExpiry) {
  const auto first = Accept(Proposed(), Side::kAdept, kNoon);

  EXPECT_THAT(Accept(*first, Side::kAdept, kNoon + absl::Hours(2)), IsOkAndHolds(*first));
}

TEST(MatchTest, AYesAfterTheLastMomentIsRefused) {
  EXPECT_THAT(Accept(Proposed(), Side::kAdept, kNoon + absl::Hours(1)), HasReason("MATCH_NOT_AWAITING_ANSWER"));
}

TEST(MatchTest, ANoEndsTheMatchAndSaysWhose) {
  const auto declined = Decline(Proposed(), Side::kMentor, "NO_TIME", kNoon);

  ASSERT_TRUE(declined.ok());
  EXPECT_EQ(declined->state, MatchState::kDeclined);
  EXPECT_EQ(declined->declined_by, Side::kMentor);
  EXPECT_EQ(declined->ended_at, kNoon);
  EXPECT_THAT(Accept(*declined, Side::kAdept, kNoon), HasReason("MATCH_NOT_AWAITING_ANSWER"));
}

TEST(MatchTest, ARunningMatchCannotBeDeclinedOnlyEnded) {
  const auto half = Accept(Proposed(), Side::kAdept, kNoon);
  const auto active = Accept(*half, Side::kMentor, kNoon);

  EXPECT_THAT(Decline(*active, Side::kMentor, "NO_TIME", kNoon), HasReason("MATCH_NOT_AWAITING_ANSWER"));
  EXPECT_THAT(End(*active, Ending::kEarly, "MOVED", kNoon),
              IsOkAndHolds(Field(&Match::state, MatchState::kEndedEarly)));
  EXPECT_THAT(End(*half, Ending::kCompleted, "DONE", kNoon), HasReason("MATCH_NOT_RUNNING"));
}

TEST(MatchTest, OnlyWhatAwaitsAnAnswerExpiresAndNotBeforeItsTime) {
  const Match proposed = Proposed();

  EXPECT_EQ(Expire(proposed, kNoon), proposed);
  EXPECT_EQ(Expire(proposed, kNoon + absl::Hours(1)).state, MatchState::kExpired);
  const auto declined = Decline(proposed, Side::kMentor, "NO_TIME", kNoon);
  EXPECT_EQ(Expire(*declined, kNoon + absl::Hours(9)), *declined);
}

// Every state of a match, and what each verb makes of it.
TEST(MatchTest, EveryVerbWorksInItsStatesAndIsRefusedInTheOthers) {
  using enum MatchState;
  constexpr MatchState kAll[] = {kProposed, kAcceptedByOne, kActive,    kPaused,
                                 kDeclined, kExpired,       kCompleted, kEndedEarly};
  struct Verb {
    std::string name;
    std::function<absl::StatusOr<Match>(const Match&)> apply;
    std::map<MatchState, MatchState> allowed;
    std::string reason;
  };
  const Verb verbs[] = {
      {"accept",
       [](const Match& m) { return Accept(m, Side::kAdept, kNoon); },
       {{kProposed, kAcceptedByOne}, {kAcceptedByOne, kActive}},
       "MATCH_NOT_AWAITING_ANSWER"},
      {"decline",
       [](const Match& m) { return Decline(m, Side::kAdept, "NO", kNoon); },
       {{kProposed, kDeclined}, {kAcceptedByOne, kDeclined}},
       "MATCH_NOT_AWAITING_ANSWER"},
      {"supersede",
       [](const Match& m) { return Supersede(m, kNoon); },
       {{kProposed, kExpired}},
       "MATCH_NOT_AWAITING_ANSWER"},
      {"pause",
       [](const Match& m) { return PauseMatch(m, "ILL", kNoon); },
       {{kActive, kPaused}, {kPaused, kPaused}},
       "MATCH_NOT_RUNNING"},
      {"resume",
       [](const Match& m) { return Resume(m, kNoon); },
       {{kPaused, kActive}, {kActive, kActive}},
       "MATCH_NOT_RUNNING"},
      {"complete",
       [](const Match& m) { return End(m, Ending::kCompleted, "DONE", kNoon); },
       {{kActive, kCompleted}, {kPaused, kCompleted}},
       "MATCH_NOT_RUNNING"},
      {"end early",
       [](const Match& m) { return End(m, Ending::kEarly, "MOVED", kNoon); },
       {{kActive, kEndedEarly}, {kPaused, kEndedEarly}},
       "MATCH_NOT_RUNNING"},
      {"change kind",
       [](const Match& m) { return ChangeKind(m, MatchKind::kMutual); },
       {{kProposed, kProposed}, {kAcceptedByOne, kAcceptedByOne}, {kActive, kActive}, {kPaused, kPaused}},
       "MATCH_OVER"},
  };
  for (const Verb& verb : verbs) {
    for (const MatchState state : kAll) {
      Match match = Proposed();
      match.state = state;
      match.kind = MatchKind::kReverse;
      if (state == kAcceptedByOne) match.accepted_at = {{Side::kMentor, kNoon}};
      if (state == kPaused) match.pauses = {{.from = kNoon}};
      const auto after = verb.apply(match);
      const auto allowed = verb.allowed.find(state);
      if (allowed == verb.allowed.end()) {
        EXPECT_THAT(after, HasReason(verb.reason)) << verb.name << " " << NameOf(state);
      } else {
        EXPECT_THAT(after, IsOkAndHolds(Field(&Match::state, allowed->second))) << verb.name << " " << NameOf(state);
      }
    }
  }
}

TEST(MatchTest, AnEndEndsThePauseToo) {
  Match match = Proposed();
  match.state = MatchState::kActive;
  const auto paused = PauseMatch(match, "ILL", kNoon);
  ASSERT_TRUE(paused.ok());

  const auto ended = End(*paused, Ending::kEarly, "MOVED", kNoon + absl::Hours(1));

  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->pauses.back().until, kNoon + absl::Hours(1));
  EXPECT_EQ(ended->pause_reason, "");
}

TEST(MatchTest, OnlyAPairOfTwoBecomesMutual) {
  Match placement = Proposed();
  placement.kind = MatchKind::kPlacement;
  Match mutual = Proposed();
  mutual.kind = MatchKind::kMutual;

  EXPECT_THAT(ChangeKind(placement, MatchKind::kMutual), HasReason("MATCH_KIND"));
  EXPECT_THAT(ChangeKind(Proposed(), MatchKind::kReverse), HasReason("MATCH_KIND"));
  EXPECT_THAT(ChangeKind(mutual, MatchKind::kMutual), IsOkAndHolds(mutual));
}

TEST(MatchTest, APlacementHasNoMentorAndIsActiveByItsAdeptsYes) {
  Match placement = Proposed();
  placement.kind = MatchKind::kPlacement;
  placement.mentor = ParticipantId();

  EXPECT_THAT(Accept(placement, Side::kMentor, kNoon), HasReason("MATCH_NOT_AWAITING_ANSWER"));
  EXPECT_THAT(Accept(placement, Side::kAdept, kNoon), IsOkAndHolds(Field(&Match::state, MatchState::kActive)));
}

}  // namespace
}  // namespace brygga::matching
