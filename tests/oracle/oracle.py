#!/usr/bin/env python3
"""Computes the sample's pairs, scores and best answers anew.

Written from data/policy/README.md alone, sharing no code with the engine, so
that a mistake in one shows as a difference. As a program:

    oracle.py DATA KIND pairs                  every allowed pair of all applications and mentors
    oracle.py DATA KIND optimum [MEMBERS]      how many can be paired, and the highest total

DATA is the data folder and KIND a policy (vocational, language, youth,
reverse). `pairs` prints TSV: mentee_id, mentor_id, score. `optimum` prints JSON.
MEMBERS is a TSV of the people who take part: role (adept or mentor), id as in
the sample, capacity (mentors); without it, `members()` below.
"""

import csv
import datetime
import json
import math
import sys

import numpy
import scipy.optimize

REFERENCE_DAY = datetime.date(2022, 8, 15)
RANKS = {"A1": 1, "A2": 2, "B1": 3, "B2": 4, "C1": 5, "C2": 6, "N": 7}
LEVELS = {rank: level for level, rank in RANKS.items()}
EARTH_KM = 6371.0088


def tsv(data, name):
    with open(f"{data}/reference/{name}.tsv", encoding="utf-8") as file:
        header = next(file).rstrip("\n").split("\t")
        return [dict(zip(header, line.rstrip("\n").split("\t"))) for line in file]


def sample(data, name):
    with open(f"{data}/sample/{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Tables:
    """The reference files, as dictionaries."""

    def __init__(self, data):
        groups = [row for row in tsv(data, "ssyk2012") if row["level"] == "4"]
        self.field = {row["ssyk"]: row["field_id"] for row in groups}
        self.bridges = {(row["manager_ssyk4"], row["led_ssyk4"]) for row in tsv(data, "manager_bridges")}
        self.group_edges = {75: set(), 25: set()}
        for row in tsv(data, "ssyk_substitutability"):
            for percentage in (75, 25):
                if int(row[f"edges{percentage}"]) > 0:
                    self.group_edges[percentage].add((row["from_ssyk4"], row["to_ssyk4"]))
        self.edges = {75: set(), 25: set()}
        for row in tsv(data, "occupation_substitutability"):
            self.edges[int(row["percentage"])].add((row["from_occupation_id"], row["to_occupation_id"]))
        self.group_of = {row["occupation_id"]: row["ssyk4"] for row in tsv(data, "occupation_names")}
        self.weight = {
            row["skill_id"]: math.floor(1e6 * math.log(1 + len(groups) / int(row["ssyk4_count"])) + 0.5)
            for row in tsv(data, "skills")
        }
        self.seat = {
            row["municipality_code"]: (math.radians(float(row["seat_lat"])), math.radians(float(row["seat_lon"])))
            for row in tsv(data, "municipalities")
        }

    def km(self, one, other):
        (phi1, lambda1), (phi2, lambda2) = self.seat[one], self.seat[other]
        h = (
            math.sin((phi2 - phi1) / 2) ** 2
            + math.cos(phi1) * math.cos(phi2) * math.sin((lambda2 - lambda1) / 2) ** 2
        )
        return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(h)))


def listed(text):
    return [part for part in text.split(";") if part]


