#include "common/feed/change_feed.h"

#include <google/protobuf/timestamp.pb.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/sql/lease.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/steady.h"

namespace brygga::feed {
namespace {

constexpr absl::Duration kReadTimeout = absl::Seconds(10);
// A watcher looks again this soon where the tail is not there yet.
constexpr absl::Duration kUntilTheTailIsThere = absl::Milliseconds(10);

constexpr std::string_view kLease = "compact-change-log";
constexpr absl::Duration kLeaseLength = absl::Minutes(2);
constexpr absl::Duration kCompactTimeout = absl::Minutes(1);  // Less than the lease.

common::v1::ChangeKind ToProto(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kCreated:
      return common::v1::CHANGE_KIND_CREATED;
    case ChangeKind::kUpdated:
      return common::v1::CHANGE_KIND_UPDATED;
    case ChangeKind::kDeleted:
      return common::v1::CHANGE_KIND_DELETED;
  }
  return common::v1::CHANGE_KIND_UNSPECIFIED;
}

// The last collection of a resource's name: of "participants/p/consents/c"
// consents, and of "programmes/p/cohorts/c/cadence" cadence.
std::string_view CollectionOf(std::string_view resource) {
  const size_t last = resource.rfind('/');
  if (last == std::string_view::npos) return resource;
  const bool odd = std::count(resource.begin(), resource.end(), '/') % 2 == 0;
  if (odd) return resource.substr(last + 1);  // A singleton, without an id.
  const std::string_view parent = resource.substr(0, last);
  const size_t before = parent.rfind('/');
  return before == std::string_view::npos ? parent : parent.substr(before + 1);
}

absl::Status CheckCollections(const std::vector<std::string>& asked, std::span<const std::string_view> known) {
  std::vector<FieldViolation> wrong;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (std::find(known.begin(), known.end(), asked[i]) != known.end()) continue;
    wrong.push_back(
        {.field = absl::StrCat("collections[", i, "]"),
         .description = absl::StrCat(
             "is none of this service's collections: ",
             absl::StrJoin(known, ", ", [](std::string* out, std::string_view name) { out->append(name); }))});
  }
  return wrong.empty() ? absl::OkStatus() : InvalidFields(std::move(wrong));
}

// The place behind `change`, one of `page`'s, for a reader that was at `before`.
sql::LogPosition Behind(const sql::LoggedChange& change, const sql::LogPage& page, const sql::LogPosition& before) {
  return {.seen = before.seen,
          .until = page.next.end(),
          .seq = change.seq,
          .last = std::max(page.next.last, change.seq),
          .witness_us = sql::Us(change.at)};
}

// The same for the whole page.
sql::LogPosition Behind(const sql::LogPage& page, const sql::LogPosition& before) {
  const bool is_behind = !page.next.end().IsAfter(before.seen);
  if (is_behind) return before;
  sql::LogPosition behind = page.next;
  if (behind.until) behind.seen = before.seen;
  return behind;
}

}  // namespace

// Gathered when Prometheus asks.
struct ChangeFeed::Metrics {
  Metrics(std::shared_ptr<prometheus::Registry> kept, const std::string& service)
      : registry(std::move(kept)),
        watchers(Gauge(service, "brygga_feed_watchers", "Callers that watch this service's change feed")),
        horizon(
            Gauge(service, "brygga_feed_horizon_lag_seconds", "How far what the feed can tell is behind the present")),
        slowest(Gauge(service, "brygga_feed_slowest_watcher_lag_seconds",
                      "How far the slowest watcher is behind the present")),
        sent(Counter(service, "brygga_feed_changes_sent_total", "Changes sent, counted for each watcher")),
        table_reads(Counter(service, "brygga_feed_table_reads_total",
                            "Pages that watchers read themselves because they were behind")),
        compacted(
            Counter(service, "brygga_feed_compacted_total", "Changes deleted because they were old or too many")) {}

  prometheus::Gauge& Gauge(const std::string& service, const char* name, const char* help) const {
    return prometheus::BuildGauge().Name(name).Help(help).Labels({{"service", service}}).Register(*registry).Add({});
  }
  prometheus::Counter& Counter(const std::string& service, const char* name, const char* help) const {
    return prometheus::BuildCounter().Name(name).Help(help).Labels({{"service", service}}).Register(*registry).Add({});
  }

  void SetLag(const Tail::Lag& lag) const {
    watchers.Set(static_cast<double>(lag.watchers));
    horizon.Set(absl::ToDoubleSeconds(lag.horizon));
    slowest.Set(absl::ToDoubleSeconds(lag.slowest));
  }

