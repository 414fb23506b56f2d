#include "cli/app/command_line.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/app/findings.h"
#include "cli/output/error_text.h"
#include "cli/output/text.h"
#include "common/status/error.h"

namespace brygga::cli {
namespace {

constexpr size_t kNameColumn = 28;
constexpr size_t kNear = 2;  // So many letters apart is perhaps a slip.

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  std::vector<const CLI::App*> commands = app.get_subcommands([](const CLI::App*) { return true; });
  std::erase_if(commands, [](const CLI::App* command) { return command->get_name().empty(); });  // Groups of options.
  return commands;
}

CLI::App& Deepest(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands()) {
    if (!command->get_name().empty()) return Deepest(*command);
  }
  return app;
}

// How many letters must change to turn one word into another (Levenshtein).
size_t Apart(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row.back();
}

// "; did you mean show?", or nothing.
std::string Meant(std::string_view word, const std::vector<std::string>& known) {
  std::vector<std::string> near;
  for (const std::string& name : known) {
    if (Apart(word, name) <= kNear || (word.size() > 1 && name.starts_with(word))) near.push_back(name);
  }
  return near.empty() ? "" : absl::StrCat("; did you mean ", absl::StrJoin(near, " or "), "?");
}

std::vector<std::string> OptionsOf(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options([](const CLI::Option*) { return true; })) {
      if (option->get_name() == "--help") continue;  // Never what was meant, and in every one of them.
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string KindOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.starts_with("INT") ? "a whole number" : type.starts_with("FLOAT") ? "a number" : type;
}

// What stands behind an option's name: " TEXT", " NUMBER=10"; a flag has nothing.
std::string ValueText(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type.empty()) return "";
  const bool is_number = type.starts_with("INT") || type.starts_with("UINT") || type.starts_with("FLOAT");
  const std::string preset = option.get_default_str();
  return absl::StrCat(" ",
                      is_number                 ? "NUMBER"
                      : type.ends_with(":FILE") ? "FILE"
                                                : "TEXT",
                      preset.empty() ? "" : "=", preset,
                      option.get_expected_max() == CLI::detail::expected_max_vector_size ? " ..." : "");
}

// An option's description, and what else there is to know before giving it.
std::string DescriptionText(const CLI::Option& option) {
  std::vector<std::string> notes;
  if (option.get_required() && !option.get_positional()) notes.emplace_back("required");
  if (!option.get_envname().empty()) notes.push_back("or $" + option.get_envname());
  for (const CLI::Option* other : option.get_needs()) notes.push_back("with " + other->get_name());
  const std::string& text = option.get_description();
  return notes.empty() ? text : absl::StrCat(text, " (", absl::StrJoin(notes, ", "), ")");
}

class Faults {
 public:
  explicit Faults(CLI::App& app) : command_(Deepest(app)) {
    for (CLI::App* part = &command_; part != nullptr; part = part->get_parent()) Judge(*part);
    JudgeRest(app.remaining(/*recurse=*/true));
  }

  std::vector<FieldViolation>& fields() { return fields_; }

 private:
  void Judge(CLI::App& part) {
    for (CLI::Option* option : part.get_options([](const CLI::Option*) { return true; })) {
      if (option->get_name() == "--help") continue;
      option->count() > 0 ? Read(*option) : Miss(*option);
    }
  }

  void Miss(const CLI::Option& option) {
    if (!option.get_required()) return;
    fields_.push_back({option.get_name(), absl::StrCat("is missing. ", option.get_description())});
  }

  void Read(CLI::Option& option) {
    const std::string given = absl::StrCat(option.get_name(), " ", absl::StrJoin(option.results(), " "));
    try {
      option.run_callback();
    } catch (const CLI::ConversionError&) {
      fields_.push_back({given, absl::StrCat("give ", KindOf(option))});
    } catch (const CLI::ValidationError& error) {
      const std::string_view text = error.what();
      const size_t colon = text.find(": ");
      fields_.push_back(
          {option.get_name(), std::string(colon == std::string_view::npos ? text : text.substr(colon + 2))});
    } catch (const CLI::Error& error) {
      fields_.push_back({given, error.what()});
    }
  }

