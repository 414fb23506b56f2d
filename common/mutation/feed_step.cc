#include "common/mutation/feed_step.h"

#include "common/status/error.h"

namespace brygga::feed {
namespace {

constexpr char kFeedMoved[] = "FEED_MOVED";

}  // namespace

absl::Status FeedMoved(std::string_view feed) {
  return MakeError(absl::StatusCode::kAborted, "somebody else has followed the feed further; read its progress again",
                   {.reason = kFeedMoved, .metadata = {{"feed", std::string(feed)}}});
}

bool IsFeedMoved(const absl::Status& status) { return ReasonOf(status) == kFeedMoved; }

}  // namespace brygga::feed
