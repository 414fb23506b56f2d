#include "services/matching/work/cohort_snapshots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/matchers.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/matching/store/fake_matching_store.h"
#include "services/matching/work/default_policies.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;

const engine::Reference& Tables() {
  static const auto* const kReference = new engine::Reference(engine::Reference::Load("data/reference").value());
  return *kReference;
}

// A store whose reading of changes can be held up.
class SlowStore final : public CohortStore {
 public:
  explicit SlowStore(FakeMatchingStore& store) : store_(store) {}

  absl::StatusOr<CohortChanges> LoadChanges(const CohortKey& key, std::optional<int64_t> since,
                                            absl::Time deadline) override {
    auto changes = store_.LoadChanges(key, since, deadline);
    ++loads;
    if (Notification* const held = held_up) held->WaitForNotification();
    return changes;
  }
  absl::StatusOr<Cohort> GetCohort(const CohortKey& key, absl::Time deadline) override {
    return store_.GetCohort(key, deadline);
  }
  absl::StatusOr<std::vector<Cohort>> ListCohorts(absl::Time deadline) override { return store_.ListCohorts(deadline); }
  absl::StatusOr<int64_t> ReadingMark(absl::Time deadline) override { return store_.ReadingMark(deadline); }
  absl::StatusOr<std::vector<std::string>> ReplacePeople(const Origin& origin, const CohortPeople& people,
                                                         const std::optional<MatchingPolicy>& policy) override {
    return store_.ReplacePeople(origin, people, policy);
  }
  absl::StatusOr<PeopleApplied> ApplyPeople(const Origin& origin, const PeopleChange& change,
                                            const std::optional<feed::Step>& step) override {
    return store_.ApplyPeople(origin, change, step);
  }
  absl::StatusOr<std::set<ParticipantId>> ListEmployed(const std::set<std::string>& organisations,
                                                       absl::Time deadline) override {
    return store_.ListEmployed(organisations, deadline);
  }
  absl::StatusOr<std::vector<std::string>> ListEnrolments(const CohortKey& key, absl::Time deadline) override {
    return store_.ListEnrolments(key, deadline);
  }
  absl::StatusOr<std::optional<feed::Progress>> GetProgress(std::string_view feed, absl::Time deadline) override {
    return store_.GetProgress(feed, deadline);
  }
  absl::Status ForgetRemovals(const Origin& origin, absl::Time before) override {
    return store_.ForgetRemovals(origin, before);
  }
  absl::StatusOr<CohortInput> LoadInput(const CohortKey& key, int version, absl::Time deadline) override {
    return store_.LoadInput(key, version, deadline);
  }

  std::atomic<int> loads = 0;
  std::atomic<Notification*> held_up = nullptr;

 private:
  FakeMatchingStore& store_;
};

class CohortSnapshotsTest : public ::testing::Test {
 protected:
  static CohortKey Key(const std::string& cohort = "c") { return {ProgrammeId("p"), CohortId(cohort)}; }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  static Person Somebody(Side role, const std::string& id) {
    Person person{.id = ParticipantId(id), .role = role};
    engine::Person& f = person.features;
    f.tie_key = "tie-" + id;
    f.ssyk4 = "2512";
    f.languages = {{"sv", "C1"}, {"en", "C2"}};
    f.slots = {"mon_evening"};
    f.years_experience = 5;
    return person;
  }

