// ChangeSource over the Watch…Changes of another service.
//
//   feed::ChannelSource<v1::WatchPartnerChangesRequest, v1::WatchPartnerChangesResponse> partner(
//       channel, tokens, "brygga.partner.v1.ChangeService/WatchPartnerChanges", {"agreements"});
//
// Includes no gRPC header.
#ifndef BRYGGA_COMMON_FEED_CHANNEL_SOURCE_H_
#define BRYGGA_COMMON_FEED_CHANNEL_SOURCE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "brygga/common/v1/change.pb.h"
#include "common/feed/change_source.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"

namespace brygga::feed {

inline ChangeKind KindOf(common::v1::ChangeKind kind) {
  switch (kind) {
    case common::v1::CHANGE_KIND_CREATED:
      return ChangeKind::kCreated;
    case common::v1::CHANGE_KIND_DELETED:
      return ChangeKind::kDeleted;
    default:
      return ChangeKind::kUpdated;
  }
}

inline absl::Time TimeOf(const google::protobuf::Timestamp& proto) {
  return absl::FromUnixSeconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

// Calls in the service's own name. The requests and responses of all services
// have the same fields. Safe for concurrent use; `tokens` outlives it.
template <typename Request, typename Response>
class ChannelSource final : public ChangeSource {
 public:
  // `collections`: empty for all. The channel is shared with other clients.
  ChannelSource(std::shared_ptr<rpc::Channel> channel, const rpc::TokenSource& tokens, std::string method,
                std::vector<std::string> collections)
      : channel_(std::move(channel)),
        tokens_(tokens),
        method_(std::move(method)),
        collections_(std::move(collections)) {}

  std::unique_ptr<ChangeStream> Open(const std::string& token) override {
    Request request;
    request.set_resume_token(token);
    for (const std::string& collection : collections_) request.add_collections(collection);
    // Opened anew every hour: a token of ours is looked at when a call begins.
    return std::make_unique<Stream>(
        channel_->Open<Response>(rpc::CallOptions::Within(absl::Hours(1), tokens_.Token()), method_, request));
  }

 private:
  class Stream final : public ChangeStream {
   public:
    explicit Stream(rpc::StreamReader<Response> reader) : reader_(std::move(reader)) {}

    absl::StatusOr<ChangeBatch> Next() override {
      Response response;
      if (!reader_.Read(&response)) {
        const absl::Status ended = reader_.Finish();
        return ended.ok() ? absl::UnavailableError("the feed ended") : ended;
      }
      ChangeBatch batch{.token = response.resume_token()};
      batch.changes.reserve(static_cast<size_t>(response.changes_size()));
      for (const common::v1::Change& change : response.changes()) {
        batch.changes.push_back({.resource = change.resource(),
                                 .kind = KindOf(change.kind()),
                                 .revision = change.revision(),
                                 .time = TimeOf(change.change_time())});
      }
      if (response.has_as_of()) batch.as_of = TimeOf(response.as_of());
      return batch;
    }
    void Cancel() override { reader_.Cancel(); }

   private:
    rpc::StreamReader<Response> reader_;
  };

  const std::shared_ptr<rpc::Channel> channel_;
  const rpc::TokenSource& tokens_;
  const std::string method_;
  const std::vector<std::string> collections_;
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_CHANNEL_SOURCE_H_
