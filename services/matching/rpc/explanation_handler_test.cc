#include "services/matching/rpc/explanation_handler.h"

#include <set>

#include "common/status/error.h"
#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kNurse[] = "2221";

Person Nurse(Person person, const std::string& municipality) {
  person.features.ssyk4 = kNurse;
  person.features.municipality_code = municipality;
  person.features.format = engine::MeetingFormat::kOnsite;
  person.features.max_distance_km = 30;
  return person;
}

class ExplanationHandlerTest : public MatchingRpcTest {
 protected:
  // Nine nurses in Malmö share the six seats of three mentors there; a fourth
  // nurse among mentors lives in Stockholm, where five others have mentors of
  // their own.
  std::vector<Person> NineWhoShareSix(int seats_each = 2) {
    std::vector<Person> people;
    for (int i = 1; i <= 9; ++i) people.push_back(Nurse(AdeptOf("a" + std::to_string(i)), "1280"));
    for (int i = 1; i <= 3; ++i) people.push_back(Nurse(MentorOf("m" + std::to_string(i), seats_each), "1280"));
    people.push_back(Nurse(MentorOf("far"), "0180"));
    for (int i = 1; i <= 5; ++i) people.push_back(AdeptOf("b" + std::to_string(i)));
    for (int i = 1; i <= 5; ++i) people.push_back(MentorOf("n" + std::to_string(i)));
    return people;
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(const rpc::Identity& caller, const std::string& method, const Request& request) {
    return server_->Call<Response>(caller, "brygga.matching.v1.ExplanationService/" + method, request);
  }
  absl::StatusOr<v1::ExplainUnmatchedResponse> WhyUnmatched(const rpc::Identity& caller, const v1::MatchingRound& round,
                                                            const std::string& adept,
                                                            const std::string& language = "en") {
    return Ask<v1::ExplainUnmatchedResponse>(
        caller, "ExplainUnmatched",
        Parse<v1::ExplainUnmatchedRequest>("parent: '" + round.name() + "' adept: '" + adept + "' language_code: '" +
                                           language + "'"));
  }
  absl::StatusOr<v1::GetFairnessReportResponse> Fairness(const rpc::Identity& caller, const v1::MatchingRound& round) {
    return Ask<v1::GetFairnessReportResponse>(
        caller, "GetFairnessReport",
        Parse<v1::GetFairnessReportRequest>("name: '" + round.name() + "/fairnessReport' language_code: 'en'"));
  }
  absl::StatusOr<v1::ExplainPairResponse> WhyNot(const v1::MatchingRound& round, const std::string& mentor,
                                                 const std::string& adept, const std::string& language = "en") {
    return Call<v1::ExplainPairResponse>(
        coordinator_, "ExplainPair",
        Parse<v1::ExplainPairRequest>(std::string("parent: '") + kCohort + "' round: '" + round.name() + "' mentor: '" +
                                      mentor + "' adept: '" + adept + "' language_code: '" + language + "'"));
  }
  std::vector<std::string> UnmatchedOf(const v1::MatchingRound& round) {
    const auto pairs = PairsOf(round);
    std::vector<std::string> unmatched;
    for (int i = 1; i <= 9; ++i) {
      const std::string adept = "participants/a" + std::to_string(i);
      if (!pairs.contains(adept)) unmatched.push_back(adept);
    }
    return unmatched;
  }
  static const v1::Suggestion* Find(const v1::ExplainUnmatchedResponse& response, v1::SuggestionKind kind) {
    for (const v1::Suggestion& suggestion : response.suggestions()) {
      if (suggestion.kind() == kind) return &suggestion;
    }
    return nullptr;
  }
};

std::string IdOf(const std::string& participant) { return participant.substr(participant.rfind('/') + 1); }

// 20. Why this pair, why not that one, what would have to change: answered for
// any pair. A group that cannot be matched is named with its bottleneck.
TEST_F(ExplanationHandlerTest, NineWhoShareSixSeatsAreNamedByWhatTheyHaveInCommon) {
  Enrol(NineWhoShareSix());
  const v1::MatchingRound round = Solve();
  ASSERT_EQ(round.statistics().matched(), 11);
  const std::vector<std::string> unmatched = UnmatchedOf(round);
  ASSERT_THAT(unmatched, SizeIs(3));

  const auto why = WhyUnmatched(coordinator_, round, unmatched[0]);

  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->unmatched().reason(), v1::UNMATCHED_REASON_BOTTLENECK);
  EXPECT_EQ(why->unmatched().group_size(), 9);
  EXPECT_EQ(why->bottleneck().adepts(), 9);
  EXPECT_EQ(why->bottleneck().seats(), 6);
  EXPECT_EQ(why->bottleneck().mentors(), 3);
  std::set<std::string> features;
  for (const v1::SharedFeature& feature : why->bottleneck().features()) features.insert(feature.code());
  EXPECT_THAT(features, Contains(kNurse));
  EXPECT_THAT(features, Contains("1280"));
  EXPECT_THAT(why->bottleneck().sentence().text(), HasSubstr("9 adepts share 6 seats: "));
  EXPECT_THAT(why->bottleneck().sentence().text(), HasSubstr("Malmö"));
  const auto swedish = WhyUnmatched(coordinator_, round, unmatched[0], "");
  ASSERT_THAT(swedish, IsOk());
  EXPECT_THAT(swedish->bottleneck().sentence().text(), HasSubstr("9 adepter delar 6 platser: "));
}

