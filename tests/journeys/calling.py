"""docs/calling.md, typed as it stands there by another team's developer."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import harness
import sample
from harness import Stack

PAGE = (harness.ROOT / "docs" / "calling.md").read_text()


def block(language):
    """The page's code in that language."""
    return re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]


class Calling(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="brygga-calling-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.stack = Stack()
        self.addCleanup(self.stack.stop)
        self.token = self.folder / "token"
        self.token.write_text(self.stack.token("--admin") + "\n")

    def run_in_folder(self, *command):
        environment = {"PATH": os.environ["PATH"], "BRYGGA_TOKEN_FILE": str(self.token),
                       "BRYGGA_ADDRESS": self.stack.address("gateway")}
        done = subprocess.run(command, cwd=self.folder, env=environment, text=True, capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_stubs_are_made_and_a_first_call_is_answered(self):
        _, cohorts = sample.open_cohorts(self.stack, self.token.read_text().strip())
        (self.folder / "proto").symlink_to(harness.ROOT / "proto")
        script = "\n".join(line for line in block("sh").splitlines() if not line.startswith("sudo "))
        self.run_in_folder("bash", "-euc", script)
        printed = self.run_in_folder("/usr/bin/python3", "-c", block("python"))
        for cohort in cohorts.values():
            self.assertIn(cohort.split("/cohorts/")[0], printed)
        self.assertIn("StatusCode.INVALID_ARGUMENT", printed)
        self.assertIn("[('name', 'must be a resource name of the form programmes/*')]", printed)


if __name__ == "__main__":
    unittest.main()
