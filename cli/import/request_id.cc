#include "cli/import/request_id.h"

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"

namespace brygga::cli {
namespace {

// Lengths go before the texts, so that no two batches share a name.
std::string Part(std::string_view text) { return absl::StrCat(text.size(), ":", std::string(text), "/"); }

}  // namespace

std::string RequestIdOf(const ImportBatch& batch) {
  return UuidOf(absl::StrCat("brygga import/", Part(batch.file_digest), Part(batch.kind), Part(batch.content),
                             batch.dry_run ? "dry run/" : "", batch.batch));
}

}  // namespace brygga::cli