TEST_F(ExplanationHandlerTest, WhatIsSuggestedMatchesOneMore) {
  Enrol(NineWhoShareSix());
  const v1::MatchingRound round = Solve();
  const std::string adept = UnmatchedOf(round).at(0);
  const auto why = WhyUnmatched(coordinator_, round, adept);
  ASSERT_THAT(why, IsOk());

  const v1::Suggestion* const seat = Find(*why, v1::SUGGESTION_KIND_SEAT);
  ASSERT_NE(seat, nullptr);
  EXPECT_EQ(seat->mentor_count(), 3);
  EXPECT_FALSE(seat->certain());  // The nine are alike.
  std::vector<Person> more = NineWhoShareSix();
  for (Person& person : more) {
    if (person.id.value() == IdOf(seat->mentors(0))) person.person_capacity = ++person.features.capacity;
  }
  clock_.Advance(absl::Seconds(1));
  Enrol(more);
  EXPECT_EQ(Solve().statistics().matched(), 12);

  const v1::Suggestion* const rule = Find(*why, v1::SUGGESTION_KIND_RULE);
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->rule(), v1::HARD_RULE_TOO_FAR);
  EXPECT_THAT(rule->mentors(), Contains("participants/far"));
  std::vector<Person> nearer = NineWhoShareSix();
  for (Person& person : nearer) {
    if (NameOf(person.id) == adept || person.id.value() == "far") person.features.max_distance_km.reset();
  }
  clock_.Advance(absl::Seconds(1));
  Enrol(nearer);
  const v1::MatchingRound relaxed = Solve();
  EXPECT_EQ(relaxed.statistics().matched(), 12);
  EXPECT_TRUE(PairsOf(relaxed).contains(adept));

  const v1::Suggestion* const mentor = Find(*why, v1::SUGGESTION_KIND_MENTOR);
  ASSERT_NE(mentor, nullptr);
  EXPECT_EQ(mentor->helps(), 3);
  EXPECT_EQ(mentor->profile().ssyk4(), kNurse);
  EXPECT_EQ(mentor->profile().municipality(), "1280");
  EXPECT_GE(mentor->details_size(), 3);
  std::vector<Person> joined = NineWhoShareSix();
  Person newcomer = Nurse(MentorOf("new"), mentor->profile().municipality());
  newcomer.features.languages = {{mentor->profile().languages(0).language(), mentor->profile().languages(0).level()}};
  newcomer.features.slots = {mentor->profile().slots(0)};
  joined.push_back(newcomer);
  clock_.Advance(absl::Seconds(1));
  Enrol(joined);
  EXPECT_EQ(Solve().statistics().matched(), 12);
}

