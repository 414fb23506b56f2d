#include "common/redis/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <iterator>
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
  doom_.clear();
  watched_ = UV_WRITABLE;
  uv_poll_start(&poll_->handle, watched_, &Hooks::Polled);
}

void Connection::Polled(int status, int events) {
  if (connecting_) {
    Connected();
  } else if (status < 0 || (events & UV_READABLE) != 0) {
    Read();
  }
  // The loop has stopped to watch; as a rule the socket has just said why.
  if (status < 0 && !doomed()) Doom("the socket failed");
  Settle();
}

void Connection::Connected() {
  int error = 0;
  socklen_t length = sizeof(error);
  if (getsockopt(context_->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return Doom(Why(error));
  connecting_ = false;
  Watch(false);
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
    {
      const MutexLock lock(&mutex_);
      TakeOver();  // Whom this may be for.
    }
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
      if (is_read && reply != nullptr) Answer(reply_);
    }
    if (!is_read && !doomed()) Doom(reader->errstr);
    if (!doomed() && reader->len - reader->pos > longest_reply_ + kKept) Doom("a reply is too long");
  }
}

// In place: what is asked meanwhile is queued elsewhere.
void Connection::Answer(Reply& reply) {
  constexpr size_t kFew = 1024;
  Waiting& first = waiting_[first_++];
  if (!first.is_late) events_.answered(reply, first.caller);
  first.caller = nullptr;
  if (first_ == waiting_.size() || (first_ >= kFew && 2 * first_ >= waiting_.size())) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_, 0)));
  }
}

// What could not be done under the feet of those who were called.
void Connection::Settle() {
  if (doomed()) return Close(std::exchange(doom_, ""));
  // Writes what has been asked meanwhile, which as a rule leaves nothing to watch for.
  events_.turned();
  Flush();
}

void Connection::Watch(bool for_writing) {
  const int wanted = for_writing ? UV_READABLE | UV_WRITABLE : UV_READABLE;
  if (wanted == watched_) return;  // A system call a change is more than a command costs.
  watched_ = wanted;
  uv_poll_start(&poll_->handle, wanted, &Hooks::Polled);
}

void Connection::Send(std::initializer_list<std::string_view> words, absl::Time now, absl::Time deadline,
                      Caller&& caller) {
  if (!open()) {
    Reply lost;
    return events_.answered(lost, caller);
  }
  AppendCommand(words, own_wire_);
  own_.push_back({.since = now, .deadline = deadline, .caller = std::move(caller)});
}

// What others queue while one writes goes out at the end of the next turn, as one:
// the answer to what was just sent begins it.
void Connection::Flush() {
  if (!open() || connecting_) return;
  {
    const MutexLock lock(&mutex_);
    TakeOver();
    if (!nobody_writes_) return;
    if (sending_.empty()) std::swap(sending_, out_);
    if (sending_.empty()) return;
    nobody_writes_ = false;
  }
  const int error = Write();
  {
    const MutexLock lock(&mutex_);
    nobody_writes_ = true;
    is_full_ = error != 0;
  }
  if (error != 0 && error != EAGAIN) return Close(Why(error));
  Watch(error == EAGAIN);
}

void Connection::Admit() {
  const MutexLock lock(&mutex_);
  admits_ = true;
}

bool Connection::Ask(std::initializer_list<std::string_view> words, absl::Time now, absl::Time deadline,
                     Caller& caller) {
  bool calls, writes;
  {
    const MutexLock lock(&mutex_);
    if (!admits_) return false;
    AppendCommand(words, out_);
    asked_.push_back({.since = now, .deadline = deadline, .caller = std::move(caller)});
    calls = !std::exchange(attended_, true);
    writes = nobody_writes_ && !is_full_;
    if (writes) {
      nobody_writes_ = false;
      std::swap(sending_, out_);
    }
  }
  if (writes) {
    const int error = Write();
    const MutexLock lock(&mutex_);
    nobody_writes_ = true;
    is_full_ = error != 0;  // Which it was, the loop's thread finds out.
    // The turn that was to send what others have queued meanwhile may be over.
    calls = calls || is_full_ || !out_.empty();
  }
  if (calls) events_.wanted();
  return true;
}

