#include "engine/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

#include "common/status/error.h"
#include "engine/test_data.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A mentor and an adept whom no rule keeps apart.
Person Mentor() {
  return {.id = "m",
          .tie_key = "m",
          .ssyk4 = "2512",
          .skills = {"wKHJ_NDQ_sSg"},
          .languages = {{"sv", "N"}, {"en", "B2"}},
          .sun_field = "481",
          .municipality_code = "0580",
          .max_distance_km = 50,
          .format = MeetingFormat::kOnsite,
          .slots = {"mon_evening", "tue_lunch"},
          .years_experience = 10,
          .organisation = "organisations/o",
          .agreement_active = true};
}
Person Adept() {
  return {.id = "a",
          .tie_key = "a",
          .ssyk4 = "2512",
          .skills = {"wKHJ_NDQ_sSg", "5wab_aFK_gdL"},
          .languages = {{"ar", "N"}, {"sv", "B1"}, {"en", "C1"}},
          .sun_field = "481",
          .municipality_code = "0580",
          .max_distance_km = 25,
          .format = MeetingFormat::kOnsite,
          .slots = {"mon_evening"},
          .goals = {"cv_feedback", "leadership"}};
}

PairScore ScoreOf(const Person& adept, const Person& mentor, const Policy& policy = ShippedPolicy("vocational")) {
  const Reference& reference = ShippedReference();
  const People adepts = BuildPeople(reference, {adept}).value(), mentors = BuildPeople(reference, {mentor}).value();
  const Scorer scorer = Scorer::Create(reference, policy).value();
  PairScore pair = scorer.ScorePair(adepts, 0, mentors, 0);
  const Edges edges = scorer.ScoreAll(adepts, mentors, {}).value();
  EXPECT_EQ(edges.size(), pair.allowed() ? 1 : 0);
  if (pair.allowed()) {
    EXPECT_EQ(edges.score[0], pair.score);
  }
  int32_t sum = 0;
  for (const Contribution& part : pair.contributions) sum += part.micro;
  EXPECT_EQ(sum, pair.score);
  return pair;
}

std::vector<HardRule> Broken(const Person& adept, const Person& mentor,
                             const Policy& policy = ShippedPolicy("vocational")) {
  std::vector<HardRule> rules;
  for (const BrokenRule& broken : ScoreOf(adept, mentor, policy).broken) rules.push_back(broken.rule);
  return rules;
}

Contribution Part(const PairScore& pair, Criterion criterion) {
  for (const Contribution& part : pair.contributions) {
    if (part.criterion == criterion) return part;
  }
  ADD_FAILURE() << "no contribution of " << CriterionName(criterion);
  return {};
}

double Closeness(const Person& adept, const Person& mentor) {
  Policy policy = ShippedPolicy("vocational");
  policy.minimum_closeness.reset();
  policy.ladder.competence_bonus = 0;
  return Part(ScoreOf(adept, mentor, policy), Criterion::kOccupation).value;
}

