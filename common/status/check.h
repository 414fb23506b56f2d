// BRYGGA_CHECK: a condition whose failure means a bug of ours, never bad input
// and never a bad day on the network. Prints the condition and ends the process.
#ifndef BRYGGA_COMMON_STATUS_CHECK_H_
#define BRYGGA_COMMON_STATUS_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define BRYGGA_CHECK(condition)                                                          \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] {                                                     \
      std::fprintf(stderr, "%s:%d: BRYGGA_CHECK(%s)\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

#endif  // BRYGGA_COMMON_STATUS_CHECK_H_