  void JudgeRest(const std::vector<std::string>& rest) {
    std::vector<std::string> commands;
    for (const CLI::App* command : CommandsOf(command_)) commands.push_back(command->get_name());
    bool is_told = false;
    for (const std::string& word : rest) {
      const bool is_option = word.starts_with("-");
      if (!is_option && !commands.empty() && !std::exchange(is_told, true)) {
        fields_.push_back({word, absl::StrCat("is no command of `", CommandOf(command_), "`", Meant(word, commands))});
      } else if (is_option) {
        fields_.push_back({word, absl::StrCat("is not known here", Meant(word, OptionsOf(command_)))});
      } else if (commands.empty()) {
        fields_.push_back({word, absl::StrCat("is one more than `", CommandOf(command_), "` takes")});
      }
    }
    if (!commands.empty() && !is_told) {
      fields_.push_back({"COMMAND", absl::StrCat("say what to do: ", absl::StrJoin(commands, ", "))});
    }
  }

  CLI::App& command_;
  std::vector<FieldViolation> fields_;
};

// Up to and with the first full stop or colon that ends a sentence, without it.
std::string FirstSentence(const std::string& text) {
  size_t end = text.find('\n');
  for (const char* const stop : {". ", ".\n"}) end = std::min(end, text.find(stop));
  std::string first = text.substr(0, end);
  if (first.ends_with('.')) first.pop_back();
  return first;
}

// `text` in lines of at most `width` columns; lines that begin with a blank are
// examples and stay whole.
std::vector<std::string> Paragraphs(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  for (size_t from = 0; from <= text.size();) {
    const size_t end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    if (line.empty() || line.front() == ' ') {
      lines.push_back(line);
    } else {
      for (std::string& part : Wrapped(line, width)) lines.push_back(std::move(part));
    }
    from = end + 1;
  }
  return lines;
}

}  // namespace

absl::Status UsageErrorOf(CLI::App& app, const CLI::ParseError& error) {
  std::vector<FieldViolation> fields;
  // Where a value is missing nothing behind it was read.
  if (error.get_name() != "ArgumentMismatch") fields = std::move(Faults(app).fields());
  if (fields.empty()) fields.push_back({absl::StrCat("`", CommandOf(app), "`"), error.what()});
  std::string message = absl::StrJoin(fields, "; ", [](std::string* out, const FieldViolation& field) {
    absl::StrAppend(out, field.field, ": ", field.description);
  });
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {.reason = std::string(kCommandLine), .fields = std::move(fields)});
}

std::string CommandOf(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    if (!command->get_name().empty()) return CommandOf(*command);
  }
  std::string name = app.get_name();
  for (const CLI::App* parent = app.get_parent(); parent != nullptr; parent = parent->get_parent()) {
    if (!parent->get_name().empty()) name = absl::StrCat(parent->get_name(), " ", name);
  }
  return name;
}

HelpFormatter::HelpFormatter(size_t width) : width_(width) {
  column_width(kNameColumn);
  label("SUBCOMMAND", "COMMAND");
  label("Positionals", "Arguments");
}

std::string HelpFormatter::Entry(const std::string& name, const std::string& text) const {
  const std::vector<std::string> lines = Paragraphs(text, width_ - kNameColumn);
  const std::string indent(kNameColumn, ' ');
  std::string entry = "  " + name;
  const size_t taken = DisplayWidth(entry);
  if (lines.empty()) return entry + "\n";
  entry += taken + 2 > kNameColumn ? "\n" + indent : std::string(kNameColumn - taken, ' ');
  return absl::StrCat(entry, absl::StrJoin(lines, "\n" + indent), "\n");
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  return "\n" + CLI::Formatter::make_usage(app, std::move(name));
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return Entry(command->get_name(), FirstSentence(command->get_description()));
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return absl::StrCat(absl::StrJoin(Paragraphs(app->get_description(), width_), "\n"), "\n");
}

std::string HelpFormatter::make_footer(const CLI::App* app) const {
  return absl::StrCat(absl::StrJoin(Paragraphs(app->get_footer(), width_), "\n"), "\n");
}

// Of a nameless group of options: what they have in common, above them.
std::string HelpFormatter::make_expanded(const CLI::App* app) const {
  if (!app->get_name().empty()) return CLI::Formatter::make_expanded(app);
  std::string text = absl::StrCat("\n", app->get_description(), ":\n");
  for (const CLI::Option* option : app->get_options([](const CLI::Option*) { return true; })) {
    if (option->get_name() != "--help") text += make_option(option, /*is_positional=*/false);
  }
  return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  const std::string name = make_option_name(option, is_positional);
  return Entry(absl::StrCat(name, is_positional ? "" : ValueText(*option)), DescriptionText(*option));
}

}  // namespace brygga::cli
