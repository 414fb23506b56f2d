// The change feed of a service: its change log, served to those who watch.
//
//   absl::StatusOr<std::unique_ptr<feed::ChangeFeed>> feed =
//       feed::ChangeFeed::Open(*database, {.service = "partner", .collections = kCollections});
//   services.push_back((*feed)->Serve<v1::WatchPartnerChangesRequest, v1::WatchPartnerChangesResponse>(
//       "brygga.partner.v1.ChangeService", "WatchPartnerChanges"));
//
// Includes no gRPC header.
#ifndef BRYGGA_COMMON_FEED_CHANGE_FEED_H_
#define BRYGGA_COMMON_FEED_CHANGE_FEED_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brygga/common/v1/change.pb.h"
#include "common/config/config.h"
#include "common/feed/resume_token.h"
#include "common/feed/tail.h"
#include "common/rpc/call.h"
#include "common/rpc/service.h"
#include "common/rpc/stream.h"
#include "common/sql/change_log.h"
#include "common/sql/database.h"
#include "common/time/periodic.h"

namespace prometheus {
class Registry;
}

namespace brygga::feed {

// Where a program's settings say how long changes are kept: --feed-keep and
// --feed-keep-changes.
void AddSettings(Config& config, sql::LogRetention* keep);

struct ChangeFeedOptions {
  std::string service;                            // "partner": in tokens and metrics.
  std::span<const std::string_view> collections;  // All that the service's resources lie in; outlives the feed.
  sql::LogRetention keep = {};
  absl::Duration compaction_interval = absl::Minutes(1);
  absl::Duration bookmark_interval = absl::Seconds(1);
  TailOptions tail = {};  // others_write is set here.
};

// What one response holds; change_feed.cc makes it.
struct FeedMessage {
  std::vector<const sql::LoggedChange*> changes = {};  // None in a bookmark.
  std::string resume_token;
  std::optional<absl::Time> as_of = {};
};

// Where messages go: a stream of some response.
class FeedSink {
 public:
  virtual ~FeedSink() = default;
  // As rpc::Stream has them.
  virtual absl::Status Write(const FeedMessage& message) = 0;
  virtual absl::Status WriteLast(const FeedMessage& message) = 0;
  virtual absl::Status Wait(absl::Duration duration) = 0;
  virtual void Wake() = 0;
};

// Safe for concurrent use. Outlives the server that serves it.
class ChangeFeed {
 public:
  static constexpr size_t kMostInAMessage = 256;

  // Serves the log of `database`, which outlives this, and compacts it now and
  // then from then on.
  static absl::StatusOr<std::unique_ptr<ChangeFeed>> Open(sql::Database& database, ChangeFeedOptions options);
  ~ChangeFeed();

  // The proto service of this feed, with its metrics.
  template <typename Request, typename Response>
  rpc::Service Serve(std::string_view full_name, std::string_view method) {
    rpc::Service service(full_name);
    service.ServerStream(method, this, &ChangeFeed::Watch<Request, Response>)
        .MeasuredBy([this](const std::shared_ptr<prometheus::Registry>& registry) { Measure(registry); });
    return service;
  }

  // The handler of Watch…Changes: their requests and responses have the same
  // fields in every service.
  template <typename Request, typename Response>
  absl::Status Watch(const Request& request, const rpc::Call&, rpc::Stream<Response>& stream) {
    StreamSink<Response> sink(stream);
    return Run(request.resume_token(), {request.collections().begin(), request.collections().end()}, sink);
  }

  // Sends changes from `token` on until the sink fails, with that status.
  absl::Status Run(std::string_view token, const std::vector<std::string>& collections, FeedSink& sink);

  // Deletes what is no longer kept, unless another replica does: now, instead of
  // at the end of an interval.
  absl::Status Compact();

  // Keeps metrics of this feed in `registry`, unless it does in another.
  void Measure(const std::shared_ptr<prometheus::Registry>& registry);

 private:
  struct Metrics;
  class Watching;

  template <typename Response>
  class StreamSink final : public FeedSink {
   public:
    explicit StreamSink(rpc::Stream<Response>& stream) : stream_(stream) {}
    absl::Status Write(const FeedMessage& message) override { return stream_.Write(ToResponse(message)); }
    absl::Status WriteLast(const FeedMessage& message) override { return stream_.WriteLast(ToResponse(message)); }
    absl::Status Wait(absl::Duration duration) override { return stream_.Wait(duration); }
    void Wake() override { stream_.Wake(); }

   private:
    static Response ToResponse(const FeedMessage& message) {
      Response response;
      for (const sql::LoggedChange* change : message.changes) Fill(*change, *response.add_changes());
      response.set_resume_token(message.resume_token);
      if (message.as_of) Fill(*message.as_of, *response.mutable_as_of());
      return response;
    }

    rpc::Stream<Response>& stream_;
  };

  static void Fill(const sql::LoggedChange& change, common::v1::Change& proto);
  static void Fill(absl::Time time, google::protobuf::Timestamp& proto);

  ChangeFeed(sql::Database& database, ChangeFeedOptions options, const sql::LogIdentity& identity);

  sql::Database& database_;
  const ChangeFeedOptions options_;
  const ResumeTokens tokens_;
  const std::string holder_;  // Of the lease for compaction: this object.
  Tail tail_;
  std::once_flag measured_;
  std::unique_ptr<Metrics> kept_metrics_;
  std::atomic<Metrics*> metrics_ = nullptr;  // Once there are any.
  const Periodic compaction_;                // Last: it uses the others.
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_CHANGE_FEED_H_
