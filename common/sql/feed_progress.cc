#include "common/sql/feed_progress.h"

#include "common/status/macros.h"

namespace brygga::sql {
namespace {

constexpr std::string_view kSelect = "SELECT token, as_of_us FROM feed_progress WHERE feed = :feed";
constexpr std::string_view kInsert =
    "INSERT INTO feed_progress (feed, token, as_of_us, updated_at_us) VALUES (:feed, :token, :as_of_us, :now) "
    "ON CONFLICT DO NOTHING";
constexpr std::string_view kMove =
    "UPDATE feed_progress SET token = :token, as_of_us = :as_of_us, updated_at_us = :now "
    "WHERE feed = :feed AND token = :from";

}  // namespace

absl::StatusOr<std::optional<feed::Progress>> ReadProgress(Database& database, std::string_view feed,
                                                           absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database.QueryOne(deadline, kSelect, {{"feed", feed}}));
  if (!row) return std::nullopt;
  return feed::Progress{.token = row->Text("token"), .as_of = row->Time("as_of_us")};
}

absl::Status TakeStep(Transaction& tx, const feed::Step& step) {
  Args args{{"feed", step.feed}, {"token", step.to.token}, {"as_of_us", step.to.as_of}, {"now", tx.now()}};
  if (step.from) args.Set("from", *step.from);
  BRYGGA_ASSIGN_OR_RETURN(const int64_t moved, tx.Affect(step.from ? kMove : kInsert, args));
  return moved == 1 ? absl::OkStatus() : feed::FeedMoved(step.feed);
}

}  // namespace brygga::sql
