#include "services/matching/domain/candidates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/domain/ranking.h"

namespace brygga::matching {
namespace {

const engine::Reference& Tables() {
  static const auto* const kReference = new engine::Reference(engine::Reference::Load("data/reference").value());
  return *kReference;
}

CohortChanges SomeCohort(std::mt19937& random, int people) {
  CohortChanges changes{.whole = true};
  std::ostringstream document;
  document << std::ifstream("data/policy/vocational.json").rdbuf();
  changes.cohort = {.key = {ProgrammeId("p"), CohortId("c")}, .kind = "VOCATIONAL", .epoch = 1, .policy_version = 1};
  changes.policy = {.cohort = changes.cohort.key, .version = 1, .document = document.str()};
  changes.context.emplace();
  for (int i = 0; i < people; ++i) {
    Person person{.id = ParticipantId(absl::StrCat(i % 8 == 0 ? "a" : "m", i)),
                  .role = i % 8 == 0 ? Side::kAdept : Side::kMentor};
    engine::Person& f = person.features;
    f.tie_key = absl::StrCat("tie-", random() % 1000, "-", i);
    f.ssyk4 = random() % 3 == 0 ? "2511" : "2512";
    f.languages = {{"sv", "C1"}};
    f.slots = {"mon_evening", random() % 2 == 0 ? "tue_lunch" : "wed_lunch"};
    f.years_experience = static_cast<int>(random() % 12);
    changes.people.push_back(person);
  }
  return changes;
}

// Whoever changes how people score makes kScoringVersion grow, and writes down here what
// comes out now: while the release is rolled out two replicas would else take each
// other's rankings.
TEST(CandidatesTest, EachVersionOfTheScoringHasItsScores) {
  std::mt19937 random(7);
  const auto snapshot = CohortSnapshot::Make(Tables(), SomeCohort(random, 400)).value();
  std::string all;
  for (int adept = 0; adept < 400; adept += 8) {
    const auto subject = snapshot->Find(ParticipantId(absl::StrCat("a", adept)));
    ASSERT_TRUE(subject);
    for (const Ranked& ranked : RankAll(*snapshot, Taken{.epoch = 1}, *subject, 50).listed) {
      absl::StrAppend(&all, ranked.id.value(), " ", ranked.score, "\n");
    }
  }

  EXPECT_EQ(absl::StrCat(kScoringVersion, " ", Sha256Hex(all).substr(0, 16)), "1 c86ac23b8ba0071d");
}

// The page of a kept ranking is the page that is made from the people, whatever
// is taken: what lets a cache be on or off.
TEST(CandidatesTest, AKeptRankingGivesThePageThatThePeopleGive) {
  std::mt19937 random(5);
  int kept_was_enough = 0, kept_was_short = 0;
  for (int round = 0; round < 40; ++round) {
    const auto snapshot = CohortSnapshot::Make(Tables(), SomeCohort(random, 400)).value();
    const auto some_taken = [&](unsigned part) {
      Taken taken{.epoch = 1};
      for (const int32_t row : snapshot->mentors().Rows()) {
        if (random() % 10 < part) taken.seats_left[snapshot->IdOf(Side::kMentor, row)] = 0;
      }
      return taken;
    };
    const auto subject = snapshot->Find(ParticipantId("a0"));
    ASSERT_TRUE(subject);
    const Ranking kept = RankAll(*snapshot, some_taken(static_cast<unsigned>(round % 10)), *subject, 10);
    for (const int limit : {1, 10, 50}) {
      const Taken later = some_taken(static_cast<unsigned>(random() % 11));
      const CandidatePage page = FirstPage(kept, later, limit);
      if (!IsEnough(kept, page)) {
        ++kept_was_short;
        continue;
      }
      ++kept_was_enough;
      const CandidatePage straight = ListCandidates(
          *snapshot, later, *subject, {.filter = CandidateFilter::Create({}).value(), .after = {}, .limit = limit});
      ASSERT_EQ(page.items, straight.items) << "round " << round << " limit " << limit;
      ASSERT_EQ(page.has_more, straight.has_more);
      ASSERT_EQ(page.total, straight.total);
      ASSERT_EQ(page.side, straight.side);
    }
  }
  EXPECT_GT(kept_was_enough, 50);
  EXPECT_GT(kept_was_short, 5);  // Both come up.
}

// The negative control: what IsEnough keeps from being answered would differ.
TEST(CandidatesTest, ARankingThatIsTooShortWouldGiveAnotherPage) {
  std::mt19937 random(6);
  const auto snapshot = CohortSnapshot::Make(Tables(), SomeCohort(random, 800)).value();
  const auto subject = snapshot->Find(ParticipantId("a0"));
  const Ranking kept = RankAll(*snapshot, {}, *subject, 1);
  Taken taken;
  for (const Ranked& ranked : kept.listed) taken.seats_left[ranked.id] = 0;

  const CandidatePage page = FirstPage(kept, taken, 1);
  ASSERT_FALSE(IsEnough(kept, page));
  EXPECT_NE(page.items.size(), ListCandidates(*snapshot, taken, *subject,
                                              {.filter = CandidateFilter::Create({}).value(), .after = {}, .limit = 1})
                                   .items.size());
}

}  // namespace
}  // namespace brygga::matching