TEST_F(ExplanationHandlerTest, AForcedPairCostsWhatARoundWithThatLockLoses) {
  std::vector<Person> people = NineWhoShareSix();
  for (int i = 0; i < 9; ++i) people[static_cast<size_t>(i)].features.years_experience = i;
  people[9].features.slots = {"mon_evening"};  // m1 is worth less to everybody.
  Enrol(people);
  const v1::MatchingRound round = Solve();
  const std::string adept = UnmatchedOf(round).at(0);

  const auto allowed = WhyNot(round, "participants/m1", adept);
  const auto forbidden = WhyNot(round, "participants/far", adept);

  ASSERT_THAT(allowed, IsOk());
  EXPECT_TRUE(allowed->feasible());
  EXPECT_FALSE(allowed->in_round());
  EXPECT_EQ(allowed->forced().matched_change(), 0);
  EXPECT_EQ(allowed->forced().moves(0).to_mentor(), "participants/m1");
  EXPECT_GE(allowed->forced().moves_size(), 2);
  EXPECT_THAT(allowed->sentences(allowed->sentences_size() - 1).text(), HasSubstr("Forcing the pair"));
  ASSERT_THAT(forbidden, IsOk());
  EXPECT_FALSE(forbidden->feasible());
  EXPECT_EQ(forbidden->broken_rules(0).rule(), v1::HARD_RULE_TOO_FAR);
  EXPECT_THAT(forbidden->broken_rules(0).sentence().text(), HasSubstr("km apart"));
  EXPECT_THAT(forbidden->contributions(), IsEmpty());
  EXPECT_EQ(forbidden->forced().matched_change(), 1);

  const auto lock = Lock("m1", IdOf(adept));
  ASSERT_THAT(lock, IsOk());
  const v1::MatchingRound with = Solve();
  EXPECT_EQ(with.statistics().matched() - round.statistics().matched(), allowed->forced().matched_change());
  EXPECT_EQ(with.statistics().total_score() - round.statistics().total_score(), allowed->forced().score_change());
  ASSERT_THAT(Call<v1::DeleteLockResponse>(coordinator_, "DeleteLock",
                                           Parse<v1::DeleteLockRequest>("name: '" + lock->lock().name() + "'")),
              IsOk());
  ASSERT_THAT(Lock("far", IdOf(adept), "override_reason: 'WILL_TRAVEL'"), IsOk());
  const v1::MatchingRound overridden = Solve();
  EXPECT_EQ(overridden.statistics().matched() - round.statistics().matched(), forbidden->forced().matched_change());
  EXPECT_EQ(overridden.statistics().total_score() - round.statistics().total_score(),
            forbidden->forced().score_change());
}

// FAIREST and STABLE solve again: what a round with that lock loses, in the words of
// the objective.
TEST_F(ExplanationHandlerTest, FairestAndStablePriceAForcedPairExactly) {
  std::vector<Person> people = NineWhoShareSix();
  for (int i = 0; i < 9; ++i) people[static_cast<size_t>(i)].features.years_experience = i;
  people[9].features.slots = {"mon_evening"};
  Enrol(people);
  for (const char* objective : {"OBJECTIVE_FAIREST", "OBJECTIVE_STABLE"}) {
    SCOPED_TRACE(objective);
    const std::string wish = std::string("objective: ") + objective;
    const auto started = Start(kCohort, wish);
    ASSERT_THAT(started, IsOk());
    RunRounds();
    const v1::MatchingRound round = Get(started->round().name());
    ASSERT_EQ(round.state(), v1::ROUND_STATE_PROPOSED) << round.failure_reason();
    const std::string adept = UnmatchedOf(round).at(0);

    const auto forced = WhyNot(round, "participants/m1", adept);

    ASSERT_THAT(forced, IsOk());
    ASSERT_TRUE(forced->has_forced());
    EXPECT_EQ(forced->forced().moves(0).adept(), adept);
    const bool is_fairest = objective == std::string("OBJECTIVE_FAIREST");
    EXPECT_EQ(forced->forced().has_worst_score_change(), is_fairest);
    EXPECT_EQ(forced->forced().has_blocking_pairs(), !is_fairest);
    const auto lock = Lock("m1", IdOf(adept));
    ASSERT_THAT(lock, IsOk());
    const auto with = Start(kCohort, wish + " validate_only: true");
    ASSERT_THAT(with, IsOk());
    const v1::RoundStatistics &after = with->round().statistics(), &before = round.statistics();
    EXPECT_EQ(after.matched() - before.matched(), forced->forced().matched_change());
    EXPECT_EQ(after.total_score() - before.total_score(), forced->forced().score_change());
    if (is_fairest) {
      EXPECT_EQ(after.worst_score() - before.worst_score(), forced->forced().worst_score_change());
    }
    ASSERT_THAT(Call<v1::DeleteLockResponse>(coordinator_, "DeleteLock",
                                             Parse<v1::DeleteLockRequest>("name: '" + lock->lock().name() + "'")),
                IsOk());
  }
}

