// One connection to a Redis, on one thread's event loop: hiredis connects and reads
// replies, libuv says when, and the rest is here. Internal to common/redis.
#ifndef BRYGGA_COMMON_REDIS_CONNECTION_H_
#define BRYGGA_COMMON_REDIS_CONNECTION_H_

#include <hiredis/hiredis.h>
#include <uv.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/redis/address.h"
#include "common/wait/mutex.h"

namespace brygga::redis {

// What came back for one command.
struct Reply {
  enum class Kind {
    kText,     // A value, a status word or a number, as text.
    kNothing,  // There is no such value.
    kError,    // The server refused: `text` says why.
    kLate,     // It did not come by its deadline.
    kLost,     // The connection ended before it came.
  };
  Kind kind = Kind::kLost;
  std::string text;
};

// From Connect until it is lost, and from Connect again. Whatever the other side
// sends, each command gets exactly one reply. Ask is for any thread; everything else
// happens on the loop's. The loop outlives it by one turn after Close.
class Connection {
 public:
  // Whose a command is. Empty: of the connection's owner itself.
  using Caller = absl::AnyInvocable<void(absl::StatusOr<std::optional<std::string>>)>;
  struct Events {
    std::function<void()> connected;
    // It may change `reply` but not keep it. It must not close the connection; it
    // may call Send and Doom.
    std::function<void(Reply& reply, Caller& caller)> answered;
    std::function<void(std::string_view why)> lost;  // After the last reply; may call Connect.
    std::function<void()> turned;                    // After everything that has come was dealt with.
    // On any thread: the loop's is to Flush soon, and to Expire from time to time
    // until Rest says that it need not.
    std::function<void()> wanted;
  };

  // Replies of more than `longest_reply` bytes end the connection.
  Connection(uv_loop_t* loop, size_t longest_reply, Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins to connect to `address` or, where `ip` is not empty, to that and its
  // port. False: refused at once, and `lost` is not called.
  bool Connect(const Address& address, const std::string& ip);

  // Queues a command of these words, sent at the next Flush. Of a connection that is
  // not open the reply is kLost at once.
  void Send(std::initializer_list<std::string_view> words, absl::Time now, absl::Time deadline, Caller&& caller);
  // What the other side does not take now goes when it does. May end in `lost`.
  void Flush();

  // From now until it ends others may ask.
  void Admit();
  // Sends a command from this thread, or with what the one sends that is about it. It
  // does not wait. False, and `caller` is left alone: nobody is admitted.
  bool Ask(std::initializer_list<std::string_view> words, absl::Time now, absl::Time deadline, Caller& caller);
  // True: nothing waits, and the next command calls `wanted`.
  bool Rest();

  // Answers kLate to those whose deadline has passed by `now`; what comes for them
  // later is dropped. Not so what has come already and was not read, because the loop
  // was at something else. May end in `lost`.
  void Expire(absl::Time now);
  // Since when the oldest command has waited; infinite future: there is none.
  absl::Time WaitingSince() const { return idle() ? absl::InfiniteFuture() : waiting_[first_].since; }

  // Ends it at the end of the turn, because of `why`; no more replies are read.
  void Doom(std::string_view why) { doom_ = why; }
  bool doomed() const { return !doom_.empty(); }
  // Ends it now, `lost` included. Not from within `answered`.
  void Close(std::string_view why);

  bool open() const { return context_ != nullptr; }

 private:
  struct Poll;  // The handle, which outlives the context by a turn of the loop.
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  struct Waiting {
    absl::Time since, deadline;
    Caller caller;
    bool is_late = false;  // And was told so.
  };
  friend struct Hooks;

  bool idle() const { return first_ == waiting_.size(); }
  void Attach();
  void Polled(int status, int events);
  void Connected();
  void Read();
  void Take(std::string_view bytes);
  void Answer(Reply& reply);
  void TakeOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Write();
  void Settle();
  void Watch(bool for_writing);

  uv_loop_t* const loop_;
  const size_t longest_reply_;
  const Events events_;
  const std::unique_ptr<char[]> in_;                  // What one read brings.
  std::unique_ptr<redisContext, Free> context_ = {};  // Null: not open.
  Poll* poll_ = nullptr;                              // Of the context.
  bool connecting_ = false;
  int watched_ = 0;
  std::string own_wire_;          // What was queued here, and
  std::vector<Waiting> own_;      // who waits for it.
  std::vector<Waiting> waiting_;  // In the order in which they were sent,
  size_t first_ = 0;              // from here on.
  Reply reply_;                   // The one being read: there is one at a time.
  std::string doom_;
  // Of the one who writes.
  std::string sending_;
  size_t sent_ = 0;  // Of it.

  Mutex mutex_;
  bool admits_ ABSL_GUARDED_BY(mutex_) = false;
  bool attended_ ABSL_GUARDED_BY(mutex_) = false;  // Somebody looks after deadlines.
  bool nobody_writes_ ABSL_GUARDED_BY(mutex_) = true;
  bool is_full_ ABSL_GUARDED_BY(mutex_) = false;        // The other side takes no more: the loop's thread writes on.
  std::string out_ ABSL_GUARDED_BY(mutex_);             // To be sent after `sending_`.
  std::vector<Waiting> asked_ ABSL_GUARDED_BY(mutex_);  // Behind those who wait, before `own_`.
};

// Adds a command of these words, as bytes.
void AppendCommand(std::initializer_list<std::string_view> words, std::string& wire);

}  // namespace brygga::redis

#endif  // BRYGGA_COMMON_REDIS_CONNECTION_H_