TEST(ScoreTest, APairIsTheSumOfItsParts) {
  const PairScore pair = ScoreOf(Adept(), Mentor());

  ASSERT_THAT(pair.broken, IsEmpty());
  // Occupation 0.80 + 0.05 for the shared competence, competences 1, language
  // 0.8 (Swedish below B2 can be practised with a native speaker), distance 1,
  // slots 1, goals 1 of 2, field 1, waiting 0.
  EXPECT_EQ(pair.score, 400'000 * 85 / 100 + 150'000 + 80'000 + 100'000 + 100'000 + 40'000 + 40'000);
  EXPECT_EQ(Part(pair, Criterion::kOccupation).detail, "SAME_SSYK4");
  EXPECT_EQ(Part(pair, Criterion::kOccupation).maximum, 400'000);
  EXPECT_EQ(Part(pair, Criterion::kLanguage).detail, "PRACTISE_POSSIBLE");
  EXPECT_EQ(Part(pair, Criterion::kGoals).arguments.at("met"), "1");
}

TEST(ScoreTest, TheCompetenceOverlapIsOfTheSmallerSet) {
  Person mentor = Mentor();
  mentor.skills = {"wKHJ_NDQ_sSg", "6Ei3_fZV_YKM"};
  const Reference& reference = ShippedReference();
  const auto weight = [&](const char* skill) {
    return static_cast<double>(reference.SkillWeight(reference.SkillIndex(skill)));
  };
  const double smaller = weight("wKHJ_NDQ_sSg") + std::min(weight("6Ei3_fZV_YKM"), weight("5wab_aFK_gdL"));
  EXPECT_DOUBLE_EQ(Part(ScoreOf(Adept(), mentor), Criterion::kCompetences).value, weight("wKHJ_NDQ_sSg") / smaller);
}

TEST(ScoreTest, EveryHardRuleForbidsAlone) {
  const Policy youth = ShippedPolicy("youth");
  Person adept = Adept(), mentor = Mentor();
  EXPECT_THAT(Broken(adept, mentor, youth), ElementsAre(HardRule::kScreeningNotPassed));

  mentor.agreement_active = false;
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kNoActiveAgreement));

  mentor = Mentor();
  mentor.organisation.clear();
  Policy no_private = ShippedPolicy("vocational");
  EXPECT_THAT(Broken(adept, mentor, no_private), IsEmpty());
  no_private.private_mentors = false;
  EXPECT_THAT(Broken(adept, mentor, no_private), ElementsAre(HardRule::kPrivateMentorNotAllowed));

  mentor = Mentor();
  adept.organisation = mentor.organisation;
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kSameEmployer));

  adept = Adept();
  adept.excluded_organisations = {"organisations/x", mentor.organisation};
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kExcludedOrganisation));

  adept = Adept();
  adept.preferred_gender = Gender::kFemale;
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kGenderPreference));
  mentor.gender = Gender::kFemale;
  EXPECT_THAT(Broken(adept, mentor), IsEmpty());

  adept = Adept();
  adept.age = 15;
  Policy aged = ShippedPolicy("vocational");
  aged.minimum_adept_age = 16;
  EXPECT_THAT(Broken(adept, mentor, aged), ElementsAre(HardRule::kAgeWindow));

  adept = Adept();
  adept.slots = {"fri_morning"};
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kNoCommonSlot));
  adept.slots = {};
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kNoCommonSlot));

  adept = Adept();
  adept.languages = {{"en", "B1"}, {"sv", "B1"}};
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kNoCommonLanguage));

  adept = Adept();
  adept.target_ssyk4 = "2221";
  EXPECT_THAT(Broken(adept, mentor), ElementsAre(HardRule::kOccupationTooDistant));

  Policy shared = ShippedPolicy("vocational");
  shared.minimum_shared_competences = 2;
  EXPECT_THAT(Broken(Adept(), mentor, shared), ElementsAre(HardRule::kTooFewSharedCompetences));
}

TEST(ScoreTest, AllBrokenRulesAreNamedWithTheirNumbers) {
  Person adept = Adept();
  adept.municipality_code = "0180";
  adept.slots = {"sun_morning"};

  const PairScore pair = ScoreOf(adept, Mentor());

  ASSERT_EQ(pair.broken.size(), 2u);
  EXPECT_EQ(HardRuleCode(pair.broken[0].rule), "NO_COMMON_SLOT");
  EXPECT_EQ(HardRuleCode(pair.broken[1].rule), "TOO_FAR");
  EXPECT_EQ(pair.broken[1].arguments.at("limit_km"), "25");
}

