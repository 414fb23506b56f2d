// What the import of one kind of row must know: its columns, how a row becomes
// a request, and what the answer says of it.
#ifndef BRYGGA_CLI_IMPORT_IMPORTER_H_
#define BRYGGA_CLI_IMPORT_IMPORTER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/csv/reader.h"
#include "common/status/error.h"

namespace brygga::cli {

// What became of one row of a file.
enum class RowOutcome {
  kCreated,
  kUpdated,
  kUnchanged,
  kUnreadable,  // The file's fault, found here: nothing was sent.
  kRefused,     // The row's fault, found here or by the service: nothing was stored.
  kNoConsent,   // The person does not consent: nothing was stored, and nothing is wrong.
  kDuplicate,   // The same person as another row or record: nothing was stored.
  kAmbiguous,   // Perhaps the same as another: nothing was stored until somebody decides.
};

struct RowResult {
  RowOutcome outcome = RowOutcome::kUnchanged;
  std::string stored_as;                   // A resource name, where something is stored.
  std::vector<FieldViolation> violations;  // Wrong fields, by their path in the request's row.
  std::vector<std::string> resembles;      // Keys of the rows or records it may be the same as.
};

enum class DryRun { kNo, kYes };

// One kind of row. Not thread-safe.
class Importer {
 public:
  virtual ~Importer() = default;

  // "mentors".
  virtual std::string_view kind() const = 0;
  virtual const CsvFormat& format() const = 0;

  // Reads `row` into the batch that is being filled, or says what is wrong with
  // it and puts it aside, as far as it could be read.
  virtual std::vector<RowProblem> Add(const CsvRow& row) = 0;

  // Prepares the batch for sending: finds what its rows refer to. One list of
  // wrong fields per row of the batch; a row with any is put aside.
  virtual absl::StatusOr<std::vector<std::vector<FieldViolation>>> Resolve() = 0;

  // Asks the service what else is wrong with the rows that were put aside, and
  // stores nothing. One result per row, those of Add before those of Resolve.
  virtual absl::StatusOr<std::vector<RowResult>> Probe(const std::string& request_id) = 0;

  // What the batch asks for, in bytes: the same rows and the same target give
  // the same text. Empty: nothing is left to send.
  virtual std::string Content() const = 0;

  // Sends the batch. One result per row that is left in it. May be called again
  // with the same id where it failed.
  virtual absl::StatusOr<std::vector<RowResult>> Send(const std::string& request_id, DryRun dry_run) = 0;

  // Empties the batch and forgets the rows put aside.
  virtual void Clear() = 0;

  // The column that a field of a row's message was read from; empty where none was.
  virtual std::string_view ColumnOf(std::string_view field) const = 0;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_IMPORTER_H_
