#include "services/participant/domain/form.h"

#include <locale.h>
#include <wctype.h>

#include <algorithm>

#include "common/status/check.h"

namespace brygga::participant {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// The code point at the front of `text`, which is taken off. Bytes that are not
// UTF-8 stand for themselves.
wint_t TakeCodePoint(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const size_t size = byte(0) < 0xC0 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  wint_t point = size == 1 ? byte(0) : byte(0) & (0x7F >> size);
  if (size > text.size()) {
    point = byte(0);
    text.remove_prefix(1);
    return point;
  }
  for (size_t i = 1; i < size; ++i) point = point << 6 | (byte(i) & 0x3F);
  text.remove_prefix(size);
  return point;
}

void AppendUtf8(wint_t point, std::string& out) {
  const auto put = [&](wint_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

// The C library's tables for all of Unicode, whatever the process's locale.
locale_t UnicodeLocale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  BRYGGA_CHECK(locale != nullptr);
  return locale;
}

}  // namespace

size_t Length(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

bool IsDigits(std::string_view text, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most && std::all_of(text.begin(), text.end(), IsDigit);
}

bool IsLanguage(std::string_view text) {
  return (text.size() == 2 || text.size() == 3) && std::all_of(text.begin(), text.end(), IsLower);
}

bool IsCountry(std::string_view text) { return text.size() == 2 && std::all_of(text.begin(), text.end(), IsUpper); }

bool IsCode(std::string_view text) {
  return !text.empty() && text.size() <= 40 && IsUpper(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsUpper(c) || IsDigit(c) || c == '_'; });
}

bool IsConcept(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return IsUpper(c) || IsLower(c) || IsDigit(c) || c == '_' || c == '-';
  });
}

bool IsSunField(std::string_view text) {
  if (!text.empty() && (IsLower(text.back()) || IsUpper(text.back()))) text.remove_suffix(1);
  return IsDigits(text, 1, 3);
}

bool IsEmail(std::string_view text) {
  const size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || text.size() > 254) return false;
  const std::string_view domain = text.substr(at + 1);
  return domain.find('@') == std::string_view::npos && domain.find('.') != std::string_view::npos &&
         domain.front() != '.' && domain.back() != '.' && text.find_first_of(" \t\r\n") == std::string_view::npos;
}

std::string Folded(std::string_view text) {
  std::string folded;
  bool space = false;
  while (!text.empty()) {
    const wint_t point = TakeCodePoint(text);
    if (iswspace_l(point, UnicodeLocale())) {
      space = true;
      continue;
    }
    if (space && !folded.empty()) folded.push_back(' ');
    space = false;
    AppendUtf8(towlower_l(point, UnicodeLocale()), folded);
  }
  return folded;
}

}  // namespace brygga::participant
