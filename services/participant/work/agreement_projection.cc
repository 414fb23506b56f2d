#include "services/participant/work/agreement_projection.h"

#include "common/status/macros.h"

namespace brygga::participant {
namespace {

Origin Work(absl::Time deadline) {
  return {.actor = "service:participant", .method = "work/agreements", .deadline = deadline};
}

}  // namespace

absl::StatusOr<std::optional<feed::Progress>> AgreementProjection::Load(absl::Time deadline) {
  return store_.GetProgress(deadline);
}

absl::Status AgreementProjection::Snapshot(const feed::Step& step, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Agreement> all, source_.ReadAll(deadline));
  return store_.Replace(Work(deadline), all, step);
}

absl::Status AgreementProjection::Apply(const std::vector<feed::Change>& changes, const feed::Step& step,
                                        absl::Time deadline) {
  std::set<std::string> names;
  for (const feed::Change& change : changes) names.insert(change.resource);
  std::vector<Agreement> agreements;
  if (!names.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(agreements, source_.Read(names, deadline));
  }
  return store_.Apply(Work(deadline), agreements, step);
}

}  // namespace brygga::participant
