#include "common/sql/sqlite_reads.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "common/status/check.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

using ReadAt = ssize_t (*)(int, void*, size_t, off64_t);

ReadAt g_read_at = nullptr;  // The system's; set once.

// In the place of pread64().
ssize_t ReadWithoutWaiting(int file, void* bytes, size_t count, off64_t offset) {
  if (!NoWait::Active()) return g_read_at(file, bytes, count, offset);
  const iovec into = {.iov_base = bytes, .iov_len = count};
  const ssize_t read = preadv2(file, &into, 1, offset, RWF_NOWAIT);
  if (read >= 0 || errno == EINTR) return read;
  NoWait::Refuses();
  errno = EIO;
  return -1;
}

}  // namespace

void PrepareSqlite() {
  static const bool prepared = [] {
    // Nobody shares a connection or asks how much memory all of them take: no
    // locks for it. Too late where another part of the program was first.
    (void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    BRYGGA_CHECK(sqlite3_initialize() == SQLITE_OK);
    sqlite3_vfs* const files = sqlite3_vfs_find(nullptr);
    g_read_at = reinterpret_cast<ReadAt>(files->xGetSystemCall(files, "pread64"));
    BRYGGA_CHECK(g_read_at != nullptr);
    const auto ours = reinterpret_cast<sqlite3_syscall_ptr>(&ReadWithoutWaiting);
    return files->xSetSystemCall(files, "pread64", ours) == SQLITE_OK;
  }();
  BRYGGA_CHECK(prepared);
}

}  // namespace brygga::sql
