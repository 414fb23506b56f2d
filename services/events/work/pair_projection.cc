#include "services/events/work/pair_projection.h"

#include "common/status/macros.h"

namespace brygga::events {
namespace {

Origin Work(absl::Time deadline) { return {.actor = "service:events", .method = "work/pairs", .deadline = deadline}; }

}  // namespace

absl::StatusOr<std::optional<feed::Progress>> PairProjection::Load(absl::Time deadline) {
  return store_.GetProgress(deadline);
}

absl::Status PairProjection::Snapshot(const feed::Step& step, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t mark, store_.GetMark(deadline));
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Pair> all, source_.ReadAll(deadline));
  return store_.Replace(Work(deadline), all, mark, step);
}

absl::Status PairProjection::Apply(const std::vector<feed::Change>& changes, const feed::Step& step,
                                   absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t mark, store_.GetMark(deadline));
  std::set<std::string> changed;
  for (const feed::Change& change : changes) changed.insert(change.resource);
  PairNews news;
  if (!changed.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(news.standing, source_.Read(changed, deadline));
  }
  for (const Pair& pair : news.standing) changed.erase(pair.match);
  news.gone.assign(changed.begin(), changed.end());
  return store_.Apply(Work(deadline), news, mark, step);
}

}  // namespace brygga::events
