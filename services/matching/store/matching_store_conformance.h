// What every MatchingStore keeps its word on: the fake, SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_MATCHING_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_MATCHING_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/matching/store/matching_store.h"

namespace brygga::matching {

class MatchingStoreConformance : public ::testing::TestWithParam<testing::MakeStore<MatchingStore>> {
 protected:
  // A mutation under a new request id.
  template <typename T>
  Mutation<T> New() {
    return Repeat<T>("request-" + std::to_string(++requests_));
  }
  template <typename T>
  Mutation<T> Repeat(const std::string& request_id) {
    Mutation<T> mutation{{.actor = "test", .method = "Method", .request_id = request_id, .request_digest = "d"}};
    mutation.render = [](const T&) { return std::string("answer"); };
    return mutation;
  }
  static Origin Work() { return {.actor = "service:matching", .method = "work/test"}; }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  static CohortKey Key(const std::string& cohort = "c", const std::string& programme = "p") {
    return {ProgrammeId(programme), CohortId(cohort)};
  }
  static Person MentorOf(const std::string& id, int capacity = 1);
  static Person AdeptOf(const std::string& id);
  static MatchingPolicy Policy();

  // Keeps the cohort with these people, as read now.
  void Know(std::vector<Person> people, const CohortKey& key = Key(), const std::string& state = "OPEN");
  // A round of `key` that has been PROPOSED with `pairs`, mentor and adept.
  Round Proposed(const std::string& id, const std::vector<std::pair<std::string, std::string>>& pairs,
                 const CohortKey& key = Key());
  Round Proposed(const std::string& id, std::vector<RoundPair> pairs, const CohortKey& key);
  // A repair of what is published, PROPOSED with `pairs`; `open` are the matches that
  // it may change, `unmatched` whom it leaves out.
  Round ProposedRepair(const std::string& id, const std::vector<std::pair<std::string, std::string>>& pairs,
                       const std::vector<Match>& open, const std::vector<ParticipantId>& unmatched = {});
  // A match by hand of an adept and a mentor who have not been there before.
  Match SomeMatch(const std::string& adept, const ByHand& by_hand = {});
  Round MakeRound(const std::string& id, const CohortKey& key = Key());
  static PublishOrder Order(const Round& round);
  absl::StatusOr<Publication> Publish(const Round& round) {
    return store_.PublishRound(New<Publication>(), Order(round));
  }
  // The one match that publication made of a pair.
  Match MatchOf(const Round& round, const std::string& adept);
  absl::StatusOr<Match> Say(const Match& match, const MatchStore::DecideChange& decide) {
    return store_.ChangeMatch(New<Match>(), match.cohort, match.id, decide);
  }
  Seats SeatsOf(const std::string& mentor, const CohortKey& key = Key());
  static PairStore::DecideLockFn AsAsked(const Lock& lock);

  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  testing::StoreUnderTest<MatchingStore> under_test_ = GetParam()(clock_);
  MatchingStore& store_ = *under_test_.store;
  int requests_ = 0;
  std::vector<Person> known_;  // Whom SomeMatch has made.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_MATCHING_STORE_CONFORMANCE_H_