  void Know(std::vector<Person> people, const CohortKey& key = Key()) {
    clock_.Advance(absl::Seconds(1));
    static const DefaultPolicies& policies = *new DefaultPolicies(LoadDefaultPolicies(Tables(), "data/policy").value());
    ASSERT_THAT(
        fake_.ReplacePeople({.actor = "test", .method = "test"},
                            {.cohort = {.key = key, .kind = "VOCATIONAL", .state = "OPEN", .as_of = clock_.Now()},
                             .people = std::move(people)},
                            policies.at("VOCATIONAL")),
        IsOk());
  }
  int64_t Epoch(const CohortKey& key = Key()) { return fake_.GetCohort(key, Soon())->epoch; }
  CohortSnapshots::Snapshot Get(CohortSnapshots& snapshots, const CohortKey& key = Key()) {
    auto snapshot = snapshots.Get(key, Epoch(key), Soon());
    EXPECT_THAT(snapshot, IsOk());
    return snapshot.value_or(nullptr);
  }
  static std::vector<std::string> RankingOf(const CohortSnapshot& snapshot, const std::string& person) {
    std::vector<std::string> ranking;
    const auto subject = snapshot.Find(ParticipantId(person));
    if (!subject) return {"nobody"};
    const Side other = subject->side == Side::kAdept ? Side::kMentor : Side::kAdept;
    const engine::Ranking ranked = snapshot.Rank(*subject, {});
    for (const engine::Candidate& candidate : ranked.best) {
      ranking.push_back(absl::StrCat(snapshot.IdOf(other, candidate.row).value(), " ", candidate.score));
    }
    ranking.push_back(absl::StrCat("of ", ranked.allowed));
    return ranking;
  }

