// Reads CSV files (RFC 4180, UTF-8) row by row and says what is wrong with each
// row that cannot be used, in words that tell how to mend it.
#ifndef BRYGGA_CLI_CSV_READER_H_
#define BRYGGA_CLI_CSV_READER_H_

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/csv/records.h"

namespace brygga::cli {

// The longest row that is read. A row of the sample has at most 600 bytes.
inline constexpr size_t kMaxRowBytes = 64 * 1024;

// What a file must look like.
struct CsvFormat {
  std::vector<std::string> columns;  // All of them, each once; the file may order them as it likes.
  std::string key;                   // The column whose value names a row, and is in no other row.
};

// A row that can be used, as far as the file alone can tell.
struct CsvRow {
  int64_t line = 0;
  std::map<std::string, std::string, std::less<>> values;  // By column; every column of the format.

  // The value in `column`, which the format has.
  const std::string& operator[](std::string_view column) const;
};

// What is wrong with one row, or with one value of it.
struct RowProblem {
  int64_t line = 0;
  std::string key;     // The row's key, where it could be read.
  std::string column;  // Empty: the row as a whole.
  std::string value;   // What stands there; empty where nothing does.
  std::string mend;    // What is wrong and what to write instead.

  friend bool operator==(const RowProblem&, const RowProblem&) = default;
};

// Not thread-safe.
class CsvReader {
 public:
  // Reads the header. `input` outlives the reader and stands at its beginning;
  // its bytes have passed Inspect().
  //
  // kInvalidArgument: the first line is not this format's header; the message
  // names the missing, unknown and repeated columns.
  static absl::StatusOr<CsvReader> Open(std::istream& input, CsvFormat format);

  // The next row or the next row's problem; nullopt at the end of the file.
  // Blank lines are passed over.
  std::optional<std::variant<CsvRow, RowProblem>> Next();

 private:
  CsvReader(std::istream& input, CsvFormat format)
      : records_(std::make_unique<Records>(input, kMaxRowBytes)), format_(std::move(format)) {}

  absl::Status ReadHeader();
  std::variant<CsvRow, RowProblem> Read(const Record& record);
  std::optional<RowProblem> CheckKey(const CsvRow& row);

  std::unique_ptr<Records> records_;
  CsvFormat format_;
  std::vector<std::string> header_;
  std::map<std::string, int64_t, std::less<>> line_of_key_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_CSV_READER_H_
