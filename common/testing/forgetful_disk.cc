#include "common/testing/forgetful_disk.h"

#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "common/status/check.h"

namespace brygga::testing {
namespace {

namespace fs = std::filesystem;

// SQLite asks its files through a table of functions. Ours stands before the
// real file, which lies directly behind it in memory.
struct File {
  sqlite3_file base;
  std::string* path;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static File& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
};

Disk disk_kind = Disk::kHonest;

std::string Synced(const std::string& path) { return path + ".synced"; }

// Keeps the present content as what the disk has.
void Remember(const std::string& path) {
  const std::string copy = path + ".copying";
  fs::copy_file(path, copy, fs::copy_options::overwrite_existing);
  fs::rename(copy, Synced(path));
}

// Forwards to the real file.
template <auto member, typename... Args>
int Forward(sqlite3_file* file, Args... args) {
  sqlite3_file* const real = File::Of(file).real();
  return (real->pMethods->*member)(real, args...);
}

int Close(sqlite3_file* file) {
  const int result = Forward<&sqlite3_io_methods::xClose>(file);
  delete File::Of(file).path;
  return result;
}

int Sync(sqlite3_file* file, int flags) {
  const int result = Forward<&sqlite3_io_methods::xSync>(file, flags);
  if (disk_kind == Disk::kHonest && result == SQLITE_OK) Remember(*File::Of(file).path);
  return result;
}

void ShmBarrier(sqlite3_file* file) {
  sqlite3_file* const real = File::Of(file).real();
  real->pMethods->xShmBarrier(real);
}

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = &Close,
    .xRead = &Forward<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = &Forward<&sqlite3_io_methods::xWrite, const void*, int, sqlite3_int64>,
    .xTruncate = &Forward<&sqlite3_io_methods::xTruncate, sqlite3_int64>,
    .xSync = &Sync,
    .xFileSize = &Forward<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    .xLock = &Forward<&sqlite3_io_methods::xLock, int>,
    .xUnlock = &Forward<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = &Forward<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = &Forward<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize = &Forward<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = &Forward<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = &Forward<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    .xShmLock = &Forward<&sqlite3_io_methods::xShmLock, int, int, int>,
    .xShmBarrier = &ShmBarrier,
    .xShmUnmap = &Forward<&sqlite3_io_methods::xShmUnmap, int>,
};

sqlite3_vfs* RealVfs(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File& ours = File::Of(file);
  const int result = RealVfs(vfs)->xOpen(RealVfs(vfs), name, ours.real(), flags, out_flags);
  ours.base.pMethods = ours.real()->pMethods == nullptr ? nullptr : &kMethods;
  if (ours.base.pMethods != nullptr) ours.path = new std::string(name == nullptr ? "" : name);
  return result;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  fs::remove(Synced(name));
  return RealVfs(vfs)->xDelete(RealVfs(vfs), name, sync_directory);
}

}  // namespace

void UseForgetfulDisk(Disk disk) {
  disk_kind = disk;
  sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
  BRYGGA_CHECK(real != nullptr);
  static sqlite3_vfs ours;
  ours = *real;  // What is not replaced below works on any VFS of this kind.
  ours.pNext = nullptr;
  ours.zName = "forgetful";
  ours.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
  ours.pAppData = real;
  ours.xOpen = &Open;
  ours.xDelete = &Delete;
  BRYGGA_CHECK(sqlite3_vfs_register(&ours, /*makeDflt=*/1) == SQLITE_OK);
}

void CutPower(const std::string& path) {
  for (const std::string& file : {path, path + "-wal"}) {
    fs::remove(file);
    if (fs::exists(Synced(file))) fs::copy_file(Synced(file), file);
  }
  fs::remove(path + "-shm");
}

}  // namespace brygga::testing
