// Keeps what matching knows of people equal to what participant says.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_PROJECTION_H_
#define BRYGGA_SERVICES_MATCHING_WORK_PROJECTION_H_

#include <atomic>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/feed_step.h"
#include "services/matching/store/cohort_store.h"
#include "services/matching/store/people_source.h"
#include "services/matching/work/default_policies.h"

namespace brygga::matching {

// Safe for concurrent use. Source and store outlive it.
class Projection {
 public:
  Projection(PeopleSource& source, CohortStore& store, DefaultPolicies policies)
      : source_(source), store_(store), policies_(std::move(policies)) {}

  // Reads the cohort from participant and keeps what it says: all of it is as of
  // this call or later.
  //
  // kNotFound: no such cohort. kUnavailable PEOPLE_UNAVAILABLE.
  absl::Status Refresh(const CohortKey& key, absl::Time deadline);
  // The same for work that no caller waits for: what was read by `read_by` is written
  // however long it takes, up to five minutes. Else it would be read again and again.
  absl::Status RefreshPatiently(const CohortKey& key, absl::Time read_by);

  // The cohort, read from participant first where it is not known here yet, or
  // was not open for matching the last time.
  //
  // As Refresh.
  absl::StatusOr<Cohort> Ensure(const CohortKey& key, absl::Time deadline);

  // Refreshes every cohort that is known and not over, patiently, and forgets who was
  // removed an hour ago; or those of `programmes` alone. What one of them answers does
  // not keep the others from being read; the first error is returned, but for
  // cohorts that are no more.
  absl::Status RefreshAll(absl::Duration timeout_each);
  // The same, but as soon as a cohort cannot be read as a whole, perhaps because of
  // partner, of it and those behind it whoever is known here is read by name: who has
  // withdrawn goes at once, who is new comes with the next RefreshAll.
  absl::Status RefreshWhatCanBe(absl::Duration timeout_each);
  // All of it done by `deadline`; what was not is kDeadlineExceeded.
  absl::Status RefreshAllOf(const std::set<ProgrammeId>& programmes, absl::Duration timeout_each, absl::Time deadline);

  // Reads these people and cohorts from participant and keeps what it says, in
  // one transaction, with `step` if there is one. Cohorts that are not known here
  // are passed over.
  //
  // kUnavailable PEOPLE_UNAVAILABLE. kAborted FEED_MOVED.
  struct Asked {
    std::set<ParticipantId> participants;
    std::set<std::string> enrolments;  // Resource names.
    std::set<CohortKey> cohorts;
  };
  absl::Status Reread(const Asked& asked, const std::optional<feed::Step>& step, absl::Time deadline);

  // Whoever refreshes cohort after cohort ends after the one under way, kCancelled.
  void Stop() { stopping_ = true; }

 private:
  absl::Status Refresh(const CohortKey& key, absl::Time read_by, absl::Duration more_to_write);
  absl::Status RereadKnown(const CohortKey& key, absl::Time deadline);
  absl::Status RereadInParts(const std::vector<std::string>& enrolments, absl::Time deadline);
  template <typename F>
  absl::Status ForEachCohort(absl::Time deadline, F refresh);
  absl::StatusOr<PeopleChange> Read(const Asked& asked, absl::Time deadline);

  PeopleSource& source_;
  CohortStore& store_;
  const DefaultPolicies policies_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_PROJECTION_H_