// Sends what is to be sent: zero, or what is in the way of the rest.
int Connection::Write() {
  while (sent_ < sending_.size()) {
    // A peer that is gone must be an error and not a signal.
    const ssize_t took = send(context_->fd, sending_.data() + sent_, sending_.size() - sent_, MSG_NOSIGNAL);
    if (took < 0 && errno != EINTR) return errno;
    if (took > 0) sent_ += static_cast<size_t>(took);
  }
  sent_ = 0;
  sending_.clear();
  if (sending_.capacity() > kKept) sending_ = {};
  return 0;
}

void Connection::TakeOver() {
  const auto take = [this](std::vector<Waiting>& from) {
    if (waiting_.empty()) return std::swap(waiting_, from);
    waiting_.insert(waiting_.end(), std::move_iterator(from.begin()), std::move_iterator(from.end()));
    from.clear();
  };
  take(asked_);
  take(own_);
  if (out_.empty()) {
    std::swap(out_, own_wire_);
  } else {
    out_.append(own_wire_);
    own_wire_.clear();
  }
}

bool Connection::Rest() {
  const MutexLock lock(&mutex_);
  attended_ = !idle() || !asked_.empty();
  return !attended_;
}

void Connection::Expire(absl::Time now) {
  {
    const MutexLock lock(&mutex_);
    TakeOver();
  }
  const auto is_due = [now](const Waiting& waiting) { return now >= waiting.deadline && !waiting.is_late; };
  const bool some_are_due = std::any_of(waiting_.begin() + static_cast<std::ptrdiff_t>(first_), waiting_.end(), is_due);
  if (some_are_due && open() && !connecting_) Polled(0, UV_READABLE);
  for (size_t i = first_; i < waiting_.size(); ++i) {
    if (now < waiting_[i].deadline || std::exchange(waiting_[i].is_late, true)) continue;
    Reply late{.kind = Reply::Kind::kLate};
    events_.answered(late, waiting_[i].caller);
    waiting_[i].caller = nullptr;
  }
}

void Connection::Close(std::string_view why) {
  if (!open()) return;
  {
    const MutexLock lock(&mutex_);
    admits_ = false;
    mutex_.Await(Condition(&nobody_writes_));
    TakeOver();
    out_.clear();
    is_full_ = false;
  }
  sent_ = 0;
  sending_.clear();
  poll_->connection = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
           [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  poll_ = nullptr;
  context_.reset();
  while (!idle()) {  // Those who ask again meanwhile are answered at once.
    Reply lost;
    Answer(lost);
  }
  events_.lost(why);
}

void AppendCommand(std::initializer_list<std::string_view> words, std::string& wire) {
  constexpr size_t kLine = 24;  // A sign, a number and its end.
  const auto put = [](char* at, char sign, size_t number) {
    *at++ = sign;
    if (number < 10) {
      *at++ = static_cast<char>('0' + number);
    } else {
      at = std::to_chars(at, at + 20, number).ptr;
    }
    *at++ = '\r';
    *at++ = '\n';
    return at;
  };
  size_t longest = kLine;
  for (const std::string_view word : words) longest += kLine + word.size() + 2;
  const size_t begin = wire.size();
  wire.resize(begin + longest);
  char* at = put(wire.data() + begin, '*', words.size());
  for (const std::string_view word : words) {
    at = put(at, '$', word.size());
    at = std::copy(word.begin(), word.end(), at);
    *at++ = '\r';
    *at++ = '\n';
  }
  wire.resize(static_cast<size_t>(at - wire.data()));
}

}  // namespace brygga::redis
