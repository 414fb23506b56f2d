// Importing a file, whatever its rows are.
#ifndef BRYGGA_CLI_COMMANDS_IMPORT_FILE_H_
#define BRYGGA_CLI_COMMANDS_IMPORT_FILE_H_

#include <CLI/CLI.hpp>
#include <string>

#include "cli/app/context.h"
#include "cli/app/findings.h"
#include "cli/import/importer.h"

namespace brygga::cli {

struct FileFlags {
  std::string file;
  std::string source = "sample";
  bool dry_run = false;
  bool all_rows = false;
};

// FILE, which `what` describes, and the options of every import.
void FileOptions(CLI::App& command, FileFlags& flags, const std::string& what);

// Imports the file with a bar, prints the report and gives the code to end with.
// Ctrl-C ends it behind the batch that is under way. `found` knows which argument
// fills which field of the request.
ExitCode ImportFile(Context& context, const FileFlags& flags, Importer& importer, const Findings& found);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_COMMANDS_IMPORT_FILE_H_
