// Makes the groups of one cohort from a policy's rules about many people.
#ifndef BRYGGA_ENGINE_GROUP_RULES_H_
#define BRYGGA_ENGINE_GROUP_RULES_H_

#include <vector>

#include "engine/people.h"
#include "engine/policy.h"
#include "engine/problem.h"

namespace brygga::engine {

// The groups that `policy` asks for, in the order of its rules. A rule for each
// employer makes one group of every employer that somebody has, named
// "rule/employer"; people without an employer are in none. One for each person
// names them "rule/id". A share of the seats is of ReserveBase, rounded down.
// Where nobody is selected the group is empty: a cap then binds nobody, and a
// minimum load cannot be reached.
//
// Whether the groups are laminar is for Validate(Problem) to say: it depends on
// the people.
std::vector<Group> MakeGroups(const Policy& policy, const People& adepts, const People& mentors);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_GROUP_RULES_H_
