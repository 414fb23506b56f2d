// Progress in a database of ours: the row beside what is derived.
#ifndef BRYGGA_COMMON_SQL_FEED_PROGRESS_H_
#define BRYGGA_COMMON_SQL_FEED_PROGRESS_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutation/feed_step.h"
#include "common/sql/database.h"

namespace brygga::sql {

// Nothing: the feed was never followed.
absl::StatusOr<std::optional<feed::Progress>> ReadProgress(Database& database, std::string_view feed,
                                                           absl::Time deadline);

// First statement of the transaction that applies changes: takes the step, or
// fails with feed::FeedMoved. Nobody else can take it before the transaction ends.
absl::Status TakeStep(Transaction& tx, const feed::Step& step);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_FEED_PROGRESS_H_
