#include "services/partner/store/fake_partner_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/domain/errors.h"

namespace brygga::partner {
namespace {

// Answers `query` from those of `items` that satisfy `wanted`.
template <typename T, typename Wanted>
list::Page<T> PageOf(const auto& items, const list::ListQuery& query, const Wanted& wanted) {
  std::vector<T> chosen;
  for (const auto& [id, item] : items) {
    if (wanted(item)) chosen.push_back(item);
  }
  return list::Apply(std::move(chosen), query,
                     [](const T& item, std::string_view field) { return FieldOf(item, field); });
}

}  // namespace

// --- What a database would hold ---

const Agreement* FakePartnerStore::State::Believed(const std::vector<Agreement>& versions,
                                                   std::optional<absl::Time> known_at) {
  const auto believed = std::find_if(versions.rbegin(), versions.rend(), [&](const Agreement& version) {
    return !known_at || version.recorded_at <= *known_at;
  });
  return believed == versions.rend() ? nullptr : &*believed;
}

bool FakePartnerStore::State::Belongs(const Organisation& organisation, const OrganisationScope& scope) const {
  return scope.network.empty() || std::any_of(memberships.begin(), memberships.end(), [&](const auto& entry) {
           const Membership& membership = entry.second;
           return membership.organisation == organisation.id && membership.network == scope.network &&
                  (!scope.membership_kind || membership.kind == *scope.membership_kind) &&
                  membership.period.Contains(scope.as_of);
         });
}

list::Page<Organisation> FakePartnerStore::State::List(const OrganisationScope& scope,
                                                       const list::ListQuery& query) const {
  return PageOf<Organisation>(organisations, query, [&](const Organisation& item) { return Belongs(item, scope); });
}

absl::Status FakePartnerStore::State::CheckUnique(const Organisation& organisation) const {
  for (const auto& [id, other] : organisations) {
    if (id == organisation.id) continue;
    if (organisation.external_ref && other.external_ref == organisation.external_ref) return ExternalRefTaken(id);
    if (!organisation.organisation_number.empty() && !organisation.IsUnit() && !other.IsUnit() &&
        other.organisation_number == organisation.organisation_number) {
      return OrganisationNumberTaken(id);
    }
  }
  return absl::OkStatus();
}

std::vector<Agreement> FakePartnerStore::State::Overlapping(const OrganisationId& organisation,
                                                            const OrganisationId& operator_id,
                                                            const AgreementTerms& terms) const {
  std::vector<Agreement> overlapping;
  for (const auto& [id, versions] : agreements) {
    const Agreement& other = versions.back();
    if (other.organisation == organisation && other.operator_id == operator_id && other.terms.kind == terms.kind &&
        other.terms.period.Overlaps(terms.period)) {
      overlapping.push_back(other);
    }
  }
  return overlapping;
}

absl::Status FakePartnerStore::State::CheckOverlap(const Agreement& agreement) const {
  for (const Agreement& other : Overlapping(agreement.organisation, agreement.operator_id, agreement.terms)) {
    if (other.id != agreement.id) return AgreementOverlaps(agreement.organisation, other.id);
  }
  return absl::OkStatus();
}

absl::Status FakePartnerStore::State::CheckEmail(const ContactPerson& person) const {
  for (const auto& [id, other] : contacts) {
    if (id != person.id && other.organisation == person.organisation && !person.email.empty() &&
        EmailKey(other.email) == EmailKey(person.email)) {
      return ContactEmailTaken(person.organisation, id);
    }
  }
  return absl::OkStatus();
}

Known FakePartnerStore::State::KnownOf(const ImportRow& row, const OrganisationId& operator_id) const {
  Known known;
  for (const auto& [id, other] : organisations) {
    if (other.external_ref == row.organisation.external_ref) known.by_ref = other;
    if (!row.organisation.organisation_number.empty() && !other.IsUnit() &&
        other.organisation_number == row.organisation.organisation_number) {
      known.by_number = other;
    }
  }
  if (!known.by_ref) return known;
  if (row.terms) known.overlapping = Overlapping(known.by_ref->id, operator_id, *row.terms);
  known.has_contact = std::any_of(contacts.begin(), contacts.end(), [&](const auto& entry) {
    return entry.second.organisation == known.by_ref->id && EmailKey(entry.second.email) == EmailKey(row.contact_email);
  });
  return known;
}

absl::StatusOr<std::vector<ContactPerson>> FakePartnerStore::State::RecordsOf(const OrganisationId& organisation,
                                                                              const ContactPersonId& id) const {
  const auto found = contacts.find(id);
  if (found == contacts.end() || found->second.organisation != organisation) return NotFound(NameOf(organisation, id));
  std::vector<ContactPerson> records = {found->second};
  for (const auto& [other_id, other] : contacts) {
    if (other_id != id && !other.email.empty() && EmailKey(other.email) == EmailKey(found->second.email)) {
      records.push_back(other);
    }
  }
  return records;
}

void FakePartnerStore::State::Apply(const ImportPlan& plan, FakeLedger& ledger) {
  if (const auto& created = plan.create) {
    organisations[created->id] = *created;
    ledger.Changed(NameOf(created->id), ChangeKind::kCreated, 1);
  }
  if (const auto& updated = plan.update) {
    organisations[updated->id] = *updated;
    ledger.Changed(NameOf(updated->id), ChangeKind::kUpdated, updated->revision);
  }
  if (const auto& created = plan.create_agreement) {
    agreements[created->id] = {*created};
    ledger.Changed(NameOf(created->organisation, created->id), ChangeKind::kCreated, 1);
  }
  if (const auto& corrected = plan.correct_agreement) {
    agreements[corrected->id].push_back(*corrected);
    ledger.Changed(NameOf(corrected->organisation, corrected->id), ChangeKind::kUpdated, corrected->revision);
  }
  if (const auto& created = plan.create_contact) {
    contacts[created->id] = *created;
    ledger.Changed(NameOf(created->organisation, created->id), ChangeKind::kCreated, 1);
  }
}

// --- Organisations ---

absl::StatusOr<Organisation> FakePartnerStore::CreateOrganisation(const Mutation<Organisation>& mutation,
                                                                  const Organisation& organisation) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Organisation> {
    Organisation created = organisation;
    created.revision = 1;
    created.created_at = created.updated_at = Now();
    BRYGGA_RETURN_IF_ERROR(state.CheckUnique(created));
    if (created.IsUnit()) {
      const auto parent = state.organisations.find(created.parent);
      if (parent == state.organisations.end() || parent->second.IsUnit()) return ParentUnusable(created.parent);
    }
    state.organisations[created.id] = created;
    ledger.Changed(NameOf(created.id), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<Organisation> FakePartnerStore::ChangeOrganisation(const Mutation<Organisation>& mutation,
                                                                  const OrganisationId& id,
                                                                  const Decide<Organisation>& decide) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Organisation> {
    const auto before = state.organisations.find(id);
    if (before == state.organisations.end()) return NotFound(NameOf(id));
    BRYGGA_ASSIGN_OR_RETURN(const Organisation after, decide(before->second, Now()));
    BRYGGA_RETURN_IF_ERROR(state.CheckUnique(after));
    if (after == before->second) return after;
    before->second = after;
    ledger.Changed(NameOf(id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<std::vector<ImportResult>> FakePartnerStore::Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                                   const ImportBatch& batch) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<std::vector<ImportResult>> {
    if (!batch.operator_id.empty() && !state.organisations.contains(batch.operator_id)) {
      return OperatorUnusable(batch.operator_id);
    }
    std::vector<ImportResult> results;
    std::map<ExternalRef, int> seen;
    for (const ImportRow& row : batch.rows) {
      Known known;
      if (row.problems.empty()) {
        known = state.KnownOf(row, batch.operator_id);
        const auto [first, fresh] = seen.try_emplace(*row.organisation.external_ref, static_cast<int>(results.size()));
        if (!fresh) known.row_with_same_key = first->second;
      }
      const ImportPlan plan = PlanRow(row, batch.operator_id, known, Now());
      state.Apply(plan, ledger);
      results.push_back(plan.result);
    }
    return results;
  });
}

absl::StatusOr<Organisation> FakePartnerStore::GetOrganisation(const OrganisationId& id, absl::Time) {
  MutexLock lock(&mutex_);
  const auto found = state_.organisations.find(id);
  if (found == state_.organisations.end()) return NotFound(NameOf(id));
  return found->second;
}

absl::StatusOr<std::vector<Organisation>> FakePartnerStore::GetOrganisations(const std::vector<OrganisationId>& ids,
                                                                             absl::Time deadline) {
  std::vector<Organisation> organisations;
  for (const OrganisationId& id : ids) {
    BRYGGA_ASSIGN_OR_RETURN(organisations.emplace_back(), GetOrganisation(id, deadline));
  }
  return organisations;
}

absl::StatusOr<std::map<std::string, OrganisationId>> FakePartnerStore::LookUp(std::string_view source,
                                                                               const std::vector<std::string>& keys,
                                                                               absl::Time) {
  MutexLock lock(&mutex_);
  const std::set<std::string> wanted(keys.begin(), keys.end());
  std::map<std::string, OrganisationId> found;
  for (const auto& [id, organisation] : state_.organisations) {
    const auto& ref = organisation.external_ref;
    if (ref && ref->source == source && wanted.contains(ref->key)) found[ref->key] = id;
  }
  return found;
}

absl::StatusOr<list::Page<Organisation>> FakePartnerStore::ListOrganisations(const OrganisationScope& scope,
                                                                             const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return state_.List(scope, query);
}

absl::StatusOr<std::map<Sector, int>> FakePartnerStore::CountSectors(const OrganisationScope& scope, absl::Time) {
  MutexLock lock(&mutex_);
  std::map<Sector, int> counts = {{Sector::kPrivate, 0}, {Sector::kCivilSociety, 0}, {Sector::kPublic, 0}};
  for (const auto& [id, organisation] : state_.organisations) {
    if (!organisation.IsUnit() && state_.Belongs(organisation, scope)) ++counts[organisation.sector];
  }
  return counts;
}

// --- Networks and memberships ---

absl::StatusOr<Network> FakePartnerStore::CreateNetwork(const Mutation<Network>& mutation, const Network& network) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Network> {
    for (const auto& [id, other] : state.networks) {
      if (other.display_name == network.display_name) return NetworkNameTaken(id);
    }
    Network created = network;
    created.revision = 1;
    created.created_at = created.updated_at = Now();
    state.networks[created.id] = created;
    ledger.Changed(NameOf(created.id), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<list::Page<Network>> FakePartnerStore::ListNetworks(const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return PageOf<Network>(state_.networks, query, [](const Network&) { return true; });
}

absl::StatusOr<Membership> FakePartnerStore::CreateMembership(const Mutation<Membership>& mutation,
                                                              const Membership& membership) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Membership> {
    if (!state.networks.contains(membership.network)) return NotFound(NameOf(membership.network));
    if (!state.organisations.contains(membership.organisation)) return OrganisationUnusable(membership.organisation);
    for (const auto& [id, other] : state.memberships) {
      if (other.network == membership.network && other.organisation == membership.organisation &&
          other.kind == membership.kind && other.period.Overlaps(membership.period)) {
        return MembershipOverlaps(other.network, id);
      }
    }
    Membership created = membership;
    created.revision = 1;
    created.created_at = created.updated_at = Now();
    state.memberships[created.id] = created;
    ledger.Changed(NameOf(created.network, created.id), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<Membership> FakePartnerStore::ChangeMembership(const Mutation<Membership>& mutation,
                                                              const NetworkId& network, const MembershipId& id,
                                                              const Decide<Membership>& decide) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Membership> {
    const auto before = state.memberships.find(id);
    if (before == state.memberships.end() || before->second.network != network) return NotFound(NameOf(network, id));
    BRYGGA_ASSIGN_OR_RETURN(const Membership after, decide(before->second, Now()));
    if (after == before->second) return after;
    before->second = after;
    ledger.Changed(NameOf(network, id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<list::Page<Membership>> FakePartnerStore::ListMemberships(const MembershipScope& scope,
                                                                         const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  return PageOf<Membership>(state_.memberships, query, [&](const Membership& item) {
    return (scope.network.empty() || item.network == scope.network) &&
           (scope.organisation.empty() || item.organisation == scope.organisation) &&
           (!scope.as_of || item.period.Contains(*scope.as_of));
  });
}

// --- Agreements ---

absl::StatusOr<Agreement> FakePartnerStore::CreateAgreement(const Mutation<Agreement>& mutation,
                                                            const Agreement& agreement) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Agreement> {
    if (!state.organisations.contains(agreement.organisation)) return NotFound(NameOf(agreement.organisation));
    if (!state.organisations.contains(agreement.operator_id) || agreement.operator_id == agreement.organisation) {
      return OperatorUnusable(agreement.operator_id);
    }
    BRYGGA_RETURN_IF_ERROR(state.CheckOverlap(agreement));
    Agreement created = agreement;
    created.revision = 1;
    created.created_at = created.recorded_at = Now();
    state.agreements[created.id] = {created};
    ledger.Changed(NameOf(created.organisation, created.id), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<Agreement> FakePartnerStore::CorrectAgreement(const Mutation<Agreement>& mutation,
                                                             const OrganisationId& organisation, const AgreementId& id,
                                                             const Decide<Agreement>& decide) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<Agreement> {
    const auto versions = state.agreements.find(id);
    if (versions == state.agreements.end() || versions->second.back().organisation != organisation) {
      return NotFound(NameOf(organisation, id));
    }
    BRYGGA_ASSIGN_OR_RETURN(const Agreement after, decide(versions->second.back(), Now()));
    if (after == versions->second.back()) return after;
    BRYGGA_RETURN_IF_ERROR(state.CheckOverlap(after));
    versions->second.push_back(after);
    ledger.Changed(NameOf(organisation, id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<Agreement> FakePartnerStore::GetAgreement(const OrganisationId& organisation, const AgreementId& id,
                                                         std::optional<absl::Time> known_at, absl::Time) {
  MutexLock lock(&mutex_);
  const auto versions = state_.agreements.find(id);
  if (versions != state_.agreements.end() && versions->second.back().organisation == organisation) {
    if (const Agreement* believed = State::Believed(versions->second, known_at)) return *believed;
  }
  return NotFound(NameOf(organisation, id));
}

absl::StatusOr<list::Page<Agreement>> FakePartnerStore::ListAgreements(const AgreementScope& scope,
                                                                       const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  std::map<AgreementId, Agreement> believed;
  for (const auto& [id, versions] : state_.agreements) {
    if (const Agreement* version = State::Believed(versions, scope.known_at)) believed[id] = *version;
  }
  return PageOf<Agreement>(believed, query, [&](const Agreement& item) {
    return (scope.organisation.empty() || item.organisation == scope.organisation) &&
           (scope.operator_id.empty() || item.operator_id == scope.operator_id) &&
           (!scope.status || StatusOn(item.terms.period, scope.as_of) == *scope.status);
  });
}

absl::StatusOr<std::vector<OrganisationId>> FakePartnerStore::WithActiveAgreement(
    const OrganisationId& operator_id, const std::vector<OrganisationId>& organisations, Date day, absl::Time) {
  MutexLock lock(&mutex_);
  const std::set<OrganisationId> wanted(organisations.begin(), organisations.end());
  std::set<OrganisationId> active;
  for (const auto& [id, versions] : state_.agreements) {
    const Agreement& agreement = versions.back();
    if (agreement.operator_id == operator_id && wanted.contains(agreement.organisation) &&
        agreement.terms.period.Contains(day)) {
      active.insert(agreement.organisation);
    }
  }
  return std::vector<OrganisationId>(active.begin(), active.end());
}

absl::StatusOr<list::Page<Partnership>> FakePartnerStore::ListPartnerships(const AgreementScope& scope,
                                                                           const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  std::map<OrganisationId, Partnership> partnerships;
  for (const auto& [id, versions] : state_.agreements) {
    const Agreement* believed = State::Believed(versions, scope.known_at);
    if (believed == nullptr || believed->operator_id != scope.operator_id ||
        believed->terms.period.from > scope.as_of) {
      continue;
    }
    Partnership& partnership = partnerships[believed->organisation];
    if (partnership.terms.empty() || believed->terms.period.from < partnership.start_date) {
      partnership.start_date = believed->terms.period.from;
    }
    partnership.organisation = state_.organisations.at(believed->organisation);
    partnership.operator_id = scope.operator_id;
    partnership.terms.push_back(believed->terms);
  }
  return PageOf<Partnership>(partnerships, query, [](const Partnership&) { return true; });
}

// --- Contact persons ---

absl::StatusOr<ContactPerson> FakePartnerStore::CreateContactPerson(const Mutation<ContactPerson>& mutation,
                                                                    const ContactPerson& person) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<ContactPerson> {
    if (!state.organisations.contains(person.organisation)) return NotFound(NameOf(person.organisation));
    BRYGGA_RETURN_IF_ERROR(state.CheckEmail(person));
    ContactPerson created = person;
    created.revision = 1;
    created.created_at = created.updated_at = Now();
    state.contacts[created.id] = created;
    ledger.Changed(NameOf(created.organisation, created.id), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<ContactPerson> FakePartnerStore::ChangeContactPerson(const Mutation<ContactPerson>& mutation,
                                                                    const OrganisationId& organisation,
                                                                    const ContactPersonId& id,
                                                                    const Decide<ContactPerson>& decide) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<ContactPerson> {
    const auto before = state.contacts.find(id);
    if (before == state.contacts.end() || before->second.organisation != organisation) {
      return NotFound(NameOf(organisation, id));
    }
    BRYGGA_ASSIGN_OR_RETURN(const ContactPerson after, decide(before->second, Now()));
    BRYGGA_RETURN_IF_ERROR(state.CheckEmail(after));
    if (after == before->second) return after;
    before->second = after;
    ledger.Changed(NameOf(organisation, id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<list::Page<ContactPerson>> FakePartnerStore::ListContactPersons(const OrganisationId& organisation,
                                                                               const list::ListQuery& query,
                                                                               absl::Time) {
  MutexLock lock(&mutex_);
  return PageOf<ContactPerson>(state_.contacts, query,
                               [&](const ContactPerson& item) { return item.organisation == organisation; });
}

absl::StatusOr<std::vector<ContactPerson>> FakePartnerStore::ExportContactPerson(const OrganisationId& organisation,
                                                                                 const ContactPersonId& id,
                                                                                 absl::Time) {
  MutexLock lock(&mutex_);
  return state_.RecordsOf(organisation, id);
}

absl::StatusOr<std::vector<std::string>> FakePartnerStore::EraseContactPerson(
    const Mutation<std::vector<std::string>>& mutation, const OrganisationId& organisation, const ContactPersonId& id) {
  return Once(mutation, [&](State& state, FakeLedger& ledger) -> absl::StatusOr<std::vector<std::string>> {
    BRYGGA_ASSIGN_OR_RETURN(const auto records, state.RecordsOf(organisation, id));
    std::vector<std::string> names;
    for (const ContactPerson& person : records) {
      names.push_back(NameOf(person.organisation, person.id));
      state.contacts.erase(person.id);
      ledger.Changed(names.back(), ChangeKind::kDeleted, person.revision + 1);
    }
    return names;
  });
}

}  // namespace brygga::partner