  ManualClock clock_{absl::FromUnixSeconds(1'660'000'000)};
  FakeMatchingStore fake_{clock_};
  SlowStore store_{fake_};
};

TEST_F(CohortSnapshotsTest, WhatIsPutInPieceByPieceRanksAsWhatIsReadAtOnce) {
  CohortSnapshots lived(store_, Tables());
  std::mt19937 random(3);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::map<std::string, Person> people;
  for (int step = 0; step < 60; ++step) {
    for (int i = below(step == 0 ? 60 : 6); i >= 0; --i) {
      const bool is_mentor = below(2) == 0;
      const std::string id = absl::StrCat(is_mentor ? "m" : "a", below(40));
      if (below(4) == 0) {
        people.erase(id);
        continue;
      }
      Person person = Somebody(is_mentor ? Side::kMentor : Side::kAdept, id);
      person.features.ssyk4 = below(3) == 0 ? "2511" : "2512";
      person.features.rounds_waited = below(4);
      if (below(3) == 0) person.features.slots.push_back("tue_lunch");
      people[id] = person;
    }
    std::vector<Person> all;
    for (const auto& [id, person] : people) all.push_back(person);
    Know(all);
    if (below(3) == 0) {
      const Veto veto{.id = VetoId(absl::StrCat("v", step)),
                      .cohort = Key(),
                      .mentor = ParticipantId(absl::StrCat("m", below(40))),
                      .adept = ParticipantId(absl::StrCat("a", below(40))),
                      .reason = "KNOW_EACH_OTHER"};
      Mutation<Veto> mutation{{.actor = "t", .method = "t", .request_id = absl::StrCat(step), .request_digest = "d"}};
      mutation.render = [](const Veto&) { return std::string(); };
      fake_.CreateVeto(mutation, veto).IgnoreError();  // Perhaps there is one already.
    }
    const auto snapshot = Get(lived);
    CohortSnapshots anew(store_, Tables());
    const auto whole = Get(anew);
    ASSERT_EQ(snapshot->cohort().epoch, whole->cohort().epoch);
    for (const auto& [id, person] : people) {
      ASSERT_EQ(RankingOf(*snapshot, id), RankingOf(*whole, id)) << "step " << step << " " << id;
    }
    ASSERT_EQ(snapshot->adepts().count() + snapshot->mentors().count(), static_cast<int>(people.size()));
  }
  EXPECT_EQ(lived.rebuilt(), 1);
  EXPECT_GT(lived.applied(), 30);
}

TEST_F(CohortSnapshotsTest, NobodyWithASnapshotWaitsForTheNextOne) {
  CohortSnapshots snapshots(store_, Tables());
  Know({Somebody(Side::kMentor, "m"), Somebody(Side::kAdept, "a")});
  const auto first = Get(snapshots);
  const int64_t before = Epoch();
  Know({Somebody(Side::kMentor, "m"), Somebody(Side::kMentor, "n"), Somebody(Side::kAdept, "a")});
  Notification held;
  store_.held_up = &held;
  std::thread reader([&] { EXPECT_EQ(Get(snapshots)->mentors().count(), 2); });
  while (store_.loads < 2) std::this_thread::yield();

  const auto meanwhile = snapshots.InMemory(Key(), before);
  const auto too_new = snapshots.InMemory(Key(), before + 1);
  const auto same = snapshots.Get(Key(), before, absl::Now() + absl::Seconds(20));

  EXPECT_EQ(meanwhile, first);  // Whole and unchanged, while the next is made.
  EXPECT_EQ(too_new, nullptr);
  ASSERT_THAT(same, IsOk());
  EXPECT_EQ(*same, first);
  EXPECT_EQ(meanwhile->mentors().count(), 1);
  store_.held_up = nullptr;
  held.Notify();
  reader.join();
  EXPECT_NE(snapshots.InMemory(Key(), before + 1), nullptr);
}

TEST_F(CohortSnapshotsTest, ThoseWhoAskAtTheSameTimeReadOnce) {
  CohortSnapshots snapshots(store_, Tables());
  Know({Somebody(Side::kMentor, "m"), Somebody(Side::kAdept, "a")});
  Notification held;
  store_.held_up = &held;
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) readers.emplace_back([&] { EXPECT_EQ(Get(snapshots)->mentors().count(), 1); });
  while (store_.loads < 1) std::this_thread::yield();

  held.Notify();
  for (std::thread& reader : readers) reader.join();

  EXPECT_EQ(store_.loads, 1);
}

TEST_F(CohortSnapshotsTest, WhoWaitsForAReaderWaitsNoLongerThanTheDeadline) {
  CohortSnapshots snapshots(store_, Tables());
  Know({Somebody(Side::kMentor, "m"), Somebody(Side::kAdept, "a")});
  Notification held;
  store_.held_up = &held;
  std::thread reader([&] { Get(snapshots); });
  while (store_.loads < 1) std::this_thread::yield();

  const auto late = snapshots.Get(Key(), Epoch(), absl::Now() + absl::Milliseconds(20));

  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  held.Notify();
  reader.join();
}

TEST_F(CohortSnapshotsTest, AnOldVersionGoesWithTheLastRankingThatReadsIt) {
  CohortSnapshots snapshots(store_, Tables());
  Know({Somebody(Side::kMentor, "m"), Somebody(Side::kAdept, "a")});
  auto first = Get(snapshots);
  const std::weak_ptr<const CohortSnapshot> watched = first;
  Know({Somebody(Side::kMentor, "n"), Somebody(Side::kAdept, "a")});

  Get(snapshots);
  EXPECT_FALSE(watched.expired());
  EXPECT_EQ(RankingOf(*first, "a")[0].substr(0, 1), "m");
  first.reset();

  EXPECT_TRUE(watched.expired());
}

TEST_F(CohortSnapshotsTest, TheCohortThatWasAskedForLongestAgoGoesFirst) {
  CohortSnapshots snapshots(store_, Tables(), {.most_people = 4});
  for (const char* cohort : {"c", "d", "e"}) {
    Know({Somebody(Side::kMentor, absl::StrCat("m", cohort)), Somebody(Side::kAdept, absl::StrCat("a", cohort))},
         Key(cohort));
    Get(snapshots, Key(cohort));
  }

  EXPECT_EQ(snapshots.InMemory(Key("c"), 0), nullptr);
  EXPECT_NE(snapshots.InMemory(Key("d"), 0), nullptr);
  EXPECT_NE(snapshots.InMemory(Key("e"), 0), nullptr);
}

TEST_F(CohortSnapshotsTest, ACohortThatIsNotThereIsNotFoundTwice) {
  CohortSnapshots snapshots(store_, Tables());

  EXPECT_EQ(snapshots.Get(Key(), 0, Soon()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(snapshots.Get(Key(), 0, Soon()).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace brygga::matching
