#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

namespace gv1 = ::brygga::gateway::v1;

struct HomeFlags {
  std::string participant;
  bool allow_partial = false;
};

void HomeOptions(CLI::App& command, HomeFlags& flags) {
  command.add_option("PARTICIPANT", flags.participant, kPersonHelp)->required();
  command.add_flag("--allow-partial", flags.allow_partial,
                   "Show what there is although a service is away; what is missing is named");
}

std::string EnrolmentsTable(const gv1::ParticipantHome& home, size_t columns) {
  Table table({{"Programme"}, {"Cohort"}, {"As"}, {"State"}});
  for (const gv1::HomeEnrolment& enrolment : home.enrolments()) {
    table.Add({enrolment.programme_display_name(), enrolment.cohort_display_name(),
               WordOf(enrolment.enrolment().role()), WordOf(enrolment.enrolment().state())});
  }
  return table.Render(columns);
}

std::string MatchesTable(const gv1::ParticipantHome& home, size_t columns) {
  Table table({{"Matched with"}, {"As"}, {"State"}, {"Answer by"}});
  for (const gv1::HomeMatch& match : home.matches()) {
    const gv1::Person& other = match.counterpart();
    table.Add({other.display_name().empty() ? other.name() : other.display_name(), WordOf(match.side()),
               WordOf(match.match().state()), match.awaits_answer() ? StockholmTime(match.match().expire_time()) : ""});
  }
  return table.Render(columns);
}

std::string RegistrationsTable(const gv1::ParticipantHome& home, size_t columns) {
  Table table({{"Event"}, {"Starts"}, {"State"}, {"Place in line", Align::kRight}});
  for (const gv1::HomeRegistration& registration : home.registrations()) {
    table.Add({registration.title(), StockholmTime(registration.start_time()), WordOf(registration.state()),
               registration.waiting_position() == 0 ? "" : absl::StrCat(registration.waiting_position())});
  }
  return table.Render(columns);
}

std::string ConsentsTable(const gv1::ParticipantHome& home, size_t columns) {
  Table table({{"Consent to"}, {"Notice"}, {"Given"}, {"Withdrawn"}});
  for (const auto& consent : home.consents()) {
    table.Add({WordOf(consent.purpose()), consent.notice().version(), StockholmTime(consent.give_time()),
               StockholmTime(consent.withdraw_time())});
  }
  return table.Render(columns);
}

ExitCode ShowHome(Context& context, const HomeFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  gv1::GetParticipantHomeRequest request;
  BRYGGA_CLI_ASSIGN(const std::string name, FindParticipant(*api, flags.participant));
  request.set_name(name);
  request.set_allow_partial(flags.allow_partial);
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<gv1::GetParticipantHomeResponse>(
                                             "brygga.gateway.v1.GatewayService/GetParticipantHome", request));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  const gv1::ParticipantHome& home = response.home();
  context.out() << Printable(absl::StrCat(home.participant().given_name(), " ", home.participant().family_name()))
                << "\n"
                << home.participant().name() << "\n";
  for (const int section : response.unreachable()) {
    context.out() << "Missing, because a service did not answer: " << WordOf(static_cast<gv1::HomeSection>(section))
                  << "\n";
  }
  if (home.enrolments_size() > 0) context.out() << "\n" << EnrolmentsTable(home, context.columns());
  if (home.matches_size() > 0) context.out() << "\n" << MatchesTable(home, context.columns());
  if (home.registrations_size() > 0) context.out() << "\n" << RegistrationsTable(home, context.columns());
  if (home.consents_size() > 0) context.out() << "\n" << ConsentsTable(home, context.columns());
  return kDone;
}

}  // namespace

void AddHome(const Program& program) {
  AddCommand<HomeFlags>(program, program.app, "home", "Show a participant's own page, in one call through the gateway",
                        "  brygga home A00001\n  brygga home participants/018f… --json", &HomeOptions, &ShowHome);
}

}  // namespace brygga::cli
