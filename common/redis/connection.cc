#include "common/redis/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace brygga::redis {
namespace {

constexpr size_t kReadAtOnce = 1 << 16;
constexpr int kReadsATurn = 16;
// hiredis moves what is left of its buffer to the front once a kilobyte of it was
// read: it gets so little at a time that this costs nothing.
constexpr size_t kSlice = 4096;
// What a buffer keeps of its memory while it is empty, and what more than a reply
// may wait to be one.
constexpr size_t kKept = 1 << 16;

std::string Why(int error) {
  char text[128];
  return strerror_r(error, text, sizeof(text));
}

}  // namespace

struct Connection::Poll {
  uv_poll_t handle;
  Connection* connection;  // Null once the context is gone.
};

// What hiredis and libuv call.
struct Hooks {
  static void Polled(uv_poll_t* handle, int status, int events) {
    auto* const poll = static_cast<Connection::Poll*>(handle->data);
    if (poll->connection != nullptr) poll->connection->Polled(status, events);
  }

  // How hiredis makes a reply. One that is refused is null, which it takes for want
  // of memory.
  static void* Make(const redisReadTask* task, Reply::Kind kind, std::string_view text) {
    Connection& connection = *static_cast<Connection*>(task->privdata);
    if (connection.idle()) return Refuse(connection, "it says what nobody asked for");
    if (text.size() > connection.longest_reply_) return Refuse(connection, "a reply is too long");
    connection.reply_.kind = kind;
    connection.reply_.text.assign(text);
    return &connection.reply_;
  }
  static void* Refuse(Connection& connection, std::string_view why) {
    connection.Doom(why);
    return nullptr;
  }
  static void* MakeString(const redisReadTask* task, char* text, size_t length) {
    return Make(task, task->type == REDIS_REPLY_ERROR ? Reply::Kind::kError : Reply::Kind::kText, {text, length});
  }
  // No command of ours has a list for a reply, and hiredis believes its stated length.
  static void* MakeArray(const redisReadTask* task, int) {
    return Refuse(*static_cast<Connection*>(task->privdata), "it says a list");
  }
  static void* MakeInteger(const redisReadTask* task, long long value) {
    return Make(task, Reply::Kind::kText, absl::StrCat(value));
  }
  static void* MakeNil(const redisReadTask* task) { return Make(task, Reply::Kind::kNothing, ""); }
  static void Free(void*) {}

  static redisReplyObjectFunctions functions;
};

redisReplyObjectFunctions Hooks::functions = {.createString = &Hooks::MakeString,
                                              .createArray = &Hooks::MakeArray,
                                              .createInteger = &Hooks::MakeInteger,
                                              .createNil = &Hooks::MakeNil,
                                              .freeObject = &Hooks::Free};

Connection::Connection(uv_loop_t* loop, size_t longest_reply, Events events)
    : loop_(loop), longest_reply_(longest_reply), events_(std::move(events)), in_(new char[kReadAtOnce]) {}

Connection::~Connection() { BRYGGA_CHECK(!open()); }

bool Connection::Connect(const Address& address, const std::string& ip) {
  BRYGGA_CHECK(!open());
  context_.reset(address.socket.empty() ? redisConnectNonBlock((ip.empty() ? address.host : ip).c_str(), address.port)
                                        : redisConnectUnixNonBlock(address.socket.c_str()));
  if (open() && context_->err != 0) context_.reset();
  if (open()) Attach();
  return open();
}

void Connection::Attach() {
  context_->reader->fn = &Hooks::functions;
  context_->reader->privdata = this;
  context_->reader->maxbuf = kKept;
  poll_ = new Poll{.connection = this};
  poll_->handle.data = poll_;
  BRYGGA_CHECK(uv_poll_init(loop_, &poll_->handle, context_->fd) == 0);
  connecting_ = true;
  watched_ = 0;
  doom_.clear();
  Watch();
}

void Connection::Polled(int status, int events) {
  // The loop has stopped to watch after an error: the socket knows which it was.
  if (status < 0) watched_ = 0;
  if (connecting_) {
    Connected();
  } else if (status < 0 || (events & UV_READABLE) != 0) {
    Read();
  }
  Settle();
}

