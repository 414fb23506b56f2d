// What is known of people follows the feeds of participant and partner.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_PEOPLE_FEEDS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_PEOPLE_FEEDS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/feed/change_source.h"
#include "common/feed/consumer.h"
#include "common/log/log.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/work/projection.h"

namespace brygga::matching {

// The names in feed_progress.
inline constexpr char kParticipantFeed[] = "participant";
inline constexpr char kPartnerFeed[] = "partner";

// Reads anew whom a change is about: a person, with consents and screenings; an
// enrolment; a cohort; all cohorts of a programme, whose legal bases decide about
// everybody; and the people whom an organisation employs whose agreement changed.
// Not thread-safe: its consumer's. Projection and store outlive it.
class PeopleDerivation final : public feed::Derivation {
 public:
  PeopleDerivation(std::string feed, Projection& projection, CohortStore& store)
      : feed_(std::move(feed)), projection_(projection), store_(store) {}

  absl::StatusOr<std::optional<feed::Progress>> Load(absl::Time deadline) override;
  absl::Status Snapshot(const feed::Step& step, absl::Time deadline) override;
  absl::Status Apply(const std::vector<feed::Change>& changes, const feed::Step& step, absl::Time deadline) override;

 private:
  const std::string feed_;
  Projection& projection_;
  CohortStore& store_;
};

// The two consumers, as far as there are sources. Its owner starts and stops it;
// what it is made from outlives it.
class PeopleFeeds {
 public:
  struct Sources {
    std::unique_ptr<feed::ChangeSource> participant = nullptr;  // Null: not followed.
    std::unique_ptr<feed::ChangeSource> partner = nullptr;
  };

  PeopleFeeds(Sources sources, Projection& projection, CohortStore& store, const std::shared_ptr<Log>& log);

  void Start();
  void Stop();
  // At most once.
  void Measure(const std::shared_ptr<prometheus::Registry>& registry);

  // Null where it is not followed.
  feed::Consumer* participant() { return participant_ ? &participant_->consumer : nullptr; }

 private:
  struct Followed {
    Followed(std::unique_ptr<feed::ChangeSource> source, const std::string& feed, Projection& projection,
             CohortStore& store, const std::shared_ptr<Log>& log);

    const std::unique_ptr<feed::ChangeSource> source;
    PeopleDerivation derivation;
    feed::Consumer consumer;
  };

  std::unique_ptr<Followed> participant_;
  std::unique_ptr<Followed> partner_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_PEOPLE_FEEDS_H_
