// A disk for SQLite that forgets, when the power goes, what was not synced.
//
// A killed process leaves all it wrote in the kernel's memory, so killing it
// proves nothing about syncing. In the program under test, before it opens a
// database:
//
//   UseForgetfulDisk();
//
// and once it was killed, by whoever killed it:
//
//   CutPower(path);
#ifndef BRYGGA_COMMON_TESTING_FORGETFUL_DISK_H_
#define BRYGGA_COMMON_TESTING_FORGETFUL_DISK_H_

#include <string>

namespace brygga::testing {

// What the disk does when asked to sync: keep its word, or only say so.
enum class Disk { kHonest, kLying };

// Makes every SQLite database of this process remember its synced state.
void UseForgetfulDisk(Disk disk = Disk::kHonest);

// Brings the database at `path` and its log to the state of their last sync.
void CutPower(const std::string& path);

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_FORGETFUL_DISK_H_
