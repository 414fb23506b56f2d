// The port through which the feed of another service is read.
#ifndef BRYGGA_COMMON_FEED_CHANGE_SOURCE_H_
#define BRYGGA_COMMON_FEED_CHANGE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/mutation.h"

namespace brygga::feed {

// That a resource changed, not how: who wants to know reads it.
struct Change {
  std::string resource;
  ChangeKind kind = ChangeKind::kUpdated;
  int64_t revision = 0;  // Grows with each change of the resource.
  absl::Time time = absl::UnixEpoch();

  friend bool operator==(const Change&, const Change&) = default;
};

// One message of a feed.
struct ChangeBatch {
  std::vector<Change> changes;  // None in a bookmark.
  std::string token;            // Asks for what comes behind them.
  // Every change that was acknowledged before came before `token`. Not always said.
  std::optional<absl::Time> as_of = {};
};

// A feed that is being read. Next is one thread's; Cancel may be called by any.
class ChangeStream {
 public:
  virtual ~ChangeStream() = default;

  // Blocks for the next message. An error ends the stream: kOutOfRange reason
  // TOKEN_COMPACTED, kInvalidArgument reasons RESUME_TOKEN_FOREIGN and
  // RESUME_TOKEN_INVALID, where the token it was opened with leads nowhere;
  // anything else where it is to be opened again.
  virtual absl::StatusOr<ChangeBatch> Next() = 0;
  // Ends it: Next returns soon.
  virtual void Cancel() = 0;
};

// Safe for concurrent use.
class ChangeSource {
 public:
  virtual ~ChangeSource() = default;

  // Reads behind `token`. Empty: from now on; the first message is then a
  // bookmark that says where that is.
  virtual std::unique_ptr<ChangeStream> Open(const std::string& token) = 0;
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_CHANGE_SOURCE_H_
