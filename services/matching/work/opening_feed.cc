#include "services/matching/work/opening_feed.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/sql/lease.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kTimeoutEach = absl::Seconds(20);

void Add(const std::string& resource, std::set<std::string>& openings) {
  const std::vector<std::string> parts = absl::StrSplit(resource, '/');
  const bool is_about_opening = parts.size() == 4 || (parts.size() == 6 && parts[4] == "seats");
  if (!is_about_opening || parts[0] != "organisations" || parts[2] != "openings") return;
  openings.insert(absl::StrCat("organisations/", parts[1], "/openings/", parts[3]));
}

}  // namespace

absl::StatusOr<std::optional<feed::Progress>> OpeningDerivation::Load(absl::Time deadline) {
  return store_.GetProgress(kOpeningFeed, deadline);
}

absl::Status OpeningDerivation::Snapshot(const feed::Step& step, absl::Time deadline) {
  BRYGGA_RETURN_IF_ERROR(known_.RefreshAll(kTimeoutEach));
  return known_.Reread({}, step, deadline);
}

absl::Status OpeningDerivation::Apply(const std::vector<feed::Change>& changes, const feed::Step& step,
                                      absl::Time deadline) {
  std::set<std::string> openings;
  for (const feed::Change& change : changes) Add(change.resource, openings);
  return known_.Reread(openings, step, deadline);
}

OpeningFeed::OpeningFeed(std::unique_ptr<feed::ChangeSource> source, KnownOpenings& known, OpeningStore& store,
                         sql::Database& database, OpeningFeedOptions options, std::shared_ptr<Log> log)
    : source_(std::move(source)),
      known_(known),
      database_(database),
      options_(std::move(options)),
      log_(std::move(log)),
      derivation_(known, store),
      consumer_(*source_, derivation_, {.feed = kOpeningFeed, .log = log_}) {}

void OpeningFeed::Start() {
  consumer_.Start();
  refresh_.emplace(options_.interval, [this] { Refresh(); });
}

void OpeningFeed::Stop() {
  consumer_.Stop();
  refresh_.reset();
}

void OpeningFeed::Refresh() {
  const auto lease = sql::AcquireLease(database_, "matching/openings", options_.holder, 2 * options_.interval,
                                       absl::Now() + kTimeoutEach);
  if (!lease.ok() || !*lease) return;
  const absl::Status refreshed = known_.RefreshAll(kTimeoutEach);
  if (!refreshed.ok() && log_) {
    log_->Warning("openings not refreshed", {{"error", std::string(refreshed.message())}});
  }
}

}  // namespace brygga::matching
