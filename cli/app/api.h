// The suite as the command line sees it: one address, one token.
#ifndef BRYGGA_CLI_APP_API_H_
#define BRYGGA_CLI_APP_API_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/client.h"
#include "common/wait/mutex.h"

namespace brygga::cli {

// As many as a list gives at once.
inline constexpr int kLargestPage = 1000;

// Calls the gateway. Safe for concurrent use.
class Api {
 public:
  // `token` is sent with every call; empty: anonymous.
  Api(std::shared_ptr<rpc::Channel> channel, std::string token, absl::Duration timeout)
      : channel_(std::move(channel)), token_(std::move(token)), timeout_(timeout) {}

  // Calls "brygga.partner.v1.PartnerService/GetOrganisation" and waits for the
  // answer, no longer than the time given on the command line.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(std::string_view method, const Request& request) const {
    return channel_->Call<Response>(rpc::CallOptions::Within(timeout_, token_), method, request);
  }

  // Calls a list method page by page until the last; the answer has all of them.
  template <typename Response, typename Request>
  absl::StatusOr<Response> All(std::string_view method, Request request) const {
    request.set_page_size(kLargestPage);
    Response all;
    do {
      request.set_page_token(all.next_page_token());
      all.clear_next_page_token();
      const absl::StatusOr<Response> page = Call<Response>(method, request);
      if (!page.ok()) return page.status();
      all.MergeFrom(*page);
    } while (!all.next_page_token().empty());
    return all;
  }

  // Whether anybody answers at the gateway's address.
  bool IsThere() const;

  // Notes what the reader called the resource `name`.
  void Remember(std::string_view name, std::string_view called) const;
  // `text` with what the reader called things in place of their names.
  std::string InReadersWords(std::string_view text) const;

  // Opens a stream, which may last as long as it likes.
  template <typename Response, typename Request>
  rpc::StreamReader<Response> Open(std::string_view method, const Request& request) const {
    return channel_->Open<Response>(rpc::CallOptions::Within(absl::Hours(1), token_), method, request);
  }

 private:
  const std::shared_ptr<rpc::Channel> channel_;  // Shared with the calls under way.
  const std::string token_;
  const absl::Duration timeout_;
  mutable Mutex mutex_;
  mutable std::map<std::string, std::string> called_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_API_H_
