#include "engine/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "engine/evaluation.h"
#include "engine/test_data.h"

namespace brygga::engine {
namespace {

using ::testing::IsEmpty;

// Draws people and policies in which every rule and every unknown comes up.
class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }
  template <typename T>
  T Of(std::initializer_list<T> values) {
    return *(values.begin() + Below(static_cast<int>(values.size())));
  }

  Person Somebody(const std::string& id) {
    Person person{.id = id, .tie_key = absl::StrCat("tie-", Below(1000), "-", id)};
    person.ssyk4 = Of<std::string>({"", "2511", "2512", "2513", "2514", "2221", "5132", "1310"});
    person.target_ssyk4 = Of<std::string>({"", "", "2512", "2221"});
    if (OneIn(2)) {
      const std::vector<std::string>& names = OccupationNames();
      const auto name = [&] { return names[static_cast<size_t>(Below(static_cast<int>(names.size())))]; };
      person.occupation_id = name();
      person.ssyk4.clear();
      if (OneIn(3)) person.target_occupation_id = name(), person.target_ssyk4.clear();
    }
    for (int i = Below(5); i > 0; --i) {
      person.skills.push_back(SkillNames()[static_cast<size_t>(Below(20))]);
    }
    for (int i = Below(4); i > 0; --i) {
      person.languages.emplace_back(Of<std::string>({"sv", "en", "ar", "so", "fa", "fi", "es"}),
                                    Of<std::string>({"A1", "A2", "B1", "B2", "C1", "C2", "N"}));
    }
    person.sun_field = Of<std::string>({"", "1", "14", "140", "142", "142z", "143a", "143b"});
    person.municipality_code = Of<std::string>({"", "0580", "0180", "1280", "0581"});
    if (OneIn(2)) person.max_distance_km = Of({0, 25, 50, 500});
    person.format = Of({MeetingFormat::kUnknown, MeetingFormat::kOnsite, MeetingFormat::kDigital,
                        MeetingFormat::kEither, MeetingFormat::kEither});
    for (int i = Below(5); i > 0; --i) {
      person.slots.push_back(Of<std::string>({"mon_evening", "tue_lunch", "wed_morning", "sun_afternoon"}));
    }
    for (int i = Below(4); i > 0; --i) {
      person.goals.emplace_back(kGoals[static_cast<size_t>(Below(static_cast<int>(kGoals.size())))]);
    }
    if (OneIn(2)) person.years_experience = Below(12);
    if (!OneIn(3)) person.organisation = absl::StrCat("organisations/", Below(4));
    person.agreement_active = !OneIn(4);
    if (OneIn(4)) person.excluded_organisations = {absl::StrCat("organisations/", Below(4))};
    person.gender = Of({Gender::kUnknown, Gender::kFemale, Gender::kMale, Gender::kOther});
    person.preferred_gender = Of({Gender::kUnknown, Gender::kUnknown, Gender::kFemale, Gender::kMale});
    if (OneIn(2)) person.age = 16 + Below(50);
    person.screening_passed = !OneIn(4);
    person.rounds_waited = Below(6);
    person.rounds_before = Below(6);
    person.capacity = Below(3);
    return person;
  }

  Policy SomePolicy() {
    Policy policy = ShippedPolicy(Of<std::string>({"vocational", "language", "youth", "reverse"}));
    const auto unknown = [&] { return Of({WhenUnknown::kAllow, WhenUnknown::kForbid}); };
    policy.language_unknown = unknown(), policy.distance_unknown = unknown();
    policy.slots_unknown = unknown(), policy.closeness_unknown = unknown();
    policy.minimum_common_slots = Below(3);
    policy.minimum_shared_competences = OneIn(3) ? 1 : 0;
    if (OneIn(2)) policy.minimum_closeness = Of({0.0, 0.25, 0.55});
    if (OneIn(3)) policy.minimum_closeness.reset();
    policy.distance_limit = OneIn(2);
    policy.private_mentors = !OneIn(3);
    policy.screening_passed = OneIn(2);
    if (OneIn(3)) policy.minimum_mentor_age = 30, policy.maximum_adept_age = 40;
    if (OneIn(3)) policy.practise_languages = {"sv", "en"};
    if (OneIn(4)) policy.practise_languages.clear();
    if (OneIn(3)) policy.languages = {"sv", "en"};
    policy.weights[static_cast<size_t>(Criterion::kContinuity)] = Below(20);
    policy.unknown_value = Of({0.0, 0.5, 0.3});
    return policy;
  }