TEST(ScoreTest, OstergotlandMatchesLinkopingAndNorrkopingAndNotMalmoUnlessOnline) {
  Person adept = Adept();
  adept.max_distance_km = 50;
  Person norrkoping = Mentor(), malmo = Mentor();
  norrkoping.municipality_code = "0581";
  malmo.municipality_code = "1280";
  EXPECT_THAT(Broken(adept, norrkoping), IsEmpty());
  EXPECT_THAT(Broken(adept, malmo), ElementsAre(HardRule::kTooFar));

  malmo.format = MeetingFormat::kEither;
  adept.format = MeetingFormat::kEither;
  const PairScore online = ScoreOf(adept, malmo);
  EXPECT_THAT(online.broken, IsEmpty());
  EXPECT_EQ(Part(online, Criterion::kDistance).detail, "ONLINE");
  EXPECT_EQ(Part(online, Criterion::kDistance).value, 0.7);
}

TEST(ScoreTest, FormatsMeetOrForbid) {
  const auto with = [](MeetingFormat adept_format, MeetingFormat mentor_format) {
    Person adept = Adept(), mentor = Mentor();
    adept.format = adept_format;
    mentor.format = mentor_format;
    return ScoreOf(adept, mentor);
  };
  const auto onsite = MeetingFormat::kOnsite, digital = MeetingFormat::kDigital, either = MeetingFormat::kEither;
  EXPECT_EQ(with(onsite, digital).broken.at(0).rule, HardRule::kFormatConflict);
  EXPECT_EQ(with(digital, onsite).broken.at(0).rule, HardRule::kFormatConflict);
  EXPECT_EQ(Part(with(either, digital), Criterion::kDistance).value, 0.7);
  EXPECT_EQ(Part(with(digital, digital), Criterion::kDistance).value, 0.7);
  EXPECT_EQ(Part(with(onsite, either), Criterion::kDistance).value, 1);
  EXPECT_EQ(Part(with(either, either), Criterion::kDistance).value, 1);  // The better one: next door.
  EXPECT_EQ(Part(with(MeetingFormat::kUnknown, digital), Criterion::kDistance).value, 0.7);
}

TEST(ScoreTest, MissingDataIsUnknownAndNeverUnlike) {
  Person adept = Adept();
  adept.ssyk4 = "";
  adept.skills = {};
  adept.sun_field = "";
  adept.municipality_code = "";
  adept.goals = {};

  const PairScore pair = ScoreOf(adept, Mentor());

  ASSERT_THAT(pair.broken, IsEmpty());
  for (const Criterion criterion : {Criterion::kOccupation, Criterion::kCompetences, Criterion::kDistance,
                                    Criterion::kGoals, Criterion::kEducationField}) {
    EXPECT_TRUE(Part(pair, criterion).unknown) << CriterionName(criterion);
    EXPECT_EQ(Part(pair, criterion).value, 0.5);
  }
}

TEST(ScoreTest, WhetherAMentorWithoutAnOccupationLeadsIsUnknown) {
  Person mentor = Mentor();
  mentor.ssyk4 = "";
  const Contribution goals = Part(ScoreOf(Adept(), mentor), Criterion::kGoals);
  EXPECT_EQ(goals.arguments.at("met"), "1");
  EXPECT_EQ(goals.arguments.at("unknown"), "1");
  EXPECT_EQ(goals.value, 0.75);
}

TEST(ScoreTest, ClosenessFollowsTheLadder) {
  const auto closeness = [](const Person& adept, const Person& mentor) { return Closeness(adept, mentor); };
  const auto groups = [&](const std::string& mentors, const std::string& adepts) {
    Person adept = Adept(), mentor = Mentor();
    adept.ssyk4 = adepts;
    mentor.ssyk4 = mentors;
    return closeness(adept, mentor);
  };
  EXPECT_EQ(groups("2512", "2512"), 0.8);
  EXPECT_DOUBLE_EQ(groups("1210", "2412"), 0.7);        // A bridge.
  EXPECT_DOUBLE_EQ(groups("2412", "1210"), 0.7 * 0.9);  // The same, the other way.
  EXPECT_EQ(groups("2512", "0110"), 0);

  Person adept = Adept(), mentor = Mentor();
  adept.occupation_id = mentor.occupation_id = "PeNQ_qpR_wTS";
  adept.ssyk4 = mentor.ssyk4 = "3343";
  EXPECT_EQ(closeness(adept, mentor), 1);
  adept.target_ssyk4 = "3341";  // Wants another group: what it is trained in no longer counts.
  EXPECT_LT(closeness(adept, mentor), 1);
}

