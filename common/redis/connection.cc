#include "common/redis/connection.h"

#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace brygga::redis {

struct Connection::Poll {
  uv_poll_t handle;
  Connection* connection;  // Null once the context is gone.
};

// What hiredis and libuv call.
struct Hooks {
  static Connection& Of(void* data) { return *static_cast<Connection*>(data); }

  // hiredis' adapter for libuv looks away when the loop reports an error, so that a
  // refused connection is never heard of; these do not.
  static void Polled(uv_poll_t* handle, int status, int events) {
    auto* const poll = static_cast<Connection::Poll*>(handle->data);
    if (poll->connection != nullptr) poll->connection->Polled(status, events);
  }
  // Noted, and told to the loop once after each turn: a system call a change is
  // more than a command costs.
  static void AddRead(void* data) { Of(data).wants_read_ = true; }
  static void DelRead(void* data) { Of(data).wants_read_ = false; }
  static void AddWrite(void* data) { Of(data).wants_write_ = true; }
  static void DelWrite(void* data) { Of(data).wants_write_ = false; }
  static void CleanUp(void* data) { Of(data).Gone(); }

  static void Connected(const redisAsyncContext* context, int status) {
    if (status == REDIS_OK) Of(context->data).events_.connected();
  }
  static void Answered(redisAsyncContext* context, void* reply, void*) {
    Connection& connection = Of(context->data);
    Reply lost;
    connection.Answer(reply == nullptr ? lost : connection.reply_);
  }

  // How hiredis makes a reply. To refuse one it is given null: it takes that for
  // want of memory and ends the connection. That is what becomes of replies that
  // nobody asked for (hiredis would end the process), of lists (no command of ours
  // has one, and their stated length is believed), and of what is too long.
  static void* Make(const redisReadTask* task, Reply::Kind kind, std::string_view text) {
    Connection& connection = Of(task->privdata);
    if (task->parent != nullptr || connection.waiting_.empty()) return nullptr;
    if (text.size() > connection.longest_reply_) return nullptr;
    connection.reply_.kind = kind;
    connection.reply_.text.assign(text);
    return &connection.reply_;
  }
  static void* MakeString(const redisReadTask* task, char* text, size_t length) {
    return Make(task, task->type == REDIS_REPLY_ERROR ? Reply::Kind::kError : Reply::Kind::kText, {text, length});
  }
  static void* MakeArray(const redisReadTask*, int) { return nullptr; }
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
    : loop_(loop), longest_reply_(longest_reply), events_(std::move(events)) {}

Connection::~Connection() { BRYGGA_CHECK(!open()); }

bool Connection::Connect(const Address& address, const std::string& ip) {
  BRYGGA_CHECK(!open());
  redisAsyncContext* const context = address.socket.empty()
                                         ? redisAsyncConnect((ip.empty() ? address.host : ip).c_str(), address.port)
                                         : redisAsyncConnectUnix(address.socket.c_str());
  if (context == nullptr) return false;
  if (context->err != 0) {
    redisAsyncFree(context);
    return false;
  }
  context_ = context;
  doom_.clear();
  why_.clear();
  Attach();
  return true;
}

void Connection::Attach() {
  poll_ = new Poll{.connection = this};
  poll_->handle.data = poll_;
  BRYGGA_CHECK(uv_poll_init(loop_, &poll_->handle, context_->c.fd) == 0);
  context_->data = this;
  context_->ev = {.data = this,
                  .addRead = &Hooks::AddRead,
                  .delRead = &Hooks::DelRead,
                  .addWrite = &Hooks::AddWrite,
                  .delWrite = &Hooks::DelWrite,
                  .cleanup = &Hooks::CleanUp};
  context_->c.reader->fn = &Hooks::functions;
  context_->c.reader->privdata = this;
  wants_read_ = wants_write_ = false;
  watched_ = 0;
  redisAsyncSetConnectCallback(context_, &Hooks::Connected);
  Watch();
}

void Connection::Polled(int status, int events) {
  // The loop has stopped to watch after an error: reading finds out which it was.
  if (status < 0) watched_ = 0;
  if (status < 0 || (events & UV_READABLE) != 0) redisAsyncHandleRead(context_);
  if (open() && context_->c.reader->len > longest_reply_ + 65536) Doom("a reply is too long");
  if (open() && (events & UV_WRITABLE) != 0) redisAsyncHandleWrite(context_);
  if (open() && status < 0) Doom("the socket failed");
  Settle();
}

// After hiredis has returned: what could not be done under its feet.
void Connection::Settle() {
  if (open() && !doom_.empty()) return Close(doom_);
  if (!open()) return events_.lost(why_);
  // Writes what has been asked meanwhile, which as a rule leaves nothing to watch for.
  events_.turned();
  if (open()) Watch();
}

void Connection::Watch() {
  const int wanted = (wants_read_ ? UV_READABLE : 0) | (wants_write_ ? UV_WRITABLE : 0);
  if (wanted == watched_) return;
  watched_ = wanted;
  if (wanted == 0) {
    uv_poll_stop(&poll_->handle);
  } else {
    uv_poll_start(&poll_->handle, wanted, &Hooks::Polled);
  }
}

void Connection::Send(std::string_view wire, absl::Time now, absl::Time deadline, Caller caller) {
  if (!open() ||
      redisAsyncFormattedCommand(context_, &Hooks::Answered, nullptr, wire.data(), wire.size()) != REDIS_OK) {
    Reply lost;
    return events_.answered(lost, caller);
  }
  waiting_.push_back({.since = now, .deadline = deadline, .caller = std::move(caller)});
}

void Connection::Flush() {
  if (!open()) return;
  if (!wants_write_) return;
  redisAsyncHandleWrite(context_);
  if (open()) return Watch();
  events_.lost(why_);
}

void Connection::Answer(Reply& reply) {
  if (waiting_.empty()) return;  // Cannot be: hiredis calls once for each that was sent.
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  if (!first.is_late) events_.answered(reply, first.caller);
}

void Connection::Expire(absl::Time now) {
  // By place: what is called may send more.
  for (size_t i = 0; i < waiting_.size(); ++i) {
    if (now < waiting_[i].deadline || std::exchange(waiting_[i].is_late, true)) continue;
    Caller caller = std::move(waiting_[i].caller);
    Reply late{.kind = Reply::Kind::kLate};
    events_.answered(late, caller);
  }
}

void Connection::Close(std::string_view why) {
  if (!open()) return;
  why_ = why;
  redisAsyncFree(context_);
  BRYGGA_CHECK(!open());
  events_.lost(why_);
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

// hiredis has answered all that waited and is about to free the context.
void Connection::Gone() {
  if (why_.empty()) why_ = doom_.empty() ? (context_->err != 0 ? context_->c.errstr : "the connection ended") : doom_;
  poll_->connection = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
           [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  poll_ = nullptr;
  context_ = nullptr;
}

}  // namespace brygga::redis