 private:
  static const std::vector<std::string>& Column(const std::string& file) {
    static auto& columns = *new std::map<std::string, std::vector<std::string>>();
    std::vector<std::string>& codes = columns[file];
    if (!codes.empty()) return codes;
    std::istringstream lines(ReadFile("data/reference/" + file));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) codes.push_back(line.substr(0, line.find('\t')));
    return codes;
  }
  static const std::vector<std::string>& OccupationNames() { return Column("occupation_names.tsv"); }
  static const std::vector<std::string>& SkillNames() { return Column("skills.tsv"); }

  std::mt19937_64 random_;
};

struct Named {
  std::string id;
  int32_t score;
  friend bool operator==(const Named&, const Named&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Named& named) {
    return out << named.id << " " << named.score;
  }
};

std::vector<Named> Name(const Crowd& crowd, const std::vector<Candidate>& candidates) {
  std::vector<Named> named;
  for (const Candidate& candidate : candidates) named.push_back({crowd.IdOf(candidate.row), candidate.score});
  return named;
}
std::vector<Named> Name(const People& people, const std::vector<Candidate>& candidates) {
  std::vector<Named> named;
  for (const Candidate& candidate : candidates) {
    named.push_back({people.id[static_cast<size_t>(candidate.row)], candidate.score});
  }
  return named;
}

std::vector<Person> ValuesOf(const std::map<std::string, Person>& people) {
  std::vector<Person> values;
  for (const auto& [id, person] : people) values.push_back(person);
  return values;
}

// Every column of everybody, by id.
std::map<std::string, std::vector<std::string>> TextOf(const Crowd& crowd) {
  std::map<std::string, std::vector<std::string>> texts;
  for (const int32_t row : crowd.Rows()) {
    const Block& block = crowd.BlockOf(row);
    People one;
    AppendRow(block.people, Crowd::PlaceOf(row), one);
    std::vector<std::string>& text = texts[one.id[0]];
    const auto note = [&](const auto& value) {
      if constexpr (requires { absl::StrCat(value); }) {
        text.push_back(absl::StrCat(value));
      } else if constexpr (std::is_enum_v<std::decay_t<decltype(value)>>) {
        text.push_back(absl::StrCat(static_cast<int>(value)));
      }
    };
    ForEachColumn(
        [&](const auto& column) {
          if constexpr (std::is_same_v<std::decay_t<decltype(column)>, std::vector<std::vector<std::string>>>) {
            for (const std::string& value : column[0]) note(value);
          } else if constexpr (std::is_same_v<std::decay_t<decltype(column)>, std::vector<bool>>) {
            note(static_cast<int>(column[0]));
          } else {
            note(column[0]);
          }
        },
        one);
    for (const int32_t skill : one.skill) note(skill);
    for (const LanguageLevel& level : one.language) note(level.language), note(level.rank);
    const size_t place = static_cast<size_t>(Crowd::PlaceOf(row));
    const Lanes& lanes = block.lanes;
    note(lanes.fine[place / 64] >> (place % 64) & 1);
    note(lanes.excludes[place / 64] >> (place % 64) & 1);
    note(lanes.speechless[place / 64] >> (place % 64) & 1);
    note(static_cast<int>(lanes.look[place])), note(lanes.slots[place]), note(lanes.education[place]);
    note(lanes.speaks[place]), note(lanes.employer[place]), note(lanes.group[place]);
    note(lanes.goals_unmet[place]), note(lanes.goals_unknown[place]), note(lanes.share[place]);
    const size_t width = lanes.practised.size() / static_cast<size_t>(block.people.count);
    for (size_t i = 0; i < width; ++i) note(static_cast<int>(lanes.practised[place * width + i]));
  }
  return texts;
}