TEST(ScoreTest, AnEdgeBetweenOccupationsCountsMoreForward) {
  const Reference& reference = ShippedReference();
  // An edge of 75 from one group to another with nothing back.
  const std::string from = "17FS_XzU_AQ4", to = "Sbzf_iBA_MAS";
  Person adept = Adept(), mentor = Mentor();
  adept.ssyk4 = mentor.ssyk4 = "";
  const auto closeness = [&](const std::string& mentors, const std::string& adepts) {
    mentor.occupation_id = mentors;
    adept.occupation_id = adepts;
    return Closeness(adept, mentor);
  };
  bool back = false;
  for (const OccupationEdge& edge : reference.EdgesFrom(reference.OccupationIndex(to))) {
    back |= edge.occupation == reference.OccupationIndex(from) && edge.percentage == 75;
  }
  EXPECT_GE(closeness(from, to), 0.85);
  EXPECT_GE(closeness(to, from), back ? 0.85 : 0.765);
}

TEST(ScoreTest, APolicyWithAnUnknownLanguageIsRefused) {
  Policy policy = ShippedPolicy("language");
  policy.languages = {"sv", "qq"};
  const absl::Status status = Scorer::Create(ShippedReference(), policy).status();
  ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DetailsOf(status).fields.at(0).field, "hard.common_language.languages[1]");
}

// People with random features, some of them missing.
People RandomPeople(uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  const std::vector<std::string> groups = {"", "2512", "2511", "2221", "1310", "2423", "3343"};
  const std::vector<std::string> places = {"", "0180", "0580", "0581", "1280", "1281", "1480"};
  const std::vector<std::string> skills = {"wKHJ_NDQ_sSg", "5wab_aFK_gdL", "6Ei3_fZV_YKM", "LmAP_e75_pc6"};
  const std::vector<std::string> levels = {"A2", "B1", "B2", "C1", "N"};
  const std::vector<std::string> slots = {"mon_lunch", "tue_evening", "wed_lunch", "fri_evening"};
  std::vector<Person> people;
  for (int i = 0; i < count; ++i) {
    Person person{.id = std::to_string(i), .tie_key = std::to_string(i)};
    person.ssyk4 = groups[below(groups.size())];
    person.municipality_code = places[below(places.size())];
    for (const std::string& skill : skills) {
      if (below(3) == 0) person.skills.push_back(skill);
    }
    for (const char* language : {"sv", "en", "ar"}) {
      if (below(3) > 0) person.languages.emplace_back(language, levels[below(levels.size())]);
    }
    for (const std::string& slot : slots) {
      if (below(2) > 0) person.slots.push_back(slot);
    }
    for (const std::string_view goal : kGoals) {
      if (below(4) == 0) person.goals.emplace_back(goal);
    }
    person.format = static_cast<MeetingFormat>(below(4));
    if (below(2) > 0) person.max_distance_km = static_cast<int>(below(100));
    if (below(2) > 0) person.years_experience = static_cast<int>(below(30));
    person.sun_field = below(2) > 0 ? "481" : "48";
    person.rounds_waited = static_cast<int>(below(5));
    people.push_back(person);
  }
  return BuildPeople(ShippedReference(), people).value();
}

