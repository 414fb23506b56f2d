// What reads the file formats of instances (docs/solve.md), record by record.
#ifndef BRYGGA_ENGINE_INSTANCE_READERS_H_
#define BRYGGA_ENGINE_INSTANCE_READERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "engine/control.h"
#include "engine/instance.h"

namespace brygga::engine {

inline constexpr size_t kBlockBytes = 256 << 10;  // Read or written at once.
inline constexpr int32_t kNotGiven = -1;

// A value of the file, cut short and without anything a terminal would obey.
std::string Shown(std::string_view value);

// What is wrong with a file, as much of it as is told.
class Faults {
 public:
  bool enough() const { return fields_.size() == kMostFaults; }
  bool none() const { return fields_.empty(); }

  void Add(std::string where, std::string description) {
    if (!enough()) fields_.push_back({std::move(where), std::move(description)});
  }
  void Add(int64_t line, std::string_view field, std::string description) {
    Add(field.empty() ? absl::StrCat("line ", line)
                      : absl::StrCat("line ", line, ", ", absl::string_view(field.data(), field.size())),
        std::move(description));
  }

  absl::Status status() && {
    if (fields_.empty()) return absl::OkStatus();
    const std::string message = fields_.size() == 1
                                    ? absl::StrCat(fields_.front().field, ": ", fields_.front().description)
                                    : absl::StrCat("The file has ", fields_.size(), " faults");
    return MakeError(absl::StatusCode::kInvalidArgument, message,
                     {.reason = "MALFORMED_INSTANCE", .fields = std::move(fields_)});
  }

 private:
  std::vector<FieldViolation> fields_;
};

// One pair of the file; ranks are kNotGiven where it has none.
struct Record {
  int32_t left = 0, right = 0;
  int64_t score = 0;
  int32_t left_rank = kNotGiven, right_rank = kNotGiven;
};

// Who gets the records of a file as they are read. `line` is where they stand.
class Sink {
 public:
  virtual ~Sink() = default;
  // The numbers of the "p" line, or nothing for CSV.
  virtual void Sizes(int32_t left, int32_t right, int64_t pairs) = 0;
  virtual bool SetCapacity(bool on_the_left, int32_t row, int32_t capacity) = 0;  // False: was set already.
  virtual void Add(int64_t line, const Record& record) = 0;
};

// One pass over a source, text or CSV as its first line says. Columns that name
// people put the names into `names`.
//
// What `source` fails with; kCancelled. Faults of the file are added to `faults`.
absl::Status ReadRecords(const InstanceSource& source, const Control& control, Sink& sink, Faults& faults,
                         Instance& names);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_INSTANCE_READERS_H_
