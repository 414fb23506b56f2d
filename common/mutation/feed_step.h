// How far the feed of another service has been followed, as part of a write.
#ifndef BRYGGA_COMMON_MUTATION_FEED_STEP_H_
#define BRYGGA_COMMON_MUTATION_FEED_STEP_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace brygga::feed {

struct Progress {
  std::string token;  // Asks for what comes next.
  absl::Time as_of;   // All that was acknowledged before is applied.

  friend bool operator==(const Progress&, const Progress&) = default;
};

// One move of a feed, taken in the transaction that writes what it means. Moves
// form a chain: one replica at a time gets from one token to the next, and what
// the other had made of the same changes is not written.
struct Step {
  std::string feed;                 // "participant".
  std::optional<std::string> from;  // The token that was stored; nothing: none was.
  Progress to;
};

// kAborted FEED_MOVED: another replica, or this one before it lost its answer,
// has taken the feed on from where the step begins. Read the progress again.
absl::Status FeedMoved(std::string_view feed);
bool IsFeedMoved(const absl::Status& status);

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_MUTATION_FEED_STEP_H_
