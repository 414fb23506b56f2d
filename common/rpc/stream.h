// The sending side of a server-streaming call. Includes no gRPC header.
#ifndef BRYGGA_COMMON_RPC_STREAM_H_
#define BRYGGA_COMMON_RPC_STREAM_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace google::protobuf {
class MessageLite;
}

namespace brygga::rpc {

// What Stream<Response> is made of; common/rpc implements it.
class RawStream {
 public:
  virtual ~RawStream() = default;

  // See Stream.
  virtual absl::Status Write(const google::protobuf::MessageLite& message) = 0;
  virtual absl::Status WriteLast(const google::protobuf::MessageLite& message) = 0;
  virtual absl::Status Wait(absl::Duration duration) = 0;
  virtual void Wake() = 0;
};

// Where the handler of a server-streaming method writes. The handler runs on a
// thread of its own, so it may block; it returns when it has said all, or when
// Write or Wait fails, with that status. Not thread-safe, except Wake.
template <typename Response>
class Stream {
 public:
  explicit Stream(RawStream& raw) : raw_(raw) {}

  // Sends `response`. Blocks while the one before is still being taken by the
  // caller: a slow caller slows the handler and nothing piles up.
  //
  // kCancelled: the caller left. kDeadlineExceeded: its time is up.
  // kUnavailable, reason DRAINING: the server stops; the caller resumes
  // elsewhere.
  absl::Status Write(const Response& response) { return raw_.Write(response); }

  // Sends `response` also where Write failed because the server stops: for a
  // stream that says where to go on. Nothing may be written after it.
  //
  // kCancelled: the caller left.
  absl::Status WriteLast(const Response& response) { return raw_.WriteLast(response); }

  // Sleeps for `duration`, or less: the same errors as Write, as soon as they
  // are known. For handlers that look for news every now and then.
  absl::Status Wait(absl::Duration duration) { return raw_.Wait(duration); }

  // Ends a Wait, the one that runs or else the next. On any thread, while the
  // handler runs.
  void Wake() { raw_.Wake(); }

 private:
  RawStream& raw_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_STREAM_H_