class Person:
    """One row of mentors.csv or mentees.csv."""

    def __init__(self, row, tables, partners):
        self.id = row.get("mentor_id") or row.get("mentee_id")
        self.occupation = row["occupation_id"]
        self.group = row["ssyk4"] or tables.group_of.get(self.occupation, "")
        self.target_group = row.get("target_ssyk4") or self.group
        self.target = self.occupation if self.target_group == self.group else ""
        self.skills = set(listed(row["skills"]))
        self.skill_weight = sum(tables.weight[skill] for skill in self.skills)
        self.ranks = {}
        for entry in listed(row["languages"]):
            code, level = entry.split(":")
            self.ranks[code] = max(self.ranks.get(code, 0), RANKS[level])
        self.sun_field = row["sun_field"][:3]
        self.place = row["municipality_code"]
        self.limit = int(row["max_distance_km"]) if row["max_distance_km"] else None
        self.format = row["meeting_format"] or "either"
        self.slots = set(listed(row["slots"]))
        self.goals = sorted(set(listed(row.get("goals", ""))))
        self.years = int(row["years_experience"]) if row["years_experience"] else None
        self.employer = row.get("partner_id", "")
        self.agreement = self.employer in partners and partners[self.employer] <= REFERENCE_DAY
        self.excluded = set(listed(row.get("excluded_partner_id", "")))
        self.gender = row["gender"]
        self.wants_gender = row.get("mentor_gender_pref", "any")
        self.programmes = listed(row.get("programmes") or row.get("programme"))
        if row["reverse_interest"] == "1":
            self.programmes.append("reverse")
        self.screened = "youth" in self.programmes  # The sample's mentors of the youth programme have passed.
        self.before = int(row.get("rounds_before") or 0)
        self.waited = 0
        self.capacity = int(row.get("capacity") or 0)
        self.status = row["status"]
        self.consent = row.get("consent", "1") == "1"


def people(data, tables):
    partners = {
        row["partner_id"]: datetime.date.fromisoformat(row["partner_since"]) for row in sample(data, "partners")
    }
    adepts = [Person(row, tables, partners) for row in sample(data, "mentees")]
    mentors = [Person(row, tables, partners) for row in sample(data, "mentors")]
    return adepts, mentors