TEST_F(ExplanationHandlerTest, APairOfTheRoundIsExplainedByPartsThatAddUp) {
  Enrol(NineWhoShareSix());
  const v1::MatchingRound round = Solve();
  const auto pairs = PairsOf(round);
  const auto& [adept, mentor] = *pairs.begin();

  const auto why = WhyNot(round, mentor, adept, "sv");

  ASSERT_THAT(why, IsOk());
  EXPECT_TRUE(why->in_round());
  EXPECT_FALSE(why->has_forced());
  int64_t sum = 0;
  for (const v1::Contribution& part : why->contributions()) {
    sum += part.micro();
    EXPECT_THAT(part.sentence().text(), Not(IsEmpty()));
  }
  EXPECT_EQ(sum, why->score());
  EXPECT_THAT(why->sentences(0).text(), HasSubstr("De två kan matchas"));
}

TEST_F(ExplanationHandlerTest, AVetoedPairIsNeverForced) {
  Enrol(NineWhoShareSix());
  ASSERT_THAT(Veto(coordinator_, "m1", "a1"), IsOk());
  const v1::MatchingRound round = Solve();

  const auto why = WhyNot(round, "participants/m1", "participants/a1");

  ASSERT_THAT(why, IsOk());
  EXPECT_FALSE(why->has_forced());
  EXPECT_EQ(why->sentences(1).key(), "pair.VETOED");
}

TEST_F(ExplanationHandlerTest, AParticipantHearsOfThemselfOnceTheRoundIsPublished) {
  Enrol(NineWhoShareSix());
  const v1::MatchingRound round = Solve();
  const std::string adept = UnmatchedOf(round).at(0);
  const rpc::Identity self = rpc::ParticipantNamed(adept);
  EXPECT_THAT(WhyUnmatched(self, round, adept), HasReason("NOT_FOUND"));
  ASSERT_THAT(Publish(round), IsOk());

  const auto why = WhyUnmatched(self, round, adept);

  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->bottleneck().adepts(), 9);
  EXPECT_THAT(why->unmatched().group(), IsEmpty());
  EXPECT_THAT(why->unmatched().group_mentors(), IsEmpty());
  for (const v1::Suggestion& suggestion : why->suggestions()) EXPECT_THAT(suggestion.mentors(), IsEmpty());
  std::string text = why->DebugString();
  for (const char* other : {"participants/m1", "participants/far", "participants/b1"}) {
    EXPECT_THAT(text, Not(HasSubstr(other)));
  }
  EXPECT_THAT(WhyUnmatched(self, round, UnmatchedOf(round).at(1)), HasReason("NOT_FOUND"));
  EXPECT_THAT(WhyUnmatched(rpc::CoordinatorOf("programmes/other"), round, adept), HasReason("NOT_FOUND"));
  EXPECT_THAT(Fairness(self, round), Not(IsOk()));
}

TEST_F(ExplanationHandlerTest, AFewAreNotDescribedToAParticipant) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const v1::MatchingRound round = Solve();
  ASSERT_THAT(Publish(round), IsOk());
  const std::string adept = PairsOf(round).contains("participants/a") ? "participants/b" : "participants/a";

  const auto why = WhyUnmatched(rpc::ParticipantNamed(adept), round, adept);

  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->bottleneck().adepts(), 0);
  EXPECT_EQ(why->bottleneck().seats(), 0);
  EXPECT_EQ(why->unmatched().group_seats(), 0);
  EXPECT_EQ(why->bottleneck().sentence().key(), "bottleneck.FEW");
  const auto coordinators = WhyUnmatched(coordinator_, round, adept);
  ASSERT_THAT(coordinators, IsOk());
  EXPECT_EQ(coordinators->bottleneck().adepts(), 2);
}