void Connection::Connected() {
  int error = 0;
  socklen_t length = sizeof(error);
  if (getsockopt(context_->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return Doom(Why(error));
  connecting_ = false;
  events_.connected();
}

// As long as there may be more, but not for ever: the loop has others to serve.
void Connection::Read() {
  for (int i = 0; i < kReadsATurn && !doomed(); ++i) {
    const ssize_t got = recv(context_->fd, in_.get(), kReadAtOnce, 0);
    if (got == 0) return Doom("it has hung up");
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) return Doom(Why(errno));
    Take({in_.get(), static_cast<size_t>(got)});
    if (static_cast<size_t>(got) < kReadAtOnce) return;
  }
}

void Connection::Take(std::string_view bytes) {
  redisReader* const reader = context_->reader;
  while (!bytes.empty() && !doomed()) {
    // Of a long reply ever more at a time, as hiredis looks through it from the start.
    const std::string_view slice = bytes.substr(0, std::max(kSlice, reader->len - reader->pos));
    bytes.remove_prefix(slice.size());
    bool is_read = redisReaderFeed(reader, slice.data(), slice.size()) == REDIS_OK;
    for (void* reply = &reply_; is_read && reply != nullptr && !doomed();) {
      is_read = redisReaderGetReply(reader, &reply) == REDIS_OK;
      if (is_read && reply != nullptr) Answer();
    }
    if (!is_read && !doomed()) Doom(reader->errstr);
    if (!doomed() && reader->len - reader->pos > longest_reply_ + kKept) Doom("a reply is too long");
  }
}

void Connection::Answer() {
  Waiting first = Next();
  if (!first.is_late) events_.answered(reply_, first.caller);
}

Connection::Waiting Connection::Next() {
  constexpr size_t kFew = 1024;
  Waiting next = std::move(waiting_[first_++]);
  if (first_ == waiting_.size() || (first_ >= kFew && 2 * first_ >= waiting_.size())) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_, 0)));
  }
  return next;
}

// What could not be done under the feet of those who were called.
void Connection::Settle() {
  if (doomed()) return Close(std::exchange(doom_, ""));
  // Writes what has been asked meanwhile, which as a rule leaves nothing to watch for.
  events_.turned();
  Flush();
}

void Connection::Watch() {
  const int wanted = connecting_ ? UV_WRITABLE : UV_READABLE | (out_.empty() ? 0 : UV_WRITABLE);
  if (wanted == watched_) return;  // A system call a change is more than a command costs.
  watched_ = wanted;
  uv_poll_start(&poll_->handle, wanted, &Hooks::Polled);
}

void Connection::Send(std::initializer_list<std::string_view> words, absl::Time now, absl::Time deadline,
                      Caller caller) {
  if (open()) AppendCommand(words, out_);
  Send("", now, deadline, std::move(caller));
}

void Connection::Send(std::string_view wire, absl::Time now, absl::Time deadline, Caller caller) {
  if (!open()) {
    Reply lost;
    return events_.answered(lost, caller);
  }
  out_.append(wire);
  waiting_.push_back({.since = now, .deadline = deadline, .caller = std::move(caller)});
}

void Connection::Flush() {
  if (!open() || connecting_) return;
  while (sent_ < out_.size()) {
    // A peer that is gone must be an error and not a signal.
    const ssize_t took = send(context_->fd, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (took < 0 && errno == EINTR) continue;
    if (took < 0 && errno == EAGAIN) return Watch();
    if (took < 0) return Close(Why(errno));
    sent_ += static_cast<size_t>(took);
  }
  sent_ = 0;
  out_.clear();
  if (out_.capacity() > kKept) out_ = {};
  Watch();
}

void Connection::Expire(absl::Time now) {
  // By place: what is called may send more.
  for (size_t i = first_; i < waiting_.size(); ++i) {
    if (now < waiting_[i].deadline || std::exchange(waiting_[i].is_late, true)) continue;
    Caller caller = std::move(waiting_[i].caller);
    Reply late{.kind = Reply::Kind::kLate};
    events_.answered(late, caller);
  }
}

void Connection::Close(std::string_view why) {
  if (!open()) return;
  poll_->connection = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
           [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  poll_ = nullptr;
  context_.reset();
  sent_ = 0;
  out_.clear();
  while (!idle()) {  // Those who ask again meanwhile are answered at once.
    Reply lost;
    Waiting first = Next();
    if (!first.is_late) events_.answered(lost, first.caller);
  }
  events_.lost(why);
}

void AppendCommand(std::initializer_list<std::string_view> words, std::string& wire) {
  const auto put = [&wire](char sign, size_t number) {
    char text[24];
    char* const end = std::to_chars(text, text + sizeof(text), number).ptr;
    wire.push_back(sign);
    wire.append(text, static_cast<size_t>(end - text)).append("\r\n", 2);
  };
  put('*', words.size());
  for (const std::string_view word : words) {
    put('$', word.size());
    wire.append(word).append("\r\n", 2);
  }
}

}  // namespace brygga::redis
