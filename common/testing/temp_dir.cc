#include "common/testing/temp_dir.h"

#include <stdlib.h>

#include <filesystem>

#include "common/status/check.h"

namespace brygga::testing {

TempDir::TempDir() : path_("/tmp/brygga-XXXXXX") {
  // Not TMPDIR: that may be long.
  BRYGGA_CHECK(mkdtemp(path_.data()) != nullptr);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace brygga::testing
