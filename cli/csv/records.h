// Cuts a CSV file into records without ever holding more than one of them.
#ifndef BRYGGA_CLI_CSV_RECORDS_H_
#define BRYGGA_CLI_CSV_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>

namespace brygga::cli {

enum class RecordFlaw { kNone, kTooLong, kQuoteNotClosed };

// The text of one record, without its line end.
struct Record {
  int64_t line = 0;  // The line on which it begins, from 1.
  std::string text;  // Empty for a blank line, and where the record is too long.
  RecordFlaw flaw = RecordFlaw::kNone;
};

// Gives the records of a file in order. A line feed ends a record unless it
// stands in a quoted field (RFC 4180); a carriage return before it belongs to
// it. Holds at most `max_bytes` of a record and one block of the file: what is
// longer is skipped to the next line. Not thread-safe.
class Records {
 public:
  // `input` outlives this.
  Records(std::istream& input, size_t max_bytes) : input_(input), max_bytes_(max_bytes) {}

  // The next record; nullopt at the end of the file.
  std::optional<Record> Next();

  // Goes on at the line after the one on which the last record began, so that
  // a stray quote costs one row and not all that follow.
  void ResumeAfterFirstLine();

 private:
  bool Fill();
  Record Take(size_t end, size_t next, RecordFlaw flaw);
  Record SkipTooLong();
  void Advance(size_t to);

  std::istream& input_;
  const size_t max_bytes_;
  std::string buffer_;     // The record given last, then what was read and not yet given.
  size_t start_ = 0;       // Where the next record begins in buffer_.
  int64_t line_ = 1;       // The line at start_.
  int64_t last_line_ = 1;  // The line at the beginning of buffer_.
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_CSV_RECORDS_H_
