#include "cli/csv/inspect.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "cli/csv/utf8.h"
#include "common/status/check.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

constexpr absl::string_view kHowToSave =
    "Save it again as UTF-8: in Excel choose \"CSV UTF-8 (comma delimited)\", in LibreOffice \"Text CSV\" with "
    "character set \"Unicode (UTF-8)\".";

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    BRYGGA_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void Add(std::string_view bytes) { BRYGGA_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }

  std::string Hex() {
    std::array<unsigned char, 32> digest;
    BRYGGA_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// UTF-16 and UTF-32 begin with a mark, or show a NUL beside the first letter.
absl::Status CheckStart(std::string_view start) {
  const auto begins = [&](std::string_view mark) { return start.substr(0, mark.size()) == mark; };
  const bool nul_beside_letter = start.size() >= 2 && (start[0] == '\0') != (start[1] == '\0');
  if (begins("\xFF\xFE") || begins("\xFE\xFF") || begins(std::string_view("\0\0\xFE\xFF", 4)) || nul_beside_letter) {
    return absl::InvalidArgumentError(absl::StrCat("The file is UTF-16, not UTF-8. ", kHowToSave));
  }
  return absl::OkStatus();
}

absl::Status WrongByte(int64_t line, int64_t character, unsigned char byte) {
  if (byte == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Line ", line, ", character ", character, " is a NUL: this is not a text file."));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("Line ", line, ", character ", character, " (byte 0x", absl::Hex(byte, absl::kZeroPad2),
                   ") is not UTF-8; the file is probably Latin-1 or Windows-1252. ", kHowToSave));
}

}  // namespace

absl::StatusOr<Inspection> Inspect(std::istream& input) {
  Inspection found;
  Sha256 digest;
  Utf8Check check;
  std::array<char, 64 * 1024> buffer;
  int64_t line = 1;
  int64_t character = 0;
  unsigned char first = 0;  // Of this character's bytes.
  char last = '\n';
  while (input.read(buffer.data(), buffer.size()), input.gcount() > 0) {
    const std::string_view piece(buffer.data(), static_cast<size_t>(input.gcount()));
    if (found.bytes == 0) {
      BRYGGA_RETURN_IF_ERROR(CheckStart(piece));
      found.has_bom = piece.substr(0, kUtf8Bom.size()) == kUtf8Bom;
    }
    for (const char c : piece) {
      const auto byte = static_cast<unsigned char>(c);
      if (check.complete()) {
        ++character;
        first = byte;
      }
      if (byte == 0 || !check.Add(byte)) return WrongByte(line, character, first);
      if (c == '\n') {
        ++line;
        character = 0;
      }
    }
    digest.Add(piece);
    found.bytes += static_cast<int64_t>(piece.size());
    last = piece.back();
  }
  if (found.bytes == 0) return absl::InvalidArgumentError("The file is empty: its first line must name the columns.");
  if (!check.complete()) return WrongByte(line, character, first);
  found.lines = last == '\n' ? line - 1 : line;
  found.digest = digest.Hex();
  return found;
}

}  // namespace brygga::cli