TEST(ScoreTest, ACohortAndItsPairsAgreeAtEveryNumberOfThreads) {
  const People adepts = RandomPeople(1, 120), mentors = RandomPeople(2, 90);
  for (const char* kind : {"vocational", "language", "reverse"}) {
    const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy(kind)).value();
    const Edges edges = scorer.ScoreAll(adepts, mentors, {}).value();
    const Edges threaded = scorer.ScoreAll(adepts, mentors, {}, {.threads = 3}).value();
    EXPECT_EQ(edges.offset, threaded.offset);
    EXPECT_EQ(edges.mentor, threaded.mentor);
    EXPECT_EQ(edges.score, threaded.score);
    EXPECT_GT(edges.size(), 500);
    for (int32_t a = 0; a < adepts.count; ++a) {
      for (int32_t m = 0; m < mentors.count; ++m) {
        const PairScore pair = scorer.ScorePair(adepts, a, mentors, m);
        const int64_t e = edges.Find(a, m);
        ASSERT_EQ(e >= 0, pair.allowed());
        if (e < 0) continue;
        ASSERT_EQ(edges.score[static_cast<size_t>(e)], pair.score);
        int32_t sum = 0;
        for (const Contribution& part : pair.contributions) {
          sum += part.micro;
          ASSERT_GE(part.micro, 0);
          ASSERT_LE(part.micro, part.maximum + 1);
        }
        ASSERT_EQ(sum, pair.score);
      }
    }
  }
}

TEST(ScoreTest, AVetoTakesItsPairAndNoOther) {
  const People adepts = RandomPeople(1, 30), mentors = RandomPeople(2, 30);
  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("language")).value();
  const Edges all = scorer.ScoreAll(adepts, mentors, {}).value();
  const Pairs vetoes = {{3, all.mentor[static_cast<size_t>(all.offset[3])]}, {5, 0}};
  const Edges fewer = scorer.ScoreAll(adepts, mentors, vetoes).value();
  EXPECT_EQ(fewer.Find(3, vetoes[0].second), -1);
  EXPECT_EQ(fewer.size(), all.size() - 1 - (all.Find(5, 0) >= 0 ? 1 : 0));
  EXPECT_FALSE(scorer.ScoreAll(adepts, mentors, {{30, 0}}).ok());
}

TEST(ScoreTest, CandidatesAreTheBestFirst) {
  const People adepts = RandomPeople(1, 40), mentors = RandomPeople(2, 40);
  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("language")).value();
  const Edges edges = scorer.ScoreAll(adepts, mentors, {}).value();
  for (int32_t a = 0; a < adepts.count; ++a) {
    const std::vector<Candidate> best = scorer.BestMentors(adepts, a, mentors, 1000);
    EXPECT_EQ(static_cast<int64_t>(best.size()),
              edges.offset[static_cast<size_t>(a) + 1] - edges.offset[static_cast<size_t>(a)]);
    for (size_t i = 0; i < best.size(); ++i) {
      EXPECT_EQ(best[i].score, edges.score[static_cast<size_t>(edges.Find(a, best[i].row))]);
      if (i > 0) {
        EXPECT_GE(best[i - 1].score, best[i].score);
      }
    }
    const std::vector<Candidate> three = scorer.BestMentors(adepts, a, mentors, 3);
    EXPECT_TRUE(std::equal(three.begin(), three.end(), best.begin()));
  }
  int64_t both = 0;
  for (int32_t m = 0; m < mentors.count; ++m)
    both += static_cast<int64_t>(scorer.BestAdepts(adepts, mentors, m, 1000).size());
  EXPECT_EQ(both, edges.size());
}

TEST(ScoreTest, IsCancelledAndBounded) {
  const People adepts = RandomPeople(1, 100), mentors = RandomPeople(2, 100);
  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("language")).value();
  int reports = 0;
  ScoreOptions options{.threads = 2};
  options.control.progress = [&](const Progress&) { ++reports; };
  ASSERT_TRUE(scorer.ScoreAll(adepts, mentors, {}, options).ok());
  EXPECT_GE(reports, 0);

  options.control.cancelled = [] { return true; };
  options.threads = 1;
  EXPECT_EQ(scorer.ScoreAll(adepts, mentors, {}, options).status().code(), absl::StatusCode::kCancelled);

  const absl::Status refused = scorer.ScoreAll(adepts, mentors, {}, {.memory_limit_bytes = 79'999}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "COHORT_TOO_LARGE");
}

}  // namespace
}  // namespace brygga::engine
