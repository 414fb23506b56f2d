// Answers that come later, from another thread, while no thread waits for them.
// Includes no gRPC header.
//
//   rpc::Later<v1::GetResponse> Handler::Get(const v1::GetRequest& request, const rpc::Call& call) {
//     BRYGGA_ASSIGN_OR_RETURN(const Key key, store_.ReadKey(call.deadline(), request.name()));
//     return rpc::Later<v1::GetResponse>([this, key, &request, &call](rpc::Reply<v1::GetResponse> reply) {
//       cache_.Get(key, call.deadline(), [=, this, &request, &call, reply = std::move(reply)](auto value) mutable {
//         if (value) return std::move(reply).Answer(ToResponse(*value));
//         std::move(reply).AnswerOnThread([this, &request, &call] { return Compute(request, call); });
//       });
//     });
//   }
//
//   service.Unary("Get", &handler, &Handler::Get, rpc::kPointRead);
#ifndef BRYGGA_COMMON_RPC_LATER_H_
#define BRYGGA_COMMON_RPC_LATER_H_

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class Message;
}

namespace brygga::rpc {

// An answer in the form in which it goes over the wire: who keeps answers sends
// them again without making messages of them.
template <typename Response>
struct Rendered {
  std::string bytes;  // Of one Response.
};

// What Reply<Response> is made of: a unary call that is not answered yet.
// common/rpc implements it.
class OpenCall {
 public:
  // Puts the response in its place, before an end with OK.
  virtual void Send(const google::protobuf::Message& response) = 0;
  // The same of one that is rendered.
  virtual void SendBytes(std::string_view response) = 0;
  // Ends the call: the last thing that is done with it.
  virtual void End(const absl::Status& status) = 0;
  // Has it ended by a thread of the executor, with what `function` returns.
  virtual void EndOnThread(absl::AnyInvocable<absl::Status()> function) = 0;

 protected:
  ~OpenCall() = default;
};

// Owed to one caller. Whoever holds it answers, on any thread, once, at the
// latest soon after the call's deadline: until then the server counts the call
// as running, and a drain waits for it. The handler's request and Call live
// until the answer is given, and no longer. A reply that is let go of
// unanswered answers kInternal by itself. Not thread-safe; outlives the server
// in no case, because the server waits for it.
template <typename Response>
class [[nodiscard]] Reply {
 public:
  explicit Reply(OpenCall& call) : call_(&call) {}
  Reply(Reply&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  Reply& operator=(Reply&& other) noexcept {
    std::swap(call_, other.call_);
    return *this;
  }
  ~Reply() {
    if (call_ != nullptr) call_->End(absl::InternalError("a handler let go of a call without an answer"));
  }

  // Never waits. The caller gets kDeadlineExceeded instead of an answer that
  // comes too late.
  void Answer(const absl::StatusOr<Response>& response) && {
    if (response.ok()) Put(*call_, *response);
    std::exchange(call_, nullptr)->End(response.status());
  }
  void Answer(const Rendered<Response>& response) && {
    Put(*call_, response);
    std::exchange(call_, nullptr)->End(absl::OkStatus());
  }

  // Answers what `function`, an absl::StatusOr<Response>() or an
  // absl::StatusOr<Rendered<Response>>(), returns: it runs on
  // the service's executor and may block. With kResourceExhausted, OVERLOADED,
  // where no thread is to be had, and without running it where the deadline
  // has passed or the caller has left. Never waits itself.
  template <typename F>
  void AnswerOnThread(F function) && {
    OpenCall* const call = std::exchange(call_, nullptr);
    call->EndOnThread([call, function = std::move(function)]() mutable {
      const auto response = function();
      if (response.ok()) Put(*call, *response);
      return response.status();
    });
  }

 private:
  static void Put(OpenCall& call, const Response& response) { call.Send(response); }
  static void Put(OpenCall& call, const Rendered<Response>& response) { call.SendBytes(response.bytes); }

  OpenCall* call_;  // Null once answered.
};

// What a handler returns that may answer later: the answer, an error, or how to
// begin what will answer.
//
// The function is run where the handler ran, after it has returned and what it
// read is known to count: on gRPC's thread if the method is bound as kPointRead
// and its reads did not wait. It must not wait either, and begins no more than
// something that goes on elsewhere. Once it has passed the reply on, the
// request, the call and all that it captured of them may be gone.
template <typename Response>
class [[nodiscard]] Later {
 public:
  using Begin = absl::AnyInvocable<void(Reply<Response>)>;

  using Outcome = std::variant<absl::StatusOr<Response>, Rendered<Response>, Begin>;

  Later(Response response) : outcome_(std::move(response)) {}              // NOLINT(google-explicit-constructor)
  Later(absl::StatusOr<Response> answer) : outcome_(std::move(answer)) {}  // NOLINT(google-explicit-constructor)
  Later(absl::Status error) : outcome_(std::move(error)) {}                // NOLINT(google-explicit-constructor)
  Later(Rendered<Response> answer) : outcome_(std::move(answer)) {}        // NOLINT(google-explicit-constructor)
  explicit Later(Begin begin) : outcome_(std::move(begin)) {}

  Outcome& outcome() { return outcome_; }

 private:
  Outcome outcome_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_LATER_H_