TEST(Ranking, IsTheScorersToTheMicroUnitWhateverThePolicyAndThePeople) {
  const Reference& reference = ShippedReference();
  int64_t pairs = 0, not_everybody = 0;
  for (uint64_t seed = 0; seed < 150; ++seed) {
    Draw draw(seed);
    const Policy policy = draw.SomePolicy();
    const Scorer scorer = Scorer::Create(reference, policy).value();
    const Ranker ranker(scorer);
    std::vector<Person> adepts, mentors;
    for (int i = 0; i < 150; ++i) adepts.push_back(draw.Somebody(absl::StrCat("a", i)));
    for (int i = 0; i < 290; ++i) mentors.push_back(draw.Somebody(absl::StrCat("m", i)));
    const People adept_columns = BuildPeople(reference, adepts).value();
    const People mentor_columns = BuildPeople(reference, mentors).value();
    const Crowd adept_crowd = ranker.Change(Crowd(CrowdSide::kAdepts), adepts, {}).value();
    const Crowd mentor_crowd = ranker.Change(Crowd(CrowdSide::kMentors), mentors, {}).value();
    for (int32_t a = 0; a < 40; ++a) {
      const auto all = scorer.BestMentors(adept_columns, a, mentor_columns, 1000);
      const int32_t row = adept_crowd.Find(adepts[static_cast<size_t>(a)].id).value();
      for (const int k : {1, 5, 40, 1000}) {
        const Ranking ranking = ranker.RankMentors(adept_crowd, row, mentor_crowd, {.k = k});
        auto best = all;
        best.resize(std::min(best.size(), static_cast<size_t>(k)));
        ASSERT_EQ(Name(mentor_crowd, ranking.best), Name(mentor_columns, best)) << "seed " << seed << " adept " << a;
        ASSERT_EQ(static_cast<size_t>(ranking.allowed), all.size()) << "seed " << seed << " adept " << a;
      }
      pairs += static_cast<int64_t>(all.size());
      not_everybody += all.size() < mentors.size();
    }
    for (int32_t m = 0; m < 40; ++m) {
      const auto all = scorer.BestAdepts(adept_columns, mentor_columns, m, 1000);
      const int32_t row = mentor_crowd.Find(mentors[static_cast<size_t>(m)].id).value();
      for (const int k : {3, 1000}) {
        const Ranking ranking = ranker.RankAdepts(mentor_crowd, row, adept_crowd, {.k = k});
        auto best = all;
        best.resize(std::min(best.size(), static_cast<size_t>(k)));
        ASSERT_EQ(Name(adept_crowd, ranking.best), Name(adept_columns, best)) << "seed " << seed << " mentor " << m;
        ASSERT_EQ(static_cast<size_t>(ranking.allowed), all.size());
      }
    }
  }
  EXPECT_GT(pairs, 10'000);  // Neither everybody nor nobody.
  EXPECT_GT(not_everybody, 1'000);
}

TEST(Scorer, BitsOfBrokenRulesAreTheRulesThatAreNamed) {
  const Reference& reference = ShippedReference();
  uint32_t seen = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Draw draw(seed);
    const Scorer scorer = Scorer::Create(reference, draw.SomePolicy()).value();
    const Evaluation& evaluation = scorer.evaluation();
    std::vector<Person> people;
    for (int i = 0; i < 40; ++i) people.push_back(draw.Somebody(absl::StrCat("p", i)));
    const People columns = BuildPeople(reference, people).value();
    AdeptView view(reference);
    for (int32_t a = 0; a < columns.count; ++a) {
      evaluation.Show(columns, a, view);
      for (int32_t m = 0; m < columns.count; ++m) {
        uint32_t named = 0;
        for (const BrokenRule& broken : scorer.ScorePair(columns, a, columns, m).broken) {
          named |= uint32_t{1} << static_cast<int>(broken.rule);
        }
        ASSERT_EQ(evaluation.BrokenBits(view, columns, m), named) << "seed " << seed;
        seen |= named;
      }
    }
  }
  EXPECT_GE(std::popcount(seen), 10);  // Of the rules that a policy asks.
}

TEST(Ranking, PagesVetoesAndWishesTogetherGiveThoseWhoAreLeft) {
  Draw draw(7);
  Policy policy = ShippedPolicy("language");
  policy.minimum_common_slots = 0;
  const Scorer scorer = Scorer::Create(ShippedReference(), policy).value();
  const Ranker ranker(scorer);
  std::vector<Person> mentors;
  for (int i = 0; i < 1200; ++i) mentors.push_back(draw.Somebody(absl::StrCat("m", i)));
  Person adept = draw.Somebody("a");
  adept.languages = {{"sv", "B2"}, {"en", "C1"}};
  adept.preferred_gender = Gender::kUnknown;
  adept.format = MeetingFormat::kEither;
  const Crowd adepts = ranker.Change(Crowd(CrowdSide::kAdepts), {adept}, {}).value();
  const Crowd crowd = ranker.Change(Crowd(CrowdSide::kMentors), mentors, {}).value();
  const Ranking all = ranker.RankMentors(adepts, 0, crowd);
  ASSERT_GT(all.best.size(), 30u);
  RankOptions options{.k = 7, .vetoed = {all.best[1].row, all.best[20].row}};
  std::sort(options.vetoed.begin(), options.vetoed.end());
  options.admits = [](const Candidate& candidate) { return candidate.row % 3 != 0; };
  std::vector<Candidate> expected;
  for (const Candidate& candidate : all.best) {
    if (candidate.row % 3 != 0 && !std::count(options.vetoed.begin(), options.vetoed.end(), candidate.row)) {
      expected.push_back(candidate);
    }
  }

  std::vector<Candidate> paged;
  for (;;) {
    const Ranking page = ranker.RankMentors(adepts, 0, crowd, options);
    EXPECT_EQ(page.allowed, all.allowed - 2);
    if (page.best.empty()) break;
    paged.insert(paged.end(), page.best.begin(), page.best.end());
    options.after = {page.best.back().score, crowd.TieKeyOf(page.best.back().row), crowd.IdOf(page.best.back().row)};
  }

  EXPECT_EQ(Name(crowd, paged), Name(crowd, expected));
}

// A crowd that has lived through `steps` random changes, beside one that is made
// of the same people at once.
struct Lived {
  Lived(uint64_t seed, CrowdSide side, const Ranker& ranker, int steps, bool forgets_the_gone = false) : crowd(side) {
    Draw draw(seed);
    int born = 0;
    for (int step = 0; step < steps; ++step) {
      std::vector<Person> changed;
      std::vector<std::string> gone;
      std::set<std::string> touched;
      for (int i = draw.Below(step == 0 ? 300 : 20); i >= 0; --i) {
        std::string id = absl::StrCat("p", draw.OneIn(2) ? born++ : draw.Below(born + 1));
        if (!touched.insert(id).second) continue;
        if (draw.OneIn(3) && people.contains(id)) {
          people.erase(id);
          gone.push_back(id);
        } else {
          changed.push_back(people[id] = draw.Somebody(id));
        }
      }
      if (forgets_the_gone) gone.clear();
      crowd = ranker.Change(crowd, changed, gone).value();
    }
    rebuilt = ranker.Change(Crowd(side), ValuesOf(people), {}).value();
  }

  std::map<std::string, Person> people;
  Crowd crowd;
  Crowd rebuilt{CrowdSide::kAdepts};
};

TEST(Crowd, ThatChangesIsTheOneThatIsMadeAnewInEveryColumnAndEveryRanking) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Draw draw(seed);
    const Scorer scorer = Scorer::Create(ShippedReference(), draw.SomePolicy()).value();
    const Ranker ranker(scorer);
    const Lived adepts(seed, CrowdSide::kAdepts, ranker, 25), mentors(seed + 1000, CrowdSide::kMentors, ranker, 25);
    ASSERT_EQ(TextOf(adepts.crowd), TextOf(adepts.rebuilt)) << "seed " << seed;
    ASSERT_EQ(TextOf(mentors.crowd), TextOf(mentors.rebuilt)) << "seed " << seed;
    ASSERT_EQ(mentors.crowd.count(), static_cast<int>(mentors.people.size()));
    for (const auto& [id, person] : adepts.people) {
      const Ranking lived = ranker.RankMentors(adepts.crowd, adepts.crowd.Find(id).value(), mentors.crowd, {.k = 20});
      const Ranking anew =
          ranker.RankMentors(adepts.rebuilt, adepts.rebuilt.Find(id).value(), mentors.rebuilt, {.k = 20});
      ASSERT_EQ(Name(mentors.crowd, lived.best), Name(mentors.rebuilt, anew.best)) << "seed " << seed << " " << id;
      ASSERT_EQ(lived.allowed, anew.allowed);
    }
  }
}