class Scoring:
    """data/policy/README.md, section by section."""

    def __init__(self, policy, tables):
        self.policy = policy
        self.tables = tables
        self.hard = policy["hard"]
        self.unknown = policy["unknown_value"]
        self.kilometres = {}
        self.group_rungs = {}

    def score(self, adept, mentor):
        """The score of a pair, or None where a hard rule forbids it."""
        hard, policy = self.hard, self.policy
        organisation = hard["organisation"]
        if hard["screening_passed"] and not mentor.screened:
            return None
        if organisation["active_agreement"] and mentor.employer and not mentor.agreement:
            return None
        if not organisation["private_mentors"] and not mentor.employer:
            return None
        if organisation["excluded"] and mentor.employer in adept.excluded:
            return None
        if hard["gender_preference"] and adept.wants_gender not in ("any", mentor.gender):
            return None
        formats = {adept.format, mentor.format} - {"either"}
        if len(formats) == 2:
            return None

        common_slots = len(adept.slots & mentor.slots)
        smaller = min(len(adept.slots), len(mentor.slots))
        if self.forbids(hard["common_slots"], smaller == 0, common_slots < hard["common_slots"]["minimum"]):
            return None
        slots = common_slots / smaller if smaller else self.unknown

        language = self.language(adept, mentor)
        if language is None:
            return None
        distance = self.distance(adept, mentor, formats)
        if distance is None:
            return None

        rung = self.rung(adept, mentor)
        least = hard["occupation"]["minimum_closeness"]
        if least is not None and self.forbids(hard["occupation"], rung is None, rung is not None and rung < least):
            return None
        shared = adept.skills & mentor.skills
        if len(shared) < hard["competences"]["minimum_shared"]:
            return None
        lighter = min(adept.skill_weight, mentor.skill_weight)
        overlap = sum(self.tables.weight[skill] for skill in shared) / lighter if lighter else None
        occupation = self.unknown
        if rung is not None:
            occupation = min(1.0, rung + policy["occupation"]["competence_bonus"] * (overlap or 0.0))

        values = {
            "occupation": occupation,
            "competences": self.unknown if overlap is None else overlap,
            "language": language,
            "distance": distance,
            "slots": slots,
            "goals": self.goals(adept, mentor, rung),
            "education_field": self.education(adept.sun_field, mentor.sun_field),
            "continuity": self.share(mentor.before, policy["continuity"]),
            "rounds_waited": self.share(adept.waited, policy["rounds_waited"]),
        }
        total = 0.0
        for name, value in values.items():
            total += policy["weights"][name] * value
        return math.floor(1e6 * total / sum(policy["weights"].values()) + 0.5)

    @staticmethod
    def forbids(rule, unknown, broken):
        return rule["when_unknown"] == "FORBID" if unknown else broken

    @staticmethod
    def share(rounds, rule):
        return min(rounds, rule["full_at_rounds"]) / rule["full_at_rounds"]

    def language(self, adept, mentor):
        rule, soft = self.hard["common_language"], self.policy["language"]
        adept_least, mentor_least = RANKS[rule["adept_level"]], RANKS[rule["mentor_level"]]
        known = bool(adept.ranks) and bool(mentor.ranks)
        common = any(
            rank >= adept_least and mentor.ranks.get(code, 0) >= mentor_least
            for code, rank in adept.ranks.items()
            if not rule["languages"] or code in rule["languages"]
        )
        if self.forbids(rule, not known, not common):
            return None
        if not known:
            return self.unknown
        wanted = [code for code in soft["practise"] if adept.ranks.get(code, 0) < RANKS[soft["practised_until"]]]
        if not wanted:
            return 1.0
        values = [soft["other"]]
        for code in wanted:
            rank = mentor.ranks.get(code, 0)
            if rank >= mentor_least:
                kind = "common" if adept.ranks.get(code, 0) >= adept_least else "possible"
                values.append(soft[kind] * soft["mentor_level"][LEVELS[rank]])
        return max(values)

    def distance(self, adept, mentor, formats):
        rule, soft = self.hard["distance"], self.policy["distance"]
        online = soft["online"]
        if formats == {"digital"}:
            return online
        known = bool(adept.place) and bool(mentor.place)
        near, onsite = True, self.unknown
        if known:
            key = (adept.place, mentor.place)
            if key not in self.kilometres:
                self.kilometres[key] = self.tables.km(*key)
            km = self.kilometres[key]
            onsite = math.exp(-km / soft["scale_km"])
            limits = [limit for limit in (adept.limit, mentor.limit) if limit is not None]
            near = rule["limit"] == "NONE" or not limits or km <= min(limits)
        elif rule["limit"] != "NONE":
            near = rule["when_unknown"] == "ALLOW"
        if formats == {"onsite"}:
            return onsite if near else None
        return max(online, onsite) if known and near else online

    def rung(self, adept, mentor):
        """The closeness before the bonus, or None where it is unknown."""
        if not adept.target_group or not mentor.group:
            return None
        ladder = self.policy["occupation"]
        pair = (mentor.group, adept.target_group)
        if pair not in self.group_rungs:
            self.group_rungs[pair] = self.group_rung(*pair)
        worth = self.group_rungs[pair]
        if adept.target and mentor.occupation:
            if adept.target == mentor.occupation:
                worth = max(worth, ladder["same_occupation"])
            for percentage in (75, 25):
                worth = max(
                    worth,
                    self.both_ways(
                        self.tables.edges[percentage], mentor.occupation, adept.target, ladder[f"edge_{percentage}"]
                    ),
                )
        return worth

    def both_ways(self, edges, mentors, targets, worth):
        if (mentors, targets) in edges:
            return worth
        return worth * self.policy["occupation"]["reverse_factor"] if (targets, mentors) in edges else 0.0

    def group_rung(self, mentors, targets):
        ladder, tables = self.policy["occupation"], self.tables
        return max(
            ladder["same_ssyk4"] if mentors == targets else 0.0,
            self.both_ways(tables.bridges, mentors, targets, ladder["manager_bridge"]),
            self.both_ways(tables.group_edges[75], mentors, targets, ladder["group_edge_75"]),
            ladder["same_ssyk3"] if mentors[:3] == targets[:3] else 0.0,
            self.both_ways(tables.group_edges[25], mentors, targets, ladder["group_edge_25"]),
            ladder["same_ssyk2"] if mentors[:2] == targets[:2] else 0.0,
            ladder["same_field"] if tables.field[mentors] and tables.field[mentors] == tables.field[targets] else 0.0,
        )

    def goals(self, adept, mentor, rung):
        if not adept.goals:
            return self.unknown
        met = unknown = 0
        for goal in adept.goals:
            answer = self.meets(self.policy["goals"].get(goal), mentor, rung)
            met += answer is True
            unknown += answer is None
        return (met + self.unknown * unknown) / len(adept.goals)

    @staticmethod
    def meets(rule, mentor, rung):
        if rule is None:
            return None
        answers = []
        if "minimum_years" in rule:
            answers.append(None if mentor.years is None else mentor.years >= rule["minimum_years"])
        if "minimum_closeness" in rule:
            answers.append(None if rung is None else rung >= rule["minimum_closeness"])
        if "manager" in rule:
            answers.append((mentor.group[0] == "1") == rule["manager"] if mentor.group else None)
        if "partner_organisation" in rule:
            answers.append((bool(mentor.employer) and mentor.agreement) == rule["partner_organisation"])
        if "language" in rule:
            speaks = mentor.ranks.get(rule["language"], 0) >= RANKS[rule["minimum_level"]]
            answers.append(speaks if mentor.ranks else None)
        if False in answers:
            return False
        return None if None in answers else True

    def education(self, one, other):
        if not one or not other:
            return self.unknown
        for digits in (3, 2, 1):
            if len(one) >= digits and len(other) >= digits and one[:digits] == other[:digits]:
                return self.policy["education_field"][f"same_{digits}"]
        return 0.0


