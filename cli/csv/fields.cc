#include "cli/csv/fields.h"

#include <csv.h>

#include "common/status/check.h"

namespace brygga::cli {
namespace {

struct Collected {
  std::vector<std::string> values;
  int records = 0;
};

void OnField(void* text, size_t size, void* collected) {
  static_cast<Collected*>(collected)->values.emplace_back(static_cast<const char*>(text), size);
}

void OnRecord(int, void* collected) { ++static_cast<Collected*>(collected)->records; }

// libcsv trims what this calls a space; RFC 4180 trims nothing.
int NoSpace(unsigned char) { return 0; }

}  // namespace

Fields ParseFields(std::string_view record) {
  csv_parser parser;
  BRYGGA_CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
  csv_set_space_func(&parser, &NoSpace);
  Collected collected;
  const bool read_all =
      csv_parse(&parser, record.data(), record.size(), &OnField, &OnRecord, &collected) == record.size();
  const bool well_formed = read_all && csv_fini(&parser, &OnField, &OnRecord, &collected) == 0;
  csv_free(&parser);
  return {.values = std::move(collected.values), .malformed = !well_formed || collected.records > 1};
}

}  // namespace brygga::cli
