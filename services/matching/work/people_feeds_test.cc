#include "services/matching/work/people_feeds.h"

#include <gmock/gmock.h>

#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "services/matching/store/fake_matching_store.h"
#include "services/matching/store/fake_people_source.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

class PeopleDerivationTest : public ::testing::Test {
 protected:
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  static CohortKey Key(const std::string& cohort) { return {ProgrammeId("p"), CohortId(cohort)}; }
  static Person In(const CohortKey& key, const std::string& id, Side role = Side::kAdept) {
    Person person{.id = ParticipantId(id), .role = role, .enrolment = NameOf(key, "enrolments", id)};
    person.features.tie_key = id;
    return person;
  }
  void Say(const CohortKey& key, std::vector<Person> people, const std::string& state = "OPEN") {
    source_.Set({.cohort = {.key = key, .kind = "VOCATIONAL", .state = state}, .people = std::move(people)});
  }
  std::vector<std::string> Known(const CohortKey& key) {
    std::vector<std::string> ids;
    const auto input = store_.LoadInput(key, 0, Soon());
    for (const Person& person : input->people) ids.push_back(person.id.value());
    return ids;
  }
  int64_t Epoch(const CohortKey& key) { return store_.GetCohort(key, Soon())->epoch; }
  // What the feed says of `resources`.
  absl::Status Hear(const std::vector<std::string>& resources) {
    std::vector<feed::Change> changes;
    for (const std::string& resource : resources) changes.push_back({.resource = resource, .revision = 2});
    const auto before = derivation_.Load(Soon()).value();
    const std::string token = "t" + std::to_string(++tokens_);
    return derivation_.Apply(changes,
                             {.feed = kParticipantFeed,
                              .from = before ? std::optional(before->token) : std::nullopt,
                              .to = {.token = token, .as_of = absl::Now()}},
                             Soon());
  }

  ManualClock clock_{absl::FromUnixSeconds(1'660'000'000)};
  FakeMatchingStore store_{clock_};
  FakePeopleSource source_{clock_};
  Projection projection_{source_, store_, {{"VOCATIONAL", {.kind = "VOCATIONAL", .document = "{}", .hash = "h"}}}};
  PeopleDerivation derivation_{kParticipantFeed, projection_, store_};
  int tokens_ = 0;
};

TEST_F(PeopleDerivationTest, APersonIsReadAnewWhateverOfThemChanged) {
  for (const std::string what : {"participants/a", "participants/a/consents/k", "participants/a/screenings/s"}) {
    Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")});
    ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
    source_.Remove(Key("c"), ParticipantId("a"));
    source_.Remove(Key("c"), ParticipantId("b"));

    EXPECT_THAT(Hear({what}), IsOk()) << what;

    EXPECT_THAT(Known(Key("c")), ElementsAre("b")) << what;  // Nobody has said anything of b.
  }
}

TEST_F(PeopleDerivationTest, AnEnrolmentIsReadAnewByItsName) {
  Say(Key("c"), {});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  Say(Key("c"), {In(Key("c"), "a")});

  EXPECT_THAT(Hear({NameOf(Key("c"), "enrolments", "a")}), IsOk());
  EXPECT_THAT(Known(Key("c")), ElementsAre("a"));
  Say(Key("c"), {});
  EXPECT_THAT(Hear({NameOf(Key("c"), "enrolments", "a")}), IsOk());

  EXPECT_THAT(Known(Key("c")), IsEmpty());
}

TEST_F(PeopleDerivationTest, WhoComesIntoACohortWhileItComesToBeKnownIsInIt) {
  Say(Key("c"), {In(Key("c"), "a")});
  source_.SetMeanwhile([&] {  // It has been read, and is not known yet.
    Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")});
    EXPECT_THAT(Hear({NameOf(Key("c"), "enrolments", "b")}), IsOk());
  });

  EXPECT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());

  EXPECT_THAT(Known(Key("c")), ElementsAre("a", "b"));
}

TEST_F(PeopleDerivationTest, ACohortThatEndsWhileItComesToBeKnownHasEnded) {
  Say(Key("c"), {In(Key("c"), "a")});
  source_.SetMeanwhile([&] {
    Say(Key("c"), {In(Key("c"), "a")}, "COMPLETED");
    EXPECT_THAT(Hear({"programmes/p/cohorts/c"}), IsOk());
  });

  EXPECT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());

  EXPECT_EQ(store_.GetCohort(Key("c"), Soon())->state, "COMPLETED");
}