def members(kind, adepts, mentors):
    """Who takes part by the sample alone: no eligibility rules, every seat free."""
    return (
        [adept for adept in adepts if kind in adept.programmes and adept.consent and adept.status == "applied"],
        [mentor for mentor in mentors if kind in mentor.programmes and mentor.status == "active"],
    )


def members_from(path, adepts, mentors):
    adepts_by_id = {adept.id: adept for adept in adepts}
    mentors_by_id = {mentor.id: mentor for mentor in mentors}
    chosen = ([], [])
    with open(path, encoding="utf-8") as file:
        for line in file:
            role, key, *capacity = line.split()
            if role == "adept":
                chosen[0].append(adepts_by_id[key])
            else:
                mentors_by_id[key].capacity = int(capacity[0])
                chosen[1].append(mentors_by_id[key])
    return chosen


def optimum(scoring, adepts, mentors):
    """Most pairs, then the highest total, by scipy: a pair more outweighs every total."""
    seats = [mentor for mentor in mentors for _ in range(mentor.capacity)]
    outweighs = 1_000_000 * (len(adepts) + 1)
    worth = numpy.zeros((len(adepts), len(seats) + len(adepts)))
    allowed = {}
    for a, adept in enumerate(adepts):
        for mentor in mentors:
            score = scoring.score(adept, mentor)
            if score is not None:
                allowed[adept.id, mentor.id] = score
        for s, mentor in enumerate(seats):
            if (adept.id, mentor.id) in allowed:
                worth[a, s] = outweighs + allowed[adept.id, mentor.id]
    rows, columns = scipy.optimize.linear_sum_assignment(worth, maximize=True)
    pairs = [
        (adepts[a].id, seats[s].id)
        for a, s in zip(rows, columns)
        if s < len(seats) and (adepts[a].id, seats[s].id) in allowed
    ]
    return {
        "adepts": len(adepts),
        "mentors": len(mentors),
        "allowed": len(allowed),
        "pairs": len(pairs),
        "total": sum(allowed[pair] for pair in pairs),
    }


def load(data, kind):
    tables = Tables(data)
    with open(f"{data}/policy/{kind}.json", encoding="utf-8") as file:
        scoring = Scoring(json.load(file), tables)
    return scoring, *people(data, tables)


def all_pairs(scoring, adepts, mentors):
    for adept in adepts:
        for mentor in mentors:
            score = scoring.score(adept, mentor)
            if score is not None:
                yield adept.id, mentor.id, score


def main(arguments):
    data, kind, what, *members_file = arguments
    scoring, adepts, mentors = load(data, kind)
    if what == "pairs":
        for row in all_pairs(scoring, adepts, mentors):
            print(*row, sep="\t")
    elif what == "optimum":
        chosen = members_from(members_file[0], adepts, mentors) if members_file else members(kind, adepts, mentors)
        print(json.dumps(optimum(scoring, *chosen)))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
