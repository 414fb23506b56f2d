// LoadChanges: what every MatchingStore tells of a cohort since an epoch.
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"
#include "services/matching/store/people_conformance.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What somebody knows who puts one change after the other.
class Follower {
 public:
  explicit Follower(MatchingStore& store) : store_(store) {}

  void Catch(const CohortKey& key, bool forgets_the_gone = false) {
    const auto changes = store_.LoadChanges(key, epoch_, absl::Now() + absl::Seconds(20));
    ASSERT_THAT(changes, IsOk());
    if (changes->whole) people_.clear();
    whole_ += changes->whole ? 1 : 0;
    for (const auto& gone : changes->gone) {
      if (!forgets_the_gone) people_.erase(gone);
    }
    for (const Person& person : changes->people) people_[{person.role, person.id}] = Canonical(person);
    if (changes->context) context_ = TextOf(*changes->context);
    policy_ = changes->policy.version;
    epoch_ = changes->cohort.epoch;
  }

  int whole() const { return whole_; }
  friend bool operator==(const Follower& a, const Follower& b) {
    return a.people_ == b.people_ && a.context_ == b.context_ && a.policy_ == b.policy_ && a.epoch_ == b.epoch_;
  }

 private:
  static std::string TextOf(const CohortChanges::Context& context) {
    std::vector<std::string> texts;
    for (const auto& [adept, waited] : context.waited) texts.push_back(absl::StrCat(adept.value(), "=", waited));
    for (const Lock& lock : context.locks) texts.push_back(lock.name());
    for (const Veto& veto : context.vetoes) texts.push_back(veto.name());
    std::sort(texts.begin(), texts.end());
    std::string text;
    for (const std::string& part : texts) absl::StrAppend(&text, part, "\n");
    return text;
  }

  MatchingStore& store_;
  std::optional<int64_t> epoch_;
  std::map<std::pair<Side, ParticipantId>, std::string> people_;
  std::string context_;
  int policy_ = 0;
  int whole_ = 0;
};

}  // namespace

TEST_P(PeopleConformance, ChangesPutAfterEachOtherGiveWhatIsThereAtAnyMoment) {
  std::mt19937 random(7);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto somebody = [&] {
    Person person = below(2) == 0 ? MentorOf(absl::StrCat("m", below(12))) : AdeptOf(absl::StrCat("a", below(12)));
    person.features.rounds_before = below(5);
    return person;
  };
  const auto some = [&](int most) {
    std::map<ParticipantId, Person> people;
    for (int i = below(most); i >= 0; --i) {
      Person person = somebody();
      people[person.id] = person;
    }
    std::vector<Person> all;
    for (const auto& [id, person] : people) all.push_back(person);
    return all;
  };
  Enrol(some(20));
  Follower follower(store_), forgetful(store_);
  std::vector<Veto> vetoes;
  bool found_out = false;
  for (int step = 0; step < 60; ++step) {
    switch (below(6)) {
      case 0:
        Enrol(some(20));
        break;
      case 1:
        vetoes.push_back({.id = VetoId(absl::StrCat("v", step)),
                          .cohort = Key(),
                          .mentor = ParticipantId(absl::StrCat("m", step)),
                          .adept = ParticipantId(absl::StrCat("a", step)),
                          .reason = "KNOW_EACH_OTHER"});
        ASSERT_THAT(store_.CreateVeto(New<Veto>(), vetoes.back()), IsOk());
        break;
      case 2:
        if (vetoes.empty()) break;
        ASSERT_THAT(
            store_.DeleteVeto(New<Veto>(), Key(), vetoes.back().id, [](const Veto&) { return absl::OkStatus(); }),
            IsOk());
        vetoes.pop_back();
        break;
      default: {
        std::set<ParticipantId> asked;
        std::vector<Person> found;
        for (const Person& person : some(4)) {
          asked.insert(person.id);
          if (below(3) != 0) found.push_back(person);
        }
        ASSERT_THAT(Apply(Said(asked, found)), IsOk());
      }
    }
    if (below(3) == 0) continue;
    follower.Catch(Key());
    forgetful.Catch(Key(), /*forgets_the_gone=*/true);
    Follower anew(store_);
    anew.Catch(Key());
    ASSERT_TRUE(follower == anew) << "step " << step;
    found_out |= !(forgetful == anew);
  }
  EXPECT_EQ(follower.whole(), 1);
  EXPECT_TRUE(found_out);  // The negative control: whoever loses a removal differs.
}

