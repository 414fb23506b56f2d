#include "cli/app/api.h"

#include "absl/strings/ascii.h"

namespace brygga::cli {
namespace {

// Whether a resource's name could go on with this character.
bool IsOfName(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '-' || c == '_'; }

void Replace(std::string& text, const std::string& name, const std::string& called) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    const size_t end = at + name.size();
    const bool is_whole = (at == 0 || !IsOfName(text[at - 1])) && (end == text.size() || !IsOfName(text[end]));
    if (is_whole) text.replace(at, name.size(), called);
    at += is_whole ? called.size() : name.size();
  }
}

}  // namespace

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
