#include "services/matching/work/sweeps.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/sql/lease.h"
#include "common/sql/requests.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(20);
constexpr int kBatch = 100;

}  // namespace

Sweeps::Sweeps(sql::Database& database, MatchStore& matches, Projection& projection, SweepOptions options,
               std::shared_ptr<Log> log)
    : database_(database),
      matches_(matches),
      projection_(projection),
      options_(std::move(options)),
      log_(std::move(log)) {}

void Sweeps::Start() {
  people_.emplace(options_.projection, [this] { RefreshPeople(); });
  expiry_.emplace(options_.expiry, [this] { ExpireMatches(); });
}

void Sweeps::Stop() {
  people_.reset();
  expiry_.reset();
}

bool Sweeps::Leads(std::string_view what, absl::Duration length) {
  const auto lease = sql::AcquireLease(database_, what, options_.holder, length, absl::Now() + kTimeout);
  return lease.ok() && *lease;
}

void Sweeps::RefreshPeople() {
  if (!Leads("matching/projection", 2 * options_.projection)) return;
  const absl::Status refreshed = projection_.RefreshAll(kTimeout);
  if (!refreshed.ok() && log_) {
    log_->Warning("people not refreshed", {{"error", std::string(refreshed.message())}});
  }
}

void Sweeps::ExpireMatches() {
  if (!Leads("matching/expiry", 2 * options_.expiry)) return;
  int expired = 0;
  do {
    const auto batch = matches_.ExpireDue(
        {.actor = "service:matching", .method = "work/expiry", .deadline = absl::Now() + kTimeout}, kBatch);
    if (!batch.ok() && log_) log_->Warning("matches not expired", {{"error", std::string(batch.status().message())}});
    expired = batch.value_or(0);
  } while (expired == kBatch);
  if (const auto swept = sql::SweepAnswers(database_, absl::Now() + kTimeout); !swept.ok() && log_) {
    log_->Warning("answers not swept", {{"error", std::string(swept.status().message())}});
  }
}

}  // namespace brygga::matching
