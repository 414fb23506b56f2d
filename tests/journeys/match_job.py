"""A coordinator's year with the matching commands, as people give them.

The vocational sample goes in through the command line; then rounds are tried,
run, replayed, published and mended, pairs are made by hand, paused, changed and
ended, and meetings are recorded. What is printed is read as people read it.
"""

import json
import re
import unittest

import sample
from harness import Stack


class MatchJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.addClassCleanup(cls.stack.stop)
        cls.token = cls.stack.token("--admin")
        operator, cls.cohorts = sample.open_cohorts(cls.stack, cls.token)
        sample.import_people(cls.stack, cls.token, operator)
        cls.run_cli("cohort", "decide", "vocational")
        cls.run_cli("cohort", "close", "vocational")
        cls.run_cli("cohort", "move", "vocational", "--to", "matching")

    @classmethod
    def run_cli(cls, *arguments, code=0):
        done = cls.stack.cli(*arguments, token=cls.token, check=False)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @classmethod
    def json(cls, *arguments, code=0):
        return json.loads(cls.run_cli("--json", *arguments, code=code))

    def match(self, **wanted):
        """The first match of the cohort with these fields."""
        for match in self.json("match", "list", "vocational")["matches"]:
            if all(match.get(field) == value for field, value in wanted.items()):
                return match
        self.fail(wanted)

    def test_a_year_of_commands(self):
        self.rounds()
        self.publication_and_repair()
        self.pairs_by_hand()
        self.life_and_meetings()

    def rounds(self):
        trial = self.run_cli("match", "run", "vocational", "--dry-run")
        self.assertIn("Dry run, nothing is stored", trial)
        self.assertIn("Certified: no more can be matched", trial)
        self.assertIn("A stable answer would match", trial)
        figures = {}
        for objective in ("coverage-then-score", "score", "fairest", "stable"):
            with self.subTest(objective=objective):
                round_ = self.json("match", "run", "vocational", "--objective", objective, "--seed", "journey")
                self.assertEqual(round_["state"], "ROUND_STATE_PROPOSED")
                self.assertIs(round_["certified"], True)
                figures[objective] = {key: int(round_["statistics"].get(key, 0))
                                      for key in ("matched", "totalScore", "worstScore", "blockingPairs")}
                self.assertIn("Identical", self.run_cli("match", "replay", round_["name"]))
        most = figures["coverage-then-score"]
        self.assertEqual(figures["fairest"]["matched"], most["matched"])
        self.assertGreaterEqual(figures["fairest"]["worstScore"], most["worstScore"])
        self.assertGreaterEqual(figures["score"]["totalScore"], most["totalScore"])
        self.assertEqual(figures["stable"]["blockingPairs"], 0)
        self.assertGreaterEqual(3 * figures["stable"]["matched"], 2 * most["matched"])

    def publication_and_repair(self):
        self.json("match", "run", "vocational", "--seed", "journey")
        published = self.json("match", "publish", "vocational")
        count = published["matches"]
        self.assertGreater(count, 100)
        declined = self.match(state="MATCH_STATE_PROPOSED")
        self.run_cli("match", "decline", declined["name"], "--side", "mentor", "--reason", "NO_TIME")
        trial = self.json("match", "repair", "vocational", "--dry-run")
        self.assertNotIn("name", trial)
        text = self.run_cli("match", "repair", "vocational")
        kept, changed, new = map(int, re.search(
            r"Of the pairs before, (\d+) stay and (\d+) do not; (\d+) pair", text).groups())
        self.assertEqual(kept + changed, count - 1)
        self.assertEqual(kept, int(trial["statistics"]["keptPairs"]))
        # At a price that no better pair is worth, pairs change only so that more are matched, and the cost is said.
        dear = self.json("match", "repair", "vocational", "--dry-run", "--change-price", "500")["statistics"]
        dear_kept, dear_changed = int(dear["keptPairs"]), int(dear.get("changedPairs", 0))
        self.assertEqual(dear_kept + dear_changed, count - 1)
        self.assertGreaterEqual(dear_kept, kept)
        self.assertEqual(dear["matched"], trial["statistics"]["matched"])
        if int(dear["matched"]) == count - 1:
            self.assertEqual(dear_changed, 0)
        self.assertEqual(int(trial["statistics"]["totalScore"]) - int(dear["totalScore"]),
                         int(dear.get("lostScore", 0)))
        answer = self.json("match", "publish", "vocational")
        self.assertEqual((answer.get("kept", 0), answer.get("withdrawn", 0), answer.get("matches", 0)),
                         (kept, changed, new))

    def pairs_by_hand(self):
        live = [m for m in self.json("match", "list", "vocational")["matches"]
                if m["state"] == "MATCH_STATE_PROPOSED"]
        one, two = live[0], live[1]
        refused = self.stack.cli("match", "create", "vocational", one["mentor"], two["adept"], token=self.token,
                                 check=False)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("is matched already", refused.stdout + refused.stderr)
        self.run_cli("match", "decline", two["name"], "--side", "adept")
        made = self.json("match", "create", "vocational", two["mentor"], two["adept"], "--accepted", "--reason",
                         "SECOND_THOUGHT")
        self.assertEqual(made["state"], "MATCH_STATE_ACTIVE")
        self.assertEqual(made["reason"], "SECOND_THOUGHT")
        type(self).active = made["name"]
        self.run_cli("match", "decline", one["name"], "--side", "adept")
        veto = self.json("match", "veto", "vocational", one["mentor"], one["adept"], "--reason", "KNOW_EACH_OTHER")
        locked = self.stack.cli("match", "lock", "vocational", one["mentor"], one["adept"], token=self.token,
                                check=False)
        self.assertEqual(locked.returncode, 3)
        self.assertIn("override_reason", locked.stdout + locked.stderr)
        lock = self.json("match", "lock", "vocational", one["mentor"], one["adept"], "--override", "TALKED_TO_BOTH")
        self.assertEqual(lock["brokenRules"], ["HARD_RULE_VETO"])
        self.run_cli("match", "unlock", lock["name"])
        self.run_cli("match", "unveto", veto["name"])

    def life_and_meetings(self):
        self.assertIn("paused", self.run_cli("match", "pause", self.active, "--reason", "ILLNESS"))
        self.assertIn("active", self.run_cli("match", "resume", self.active))
        refused = self.stack.cli("match", "overdue", "vocational", token=self.token, check=False)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("At least 1 meeting a month", self.run_cli(
            "match", "cadence", "vocational", "--meetings", "1", "--from", "4", "--to", "11", "--except", "7"))
        self.run_cli("match", "meeting", self.active, "planned", "--at", "2099-06-14 17:00")
        meetings = self.json("match", "meetings", "vocational")["meetings"]
        self.assertEqual([meeting["startTime"] for meeting in meetings], ["2099-06-14T15:00:00Z"])
        self.run_cli("match", "meeting", self.active, "cancelled", "--meeting", meetings[0]["name"])
        self.assertIn("0 of 1 pair has met too seldom", self.run_cli("match", "overdue", "vocational"))
        self.assertIn("active", self.run_cli("match", "kind", self.active, "mutual"))
        self.assertIn("ended early", self.run_cli("match", "end", self.active, "--early", "--reason", "MOVED"))


if __name__ == "__main__":
    unittest.main()
