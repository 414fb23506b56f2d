#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/find_place.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::participant::v1;

// A programme and its rules, as files describe them.
struct Definition {
  v1::Programme programme;
  v1::RuleSet rules;
};

absl::Status ReadPart(const nlohmann::json& file, const char* part, google::protobuf::Message& message) {
  if (!file.contains(part)) return UsageError("FILE", absl::StrCat("has no \"", part, "\""));
  const auto parsed = google::protobuf::util::JsonStringToMessage(file[part].dump(), &message);
  if (parsed.ok()) return absl::OkStatus();
  return UsageError("FILE", absl::StrCat("\"", part, "\": ", parsed.message().ToString()));
}

absl::StatusOr<Definition> ReadDefinition(const std::string& path) {
  std::ifstream file(path);
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return UsageError("FILE", absl::StrCat(path, " is not JSON"));
  Definition definition;
  BRYGGA_RETURN_IF_ERROR(ReadPart(json, "programme", definition.programme));
  BRYGGA_RETURN_IF_ERROR(ReadPart(json, "ruleSet", definition.rules));
  return definition;
}

struct CreateFlags {
  std::string file, operator_name, display_name;
};

void CreateOptions(CLI::App& command, CreateFlags& flags) {
  command.add_option("FILE", flags.file, "JSON with \"programme\" and \"ruleSet\", such as data/rules/vocational.json")
      ->required()
      ->check(CLI::ExistingFile);
  command
      .add_option("--operator", flags.operator_name,
                  "The organisation that runs it: organisations/…, or what people call it")
      ->required();
  command.add_option("--name", flags.display_name, "What people call it; else what the file says");
}

ExitCode CreateProgramme(Context& context, const CreateFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found({{"programme.operator", "--operator"}, {"programme.display_name", "--name"}});
  const Definition definition = found.Of("FILE", ReadDefinition(flags.file));
  v1::CreateProgrammeRequest request;
  *request.mutable_programme() = definition.programme;
  request.mutable_programme()->set_operator_(found.Of("--operator", FindOrganisation(*api, flags.operator_name)));
  if (!flags.display_name.empty()) request.mutable_programme()->set_display_name(flags.display_name);
  request.set_request_id(NewRequestId());
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
  BRYGGA_CLI_ASSIGN(const auto created, found.Call<v1::CreateProgrammeResponse>(
                                            *api, "brygga.participant.v1.ProgrammeService/CreateProgramme", request));
  v1::CreateRuleSetRequest rules;
  rules.set_parent(created.programme().name());
  *rules.mutable_rule_set() = definition.rules;
  rules.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto ruled, api->Call<v1::CreateRuleSetResponse>(
                                          "brygga.participant.v1.ProgrammeService/CreateRuleSet", rules));
  v1::Programme programme = created.programme();
  programme.set_rule_set(ruled.rule_set().name());
  context.json ? context.PrintJson(programme) : void(context.out() << programme.name() << "\n");
  return kDone;
}

struct NoFlags {};

ExitCode ListProgrammes(Context& context, const NoFlags&) {
  v1::ListProgrammesRequest request;
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto all, api->All<v1::ListProgrammesResponse>(
                                        "brygga.participant.v1.ProgrammeService/ListProgrammes", request));
  Table table({{"Programme"}, {"Kind"}, {"Rules"}, {"Name"}});
  for (const v1::Programme& programme : all.programmes()) {
    const std::string version = programme.rule_set().substr(programme.rule_set().rfind('/') + 1);
    table.Add({programme.display_name(), WordOf(programme.kind()),
               programme.rule_set().empty() ? "" : absl::StrCat("version ", version), programme.name()});
  }
  context.json ? context.PrintJson(all) : context.PrintTable(table, "There is no programme that you may see.");
  return kDone;
}

struct RulesFlags {
  std::string programme;
};

ExitCode ShowRules(Context& context, const RulesFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const v1::Programme programme, FindProgramme(*api, flags.programme));
  if (programme.rule_set().empty()) {
    context.out() << programme.display_name() << " has no rules: everybody is eligible.\n";
    return kDone;
  }
  v1::GetRuleSetRequest request;
  request.set_name(programme.rule_set());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::GetRuleSetResponse>("brygga.participant.v1.ProgrammeService/GetRuleSet", request));
  Table table({{"Asked of"}, {"Criterion"}, {"What it says", Align::kLeft, 100}});
  for (const v1::Criterion& criterion : response.rule_set().criteria()) {
    table.Add({WordOf(criterion.role()), criterion.code(), criterion.description()});
  }
  context.json ? context.PrintJson(response.rule_set()) : void(context.out() << table.Render(context.columns()));
  return kDone;
}

}  // namespace

void AddProgramme(const Program& program) {
  CLI::App& group = *AddGroup(program.app, "programme", "Programmes, and the rules of who may take part",
                              "  brygga programme create data/rules/vocational.json --operator \"Mötesplats Mentor\"\n"
                              "  brygga programme list\n"
                              "  brygga programme rules vocational");
  AddCommand<CreateFlags>(program, group, "create", "Create a programme with its eligibility rules and print its name",
                          "  brygga programme create data/rules/vocational.json --operator organisations/018f…",
                          &CreateOptions, &CreateProgramme);
  AddCommand<NoFlags>(
      program, group, "list", "List the programmes that you may see", "  brygga programme list",
      [](CLI::App&, NoFlags&) {}, &ListProgrammes);
  AddCommand<RulesFlags>(
      program, group, "rules", "Show who may take part", "  brygga programme rules vocational",
      [](CLI::App& command, RulesFlags& flags) {
        command.add_option("PROGRAMME", flags.programme, "Its name, what people call it, or its kind")->required();
      },
      &ShowRules);
}

}  // namespace brygga::cli
