// Scenarios of the domain's description, with their numbers, through a real
// channel and a real database.
#include <set>

#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
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

// 17. Reverse mentoring: six hand-picked pairs survive every re-solve; monthly April
// to November except July = 7 required months, 42 meetings; none in July →
// compliant, none in June → flagged.
TEST_F(ScenarioTest, SixHandPickedPairsMeetMonthlyAndSurviveEveryRound) {
  clock_.Set(absl::FromCivil(absl::CivilHour(2022, 3, 28, 12), absl::UTCTimeZone()));
  std::vector<Person> people;
  for (int i = 0; i < 8; ++i) {
    people.push_back(MentorOf("m" + std::to_string(i)));
    people.push_back(AdeptOf("a" + std::to_string(i)));
  }
  Enrol(people, kCohort, "REVERSE");
  std::map<std::string, std::string> picked;  // Adept to mentor, and not as a solver would.
  for (int i = 0; i < 6; ++i) {
    const std::string mentor = "m" + std::to_string((i + 3) % 6), adept = "a" + std::to_string(i);
    ASSERT_THAT(Lock(mentor, adept), IsOk());
    picked["participants/" + adept] = "participants/" + mentor;
  }
  const auto keeps_all = [&](const v1::MatchingRound& round) {
    const auto pairs = PairsOf(round);
    EXPECT_THAT(pairs, SizeIs(8));
    for (const auto& [adept, mentor] : picked) EXPECT_EQ(pairs.at(adept), mentor);
  };
  for (const std::string objective : {"COVERAGE_THEN_SCORE", "SCORE", "FAIREST", "STABLE"}) {
    ASSERT_THAT(Start(kCohort, "objective: OBJECTIVE_" + objective), IsOk());
    RunRounds();
    const auto rounds =
        Call<v1::ListRoundsResponse>(coordinator_, "ListRounds",
                                     Parse<v1::ListRoundsRequest>(std::string("parent: '") + kCohort +
                                                                  "' filter: 'state = PROPOSED' "
                                                                  "order_by: 'create_time desc' page_size: 1"));
    keeps_all(rounds->rounds(0));
    clock_.Advance(absl::Seconds(1));
  }
  const v1::MatchingRound round = Solve();
  keeps_all(round);
  ASSERT_THAT(Publish(round), IsOk());
  // The two that nobody picked do not come about; the six are pairs before April.
  std::vector<std::string> matches;
  for (int i = 0; i < 8; ++i) {
    const v1::Match match = MatchesOf("participants/a" + std::to_string(i)).at(0);
    EXPECT_EQ(match.kind(), v1::MATCH_KIND_REVERSE);
    if (i >= 6) {
      ASSERT_THAT(Call<v1::DeclineMatchResponse>(
                      coordinator_, "DeclineMatch",
                      Parse<v1::DeclineMatchRequest>("name: '" + match.name() + "' side: SIDE_ADEPT reason: 'NO'")),
                  IsOk());
      continue;
    }
    ASSERT_THAT(Accept(coordinator_, match.name(), "MENTOR"), IsOk());
    ASSERT_THAT(Accept(coordinator_, match.name(), "ADEPT"), IsOk());
    matches.push_back(match.name());
  }
  // A repair keeps them as well.
  const v1::MatchingRound repair = Mend("base: '" + round.name() + "'");
  EXPECT_EQ(repair.statistics().kept_pairs(), 6);
  EXPECT_EQ(repair.statistics().adepts(), 2);

  ASSERT_THAT(Meet<v1::SetCadenceResponse>(
                  coordinator_, "SetCadence",
                  Parse<v1::SetCadenceRequest>(std::string("parent: '") + kCohort +
                                               "' meetings: 1 first_month: 4 last_month: 11 except_months: 7")),
              IsOk());
  clock_.Set(absl::FromCivil(absl::CivilHour(2022, 12, 1, 12), absl::UTCTimeZone()));
  const auto record = [&](const std::string& match, int month) {
    v1::RecordMeetingRequest request;
    request.set_parent(match);
    request.set_state(v1::MEETING_STATE_HELD);
    request.mutable_start_time()->set_seconds(
        absl::ToUnixSeconds(absl::FromCivil(absl::CivilHour(2022, month, 14, 15), absl::UTCTimeZone())));
    return Meet<v1::RecordMeetingResponse>(coordinator_, "RecordMeeting", request);
  };
  for (const std::string& match : matches) {
    for (const int month : {4, 5, 6, 8, 9, 10, 11}) {
      if (match == matches[2] && month == 6) continue;
      ASSERT_THAT(record(match, month), IsOk());
    }
  }
  const auto overdue = [&] {
    return Meet<v1::ListOverdueMeetingsResponse>(
        coordinator_, "ListOverdueMeetings",
        Parse<v1::ListOverdueMeetingsRequest>(std::string("parent: '") + kCohort + "'"));
  };
  const auto flagged = overdue();
  ASSERT_THAT(flagged, IsOk());
  EXPECT_EQ(flagged->as_of(), "2022-12-01");
  EXPECT_EQ(flagged->matches(), 6);
  EXPECT_THAT(flagged->required_months(),
              ElementsAre("2022-04", "2022-05", "2022-06", "2022-08", "2022-09", "2022-10", "2022-11"));
  EXPECT_EQ(flagged->required_meetings(), 42);
  EXPECT_EQ(flagged->held_meetings(), 41);
  ASSERT_EQ(flagged->overdue_size(), 1);
  EXPECT_EQ(flagged->overdue(0).match(), matches[2]);
  EXPECT_THAT(flagged->overdue(0).months(), ElementsAre("2022-06"));
  EXPECT_EQ(flagged->overdue(0).required_months(), 7);

  // A REVERSE pair that becomes MUTUAL keeps its meetings.
  const auto changed = Call<v1::ChangeMatchKindResponse>(
      coordinator_, "ChangeMatchKind",
      Parse<v1::ChangeMatchKindRequest>("name: '" + matches[0] + "' kind: MATCH_KIND_MUTUAL"));
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->match().kind(), v1::MATCH_KIND_MUTUAL);
  const auto meetings = Meet<v1::ListMeetingsResponse>(coordinator_, "ListMeetings",
                                                       Parse<v1::ListMeetingsRequest>("parent: '" + matches[0] + "'"));
  EXPECT_EQ(meetings->meetings_size(), 7);

  ASSERT_THAT(record(matches[2], 6), IsOk());
  EXPECT_EQ(overdue()->overdue_size(), 0);
  EXPECT_EQ(overdue()->held_meetings(), 42);
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

