// The port for what is known here of partner's openings.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_OPENING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_OPENING_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/feed_step.h"
#include "common/mutation/mutation.h"
#include "services/matching/store/openings.h"

namespace brygga::matching {

// What partner said of openings, by name.
struct OpeningsSaid {
  int64_t mark = 0;  // OpeningStore::OpeningsMark from before they were read.
  std::map<std::string, std::optional<OpeningFacts>> openings = {};  // Nothing: it does not exist.
};

// Keeps a copy of what partner says of openings. Seats are decided at partner: who
// holds, confirms or releases them reads them there.
//
// See CohortStore for threads, blocking and retries.
class OpeningStore {
 public:
  virtual ~OpeningStore() = default;

  // In the order of `names`; nothing for one that is not known here, which may exist.
  virtual absl::StatusOr<std::vector<std::optional<OpeningFacts>>> GetOpenings(const std::vector<std::string>& names,
                                                                               absl::Time deadline) = 0;
  // The names of those that are known here and neither CLOSED nor CANCELLED, in order.
  virtual absl::StatusOr<std::vector<std::string>> ListLiveOpenings(absl::Time deadline) = 0;

  // Where the writing of openings stands. Whoever reads openings from partner takes
  // it before and gives it with what was said, so that nothing that was read early
  // replaces what somebody else read later and wrote first.
  virtual absl::StatusOr<int64_t> OpeningsMark(absl::Time deadline) = 0;

  // Makes what is known of the openings that `said` names equal to what it says.
  // With `step`, the feed moves on in the same transaction.
  //
  // kAborted OPENINGS_OVERTAKEN: one of them was written since the mark; FEED_MOVED
  // (common/mutation/feed_step.h). Nothing was written.
  virtual absl::Status KeepOpenings(const Origin& origin, const OpeningsSaid& said,
                                    const std::optional<feed::Step>& step) = 0;

  // How far `feed` has been followed; nothing: never.
  virtual absl::StatusOr<std::optional<feed::Progress>> GetProgress(std::string_view feed, absl::Time deadline) = 0;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_OPENING_STORE_H_
