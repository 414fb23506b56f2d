// W3C trace context: the header `traceparent`.
#ifndef BRYGGA_COMMON_RPC_TRACE_H_
#define BRYGGA_COMMON_RPC_TRACE_H_

#include <array>
#include <string>
#include <string_view>

namespace brygga::rpc {

// One span of a trace. Immutable; what it gives out lives as long as it does.
class TraceContext {
 public:
  // A new span under the one that `traceparent` names, or a new trace where it
  // names none or is malformed.
  explicit TraceContext(std::string_view traceparent);

  // The header that calls made within this span carry.
  std::string_view header() const { return {text_.data(), kHeader}; }
  std::string_view trace_id() const { return header().substr(3, 32); }  // 32 hexadecimal digits.
  std::string_view span_id() const { return header().substr(36, 16); }  // 16: this span.
  // 16, or empty at the root.
  std::string_view parent_id() const { return {text_.data() + kHeader, has_parent_ ? size_t{16} : 0}; }
  bool sampled() const { return text_[kHeader - 1] == '1'; }

 private:
  static constexpr size_t kHeader = 55;

  bool has_parent_ = false;
  std::array<char, kHeader + 16> text_;  // The header, then the parent's id: a call is no time for an allocation.
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_TRACE_H_
