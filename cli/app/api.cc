#include "cli/app/api.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "cli/output/text.h"
#include "common/status/error.h"

namespace brygga::cli {
namespace {

// Whether a resource's name could go on with this character.
bool IsOfName(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '-' || c == '_'; }

// Whether a place is within backticks, where the reader may copy from.
bool IsInCommand(std::string_view text, size_t at) { return std::count(text.begin(), text.begin() + at, '`') % 2 == 1; }

void Replace(std::string& text, const std::string& name, const std::string& called) {
  const std::string quoted = ShellWord(called);
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    const size_t end = at + name.size();
    const bool is_whole = (at == 0 || !IsOfName(text[at - 1])) && (end == text.size() || !IsOfName(text[end]));
    const std::string& put = is_whole ? IsInCommand(text, at) ? quoted : called : name;
    text.replace(at, name.size(), put);
    at += put.size();
  }
}

}  // namespace

bool Api::IsThere() const {
  const auto ready = channel_->ReadinessAsync(rpc::CallOptions::Within(timeout_, token_)).get();
  return ReasonOf(ready.status()) != "UNREACHABLE";
}

void Api::Remember(std::string_view name, std::string_view called) const {
  const MutexLock lock(&mutex_);
  called_[std::string(name)] = std::string(called);
}

std::string Api::InReadersWords(std::string_view text) const {
  const MutexLock lock(&mutex_);
  std::string told(text);
  for (const auto& [name, called] : called_) Replace(told, name, called);
  return told;
}

}  // namespace brygga::cli
