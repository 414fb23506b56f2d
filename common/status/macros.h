// Early return for what can fail.
//
//   BRYGGA_RETURN_IF_ERROR(store.Ping());
//   BRYGGA_ASSIGN_OR_RETURN(const Match match, store.Get(id));
#ifndef BRYGGA_COMMON_STATUS_MACROS_H_
#define BRYGGA_COMMON_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brygga::internal {

inline absl::Status StatusOf(absl::Status status) { return status; }

template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

}  // namespace brygga::internal

#define BRYGGA_INTERNAL_CONCAT_(a, b) a##b
#define BRYGGA_INTERNAL_CONCAT(a, b) BRYGGA_INTERNAL_CONCAT_(a, b)

// Returns from the enclosing function if `expression`, a Status or a StatusOr,
// is not OK.
#define BRYGGA_RETURN_IF_ERROR(expression)                                                                         \
  do {                                                                                                             \
    if (absl::Status brygga_status = ::brygga::internal::StatusOf(expression); !brygga_status.ok()) [[unlikely]] { \
      return brygga_status;                                                                                        \
    }                                                                                                              \
  } while (false)

// Declares or assigns `target` from the value of `expression`, a StatusOr, or
// returns its status from the enclosing function.
#define BRYGGA_ASSIGN_OR_RETURN(target, ...) \
  BRYGGA_INTERNAL_ASSIGN_OR_RETURN(BRYGGA_INTERNAL_CONCAT(brygga_value_, __LINE__), target, __VA_ARGS__)

#define BRYGGA_INTERNAL_ASSIGN_OR_RETURN(value, target, ...) \
  auto value = (__VA_ARGS__);                                \
  if (!value.ok()) [[unlikely]] {                            \
    return std::move(value).status();                        \
  }                                                          \
  target = *std::move(value)

#endif  // BRYGGA_COMMON_STATUS_MACROS_H_
