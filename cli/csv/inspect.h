// A first look at a file that should be UTF-8 text, before anything is stored.
#ifndef BRYGGA_CLI_CSV_INSPECT_H_
#define BRYGGA_CLI_CSV_INSPECT_H_

#include <cstdint>
#include <istream>
#include <string>

#include "absl/status/statusor.h"

namespace brygga::cli {

// What a file is, read once from beginning to end in small pieces.
struct Inspection {
  std::string digest;    // SHA-256 of all bytes, 64 hexadecimal digits.
  int64_t bytes = 0;     // At least 1.
  int64_t lines = 0;     // Line feeds, and one more for text after the last.
  bool has_bom = false;  // A UTF-8 byte order mark stands first: harmless, and skipped by the reader.
};

// Reads `input` to its end.
//
// kInvalidArgument: the file is empty, UTF-16 or UTF-32, holds bytes that are
// not UTF-8 (Latin-1, Windows-1252) or a NUL; the message names the place and
// says how to save the file right.
absl::StatusOr<Inspection> Inspect(std::istream& input);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_CSV_INSPECT_H_
