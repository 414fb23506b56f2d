#include "common/rpc/formats.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/ids/uuid.h"
#include "common/time/local_time.h"

namespace brygga::rpc {
namespace {

namespace v1 = ::brygga::common::v1;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsAlnum(char c) { return IsDigit(c) || IsLower(c) || IsUpper(c); }

template <typename Is>
bool All(std::string_view text, size_t least, size_t most, Is is) {
  return text.size() >= least && text.size() <= most && std::all_of(text.begin(), text.end(), is);
}

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  while (true) {
    const size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    const auto is_label_char = [](char c) { return IsAlnum(c) || c == '-' || static_cast<unsigned char>(c) >= 0x80; };
    if (!All(label, 1, 63, is_label_char) || label.front() == '-' || label.back() == '-') return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool IsEmail(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const std::string_view local = text.substr(0, at), host = text.substr(at + 1);
  const auto is_local = [](char c) {
    return IsAlnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  };
  return All(local, 1, 64, is_local) && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos && IsHostName(host) && host.find('.') != std::string_view::npos;
}

bool IsUrl(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.substr(0, scheme.size()) != scheme) continue;
    const std::string_view rest = text.substr(scheme.size());
    std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    if (const size_t colon = host.rfind(':'); colon != std::string_view::npos) {
      if (!All(host.substr(colon + 1), 1, 5, IsDigit)) return false;
      host = host.substr(0, colon);
    }
    const bool printable = std::all_of(rest.begin(), rest.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
    return text.size() <= 2048 && printable && IsHostName(host);
  }
  return false;
}

bool IsOrganisationNumber(std::string_view text) {
  if (text.size() != 10 && !(text.size() == 11 && text[6] == '-')) return false;
  int sum = 0, position = 0;
  for (const char c : text) {
    if (c == '-') continue;
    if (!IsDigit(c)) return false;
    const int digit = (c - '0') * (position++ % 2 == 0 ? 2 : 1);
    sum += digit / 10 + digit % 10;
  }
  return position == 10 && sum % 10 == 0;
}

bool IsPhone(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto digits = std::count_if(text.begin(), text.end(), IsDigit);
  return digits >= 5 && All(text, 5, 20, [](char c) { return IsDigit(c) || c == ' ' || c == '-'; });
}

bool IsSunField(std::string_view text) {
  if (!text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return All(text, 1, 3, IsDigit);
}

bool IsSni(std::string_view text) {
  return text.size() == 1 ? text[0] >= 'A' && text[0] <= 'U' : All(text, 2, 2, IsDigit);
}

bool IsCode(std::string_view text) {
  return All(text, 1, 64, [](char c) { return IsUpper(c) || IsDigit(c) || c == '_'; }) && IsUpper(text.front());
}

}  // namespace

bool HasFormat(std::string_view text, v1::Format format) {
  switch (format) {
    case v1::FORMAT_UUID:
      return IsUuid(text);
    case v1::FORMAT_DATE:
      return ParseDate(text).ok();
    case v1::FORMAT_LOCAL_TIME:
      return ParseLocalTime(text).ok();
    case v1::FORMAT_TIME_ZONE:
      return LoadZone(text).ok();
    case v1::FORMAT_EMAIL:
      return IsEmail(text);
    case v1::FORMAT_COUNTRY:
      return All(text, 2, 2, IsUpper);
    case v1::FORMAT_LANGUAGE:
      return All(text, 2, 3, IsLower);
    case v1::FORMAT_MUNICIPALITY:
    case v1::FORMAT_SSYK4:
      return All(text, 4, 4, IsDigit);
    case v1::FORMAT_SUN_LEVEL:
      return All(text, 1, 3, IsDigit);
    case v1::FORMAT_SUN_FIELD:
      return IsSunField(text);
    case v1::FORMAT_SNI:
      return IsSni(text);
    case v1::FORMAT_ORGANISATION_NUMBER:
      return IsOrganisationNumber(text);
    case v1::FORMAT_CODE:
      return IsCode(text);
    case v1::FORMAT_CONCEPT:
      return All(text, 1, 40, [](char c) { return IsAlnum(c) || c == '_' || c == '-'; });
    case v1::FORMAT_URL:
      return IsUrl(text);
    case v1::FORMAT_PHONE:
      return IsPhone(text);
    default:
      return true;
  }
}

std::string_view FormatHelp(v1::Format format) {
  switch (format) {
    case v1::FORMAT_UUID:
      return "must be a UUID of 36 characters";
    case v1::FORMAT_DATE:
      return "must be a date, YYYY-MM-DD";
    case v1::FORMAT_LOCAL_TIME:
      return "must be a local time, YYYY-MM-DDThh:mm:ss";
    case v1::FORMAT_TIME_ZONE:
      return "must be an IANA time zone such as Europe/Stockholm";
    case v1::FORMAT_EMAIL:
      return "must be an e-mail address";
    case v1::FORMAT_COUNTRY:
      return "must be an ISO 3166-1 country code of two upper-case letters";
    case v1::FORMAT_LANGUAGE:
      return "must be a language code of two or three lower-case letters";
    case v1::FORMAT_MUNICIPALITY:
      return "must be a municipality code of four digits";
    case v1::FORMAT_SSYK4:
      return "must be an SSYK 2012 code of four digits";
    case v1::FORMAT_SUN_LEVEL:
      return "must be a SUN 2020 level of one to three digits";
    case v1::FORMAT_SUN_FIELD:
      return "must be a SUN 2020 field of one to three digits, a letter may follow";
    case v1::FORMAT_SNI:
      return "must be an SNI 2007 section (A to U) or division (two digits)";
    case v1::FORMAT_ORGANISATION_NUMBER:
      return "must be an organisation number NNNNNN-NNNC with a right check digit";
    case v1::FORMAT_CODE:
      return "must be a code of upper-case letters, digits and underscores that begins with a letter";
    case v1::FORMAT_CONCEPT:
      return "must be a concept id: 1 to 40 letters, digits, '_' and '-'";
    case v1::FORMAT_URL:
      return "must be an http or https URL";
    case v1::FORMAT_PHONE:
      return "must be a telephone number: digits, spaces, '-' and a leading '+', 5 to 20";
    default:
      return "is malformed";
  }
}

}  // namespace brygga::rpc
