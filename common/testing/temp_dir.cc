#include "common/testing/temp_dir.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "common/status/check.h"

namespace brygga::testing {

// Not TMPDIR: that may be long.
TempDir::TempDir(Kept kept) : path_("/tmp/brygga-XXXXXX") {
  constexpr char kMemory[] = "/dev/shm";
  if (kept == Kept::kInMemory && access(kMemory, W_OK) == 0) path_ = std::string(kMemory) + "/brygga-XXXXXX";
  BRYGGA_CHECK(mkdtemp(path_.data()) != nullptr);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace brygga::testing
