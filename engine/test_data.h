// The shipped reference tables and policies, read once per test program.
#ifndef BRYGGA_ENGINE_TEST_DATA_H_
#define BRYGGA_ENGINE_TEST_DATA_H_

#include <fstream>
#include <sstream>
#include <string>

#include "common/status/check.h"
#include "engine/policy.h"
#include "engine/reference.h"

namespace brygga::engine {

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  BRYGGA_CHECK(in.good());
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

inline const Reference& ShippedReference() {
  static const Reference* const kReference = new Reference(Reference::Load("data/reference").value());
  return *kReference;
}

inline Policy ShippedPolicy(const std::string& kind) {
  return ParsePolicy(ReadFile("data/policy/" + kind + ".json")).value();
}

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_TEST_DATA_H_
