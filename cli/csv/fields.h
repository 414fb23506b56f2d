// The fields of one CSV record.
#ifndef BRYGGA_CLI_CSV_FIELDS_H_
#define BRYGGA_CLI_CSV_FIELDS_H_

#include <string>
#include <string_view>
#include <vector>

namespace brygga::cli {

struct Fields {
  std::vector<std::string> values;  // Up to the flaw, where there is one.
  bool malformed = false;           // A quote stands where RFC 4180 allows none, or a bare carriage return.
};

// Parses one record, which holds no line end outside quotes. Spaces belong to
// the fields.
Fields ParseFields(std::string_view record);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_CSV_FIELDS_H_
