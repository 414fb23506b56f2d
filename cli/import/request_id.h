// The request ids of an import.
#ifndef BRYGGA_CLI_IMPORT_REQUEST_ID_H_
#define BRYGGA_CLI_IMPORT_REQUEST_ID_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace brygga::cli {

// Which batch of which import.
struct ImportBatch {
  std::string_view file_digest;  // Inspection::digest.
  std::string_view kind;         // "mentors".
  std::string_view content;      // What is asked for: rows, and where they go.
  bool dry_run = false;
  int64_t batch = 0;  // From 0.
};

// The id that this batch has today and tomorrow, so that giving the same import
// again, after it was done or cut off half-way, changes nothing. The content
// counts too: a row that could not be sent yesterday, because its partner was
// not there yet, makes another request today.
std::string RequestIdOf(const ImportBatch& batch);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_REQUEST_ID_H_