  const std::shared_ptr<prometheus::Registry> registry;  // Shared with the server, which may go first.
  prometheus::Gauge& watchers;
  prometheus::Gauge& horizon;
  prometheus::Gauge& slowest;
  prometheus::Counter& sent;
  prometheus::Counter& table_reads;
  prometheus::Counter& compacted;
};

// One stream, from its token on. Used by the stream's thread.
class ChangeFeed::Watching {
 public:
  Watching(ChangeFeed& feed, const std::vector<std::string>& collections, FeedSink& sink)
      : feed_(feed),
        collections_(collections.begin(), collections.end()),
        sink_(sink),
        watcher_(feed.tail_, [&sink] { sink.Wake(); }) {}

  absl::Status Run(std::string_view token) {
    BRYGGA_RETURN_IF_ERROR(Begin(token));
    sent_ = position_;
    absl::Status status = token.empty() ? SendBookmark() : absl::OkStatus();
    while (status.ok()) status = GoOn();
    // The caller resumes elsewhere, from here.
    if (absl::IsUnavailable(status)) sink_.WriteLast({.resume_token = feed_.tokens_.ToToken(sent_)}).IgnoreError();
    return status;
  }

 private:
  absl::Status Begin(std::string_view token) {
    if (!token.empty()) {
      BRYGGA_ASSIGN_OR_RETURN(position_, feed_.tokens_.ToPosition(token));
    }
    return feed_.database_.Read(absl::Now() + kReadTimeout, [&](sql::Reader& reader) -> absl::Status {
      if (!token.empty()) return CheckPosition(reader, position_);
      BRYGGA_ASSIGN_OR_RETURN(position_, LogEnd(reader));
      return absl::OkStatus();
    });
  }

  // Sends what there is next, or waits.
  absl::Status GoOn() {
    if (!page_number_) page_number_ = feed_.tail_.Find(position_);
    if (!page_number_) return ReadTable();
    const Tail::Look look = feed_.tail_.At(*page_number_);
    if (look.lost) {
      page_number_.reset();
      return absl::OkStatus();
    }
    if (look.page != nullptr) {
      BRYGGA_RETURN_IF_ERROR(Send(*look.page));
      ++*page_number_;
      return absl::OkStatus();
    }
    if (!look.end.until && look.end.seen.IsAfter(position_.end())) position_ = look.end;
    as_of_ = std::max(as_of_, look.as_of);
    return Rest(absl::InfiniteDuration());
  }

  absl::Status ReadTable() {
    BRYGGA_ASSIGN_OR_RETURN(const sql::LogPage page,
                            feed_.database_.Read(absl::Now() + kReadTimeout, [&](sql::Reader& reader) {
                              return ReadLog(reader, position_, feed_.options_.tail.page);
                            }));
    if (Metrics* metrics = feed_.metrics_) metrics->table_reads.Increment();
    BRYGGA_RETURN_IF_ERROR(Send(page));
    return page.more ? absl::OkStatus() : Rest(kUntilTheTailIsThere);
  }

  // Sends those of the page's changes that lie ahead and are asked for.
  absl::Status Send(const sql::LogPage& page) {
    const sql::LogPosition before = position_, behind = Behind(page, before);
    if (page.as_of) as_of_ = std::max(as_of_, *page.as_of);
    std::vector<const sql::LoggedChange*> changes;
    for (const sql::LoggedChange& change : page.changes) {
      if (!IsAhead(before, change) || !IsAskedFor(change)) continue;
      if (changes.size() == kMostInAMessage) {
        const sql::LogPosition here = Behind(*changes.back(), page, before);
        BRYGGA_RETURN_IF_ERROR(SendChanges(std::exchange(changes, {}), here, std::nullopt));
      }
      changes.push_back(&change);
    }
    position_ = behind;
    if (changes.empty()) return absl::OkStatus();
    return SendChanges(std::move(changes), behind, page.as_of);
  }

  bool IsAskedFor(const sql::LoggedChange& change) const {
    return collections_.empty() || collections_.contains(CollectionOf(change.resource));
  }

  absl::Status SendChanges(std::vector<const sql::LoggedChange*> changes, const sql::LogPosition& behind,
                           std::optional<absl::Time> as_of) {
    if (Metrics* metrics = feed_.metrics_) metrics->sent.Increment(static_cast<double>(changes.size()));
    bookmarked_ = false;
    return Write({.changes = std::move(changes), .resume_token = feed_.tokens_.ToToken(behind), .as_of = as_of},
                 behind);
  }

