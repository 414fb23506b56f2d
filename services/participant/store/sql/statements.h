// The SQL of the participant service. SELECTs stop before WHERE where the
// adapter adds its own condition.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_STATEMENTS_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_STATEMENTS_H_

namespace brygga::participant {

// --- Programmes ---

inline constexpr char kInsertProgramme[] =
    "INSERT INTO programmes (id, revision, created_at_us, updated_at_us, display_name, kind, operator, cadence, "
    "private_mentors_allowed, rule_set_version) VALUES (:id, :revision, :created_at, :updated_at, :display_name, "
    ":kind, :operator, :cadence, :private_mentors_allowed, :rule_set_version)";
inline constexpr char kUpdateProgramme[] =
    "UPDATE programmes SET revision = :revision, updated_at_us = :updated_at, display_name = :display_name, "
    "cadence = :cadence, private_mentors_allowed = :private_mentors_allowed, rule_set_version = :rule_set_version "
    "WHERE id = :id";
inline constexpr char kSelectProgrammes[] =
    "SELECT p.id, p.revision, p.created_at_us, p.updated_at_us, p.display_name, p.kind, p.operator, p.cadence, "
    "p.private_mentors_allowed, p.rule_set_version FROM programmes p";
inline constexpr char kInsertRole[] =
    "INSERT INTO programme_roles (programme_id, position, role) VALUES (:programme, :position, :role)";
inline constexpr char kDeleteRoles[] = "DELETE FROM programme_roles WHERE programme_id = :programme";
inline constexpr char kSelectRoles[] = "SELECT programme_id, role FROM programme_roles";
inline constexpr char kInsertBasis[] =
    "INSERT INTO legal_bases (programme_id, position, role, purpose, basis) "
    "VALUES (:programme, :position, :role, :purpose, :basis)";
inline constexpr char kDeleteBases[] = "DELETE FROM legal_bases WHERE programme_id = :programme";
inline constexpr char kSelectBases[] = "SELECT programme_id, role, purpose, basis FROM legal_bases";

inline constexpr char kInsertRuleSet[] =
    "INSERT INTO rule_sets (programme_id, version, created_at_us) VALUES (:programme, :version, :created_at)";
inline constexpr char kInsertCriterion[] =
    "INSERT INTO criteria (programme_id, version, position, code, role, description) "
    "VALUES (:programme, :version, :position, :code, :role, :description)";
inline constexpr char kInsertCondition[] =
    "INSERT INTO conditions (programme_id, version, criterion, position, fact, operator, operands) "
    "VALUES (:programme, :version, :criterion, :position, :fact, :operator, :operands)";
inline constexpr char kSelectRuleSet[] =
    "SELECT created_at_us FROM rule_sets WHERE programme_id = :programme AND version = :version";
inline constexpr char kSelectCriteria[] =
    "SELECT position, code, role, description FROM criteria "
    "WHERE programme_id = :programme AND version = :version ORDER BY position";
inline constexpr char kSelectConditions[] =
    "SELECT criterion, fact, operator, operands FROM conditions "
    "WHERE programme_id = :programme AND version = :version ORDER BY criterion, position";

// --- Cohorts ---

inline constexpr char kInsertCohort[] =
    "INSERT INTO cohorts (id, programme_id, revision, created_at_us, updated_at_us, display_name, state, places, "
    "start_date, end_date) VALUES (:id, :programme, :revision, :created_at, :updated_at, :display_name, :state, "
    ":places, :start_date, :end_date)";
inline constexpr char kUpdateCohort[] =
    "UPDATE cohorts SET revision = :revision, updated_at_us = :updated_at, display_name = :display_name, "
    "state = :state, places = :places, start_date = :start_date, end_date = :end_date WHERE id = :id";
inline constexpr char kSelectCohorts[] =
    "SELECT c.id, c.programme_id, c.revision, c.created_at_us, c.updated_at_us, c.display_name, c.state, c.places, "
    "c.start_date, c.end_date, p.kind AS programme_kind FROM cohorts c JOIN programmes p ON p.id = c.programme_id";
inline constexpr char kLockCohort[] =
    "SELECT id FROM cohorts WHERE id = :id AND programme_id = :programme {for_update}";
inline constexpr char kCountEnrolments[] =
    "SELECT role, state, COUNT(*) AS n FROM enrolments WHERE cohort_id = :cohort GROUP BY role, state";
inline constexpr char kCountFindings[] =
    "SELECT e.role, f.code, f.outcome, COUNT(*) AS n FROM enrolments e "
    "JOIN findings f ON f.enrolment_id = e.id AND f.decision = e.decision "
    "WHERE e.cohort_id = :cohort GROUP BY e.role, f.code, f.outcome";
inline constexpr char kCountAdepts[] =
    "SELECT COUNT(*) AS n FROM enrolments WHERE cohort_id = :cohort AND role = 'ADEPT' AND state = 'ENROLLED'";

// --- Persons ---

inline constexpr char kInsertParticipant[] =
    "INSERT INTO participants (id, revision, created_at_us, updated_at_us, external_source, external_key, given_name, "
    "family_name, email, comparable_email, likeness, gender, birth_date, birth_year, capacity, availability, "
    "profile_version) VALUES (:id, :revision, :created_at, :updated_at, :external_source, :external_key, :given_name, "
    ":family_name, :email, :comparable_email, :likeness, :gender, :birth_date, :birth_year, :capacity, :availability, "
    ":profile_version) ON CONFLICT DO NOTHING";
inline constexpr char kUpdateParticipant[] =
    "UPDATE participants SET revision = :revision, updated_at_us = :updated_at, given_name = :given_name, "
    "family_name = :family_name, email = :email, comparable_email = :comparable_email, likeness = :likeness, "
    "gender = :gender, birth_date = :birth_date, birth_year = :birth_year, capacity = :capacity, "
    "availability = :availability, profile_version = :profile_version WHERE id = :id";
inline constexpr char kSelectParticipants[] =
    "SELECT p.id, p.revision, p.created_at_us, p.updated_at_us, p.external_source, p.external_key, p.given_name, "
    "p.family_name, p.email, p.gender, p.birth_date, p.birth_year, p.capacity, p.availability, p.profile_version, "
    "f.sun_level, f.sun_field, f.ssyk4, f.occupation_id, f.target_ssyk4, f.years_experience, f.municipality_code, "
    "f.max_distance_km, f.meeting_format, f.employer, f.rounds_before FROM participants p "
    "JOIN profiles f ON f.participant_id = p.id AND f.version = p.profile_version";
inline constexpr char kLockParticipant[] = "SELECT id FROM participants WHERE id = :id {for_update}";
inline constexpr char kSelectParticipantIds[] = "SELECT p.id FROM participants p";
inline constexpr char kSelectIdByRef[] =
    "SELECT id FROM participants WHERE external_source = :source AND external_key = :key {for_update}";
inline constexpr char kSelectAlike[] =
    "SELECT external_source, external_key, likeness, comparable_email FROM participants "
    "WHERE (likeness = :likeness AND likeness <> '') OR (comparable_email = :email AND comparable_email <> '') "
    "ORDER BY id";
inline constexpr char kLinkProgramme[] =
    "INSERT INTO participant_programmes (participant_id, programme_id) VALUES (:participant, :programme) "
    "ON CONFLICT DO NOTHING";

inline constexpr char kInsertProfile[] =
    "INSERT INTO profiles (participant_id, version, sun_level, sun_field, ssyk4, occupation_id, target_ssyk4, "
    "years_experience, municipality_code, max_distance_km, meeting_format, employer, rounds_before) VALUES "
    "(:participant, :version, :sun_level, :sun_field, :ssyk4, :occupation_id, :target_ssyk4, :years_experience, "
    ":municipality_code, :max_distance_km, :meeting_format, :employer, :rounds_before)";
inline constexpr char kInsertItem[] =
    "INSERT INTO profile_items (participant_id, version, kind, position, value, level) "
    "VALUES (:participant, :version, :kind, :position, :value, :level)";
inline constexpr char kSelectItems[] =
    "SELECT i.participant_id, i.kind, i.value, i.level FROM profile_items i "
    "JOIN participants p ON p.id = i.participant_id AND p.profile_version = i.version";

inline constexpr char kPutBackground[] =
    "INSERT INTO backgrounds (participant_id, origin_country, residence_status, arrival_year) "
    "VALUES (:participant, :origin_country, :residence_status, :arrival_year) "
    "ON CONFLICT (participant_id) DO UPDATE SET origin_country = excluded.origin_country, "
    "residence_status = excluded.residence_status, arrival_year = excluded.arrival_year";
inline constexpr char kSelectBackgrounds[] =
    "SELECT participant_id, origin_country, residence_status, arrival_year FROM backgrounds";

// --- Consents ---

inline constexpr char kInsertConsent[] =
    "INSERT INTO consents (id, participant_id, revision, purpose, notice_version, notice_sha256, channel, given_at_us, "
    "withdrawn_at_us) VALUES (:id, :participant, :revision, :purpose, :notice_version, :notice_sha256, :channel, "
    ":given_at, :withdrawn_at)";
inline constexpr char kUpdateConsent[] =
    "UPDATE consents SET revision = :revision, withdrawn_at_us = :withdrawn_at WHERE id = :id";
inline constexpr char kSelectConsents[] =
    "SELECT id, participant_id, revision, purpose, notice_version, notice_sha256, channel, given_at_us, "
    "withdrawn_at_us FROM consents";

// --- Screenings ---

inline constexpr char kRetireScreening[] =
    "UPDATE screenings SET is_present = 0 WHERE participant_id = :participant AND kind = :kind AND is_present = 1";
inline constexpr char kInsertScreening[] =
    "INSERT INTO screenings (id, participant_id, kind, state, date, expire_date, recorded_at_us, is_present) "
    "VALUES (:id, :participant, :kind, :state, :date, :expire_date, :recorded_at, 1)";
inline constexpr char kSelectScreenings[] =
    "SELECT id, participant_id, kind, state, date, expire_date, recorded_at_us FROM screenings WHERE is_present = 1";

// --- Enrolments ---

inline constexpr char kInsertEnrolment[] =
    "INSERT INTO enrolments (id, cohort_id, participant_id, revision, created_at_us, updated_at_us, role, state, "
    "counterpart_gender, capacity, referral_source, rounds_waited, documents_missing, decision) VALUES (:id, :cohort, "
    ":participant, :revision, :created_at, :updated_at, :role, :state, :counterpart_gender, :capacity, "
    ":referral_source, :rounds_waited, :documents_missing, 0) ON CONFLICT DO NOTHING";
inline constexpr char kUpdateEnrolment[] =
    "UPDATE enrolments SET revision = :revision, updated_at_us = :updated_at, state = :state, "
    "counterpart_gender = :counterpart_gender, capacity = :capacity, referral_source = :referral_source, "
    "rounds_waited = :rounds_waited, documents_missing = :documents_missing "
    "WHERE id = :id AND revision = :expected";
inline constexpr char kSelectEnrolments[] =
    "SELECT e.id, e.cohort_id, c.programme_id, e.participant_id, e.revision, e.created_at_us, e.updated_at_us, e.role, "
    "e.state, e.counterpart_gender, e.capacity, e.referral_source, e.rounds_waited, e.documents_missing, "
    "d.number AS decision, d.verdict, d.rule_set_version, d.date AS decision_date, d.decided_at_us FROM enrolments e "
    "JOIN cohorts c ON c.id = e.cohort_id "
    "LEFT JOIN decisions d ON d.enrolment_id = e.id AND d.number = e.decision";
inline constexpr char kLockEnrolment[] = "SELECT id FROM enrolments WHERE id = :id {for_update}";
inline constexpr char kInsertExcluded[] =
    "INSERT INTO excluded_organisations (enrolment_id, position, organisation) "
    "VALUES (:enrolment, :position, :organisation)";
inline constexpr char kDeleteExcluded[] = "DELETE FROM excluded_organisations WHERE enrolment_id = :enrolment";
inline constexpr char kSelectExcluded[] = "SELECT enrolment_id, organisation FROM excluded_organisations";
inline constexpr char kNextDecision[] = "UPDATE enrolments SET decision = decision + 1 WHERE id = :id";
inline constexpr char kInsertDecision[] =
    "INSERT INTO decisions (enrolment_id, number, verdict, rule_set_version, date, decided_at_us) "
    "SELECT id, decision, CAST(:verdict AS TEXT), CAST(:rule_set_version AS INTEGER), CAST(:date AS TEXT), "
    "CAST(:decided_at AS BIGINT) FROM enrolments WHERE id = :id";
inline constexpr char kInsertFinding[] =
    "INSERT INTO findings (enrolment_id, decision, position, code, outcome) "
    "SELECT id, decision, CAST(:position AS INTEGER), CAST(:code AS TEXT), CAST(:outcome AS TEXT) "
    "FROM enrolments WHERE id = :id";
inline constexpr char kSelectFindings[] =
    "SELECT f.enrolment_id, f.code, f.outcome FROM findings f "
    "JOIN enrolments e ON e.id = f.enrolment_id AND e.decision = f.decision";
inline constexpr char kSelectEmployers[] =
    "SELECT DISTINCT f.employer FROM enrolments e JOIN participants p ON p.id = e.participant_id "
    "JOIN profiles f ON f.participant_id = p.id AND f.version = p.profile_version "
    "WHERE e.cohort_id = :cohort AND f.employer <> ''";

// --- Enquiries ---

inline constexpr char kInsertEnquiry[] =
    "INSERT INTO enquiries (id, revision, created_at_us, updated_at_us, state, display_name, email, comparable_email, "
    "phone, subject, body, organisation_name, programme_id, notice_version, notice_sha256, consented_at_us, "
    "participant_id) VALUES (:id, :revision, :created_at, :updated_at, :state, :display_name, :email, "
    ":comparable_email, :phone, :subject, :body, :organisation_name, :programme, :notice_version, :notice_sha256, "
    ":consented_at, :participant)";
inline constexpr char kUpdateEnquiry[] =
    "UPDATE enquiries SET revision = :revision, updated_at_us = :updated_at, state = :state, "
    "display_name = :display_name, email = :email, comparable_email = :comparable_email, phone = :phone, "
    "subject = :subject, body = :body, organisation_name = :organisation_name, participant_id = :participant "
    "WHERE id = :id";
inline constexpr char kSelectEnquiries[] =
    "SELECT q.id, q.revision, q.created_at_us, q.updated_at_us, q.state, q.display_name, q.email, q.phone, q.subject, "
    "q.body, q.organisation_name, q.programme_id, q.notice_version, q.notice_sha256, q.consented_at_us, "
    "q.participant_id FROM enquiries q";
inline constexpr char kSelectOldEnquiries[] =
    "SELECT q.id, q.revision, q.created_at_us, q.updated_at_us, q.state, q.display_name, q.email, q.phone, q.subject, "
    "q.body, q.organisation_name, q.programme_id, q.notice_version, q.notice_sha256, q.consented_at_us, "
    "q.participant_id FROM enquiries q WHERE q.created_at_us < :before AND q.state <> 'DELETED' ORDER BY q.id "
    "LIMIT 100 {for_update}";
inline constexpr char kLockEnquiry[] = "SELECT id FROM enquiries WHERE id = :id {for_update}";
inline constexpr char kCountLately[] = "SELECT COUNT(*) AS n FROM enquiries WHERE created_at_us > :since";
inline constexpr char kCountFromAddress[] =
    "SELECT COUNT(*) AS n FROM enquiries WHERE created_at_us > :since AND comparable_email = :email";

// --- Erasure ---

inline constexpr char kSelectPersonsEnquiries[] =
    "SELECT q.id, q.revision, q.created_at_us, q.updated_at_us, q.state, q.display_name, q.email, q.phone, q.subject, "
    "q.body, q.organisation_name, q.programme_id, q.notice_version, q.notice_sha256, q.consented_at_us, "
    "q.participant_id FROM enquiries q WHERE q.state <> 'DELETED' AND (q.participant_id = :participant OR "
    "(q.comparable_email = :email AND q.comparable_email <> '')) ORDER BY q.id {for_update}";
inline constexpr char kKeepEnrolments[] =
    "INSERT INTO erased_enrolments (person_key, cohort_id, role, state) "
    "SELECT CAST(:person_key AS TEXT), cohort_id, role, state FROM enrolments WHERE participant_id = :participant";
// In the order in which rows refer to each other.
inline constexpr const char* kErasePerson[] = {
    "DELETE FROM findings WHERE enrolment_id IN (SELECT id FROM enrolments WHERE participant_id = :participant)",
    "DELETE FROM decisions WHERE enrolment_id IN (SELECT id FROM enrolments WHERE participant_id = :participant)",
    ("DELETE FROM excluded_organisations WHERE enrolment_id IN "
     "(SELECT id FROM enrolments WHERE participant_id = :participant)"),
    "DELETE FROM enrolments WHERE participant_id = :participant",
    "DELETE FROM screenings WHERE participant_id = :participant",
    "DELETE FROM consents WHERE participant_id = :participant",
    "DELETE FROM backgrounds WHERE participant_id = :participant",
    "DELETE FROM profile_items WHERE participant_id = :participant",
    "DELETE FROM profiles WHERE participant_id = :participant",
    "DELETE FROM participant_programmes WHERE participant_id = :participant",
    "DELETE FROM participants WHERE id = :participant",
};
// Imports tell of people whom they did not change.
inline constexpr char kCountErased[] =
    "SELECT role, state, COUNT(*) AS n FROM erased_enrolments WHERE cohort_id = :cohort GROUP BY role, state";

inline constexpr char kInsertRequest[] =
    "INSERT INTO data_subject_requests (id, revision, created_at_us, updated_at_us, kind, state, participant_id, "
    "requested_by, completed_at_us) VALUES (:id, :revision, :created_at, :updated_at, :kind, :state, :participant, "
    ":requested_by, :completed_at)";
inline constexpr char kUpdateRequest[] =
    "UPDATE data_subject_requests SET revision = :revision, updated_at_us = :updated_at, state = :state, "
    "completed_at_us = :completed_at WHERE id = :id";
inline constexpr char kLockRequest[] = "SELECT id FROM data_subject_requests WHERE id = :id {for_update}";
inline constexpr char kSelectRequests[] =
    "SELECT r.id, r.revision, r.created_at_us, r.updated_at_us, r.kind, r.state, r.participant_id, r.requested_by, "
    "r.completed_at_us FROM data_subject_requests r";
inline constexpr char kInsertHolder[] =
    "INSERT INTO holders (request_id, position, holder, due_at_us, acknowledged_at_us) "
    "VALUES (:request, :position, :holder, :due_at, :acknowledged_at)";
inline constexpr char kUpdateHolder[] =
    "UPDATE holders SET acknowledged_at_us = :acknowledged_at WHERE request_id = :request AND holder = :holder";
inline constexpr char kSelectHolders[] = "SELECT request_id, holder, due_at_us, acknowledged_at_us FROM holders";

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_STATEMENTS_H_