// The negative control: a change that is lost shows.
TEST(Crowd, ThatKeptOneWhoIsGoneWouldBeFoundOut) {
  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("vocational")).value();
  const Ranker ranker(scorer);
  int found_out = 0;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const Lived lived(seed, CrowdSide::kMentors, ranker, 25, /*forgets_the_gone=*/true);
    found_out += TextOf(lived.crowd) != TextOf(lived.rebuilt);
  }
  EXPECT_EQ(found_out, 10);
}

TEST(Crowd, SharesWithTheVersionBeforeWhatIsTheSame) {
  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("vocational")).value();
  const Ranker ranker(scorer);
  Draw draw(1);
  std::vector<Person> people;
  for (int i = 0; i < 1000; ++i) people.push_back(draw.Somebody(absl::StrCat("p", i)));
  const Crowd before = ranker.Change(Crowd(CrowdSide::kMentors), people, {}).value();

  const Crowd after = ranker.Change(before, {draw.Somebody("p500")}, {}).value();

  int differing = 0;
  for (size_t block = 0; block < before.blocks().size(); ++block) {
    differing += before.blocks()[block] != after.blocks()[block];
  }
  EXPECT_EQ(differing, 1);
  EXPECT_EQ(after.count(), 1000);
  EXPECT_LT(after.bytes(), 1000 * 1500);
}

TEST(Crowd, OfNobodyRanksNobody) {
  const Scorer scorer = Scorer::Create(ShippedReference(), ShippedPolicy("vocational")).value();
  const Ranker ranker(scorer);
  Draw draw(1);
  const Crowd adepts = ranker.Change(Crowd(CrowdSide::kAdepts), {draw.Somebody("a")}, {"nobody"}).value();

  EXPECT_THAT(ranker.RankMentors(adepts, 0, Crowd(CrowdSide::kMentors)).best, IsEmpty());
  EXPECT_EQ(adepts.Find("nobody"), std::nullopt);
  EXPECT_EQ(ranker.Change(adepts, {}, {"a"}).value().count(), 0);
}

}  // namespace
}  // namespace brygga::engine