  // There is nothing more to tell now. The first time that is worth a bookmark.
  absl::Status Rest(absl::Duration longest) {
    if (as_of_ != absl::InfinitePast()) watcher_.SetAsOf(as_of_);
    const absl::Duration since = SteadyNow() - written_;
    if (!bookmarked_ || since >= feed_.options_.bookmark_interval) return SendBookmark();
    return sink_.Wait(std::min(longest, feed_.options_.bookmark_interval - since));
  }

  absl::Status SendBookmark() {
    bookmarked_ = true;
    FeedMessage bookmark{.resume_token = feed_.tokens_.ToToken(position_)};
    if (as_of_ != absl::InfinitePast()) bookmark.as_of = as_of_;
    return Write(bookmark, position_);
  }

  absl::Status Write(const FeedMessage& message, const sql::LogPosition& behind) {
    BRYGGA_RETURN_IF_ERROR(sink_.Write(message));
    if (Metrics* metrics = feed_.metrics_) metrics->SetLag(feed_.tail_.lag());
    written_ = SteadyNow();
    sent_ = behind;
    return absl::OkStatus();
  }

  ChangeFeed& feed_;
  const std::set<std::string, std::less<>> collections_;
  FeedSink& sink_;
  Tail::Watcher watcher_;
  sql::LogPosition position_;           // All before it is sent, or not asked for.
  sql::LogPosition sent_;               // Of the last message.
  std::optional<int64_t> page_number_;  // Of the tail; none while the table is read.
  absl::Time as_of_ = absl::InfinitePast();
  absl::Time written_ = absl::InfinitePast();
  bool bookmarked_ = false;  // Since the last changes.
};

void AddSettings(Config& config, sql::LogRetention* keep) {
  config
      .Duration("feed-keep", &keep->age,
                "How long changes are kept for those who follow; who is further behind begins anew")
      .Int("feed-keep-changes", &keep->changes, "The most changes that are kept, the newest", 1000, 2'000'000'000);
}

absl::StatusOr<std::unique_ptr<ChangeFeed>> ChangeFeed::Open(sql::Database& database, ChangeFeedOptions options) {
  BRYGGA_ASSIGN_OR_RETURN(const sql::LogIdentity identity, sql::OpenLog(database, absl::Now() + kReadTimeout));
  options.tail.others_write = identity.others_write;
  return std::unique_ptr<ChangeFeed>(new ChangeFeed(database, std::move(options), identity));
}

ChangeFeed::ChangeFeed(sql::Database& database, ChangeFeedOptions options, const sql::LogIdentity& identity)
    : database_(database),
      options_(std::move(options)),
      tokens_(options_.service, identity),
      holder_(NewUuid(absl::Now())),
      tail_(database, options_.tail),
      compaction_(options_.compaction_interval, [this] { Compact().IgnoreError(); }) {}

ChangeFeed::~ChangeFeed() = default;

absl::Status ChangeFeed::Run(std::string_view token, const std::vector<std::string>& collections, FeedSink& sink) {
  BRYGGA_RETURN_IF_ERROR(CheckCollections(collections, options_.collections));
  absl::Status ended = Watching(*this, collections, sink).Run(token);
  if (Metrics* metrics = metrics_) metrics->SetLag(tail_.lag());
  return ended;
}

absl::Status ChangeFeed::Compact() {
  const absl::Time deadline = absl::Now() + kCompactTimeout;
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Lease> lease,
                          sql::AcquireLease(database_, kLease, holder_, kLeaseLength, deadline));
  if (!lease) return absl::OkStatus();
  BRYGGA_ASSIGN_OR_RETURN(const int64_t gone, sql::CompactLog(database_, *lease, options_.keep, deadline));
  if (Metrics* metrics = metrics_) metrics->compacted.Increment(static_cast<double>(gone));
  return absl::OkStatus();
}

void ChangeFeed::Measure(const std::shared_ptr<prometheus::Registry>& registry) {
  std::call_once(measured_, [&] {
    kept_metrics_ = std::make_unique<Metrics>(registry, options_.service);
    metrics_ = kept_metrics_.get();
  });
}

void ChangeFeed::Fill(const sql::LoggedChange& change, common::v1::Change& proto) {
  proto.set_resource(change.resource);
  proto.set_kind(ToProto(change.kind));
  proto.set_revision(change.revision);
  Fill(change.at, *proto.mutable_change_time());
}

void ChangeFeed::Fill(absl::Time time, google::protobuf::Timestamp& proto) {
  const int64_t us = absl::ToUnixMicros(time);
  const int64_t seconds = absl::ToUnixSeconds(time);  // Towards the past, as nanos want it.
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>((us - seconds * 1'000'000) * 1000));
}

}  // namespace brygga::feed
