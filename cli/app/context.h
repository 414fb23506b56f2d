// What every command has at hand.
#ifndef BRYGGA_CLI_APP_CONTEXT_H_
#define BRYGGA_CLI_APP_CONTEXT_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/app/api.h"
#include "cli/output/error_text.h"
#include "cli/output/progress.h"
#include "cli/output/table.h"
#include "common/status/macros.h"

namespace brygga::cli {

// Where a command writes. Borrowed.
struct Streams {
  std::ostream& out;
  std::ostream& err;
  Terminal err_terminal = Terminal::kNo;
  size_t out_columns = 0;  // Of the terminal that `out` is; 0: it is none.
};

// Makes a channel to an address; tests hand out one within the process.
using Connect = std::function<std::shared_ptr<rpc::Channel>(const std::string& address)>;

// The settings that every command shares, and how it ends. Not thread-safe.
class Context {
 public:
  Context(const Streams& streams, Connect connect) : streams_(streams), connect_(std::move(connect)) {}

  // The flags of the program, set by the parser.
  std::string address = "127.0.0.1:7070";
  std::string token_file;
  bool json = false;
  int timeout_seconds = 60;
  std::string command = "brygga";  // As it was given: "brygga match run".

  std::ostream& out() { return streams_.out; }
  std::ostream& err() { return streams_.err; }
  Terminal err_terminal() const { return streams_.err_terminal; }
  size_t columns() const { return streams_.out_columns; }

  // The suite at `address`, with the token of `token_file`.
  //
  // kInvalidArgument: the token file cannot be read.
  absl::StatusOr<const Api*> api();

  // Prints `message` as JSON.
  void PrintJson(const google::protobuf::Message& message);
  // Prints messages as one JSON object: each under its name, or, where that is
  // empty, its fields beside the others, lists also where they are empty.
  void PrintJson(std::initializer_list<std::pair<std::string_view, const google::protobuf::Message*>> parts);

  // Prints a table, or the sentence `if_empty` where it has no rows.
  void PrintTable(const Table& table, std::string_view if_empty);

  // Prints an error, for a person or for a program, and gives the code to end
  // with. To a person, what they named is called as they called it.
  ExitCode Fail(const absl::Status& error);

 private:
  const Streams streams_;
  const Connect connect_;
  std::optional<Api> api_;
};

// A new request id for a command that a person gives once.
std::string NewRequestId();

}  // namespace brygga::cli

// Ends the enclosing command, which returns an ExitCode and has `context`, with
// the error of `expression`, if it is one.
#define BRYGGA_CLI_ASSIGN(target, ...) \
  BRYGGA_CLI_INTERNAL_ASSIGN(BRYGGA_INTERNAL_CONCAT(brygga_value_, __LINE__), target, __VA_ARGS__)
#define BRYGGA_CLI_INTERNAL_ASSIGN(value, target, ...)  \
  auto value = (__VA_ARGS__);                           \
  if (!value.ok()) return context.Fail(value.status()); \
  target = *std::move(value)

#endif  // BRYGGA_CLI_APP_CONTEXT_H_
