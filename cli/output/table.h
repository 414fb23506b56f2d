// Tables for people.
#ifndef BRYGGA_CLI_OUTPUT_TABLE_H_
#define BRYGGA_CLI_OUTPUT_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace brygga::cli {

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string heading;
  Align align = Align::kLeft;
  size_t max_width = 60;  // Of a terminal's columns; longer cells go on in the next line.
};

// Rows of cells under headings, aligned by what a terminal shows and not by
// bytes, so that å, ä and ö stand straight. Not thread-safe.
class Table {
 public:
  explicit Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  // Adds a row; as many cells as there are columns. Control characters in them
  // become '?', and an empty cell is shown as "–".
  void Add(std::vector<std::string> cells);

  size_t rows() const { return rows_.size(); }

  // The table, each line ended by a line feed and without spaces at its end. For
  // a terminal of so many columns, cells with blanks in them are wrapped until it
  // fits; 0: for a file or a pipe, one line a row and nothing wrapped.
  std::string Render(size_t terminal_columns) const;

 private:
  std::vector<size_t> Widths(size_t terminal_columns) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_OUTPUT_TABLE_H_
