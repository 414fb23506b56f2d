// A folder that lives as long as a test.
#ifndef BRYGGA_COMMON_TESTING_TEMP_DIR_H_
#define BRYGGA_COMMON_TESTING_TEMP_DIR_H_

#include <string>
#include <string_view>

namespace brygga::testing {

// Memory is for files that a test writes often and nobody wants back: there is
// no disk to wait for. Where the machine has no such place, it is the disk.
enum class Kept { kOnDisk, kInMemory };

// Makes a new folder with a short path (unix sockets allow 107 characters) and
// deletes it with all that is in it.
class TempDir {
 public:
  explicit TempDir(Kept kept = Kept::kOnDisk);
  ~TempDir();
  TempDir(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_TEMP_DIR_H_
