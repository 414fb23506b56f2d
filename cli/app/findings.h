// What is wrong with a command, gathered so that all of it is said at once.
#ifndef BRYGGA_CLI_APP_FINDINGS_H_
#define BRYGGA_CLI_APP_FINDINGS_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/app/api.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::cli {

// kInvalidArgument: `argument` of the command line is wrong. Ends with kUsage.
absl::Status UsageError(std::string_view argument, std::string_view description);

// What is given that is not for the service to judge: arguments that must be
// read or looked up first. Not thread-safe.
class Findings {
 public:
  // Which argument fills which field of the request, by the field's path
  // ("opening.seats"; also for what lies under it), so that the service's
  // complaints are told as the reader's.
  using Fields = std::vector<std::pair<std::string, std::string>>;
  explicit Findings(Fields fields = {}) : fields_(std::move(fields)) {}

  // The value; or a default one, with the error noted as one of `argument`.
  template <typename T>
  T Of(std::string_view argument, absl::StatusOr<T> value) {
    if (value.ok()) return *std::move(value);
    Note(argument, value.status());
    return T();
  }
  void Note(std::string_view argument, const absl::Status& error);

  // OK where nothing is wrong so far. One error is given as it is, of several
  // each has a line. That a service cannot be asked comes before all else.
  absl::Status status() const;

  // Calls `method`; where something is wrong already, nothing is done and the
  // service only says what else is.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const Api& api, std::string_view method, Request request) {
    if (!faults_.empty() || !away_.ok()) {
      // No id is refused as a whole, after every field has been judged.
      request.set_request_id("-");
      if (away_.ok()) NoteRest(api.Call<Response>(method, request).status());
      return status();
    }
    return Told(api.Call<Response>(method, request));
  }

  // `answer`, its error told as InArguments does.
  template <typename T>
  absl::StatusOr<T> Told(absl::StatusOr<T> answer) const {
    if (answer.ok()) return answer;
    return InArguments(answer.status());
  }

  // `error` with the arguments of the command line for fields of the request.
  absl::Status InArguments(const absl::Status& error) const;

 private:
  struct Fault {
    std::string argument;
    absl::Status error;
  };

  std::string ArgumentOf(std::string_view field) const;
  void NoteRest(const absl::Status& refused);

  const Fields fields_;
  std::vector<Fault> faults_;
  absl::Status away_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_APP_FINDINGS_H_