TEST_F(PeopleDerivationTest, WhoComesIntoACohortThatHasJustComeToBeKnownIsInIt) {
  Say(Key("other"), {In(Key("other"), "x")});
  ASSERT_THAT(projection_.Refresh(Key("other"), Soon()), IsOk());
  source_.SetMeanwhile([&] {  // What is heard has looked which cohorts are known.
    Say(Key("c"), {In(Key("c"), "a")});
    EXPECT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
    Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")});
  });

  EXPECT_THAT(Hear({NameOf(Key("other"), "enrolments", "x"), NameOf(Key("c"), "enrolments", "b")}), IsOk());

  EXPECT_THAT(Known(Key("c")), ElementsAre("a", "b"));
}

TEST_F(PeopleDerivationTest, ACohortsStateAndAProgrammesPeopleFollow) {
  Say(Key("c"), {In(Key("c"), "a")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")}, "COMPLETED");

  EXPECT_THAT(Hear({"programmes/p/cohorts/c"}), IsOk());
  EXPECT_EQ(store_.GetCohort(Key("c"), Soon())->state, "COMPLETED");
  EXPECT_THAT(Known(Key("c")), ElementsAre("a"));
  Say(Key("d"), {});
  ASSERT_THAT(projection_.Refresh(Key("d"), Soon()), IsOk());
  Say(Key("d"), {In(Key("d"), "b")});
  EXPECT_THAT(Hear({"programmes/p"}), IsOk());

  EXPECT_THAT(Known(Key("d")), ElementsAre("b"));
}

TEST_F(PeopleDerivationTest, AnAgreementChangesThoseWhomItsOrganisationEmploys) {
  Person employed = In(Key("c"), "m", Side::kMentor);
  employed.features.organisation = "o";
  Person other = In(Key("c"), "n", Side::kMentor);
  Say(Key("c"), {employed, other});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  const int64_t before = Epoch(Key("c"));
  source_.Change(Key("c"), employed.id, [](Person& person) { person.features.agreement_active = true; });

  EXPECT_THAT(Hear({"organisations/o/agreements/x"}), IsOk());

  EXPECT_TRUE(store_.LoadInput(Key("c"), 0, Soon())->people[0].features.agreement_active);
  EXPECT_EQ(Epoch(Key("c")), before + 1);
}

TEST_F(PeopleDerivationTest, WhatNoRankingReadsMovesTheFeedAndNoEpoch) {
  Say(Key("c"), {In(Key("c"), "a")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  const int64_t before = Epoch(Key("c"));

  EXPECT_THAT(Hear({"participants/a", "enquiries/e", "programmes/p/ruleSets/2", "participants/a/addresses/x"}), IsOk());

  EXPECT_EQ(Epoch(Key("c")), before);
  EXPECT_THAT(store_.GetProgress(kParticipantFeed, Soon()),
              IsOkAndHolds(Optional(::testing::Field(&feed::Progress::token, "t1"))));
}

TEST_F(PeopleDerivationTest, WithoutParticipantNothingMoves) {
  Say(Key("c"), {In(Key("c"), "a")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  source_.SetUnreachable(true);

  EXPECT_THAT(Hear({"participants/a"}), HasReason("PEOPLE_UNAVAILABLE"));

  EXPECT_THAT(store_.GetProgress(kParticipantFeed, Soon()), IsOkAndHolds(std::nullopt));
}

// Partner may be away, without whom a cohort as a whole is not told.
TEST_F(PeopleDerivationTest, ACohortThatCannotBeReadHoldsUpNobodysWithdrawal) {
  Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")});
  Say(Key("d"), {});
  for (const char* cohort : {"c", "d"}) ASSERT_THAT(projection_.Refresh(Key(cohort), Soon()), IsOk());
  source_.SetUnreadable(Key("c"));
  source_.Remove(Key("c"), ParticipantId("a"));
  Say(Key("d"), {In(Key("d"), "e")});

  EXPECT_THAT(Hear({"programmes/p", "participants/a"}), IsOk());

  EXPECT_THAT(Known(Key("c")), ElementsAre("b"));
  EXPECT_THAT(Known(Key("d")), ElementsAre("e"));
}

// What the feed says of others overtakes all who are new here.
TEST_F(PeopleDerivationTest, ManyWhoWereOvertakenAreReadAgainInParts) {
  Say(Key("d"), {In(Key("d"), "x")});
  ASSERT_THAT(projection_.Refresh(Key("d"), Soon()), IsOk());
  std::vector<Person> many;
  for (int i = 0; i < 2500; ++i) many.push_back(In(Key("c"), std::to_string(i)));
  Say(Key("c"), many);
  source_.SetMeanwhile([&] { EXPECT_THAT(Hear({"participants/x"}), IsOk()); });

  EXPECT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());

  EXPECT_EQ(Known(Key("c")).size(), many.size());
  EXPECT_EQ(source_.most_named(), 1000);
}

TEST_F(PeopleDerivationTest, AReadingThatTheFeedOvertakesIsReadAgainWhereItDoesNotFit) {
  Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  // While the cohort is read, a withdraws and the feed says so.
  source_.SetMeanwhile([&] {
    source_.Remove(Key("c"), ParticipantId("a"));
    ASSERT_THAT(Hear({"participants/a"}), IsOk());
  });

  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());

  EXPECT_THAT(Known(Key("c")), ElementsAre("b"));
}

// What the guard is for: without its mark, the reading brings a back.
TEST_F(PeopleDerivationTest, WithoutAMarkAReadingUndoesTheFeed) {
  Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  CohortPeople early = source_.Read(Key("c"), Soon()).value();
  source_.Remove(Key("c"), ParticipantId("a"));
  ASSERT_THAT(Hear({"participants/a"}), IsOk());
  ASSERT_THAT(Known(Key("c")), ElementsAre("b"));

  early.mark = std::nullopt;
  ASSERT_THAT(store_.ReplacePeople({}, early, std::nullopt), IsOk());

  EXPECT_THAT(Known(Key("c")), ElementsAre("a", "b"));
}

TEST_F(PeopleDerivationTest, TheFeedThatAReadingOvertakesReadsAgain) {
  Say(Key("c"), {In(Key("c"), "a")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  // The feed has read a, who then withdraws, and a round reads the cohort.
  source_.SetMeanwhile([&] {
    source_.Remove(Key("c"), ParticipantId("a"));
    ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  });

  ASSERT_THAT(Hear({"participants/a"}), IsOk());

  EXPECT_THAT(Known(Key("c")), IsEmpty());
  EXPECT_EQ(source_.named_reads(), 2);
}

TEST_F(PeopleDerivationTest, ABeginningReadsAllCohorts) {
  Say(Key("c"), {In(Key("c"), "a")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  Say(Key("c"), {In(Key("c"), "b")});

  ASSERT_THAT(derivation_.Snapshot({.feed = kParticipantFeed, .to = {.token = "t", .as_of = absl::Now()}}, Soon()),
              IsOk());

  EXPECT_THAT(Known(Key("c")), ElementsAre("b"));
  EXPECT_THAT(derivation_.Load(Soon()), IsOkAndHolds(Optional(::testing::Field(&feed::Progress::token, "t"))));
}

TEST_F(PeopleDerivationTest, WhereAFeedBeginsWithoutPartnerWhoWithdrewIsGoneAllTheSame) {
  Say(Key("c"), {In(Key("c"), "a"), In(Key("c"), "b")});
  Say(Key("d"), {});
  // Of a kind without a policy of its own.
  source_.Set({.cohort = {.key = Key("e"), .kind = "PLACEMENT", .state = "OPEN"}, .people = {In(Key("e"), "f")}});
  for (const char* cohort : {"c", "d", "e"}) ASSERT_THAT(projection_.Refresh(Key(cohort), Soon()), IsOk());
  source_.Remove(Key("c"), ParticipantId("a"));
  source_.Remove(Key("e"), ParticipantId("f"));
  source_.SetUnreadable(Key("c"));
  source_.SetUnreadable(Key("e"));
  const feed::Step first{.feed = kParticipantFeed, .to = {.token = "t", .as_of = absl::Now()}};

  ASSERT_THAT(derivation_.Snapshot(first, Soon()), IsOk());

  EXPECT_THAT(Known(Key("c")), ElementsAre("b"));
  EXPECT_THAT(store_.ListEnrolments(Key("e"), Soon()), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(derivation_.Load(Soon()), IsOkAndHolds(Optional(::testing::Field(&feed::Progress::token, "t"))));
}

TEST_F(PeopleDerivationTest, WithoutParticipantNoFeedBegins) {
  Say(Key("c"), {In(Key("c"), "a")});
  ASSERT_THAT(projection_.Refresh(Key("c"), Soon()), IsOk());
  source_.SetUnreachable(true);
  const feed::Step first{.feed = kParticipantFeed, .to = {.token = "t", .as_of = absl::Now()}};

  EXPECT_THAT(derivation_.Snapshot(first, Soon()), HasReason("PEOPLE_UNAVAILABLE"));

  EXPECT_THAT(derivation_.Load(Soon()), IsOkAndHolds(std::nullopt));
}

TEST_F(PeopleDerivationTest, WhoeverStopsWaitsForOneCohortAtMost) {
  for (const char* cohort : {"c", "d"}) {
    Say(Key(cohort), {In(Key(cohort), "a")});
    ASSERT_THAT(projection_.Refresh(Key(cohort), Soon()), IsOk());
    source_.Remove(Key(cohort), ParticipantId("a"));
  }
  source_.SetMeanwhile([&] { projection_.Stop(); });

  EXPECT_EQ(projection_.RefreshAll(absl::Seconds(20)).code(), absl::StatusCode::kCancelled);

  EXPECT_EQ(Known(Key("c")).size() + Known(Key("d")).size(), 1u);
}

}  // namespace
}  // namespace brygga::matching
