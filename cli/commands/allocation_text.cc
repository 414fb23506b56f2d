#include "cli/commands/allocation_text.h"

#include "absl/strings/str_cat.h"
#include "cli/app/words.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace brygga::cli {

namespace v1 = ::brygga::matching::v1;

std::string DrawText(const v1::Allocation& allocation) {
  if (allocation.draw_state() == v1::DRAW_STATE_UNSPECIFIED) return "No draw has been committed to.\n";
  return absl::StrCat("The draw is ", WordOf(allocation.draw_state()),
                      "; SHA-256 of its seed: ", allocation.seed_hash(), "\n");
}

std::string ResultText(const v1::Allocation& allocation) {
  const v1::AllocationStatistics& figures = allocation.statistics();
  std::string text = absl::StrCat(
      figures.placed(), " of ", Count(figures.eligible(), "eligible applicant", "eligible applicants"), " placed in ",
      Count(figures.seats(), "seat", "seats"), " of ", Count(figures.openings(), "opening", "openings"), ", ",
      figures.first_choice(), " of them in their first choice; ", figures.reserves(), " on the reserve list, ",
      figures.applicants() - figures.eligible(), " may have nothing of what they chose.\n");
  absl::StrAppend(&text, allocation.certified() ? "Certified by a checker of its own.\n" : "Not certified.\n");
  return text;
}

std::string AllocationText(const v1::Allocation& allocation) {
  std::string text =
      absl::StrCat(allocation.name(), "\n", allocation.display_name(), " is ", WordOf(allocation.state()), ": ",
                   Count(allocation.opening_count(), "opening", "openings"), ", ",
                   Count(allocation.application_count(), "application", "applications"), ".\n");
  if (!allocation.failure_reason().empty()) {
    absl::StrAppend(&text, "It did not go through (", allocation.failure_reason(),
                    "): ", Printable(allocation.failure_detail()), "\n");
  }
  absl::StrAppend(&text, DrawText(allocation));
  if (allocation.has_statistics()) absl::StrAppend(&text, ResultText(allocation));
  return text;
}

std::string GroupsText(const v1::Allocation& allocation, size_t columns) {
  if (allocation.groups_size() == 0) return "";
  Table table({{"Group"}, {"Eligible", Align::kRight}, {"Placed", Align::kRight}, {"Reserved seats", Align::kRight}});
  for (const v1::GroupFigure& figure : allocation.groups()) {
    table.Add({figure.group().empty() ? "none of these" : figure.group(), absl::StrCat(figure.eligible()),
               absl::StrCat(figure.placed()), absl::StrCat(figure.reserved())});
  }
  return "\n" + table.Render(columns);
}

void PrintAllocation(Context& context, const v1::Allocation& allocation) {
  context.json ? context.PrintJson(allocation) : void(context.out() << AllocationText(allocation));
}

}  // namespace brygga::cli
