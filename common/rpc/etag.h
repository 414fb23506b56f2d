// Moved: etags are part of common/status, where domain code may reach them.
#ifndef BRYGGA_COMMON_RPC_ETAG_H_
#define BRYGGA_COMMON_RPC_ETAG_H_

#include "common/status/etag.h"  // IWYU pragma: export

#endif  // BRYGGA_COMMON_RPC_ETAG_H_
