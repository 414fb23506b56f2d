// Etags: the revision of a resource as text. Domain code may use this.
#ifndef BRYGGA_COMMON_STATUS_ETAG_H_
#define BRYGGA_COMMON_STATUS_ETAG_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/status/error.h"

namespace brygga {

inline std::string ToEtag(int64_t revision) { return std::to_string(revision); }

// OK where the caller sent no etag, or that of `revision`.
//
// kAborted, ETAG_MISMATCH: `resource_name` changed since the caller read it.
inline absl::Status ExpectEtag(std::string_view etag, int64_t revision, std::string_view resource_name) {
  if (etag.empty() || etag == ToEtag(revision)) return absl::OkStatus();
  return EtagMismatch(resource_name);
}

}  // namespace brygga

#endif  // BRYGGA_COMMON_STATUS_ETAG_H_
