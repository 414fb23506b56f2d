#include "cli/output/text.h"

#include <locale.h>

#include <algorithm>
#include <cwchar>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace brygga::cli {
namespace {

// Sets this thread's character type to UTF-8 for a while; mbrtowc and wcwidth
// follow it, whatever the user's locale is.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(Shared())) {}
  ~Utf8Locale() { uselocale(before_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  static locale_t Shared() {
    static const locale_t shared = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    BRYGGA_CHECK(shared != nullptr);
    return shared;
  }

  const locale_t before_;
};

// Calls `use` with each character, its bytes and its width; -1 for what cannot be printed.
void ForEachCharacter(std::string_view text, const std::function<void(std::string_view, int)>& use) {
  const Utf8Locale utf8;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t character = 0;
    size_t size = std::mbrtowc(&character, text.data(), text.size(), &state);
    const bool broken = size == static_cast<size_t>(-1) || size == static_cast<size_t>(-2) || size == 0;
    if (broken) {
      size = 1;
      state = std::mbstate_t{};
    }
    use(text.substr(0, size), broken ? -1 : wcwidth(character));
    text.remove_prefix(size);
  }
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t columns = 0;
  ForEachCharacter(text, [&](std::string_view, int width) { columns += width < 0 ? 1 : static_cast<size_t>(width); });
  return columns;
}

std::string Printable(std::string_view text) {
  std::string printable;
  ForEachCharacter(text, [&](std::string_view bytes, int width) { printable += width < 0 ? "?" : bytes; });
  return printable;
}

std::string Fit(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string fitting;
  size_t taken = 0;
  bool full = width == 0;
  ForEachCharacter(text, [&](std::string_view bytes, int columns) {
    const size_t next = taken + (columns < 0 ? 1 : static_cast<size_t>(columns));
    full = full || next + 1 > width;  // One column is the ellipsis'.
    if (full) return;
    fitting += bytes;
    taken = next;
  });
  return width == 0 ? "" : fitting + "…";
}

std::vector<std::string> Wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines = {""};
  size_t taken = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const size_t columns = DisplayWidth(word);
    if (!lines.back().empty() && taken + 1 + columns > width) {
      lines.emplace_back();
      taken = 0;
    }
    if (!lines.back().empty()) {
      lines.back() += ' ';
      ++taken;
    }
    lines.back() += word;
    taken += columns;
  }
  return lines;
}

std::string PrintableLines(std::string_view text) {
  std::string printable;
  for (;;) {
    const size_t end = text.find('\n');
    printable += Printable(text.substr(0, end));
    if (end == std::string_view::npos) return printable;
    printable += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string Count(int64_t n, std::string_view one, std::string_view many) {
  const std::string_view noun = n == 1 ? one : many;
  return absl::StrCat(n, " ", absl::string_view(noun.data(), noun.size()));
}

std::string ShellWord(const std::string& text) {
  const auto is_plain = [](unsigned char c) {
    return absl::ascii_isalnum(c) || std::string_view("/-_.:#").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return std::all_of(text.begin(), text.end(), is_plain) ? text : absl::StrCat("\"", text, "\"");
}

std::string MoreText(int shown, int all, std::string_view things) {
  if (shown >= all) return "";
  return absl::StrCat("… and ", all - shown, " more ", std::string(things), " (--limit 0 shows all)\n");
}

}  // namespace brygga::cli