TEST_P(PeopleConformance, NothingHasChangedSinceNow) {
  Enrol({MentorOf("m"), AdeptOf("a")});

  const auto changes = store_.LoadChanges(Key(), Epoch(), Soon());

  ASSERT_THAT(changes, IsOk());
  EXPECT_FALSE(changes->whole);
  EXPECT_THAT(changes->people, IsEmpty());
  EXPECT_THAT(changes->gone, IsEmpty());
  EXPECT_FALSE(changes->context);
}

TEST_P(PeopleConformance, WhoAsksFromBeforeForgottenRemovalsGetsEverybody) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const int64_t before = Epoch();
  Enrol({MentorOf("m"), AdeptOf("a")});
  EXPECT_THAT(store_.LoadChanges(Key(), before, Soon())->gone,
              ElementsAre(std::pair(Side::kAdept, ParticipantId("b"))));

  ASSERT_THAT(store_.ForgetRemovals(Work(), clock_.Now() + absl::Hours(1)), IsOk());

  const auto changes = store_.LoadChanges(Key(), before, Soon());
  ASSERT_THAT(changes, IsOk());
  EXPECT_TRUE(changes->whole);
  EXPECT_THAT(changes->people, SizeIs(2));
  EXPECT_FALSE(store_.LoadChanges(Key(), Epoch(), Soon())->whole);
}

TEST_P(PeopleConformance, AnEpochFromTheFutureGetsEverybody) {
  Enrol({MentorOf("m"), AdeptOf("a")});

  EXPECT_TRUE(store_.LoadChanges(Key(), Epoch() + 100, Soon())->whole);  // As after a backup was restored.
}

TEST_P(PeopleConformance, LocksAndWhoWasLeftOutAreContext) {
  const CohortKey other = Key("d");
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  Enrol({MentorOf("n"), AdeptOf("b")}, other);
  int64_t before = Epoch();
  const Lock lock{.id = LockId("l"),
                  .cohort = Key(),
                  .mentor = ParticipantId("m"),
                  .adept = ParticipantId("a"),
                  .reason = "HAND_PICKED"};

  ASSERT_THAT(store_.CreateLock(New<Lock>(), lock, AsAsked(lock)), IsOk());
  ASSERT_TRUE(store_.LoadChanges(Key(), before, Soon())->context);
  EXPECT_THAT(store_.LoadChanges(Key(), before, Soon())->context->locks, SizeIs(1));
  before = Epoch();
  ASSERT_THAT(store_.DeleteLock(New<Lock>(), Key(), LockId("l"), ""), IsOk());
  ASSERT_TRUE(store_.LoadChanges(Key(), before, Soon())->context);
  EXPECT_THAT(store_.LoadChanges(Key(), before, Soon())->context->locks, IsEmpty());

  before = Epoch(other);
  ASSERT_THAT(store_.CreateRound(New<Round>(), {.id = RoundId("r"), .cohort = Key(), .seed = "seed"}), IsOk());
  const auto claimed = store_.ClaimRound(Work(), RoundId("r"), "worker", absl::Seconds(10));
  ASSERT_THAT(claimed, IsOk());
  Proposal proposal{.snapshot_hash = "snapshot", .certificate = "certificate"};
  proposal.input.cohort.as_of = clock_.Now();
  proposal.unmatched.push_back({.adept = ParticipantId("b"), .reason = "NO_SEATS"});
  ASSERT_THAT(store_.Propose(Work(), **claimed, proposal), IsOk());
  ASSERT_THAT(Publish(*store_.GetRound(Key(), RoundId("r"), Soon())), IsOk());

  const auto changes = store_.LoadChanges(other, before, Soon());  // The adept is there, too.
  ASSERT_THAT(changes, IsOk());
  ASSERT_TRUE(changes->context);
  EXPECT_THAT(changes->context->waited, ElementsAre(std::pair(ParticipantId("b"), 1)));
}

}  // namespace brygga::matching
