// Keeps what matching knows of openings equal to what partner says.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_KNOWN_OPENINGS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_KNOWN_OPENINGS_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/feed_step.h"
#include "services/matching/store/opening_store.h"
#include "services/matching/store/openings.h"

namespace brygga::matching {

// A copy: whether an opening may be allocated is answered from it, so that partner
// may be away; who has a seat is not. Safe for concurrent use. Source and store
// outlive it.
class KnownOpenings {
 public:
  KnownOpenings(Openings& source, OpeningStore& store) : source_(source), store_(store) {}

  // In the order of `names`; nothing for one that does not exist. What is not known
  // here is asked of partner and kept.
  //
  // kUnavailable PARTNER_UNAVAILABLE: one is not known, and partner is away.
  absl::StatusOr<std::vector<std::optional<OpeningFacts>>> Find(const std::vector<std::string>& names,
                                                                absl::Time deadline);

  // Reads these from partner and keeps what it says, in one transaction, with `step`
  // if there is one.
  //
  // kUnavailable PARTNER_UNAVAILABLE. kAborted FEED_MOVED.
  absl::Status Reread(const std::set<std::string>& names, const std::optional<feed::Step>& step, absl::Time deadline);

  // Reads all openings that are not over, and those that were not when they were
  // last read here. Each call of partner ends within `timeout_each`.
  //
  // kUnavailable PARTNER_UNAVAILABLE.
  absl::Status RefreshAll(absl::Duration timeout_each);

 private:
  absl::StatusOr<OpeningsSaid> Read(const std::set<std::string>& names, absl::Time deadline);

  Openings& source_;
  OpeningStore& store_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_KNOWN_OPENINGS_H_
