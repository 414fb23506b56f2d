#include "services/matching/work/projection.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kRemovalsKept = absl::Hours(1);
constexpr absl::Duration kMoreToWrite = absl::Minutes(5);
constexpr size_t kRereadAtOnce = 1000;

Origin Ours(absl::Time deadline) {
  return {.actor = "service:matching", .method = "work/projection", .deadline = deadline};
}

bool IsOvertaken(const absl::Status& status) { return ReasonOf(status) == "READING_OVERTAKEN"; }

}  // namespace

absl::Status Projection::Refresh(const CohortKey& key, absl::Time deadline) {
  return Refresh(key, deadline, absl::ZeroDuration());
}

absl::Status Projection::RefreshPatiently(const CohortKey& key, absl::Time read_by) {
  return Refresh(key, read_by, kMoreToWrite);
}

absl::Status Projection::Refresh(const CohortKey& key, absl::Time read_by, absl::Duration more_to_write) {
  const absl::Time write_by = read_by + more_to_write;
  for (;;) {
    BRYGGA_ASSIGN_OR_RETURN(const int64_t mark, store_.ReadingMark(read_by));
    const bool is_new = absl::IsNotFound(store_.GetCohort(key, read_by).status());
    BRYGGA_ASSIGN_OR_RETURN(CohortPeople people, source_.Read(key, read_by));
    people.mark = mark;
    const auto policy = policies_.find(people.cohort.kind);
    const auto overtaken = store_.ReplacePeople(
        Ours(write_by), people, policy == policies_.end() ? std::nullopt : std::optional(policy->second));
    if (IsOvertaken(overtaken.status()) && absl::Now() < read_by) continue;
    BRYGGA_RETURN_IF_ERROR(overtaken);
    BRYGGA_ASSIGN_OR_RETURN(const int64_t written, store_.ReadingMark(write_by));
    BRYGGA_RETURN_IF_ERROR(RereadInParts(*overtaken, write_by));
    // What the feeds said of a cohort before it was known here has passed by: who came
    // into it while it was read is seen by reading it once more.
    const bool wrote_alone = written == mark + 1;
    if (is_new && !wrote_alone) Refresh(key, read_by, more_to_write).IgnoreError();  // Else the sweep finds them.
    return absl::OkStatus();
  }
}

// Of a cohort that is new here every change elsewhere overtakes all: what is read and
// written in one go is small enough to come between two of them.
absl::Status Projection::RereadInParts(const std::vector<std::string>& enrolments, absl::Time deadline) {
  for (size_t begin = 0; begin < enrolments.size(); begin += kRereadAtOnce) {
    const size_t end = std::min(enrolments.size(), begin + kRereadAtOnce);
    const auto at = [&](size_t i) { return enrolments.begin() + static_cast<std::ptrdiff_t>(i); };
    BRYGGA_RETURN_IF_ERROR(Reread({.enrolments = {at(begin), at(end)}}, std::nullopt, deadline));
  }
  return absl::OkStatus();
}

absl::StatusOr<Cohort> Projection::Ensure(const CohortKey& key, absl::Time deadline) {
  auto known = store_.GetCohort(key, deadline);
  if (known.ok() && IsMatchable(known->state)) return known;
  if (!known.ok() && known.status().code() != absl::StatusCode::kNotFound) return known;
  BRYGGA_RETURN_IF_ERROR(Refresh(key, deadline));
  return store_.GetCohort(key, deadline);
}

absl::Status Projection::RereadKnown(const CohortKey& key, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<std::string> enrolments, store_.ListEnrolments(key, deadline));
  return RereadInParts(enrolments, deadline);
}

absl::Status Projection::RefreshWhatCanBe(absl::Duration timeout_each) {
  bool wholly = true;  // Each try may wait for partner as long as participant does.
  return ForEachCohort(absl::Now() + timeout_each, [&](const CohortKey& key) {
    if (wholly) {
      const absl::Status read = RefreshPatiently(key, absl::Now() + timeout_each);
      if (read.ok() || absl::IsNotFound(read)) return read;
      wholly = false;
    }
    return RereadKnown(key, absl::Now() + timeout_each);
  });
}

absl::Status Projection::RefreshAll(absl::Duration timeout_each) {
  BRYGGA_RETURN_IF_ERROR(ForEachCohort(absl::Now() + timeout_each, [&](const CohortKey& key) {
    return RefreshPatiently(key, absl::Now() + timeout_each);
  }));
  const absl::Time now = absl::Now();
  return store_.ForgetRemovals(Ours(now + timeout_each), now - kRemovalsKept);
}

absl::Status Projection::RefreshAllOf(const std::set<ProgrammeId>& programmes, absl::Duration timeout_each,
                                      absl::Time deadline) {
  return ForEachCohort(deadline, [&](const CohortKey& key) {
    if (!programmes.contains(key.programme)) return absl::OkStatus();
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("not all cohorts were read in time");
    return Refresh(key, std::min(deadline, absl::Now() + timeout_each));
  });
}

template <typename F>
absl::Status Projection::ForEachCohort(absl::Time deadline, F refresh) {
  BRYGGA_ASSIGN_OR_RETURN(const auto cohorts, store_.ListCohorts(deadline));
  absl::Status first;
  for (const Cohort& cohort : cohorts) {
    if (cohort.state == "COMPLETED" || cohort.state == "CANCELLED") continue;
    if (stopping_) return absl::CancelledError("the service stops");
    const absl::Status refreshed = refresh(cohort.key);
    if (!absl::IsNotFound(refreshed)) first.Update(refreshed);
  }
  return first;
}

absl::Status Projection::Reread(const Asked& asked, const std::optional<feed::Step>& step, absl::Time deadline) {
  for (;;) {
    BRYGGA_ASSIGN_OR_RETURN(const PeopleChange change, Read(asked, deadline));
    const absl::Status applied = internal::StatusOf(store_.ApplyPeople(Ours(deadline), change, step));
    if (IsOvertaken(applied) && absl::Now() < deadline) continue;
    return applied;
  }
}

absl::StatusOr<PeopleChange> Projection::Read(const Asked& asked, absl::Time deadline) {
  PeopleChange change{.participants = asked.participants, .enrolments = asked.enrolments, .heard_of = asked.cohorts};
  for (const std::string& enrolment : asked.enrolments) {
    const auto named = ParseNameIn("enrolments", enrolment);
    if (named.ok()) change.heard_of.insert(named->key);
  }
  if (change.empty()) return change;
  BRYGGA_ASSIGN_OR_RETURN(change.mark, store_.ReadingMark(deadline));
  BRYGGA_ASSIGN_OR_RETURN(const auto cohorts, store_.ListCohorts(deadline));
  std::set<CohortKey> known;
  for (const Cohort& cohort : cohorts) known.insert(cohort.key);
  if (known.empty()) return change;
  std::set<std::string> enrolments;
  for (const std::string& enrolment : asked.enrolments) {
    const auto named = ParseNameIn("enrolments", enrolment);
    if (named.ok() && known.contains(named->key)) enrolments.insert(enrolment);
  }
  if (!asked.participants.empty() || !enrolments.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(change.found, source_.ReadNamed(asked.participants, enrolments, deadline));
  }
  for (const CohortKey& key : asked.cohorts) {
    if (!known.contains(key)) continue;
    auto cohort = source_.ReadCohort(key, deadline);
    if (absl::IsNotFound(cohort.status())) continue;
    BRYGGA_RETURN_IF_ERROR(cohort);
    change.cohorts.push_back(*std::move(cohort));
  }
  return change;
}

}  // namespace brygga::matching