TEST_F(ExplanationHandlerTest, ThoseWhoWaitStandInOneOrderAndHearOfTheNextRound) {
  Enrol(NineWhoShareSix());
  const v1::MatchingRound round = Solve();
  std::set<int> positions;
  for (const std::string& adept : UnmatchedOf(round)) {
    const auto why = WhyUnmatched(coordinator_, round, adept);
    ASSERT_THAT(why, IsOk());
    positions.insert(why->waiting().position());
    EXPECT_EQ(why->waiting().waiting(), 3);
    EXPECT_EQ(why->waiting().rounds_waited(), 1);
    EXPECT_EQ(why->waiting().sentences(1).key(), "waiting.NEXT_NONE");
  }
  EXPECT_THAT(positions, ::testing::ElementsAre(1, 2, 3));
  const std::string adept = UnmatchedOf(round).at(0);
  ASSERT_THAT(Publish(round), IsOk());
  clock_.Advance(absl::Seconds(1));
  const auto next = Start();
  ASSERT_THAT(next, IsOk());

  const auto why = WhyUnmatched(coordinator_, round, adept);
  const auto own = WhyUnmatched(rpc::ParticipantNamed(adept), round, adept);

  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->waiting().next_round(), next->round().name());
  EXPECT_EQ(why->waiting().sentences(1).key(), "waiting.NEXT_UNDER_WAY");
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->waiting().next_round(), "");
}

TEST_F(ExplanationHandlerTest, AnAdeptWhomNoMentorCouldHaveIsToldWhatIsMissing) {
  Person silent = AdeptOf("silent");
  silent.features.languages = {{"sv", "A1"}};
  Enrol({MentorOf("m"), silent});

  const auto why = WhyUnmatched(coordinator_, Solve(), "participants/silent");

  ASSERT_THAT(why, IsOk());
  EXPECT_EQ(why->unmatched().reason(), v1::UNMATCHED_REASON_NO_FEASIBLE_MENTOR);
  EXPECT_EQ(Find(*why, v1::SUGGESTION_KIND_MENTOR), nullptr);
  EXPECT_EQ(why->sentences(why->sentences_size() - 1).key(), "impossible.NO_COMMON_LANGUAGE");
}

TEST_F(ExplanationHandlerTest, TheReportShowsTheCoordinatorMoreThanOthers) {
  Enrol(NineWhoShareSix());
  const v1::MatchingRound round = Solve();

  const auto own = Fairness(coordinator_, round), others = Fairness(rpc::Admin(), round);

  ASSERT_THAT(own, IsOk());
  ASSERT_THAT(others, IsOk());
  EXPECT_EQ(own->report().all().adepts(), 14);
  EXPECT_EQ(own->report().all().matched(), 11);
  const auto county = [](const v1::FairnessReport& report, const std::string& code) {
    for (const v1::FairnessDimension& dimension : report.dimensions()) {
      for (const v1::FairnessGroup& group : dimension.groups()) {
        if (dimension.dimension() == "COUNTY" && group.code() == code) return group;
      }
    }
    return v1::FairnessGroup();
  };
  EXPECT_EQ(county(own->report(), "01").match_permille(), 1000);
  EXPECT_EQ(county(own->report(), "12").matched(), 6);
  EXPECT_EQ(county(own->report(), "12").label(), "Skåne län");
  EXPECT_EQ(county(others->report(), "01").visibility(), v1::VISIBILITY_COUNT_ONLY);
  EXPECT_FALSE(county(others->report(), "01").has_matched());
  EXPECT_EQ(county(others->report(), "12").visibility(), v1::VISIBILITY_COUNT_ONLY);
}

TEST_F(ExplanationHandlerTest, WhatCannotBeExplainedIsRefused) {
  Enrol(NineWhoShareSix());
  const auto queued = Start();
  ASSERT_THAT(queued, IsOk());
  EXPECT_THAT(WhyUnmatched(coordinator_, queued->round(), "participants/a1"), HasReason("ROUND_STATE"));
  EXPECT_THAT(Fairness(coordinator_, queued->round()), HasReason("ROUND_STATE"));
  EXPECT_THAT(WhyNot(queued->round(), "participants/m1", "participants/a1"), HasReason("ROUND_STATE"));
  RunRounds();
  const v1::MatchingRound round = Get(queued->round().name());

  EXPECT_THAT(WhyUnmatched(coordinator_, round, "participants/b1"), HasReason("ADEPT_HAS_PAIR"));
  EXPECT_THAT(WhyUnmatched(coordinator_, round, "participants/nobody"), HasReason("NOT_FOUND"));
  EXPECT_THAT(WhyUnmatched(coordinator_, round, UnmatchedOf(round).at(0), "fi"), HasReason("INVALID_FIELDS"));
  EXPECT_THAT(WhyNot(round, "participants/m1", "participants/nobody"), HasReason("NOT_FOUND"));
}

}  // namespace
}  // namespace brygga::matching
