#include "common/rpc/trace.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>

namespace brygga::rpc {
namespace {

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

// Ids of spans are no secrets: a fast generator per thread will do.
std::string RandomHex64() {
  thread_local std::mt19937_64 generator{(uint64_t{std::random_device{}()} << 32) ^ std::random_device{}()};
  uint64_t value = 0;
  while (value == 0) value = generator();
  char text[17];
  std::snprintf(text, sizeof(text), "%016lx", static_cast<unsigned long>(value));
  return text;
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

std::string TraceContext::ToHeader() const { return "00-" + trace_id + "-" + span_id + (sampled ? "-01" : "-00"); }

TraceContext StartSpan(std::string_view traceparent) {
  if (!IsTraceParent(traceparent)) return {.trace_id = RandomHex64() + RandomHex64(), .span_id = RandomHex64()};
  const char last = traceparent[54];
  const int low = last <= '9' ? last - '0' : last - 'a' + 10;
  return {.trace_id = std::string(traceparent.substr(3, 32)),
          .span_id = RandomHex64(),
          .parent_id = std::string(traceparent.substr(36, 16)),
          .sampled = (low & 1) != 0};
}

}  // namespace brygga::rpc
