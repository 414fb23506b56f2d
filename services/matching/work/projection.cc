#include "services/matching/work/projection.h"

#include <optional>

#include "absl/time/clock.h"
#include "common/status/macros.h"

namespace brygga::matching {

absl::Status Projection::Refresh(const CohortKey& key, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t mark, store_.ReadingMark(deadline));
  BRYGGA_ASSIGN_OR_RETURN(CohortPeople people, source_.Read(key, deadline));
  people.mark = mark;
  const auto policy = policies_.find(people.cohort.kind);
  BRYGGA_RETURN_IF_ERROR(
      store_.ReplacePeople({.actor = "service:matching", .method = "work/projection", .deadline = deadline}, people,
                           policy == policies_.end() ? std::nullopt : std::optional(policy->second)));
  return absl::OkStatus();
}

absl::StatusOr<Cohort> Projection::Ensure(const CohortKey& key, absl::Time deadline) {
  auto known = store_.GetCohort(key, deadline);
  if (known.ok() && IsMatchable(known->state)) return known;
  if (!known.ok() && known.status().code() != absl::StatusCode::kNotFound) return known;
  BRYGGA_RETURN_IF_ERROR(Refresh(key, deadline));
  return store_.GetCohort(key, deadline);
}

absl::Status Projection::RefreshAll(absl::Duration timeout_each) {
  BRYGGA_ASSIGN_OR_RETURN(const auto cohorts, store_.ListCohorts(absl::Now() + timeout_each));
  absl::Status first;
  for (const Cohort& cohort : cohorts) {
    if (cohort.state != "COMPLETED" && cohort.state != "CANCELLED") {
      first.Update(Refresh(cohort.key, absl::Now() + timeout_each));
    }
  }
  return first;
}

}  // namespace brygga::matching
