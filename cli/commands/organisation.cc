#include "absl/strings/str_cat.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::partner::v1;

struct CreateFlags {
  std::string name, number, sector, kind, industry, municipality;
};

void CreateOptions(CLI::App& command, CreateFlags& flags) {
  command.add_option("NAME", flags.name, "What people call it")->required();
  command.add_option("--sector", flags.sector, WordsOf(*v1::Sector_descriptor()))->required();
  command.add_option("--kind", flags.kind, WordsOf(*v1::OrganisationKind_descriptor()))->required();
  command.add_option("--number", flags.number, "Organisation number, NNNNNN-NNNN");
  command.add_option("--industry", flags.industry, "SNI 2007 section or division");
  command.add_option("--municipality", flags.municipality, "Municipality code, four digits");
}

ExitCode CreateOrganisation(Context& context, const CreateFlags& flags) {
  v1::CreateOrganisationRequest request;
  v1::Organisation& organisation = *request.mutable_organisation();
  organisation.set_display_name(flags.name);
  organisation.set_organisation_number(flags.number);
  organisation.set_industry(flags.industry);
  organisation.set_municipality_code(flags.municipality);
  Findings found({{"organisation.display_name", "NAME"},
                  {"organisation.sector", "--sector"},
                  {"organisation.kind", "--kind"},
                  {"organisation.organisation_number", "--number"},
                  {"organisation.industry", "--industry"},
                  {"organisation.municipality_code", "--municipality"}});
  organisation.set_sector(found.Of("--sector", ParseWord<v1::Sector>(flags.sector)));
  organisation.set_kind(found.Of("--kind", ParseWord<v1::OrganisationKind>(flags.kind)));
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto response, found.Call<v1::CreateOrganisationResponse>(
                                             *api, "brygga.partner.v1.PartnerService/CreateOrganisation", request));
  context.json ? context.PrintJson(response.organisation())
               : void(context.out() << response.organisation().name() << "\n");
  return kDone;
}

struct ListFlags {
  std::string filter;
};

void ListOptions(CLI::App& command, ListFlags& flags) {
  command.add_option("--filter", flags.filter, "Conditions, such as: sector = PUBLIC AND display_name:stad");
}

ExitCode ListOrganisations(Context& context, const ListFlags& flags) {
  v1::ListOrganisationsRequest request;
  request.set_filter(flags.filter);
  request.set_order_by("display_name");
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto all, api->All<v1::ListOrganisationsResponse>(
                                        "brygga.partner.v1.PartnerService/ListOrganisations", request));
  Table table({{"Organisation"}, {"Kind"}, {"Sector"}, {"Municipality"}, {"Employees", Align::kRight}, {"Name"}});
  for (const v1::Organisation& organisation : all.organisations()) {
    table.Add({organisation.display_name(), WordOf(organisation.kind()), WordOf(organisation.sector()),
               organisation.municipality_code(),
               organisation.employees() == 0 ? "" : absl::StrCat(organisation.employees()), organisation.name()});
  }
  context.json ? context.PrintJson(all) : context.PrintTable(table, "There is no such organisation.");
  return kDone;
}

}  // namespace

void AddOrganisation(const Program& program) {
  CLI::App& group =
      *AddGroup(program.app, "organisation", "Organisations: those that run programmes, and their partners",
                "  brygga organisation create \"Mötesplats Mentor\" --sector civil-society --kind association\n"
                "  brygga organisation list");
  AddCommand<CreateFlags>(program, group, "create", "Create an organisation and print its name",
                          "  brygga organisation create \"Norrköpings kommun\" --sector public --kind municipality "
                          "--municipality 0581",
                          &CreateOptions, &CreateOrganisation);
  AddCommand<ListFlags>(program, group, "list", "List organisations",
                        "  brygga organisation list\n"
                        "  brygga organisation list --filter 'sector = PUBLIC AND display_name:region'",
                        &ListOptions, &ListOrganisations);
}

}  // namespace brygga::cli
