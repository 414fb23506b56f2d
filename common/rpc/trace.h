// W3C trace context: the header `traceparent`.
#ifndef BRYGGA_COMMON_RPC_TRACE_H_
#define BRYGGA_COMMON_RPC_TRACE_H_

#include <string>
#include <string_view>

namespace brygga::rpc {

// One span of a trace. Immutable in use.
struct TraceContext {
  std::string trace_id;   // 32 hexadecimal digits.
  std::string span_id;    // 16: this span.
  std::string parent_id;  // 16, or empty at the root.
  bool sampled = true;

  // The header that calls made within this span carry.
  std::string ToHeader() const;
};

// A new span under the one that `traceparent` names, or a new trace where it
// names none or is malformed.
TraceContext StartSpan(std::string_view traceparent);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_TRACE_H_
