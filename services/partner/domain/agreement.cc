#include "services/partner/domain/agreement.h"

#include <algorithm>

#include "common/status/etag.h"
#include "common/status/macros.h"

namespace brygga::partner {
namespace {

// Whole calendar months from `from` to `to`.
int MonthsBetween(Date from, Date to) {
  int months = static_cast<int>((to.year() - from.year()) * 12) + to.month() - from.month();
  while (months > 0 && AddMonths(from, months) > to) --months;
  return std::max(months, 0);
}

// How many days up to and with `day` lie in at least one of `periods`.
int DaysCovered(std::vector<Period> periods, Date day) {
  std::sort(periods.begin(), periods.end(), [](const Period& a, const Period& b) { return a.from < b.from; });
  int days = 0;
  Date next = Date::min();  // The first day not yet counted.
  for (const Period& period : periods) {
    const Date first = std::max(period.from, next);
    const Date last = std::min(period.to, day);
    if (first > last) continue;
    days += static_cast<int>(last - first) + 1;
    next = last + 1;
  }
  return days;
}

}  // namespace

AgreementStatus StatusOn(const Period& period, Date day) {
  if (day < period.from) return AgreementStatus::kUpcoming;
  return day <= period.to ? AgreementStatus::kActive : AgreementStatus::kEnded;
}

std::vector<FieldViolation> Problems(const AgreementTerms& terms, std::string_view path) {
  if (terms.period.to >= terms.period.from) return {};
  return {{std::string(path) + ".valid_to",
           "is before valid_from; it is the last day that the agreement holds, or empty where no end is agreed"}};
}

absl::StatusOr<Agreement> Correct(const Agreement& before, const Correction& correction, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(correction.etag, before.revision, NameOf(before.organisation, before.id)));
  if (correction.terms == before.terms) return before;
  Agreement after = before;
  after.terms = correction.terms;
  after.reason = correction.reason;
  after.recorded_at = std::max(now, before.recorded_at + absl::Microseconds(1));
  ++after.revision;
  return after;
}

PartnershipDuration DurationOn(const Partnership& partnership, Date day) {
  PartnershipDuration duration;
  std::vector<Period> periods;
  Date last = partnership.start_date;
  for (const AgreementTerms& terms : partnership.terms) {
    periods.push_back(terms.period);
    last = std::max(last, terms.period.to);
    if (terms.period.Contains(day)) duration.active_kinds.push_back(terms.kind);
  }
  std::sort(duration.active_kinds.begin(), duration.active_kinds.end());
  duration.active = !duration.active_kinds.empty();
  if (last < day) duration.end_date = last;
  duration.months = MonthsBetween(partnership.start_date, last < day ? last + 1 : day);
  duration.days_covered = DaysCovered(std::move(periods), day);
  return duration;
}

const list::Schema& AgreementSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "kind", .kind = FieldKind::kEnum, .enum_values = AllNames<AgreementKind>()},
      {.name = "valid_from", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
      {.name = "valid_to", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
      {.name = "mentor_seats", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "openings", .kind = FieldKind::kInteger},
  };
  return kSchema;
}

list::Value FieldOf(const Agreement& agreement, std::string_view field) {
  if (field == "kind") return NameOf(agreement.terms.kind);
  if (field == "valid_from") return FormatDate(agreement.terms.period.from);
  if (field == "valid_to") return FormatDate(agreement.terms.period.to);
  if (field == "mentor_seats") return int64_t{agreement.terms.mentor_seats};
  if (field == "openings") return int64_t{agreement.terms.openings};
  return agreement.id.value();
}

const list::Schema& PartnershipSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "display_name", .sortable = Sortable::kYes},
      {.name = "sector", .kind = FieldKind::kEnum, .enum_values = AllNames<Sector>()},
      {.name = "kind", .kind = FieldKind::kEnum, .enum_values = AllNames<OrganisationKind>()},
      {.name = "municipality_code"},
      {.name = "start_date", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value FieldOf(const Partnership& partnership, std::string_view field) {
  if (field == "start_date") return FormatDate(partnership.start_date);
  return FieldOf(partnership.organisation, field);
}

}  // namespace brygga::partner
