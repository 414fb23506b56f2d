// Scenarios of the domain's description, with their numbers, through a real
// channel and a real database.
#include <set>

#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using ScenarioTest = MatchingRpcTest;

Person Living(Person person, const std::string& municipality, engine::MeetingFormat format) {
  person.features.municipality_code = municipality;
  person.features.format = format;
  person.features.max_distance_km = 60;
  return person;
}

// 9. The mentor of a partner programme must work at an organisation with an
// active agreement: one whose agreement ended yesterday is ineligible for new
// rounds and keeps the running match.
TEST_F(ScenarioTest, AMentorWhoseAgreementEndedGetsNobodyNewAndKeepsTheRunningMatch) {
  Enrol({MentorOf("m", 2), AdeptOf("a")});
  ASSERT_THAT(Publish(Solve()), IsOk());
  const v1::Match match = MatchesOf("participants/a").at(0);
  ASSERT_THAT(Accept(coordinator_, match.name(), "MENTOR"), IsOk());
  ASSERT_THAT(Accept(coordinator_, match.name(), "ADEPT"), IsOk());

  clock_.Advance(absl::Hours(24));
  Person mentor = MentorOf("m", 2);
  mentor.features.agreement_active = false;
  Enrol({mentor, AdeptOf("a"), AdeptOf("b")});
  const v1::MatchingRound round = Solve();

  EXPECT_EQ(round.state(), v1::ROUND_STATE_PROPOSED);
  EXPECT_THAT(PairsOf(round), IsEmpty());
  EXPECT_EQ(MatchesOf("participants/a").at(0).state(), v1::MATCH_STATE_ACTIVE);
  const auto why = Explain("m", "b");
  ASSERT_THAT(why, IsOk());
  ASSERT_EQ(why->broken_rules_size(), 1);
  EXPECT_EQ(why->broken_rules(0).rule(), v1::HARD_RULE_NO_ACTIVE_AGREEMENT);
}

// 10. Withdrawal removes the person from candidates within a minute: with the
// next reading of participant, every 20 seconds.
TEST_F(ScenarioTest, WhoWithdrawsConsentIsNoCandidateAfterTheNextReading) {
  Enrol({MentorOf("m"), MentorOf("n"), AdeptOf("a")});
  ASSERT_THAT(Names(*Candidates("a")), SizeIs(2));

  people_->Remove(KeyOf(), ParticipantId("n"));
  clock_.Advance(absl::Seconds(20));
  ASSERT_THAT(service_->projection().RefreshAll(absl::Seconds(20)), IsOk());

  EXPECT_THAT(Names(*Candidates("a")), ElementsAre("participants/m"));
  EXPECT_THAT(Explain("n", "a"), HasReason("NOT_FOUND"));
}

// 10, its other half: a pair of a round is not published once one of the two has
// withdrawn, though no reading has come in between.
TEST_F(ScenarioTest, WhoWithdrawsConsentIsNotPublished) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const v1::MatchingRound round = Solve();
  people_->Remove(KeyOf(), ParticipantId("a"));
  clock_.Advance(absl::Seconds(1));

  EXPECT_THAT(Publish(round), HasReason("ROUND_OUTDATED"));
  EXPECT_THAT(MatchesOf("participants/m"), IsEmpty());
}

// 16. Every matched adept has exactly one mentor; every pair satisfies every hard
// rule; no mentor exceeds capacity; Östergötland matches Linköping and Norrköping,
// not Malmö unless online.
TEST_F(ScenarioTest, OstergotlandMatchesAcrossItsTownsAndMalmoOnlyOnline) {
  const std::string linkoping = "0580", norrkoping = "0581", malmo = "1280";
  using enum engine::MeetingFormat;
  Enrol({Living(MentorOf("in-linkoping", 2), linkoping, kOnsite),
         Living(MentorOf("in-norrkoping"), norrkoping, kOnsite), Living(MentorOf("in-malmo", 3), malmo, kOnsite),
         Living(MentorOf("online-in-malmo"), malmo, kDigital), Living(AdeptOf("l1"), linkoping, kOnsite),
         Living(AdeptOf("l2"), linkoping, kOnsite), Living(AdeptOf("n1"), norrkoping, kOnsite),
         Living(AdeptOf("n2"), norrkoping, kOnsite), Living(AdeptOf("n3"), norrkoping, kEither)});

  const v1::MatchingRound round = Solve();

  ASSERT_EQ(round.state(), v1::ROUND_STATE_PROPOSED);
  EXPECT_TRUE(round.certified());
  const auto pairs = PairsOf(round);
  EXPECT_THAT(pairs, SizeIs(4));
  std::map<std::string, int> load;
  for (const auto& [adept, mentor] : pairs) {
    EXPECT_THAT(mentor, Not("participants/in-malmo"));
    ++load[mentor];
    const auto why = Explain(mentor.substr(13), adept.substr(13));
    ASSERT_THAT(why, IsOk());
    EXPECT_TRUE(why->feasible()) << adept << " " << mentor;
  }
  EXPECT_LE(load["participants/in-linkoping"], 2);
  EXPECT_LE(load["participants/in-norrkoping"], 1);
  EXPECT_EQ(pairs.at("participants/n3"), "participants/online-in-malmo");
  EXPECT_TRUE(Explain("in-linkoping", "n1")->feasible());
  EXPECT_EQ(Explain("in-malmo", "l1")->broken_rules(0).rule(), v1::HARD_RULE_TOO_FAR);
  const auto unmatched = Call<v1::ListUnmatchedResponse>(
      coordinator_, "ListUnmatched", Parse<v1::ListUnmatchedRequest>("parent: '" + round.name() + "'"));
  ASSERT_THAT(unmatched, IsOk());
  ASSERT_EQ(unmatched->unmatched_size(), 1);
  EXPECT_EQ(unmatched->unmatched(0).reason(), v1::UNMATCHED_REASON_BOTTLENECK);
}

// 18. Spotify: 14 employees, 14 adepts, 14 pairs, 14 distinct on each side.
TEST_F(ScenarioTest, FourteenEmployeesAndFourteenAdeptsMakeFourteenPairs) {
  std::vector<Person> people;
  for (int i = 0; i < 14; ++i) {
    Person mentor = MentorOf("m" + std::to_string(i));
    mentor.features.organisation = "spotify";
    people.push_back(mentor);
    people.push_back(AdeptOf("a" + std::to_string(i)));
  }
  Enrol(std::move(people));

  const v1::MatchingRound round = Solve();
  const auto published = Publish(round);

  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->matches(), 14);
  const auto pairs = PairsOf(round);
  std::set<std::string> mentors;
  for (const auto& [adept, mentor] : pairs) mentors.insert(mentor);
  EXPECT_THAT(pairs, SizeIs(14));
  EXPECT_THAT(mentors, SizeIs(14));
}

}  // namespace
}  // namespace brygga::matching
