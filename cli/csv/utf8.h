// UTF-8 (RFC 3629), byte by byte.
#ifndef BRYGGA_CLI_CSV_UTF8_H_
#define BRYGGA_CLI_CSV_UTF8_H_

#include <string_view>

namespace brygga::cli {

inline constexpr std::string_view kUtf8Bom = "\xEF\xBB\xBF";

// Follows a stream of bytes and notices the first that cannot stand where it
// does: overlong forms, surrogates and code points above U+10FFFF included.
// Not thread-safe.
class Utf8Check {
 public:
  // False where `byte` is wrong here; the check is of no use afterwards.
  bool Add(unsigned char byte) {
    if (awaited_ > 0) {
      if (byte < low_ || byte > high_) return false;
      --awaited_;
      low_ = 0x80, high_ = 0xBF;
      return true;
    }
    if (byte < 0x80) return true;
    if (byte < 0xC2 || byte > 0xF4) return false;
    awaited_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    if (byte == 0xE0) low_ = 0xA0;
    if (byte == 0xED) high_ = 0x9F;
    if (byte == 0xF0) low_ = 0x90;
    if (byte == 0xF4) high_ = 0x8F;
    return true;
  }

  // True between two characters.
  bool complete() const { return awaited_ == 0; }

 private:
  int awaited_ = 0;
  unsigned char low_ = 0x80;
  unsigned char high_ = 0xBF;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_CSV_UTF8_H_
