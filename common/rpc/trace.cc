#include "common/rpc/trace.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>

namespace brygga::rpc {
namespace {

// The two digits of every byte.
constexpr std::array<std::array<char, 2>, 256> kHexPairs = [] {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs = {};
  for (size_t byte = 0; byte < pairs.size(); ++byte) pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 15]};
  return pairs;
}();

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

// Writes 16 digits, not all zero. Ids of spans are no secrets: a fast generator
// per thread will do.
void WriteRandomHex(char* out) {
  thread_local std::mt19937_64 generator{(uint64_t{std::random_device{}()} << 32) ^ std::random_device{}()};
  uint64_t value = 0;
  while (value == 0) value = generator();
  for (int i = 0; i < 16; i += 2, value >>= 8) std::memcpy(out + i, kHexPairs[value & 255].data(), 2);
}

// version "00": 2 digits - 32 - 16 - 2. Later versions may add to it.
bool IsTraceParent(std::string_view header) {
  if (header.size() < 55 || header[2] != '-' || header[35] != '-' || header[52] != '-') return false;
  const std::string_view version = header.substr(0, 2);
  if (!IsLowerHex(version) || version == "ff") return false;
  if (version == "00" ? header.size() != 55 : (header.size() > 55 && header[55] != '-')) return false;
  const std::string_view trace = header.substr(3, 32), span = header.substr(36, 16), flags = header.substr(53, 2);
  return IsLowerHex(trace) && !IsZero(trace) && IsLowerHex(span) && !IsZero(span) && IsLowerHex(flags);
}

}  // namespace

TraceContext::TraceContext(std::string_view traceparent) : has_parent_(IsTraceParent(traceparent)) {
  constexpr std::string_view kFrame = "00-00000000000000000000000000000000-0000000000000000-01";
  static_assert(kFrame.size() == kHeader);
  char* const text = text_.data();
  std::copy(kFrame.begin(), kFrame.end(), text);
  if (has_parent_) {
    std::copy_n(traceparent.data() + 3, 32, text + 3);
    std::copy_n(traceparent.data() + 36, 16, text + kHeader);
    const char last = traceparent[54];
    const int low = last <= '9' ? last - '0' : last - 'a' + 10;
    text[kHeader - 1] = (low & 1) != 0 ? '1' : '0';
  } else {
    WriteRandomHex(text + 3);
    WriteRandomHex(text + 19);
  }
  WriteRandomHex(text + 36);
}

}  // namespace brygga::rpc
