// What the environment says of a test: how long it goes on (`make soak`), its seed.
#ifndef BRYGGA_COMMON_TESTING_SETTING_H_
#define BRYGGA_COMMON_TESTING_SETTING_H_

#include <cstdio>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace brygga::testing {

// The number that the environment has under `name`; `otherwise`, where it has none.
// What is no number ends the process: nobody is to take the short form for the long.
inline int Setting(const char* name, int otherwise) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return otherwise;
  int value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  std::fprintf(stderr, "%s is no whole number: \"%s\"\n", name, text);
  std::abort();
}

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_SETTING_H_
