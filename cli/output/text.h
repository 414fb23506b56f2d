// Text as a terminal shows it.
#ifndef BRYGGA_CLI_OUTPUT_TEXT_H_
#define BRYGGA_CLI_OUTPUT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace brygga::cli {

// How many columns of a terminal `text` takes: combining marks take none,
// wide characters two. `text` is printable UTF-8.
size_t DisplayWidth(std::string_view text);

// `text` with every control character and broken byte replaced by '?', so that
// a name out of a database can neither colour a terminal nor move its cursor.
std::string Printable(std::string_view text);

// `text`, or as much of its beginning as fits into `width` columns with "…".
std::string Fit(std::string_view text, size_t width);

// `text` in lines of at most `width` columns, broken between words; a longer
// word has a line of its own. At least one line.
std::vector<std::string> Wrapped(std::string_view text, size_t width);

// The same as Printable, except that line feeds stay.
std::string PrintableLines(std::string_view text);

// "1 row", "2 rows".
std::string Count(int64_t n, std::string_view one, std::string_view many);

// `text` as a shell takes it for one word: in quotation marks where it holds
// more than names and keys do.
std::string ShellWord(const std::string& text);

// What follows a table that shows `shown` of `all` things: "… and 5 more pairs
// (--limit 0 shows all)" and a line feed; "" where these are all.
std::string MoreText(int shown, int all, std::string_view things);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_OUTPUT_TEXT_H_