// 19. A decline or a drop-out re-solves with as few changed pairs as possible; locked
// and active pairs stay.
TEST_F(ScenarioTest, ADeclineAndADropOutChangeAsFewPairsAsPossible) {
  std::vector<Person> people;
  for (int i = 0; i < 12; ++i) {
    people.push_back(MentorOf("m" + std::to_string(i)));
    people.push_back(AdeptOf("a" + std::to_string(i)));
  }
  people.push_back(MentorOf("spare"));
  Enrol(people);
  ASSERT_THAT(Lock("m5", "a0"), IsOk());
  const v1::MatchingRound base = Solve();
  ASSERT_THAT(Publish(base), IsOk());
  const std::map<std::string, std::string> before = PairsOf(base);
  ASSERT_THAT(before, SizeIs(12));
  // One pair runs, one is half accepted, one is declined by its mentor, and one mentor
  // leaves; an adept comes.
  const auto match_of = [&](const std::string& adept) { return MatchesOf("participants/" + adept).at(0); };
  ASSERT_THAT(Accept(coordinator_, match_of("a1").name(), "MENTOR"), IsOk());
  ASSERT_THAT(Accept(coordinator_, match_of("a1").name(), "ADEPT"), IsOk());
  ASSERT_THAT(Accept(coordinator_, match_of("a2").name(), "ADEPT"), IsOk());
  const v1::Match declined = match_of("a3");
  ASSERT_THAT(Call<v1::DeclineMatchResponse>(
                  coordinator_, "DeclineMatch",
                  Parse<v1::DeclineMatchRequest>("name: '" + declined.name() + "' side: SIDE_MENTOR reason: 'NO'")),
              IsOk());
  const std::string gone = before.at("participants/a4");
  std::erase_if(people, [&](const Person& person) {
    return person.role == Side::kMentor && "participants/" + person.id.value() == gone;
  });
  people.push_back(AdeptOf("late"));
  clock_.Advance(absl::Seconds(1));
  Enrol(people);

  const v1::MatchingRound repair = Mend("base: '" + base.name() + "'");

  ASSERT_EQ(repair.state(), v1::ROUND_STATE_PROPOSED) << repair.failure_reason() << repair.failure_detail();
  EXPECT_TRUE(repair.certified());
  // Ten stay as they were (one runs, one is half accepted, eight are open); the pair
  // that was declined and the one whose mentor left are no more; and two of the three
  // who have nobody get the two seats that are left.
  EXPECT_EQ(repair.statistics().kept_pairs(), 10);
  EXPECT_EQ(repair.statistics().changed_pairs(), 2);
  EXPECT_EQ(repair.statistics().new_pairs(), 2);
  const auto after = PairsOf(repair);
  for (const auto& [adept, mentor] : before) {
    if (adept == "participants/a1" || adept == "participants/a2") {
      EXPECT_FALSE(after.contains(adept));  // They have what they had, whatever the round does.
    } else if (adept != "participants/a3" && adept != "participants/a4" && after.contains(adept)) {
      EXPECT_EQ(after.at(adept), mentor) << adept;
    }
  }
  EXPECT_EQ(after.at("participants/a0"), "participants/m5");
  const auto again = after.find("participants/a3");
  EXPECT_TRUE(again == after.end() || again->second != declined.mentor());
  const auto published = Publish(repair);
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->matches(), 2);
  EXPECT_EQ(published->withdrawn(), 1);  // That of the mentor who left.
  EXPECT_EQ(match_of("a1").state(), v1::MATCH_STATE_ACTIVE);
  EXPECT_EQ(match_of("a2").state(), v1::MATCH_STATE_ACCEPTED_BY_ONE);
}

}  // namespace
}  // namespace brygga::matching
