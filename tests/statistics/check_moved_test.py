# SPDX-License-Identifier: Apache-2.0
"""The merge of check_moved.py, on folders made for the purpose."""
import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from typing import Dict, Tuple

import check_moved

HITS = "hits\tlookups\tLookups that hit."
MISSES = "misses\tlookups\tLookups that missed."


def check(files: Dict[str, str]) -> Tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as output:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return check_moved.main([folder]), output.getvalue()


class CheckMoved(unittest.TestCase):
    def test_what_moved_in_any_process_has_moved(self) -> None:
        status, output = check({"1.tsv": f"still\t{HITS}\tdsa0.atc\nmoved\t{MISSES}\tdsa0.atc\n",
                                "2.tsv": f"moved\t{HITS}\tatc\n"})
        self.assertEqual(status, 0)
        self.assertIn("2 statistics moved, 0 never did", output)

    def test_what_stood_still_everywhere_is_named(self) -> None:
        status, output = check({"1.tsv": f"still\t{HITS}\tdsa0.atc\nmoved\t{MISSES}\tdsa0.atc\n"})
        self.assertEqual(status, 1)
        self.assertIn("never moved: dsa0.atc.hits [lookups] Lookups that hit.", output)

    def test_equal_parts_count_for_each_other(self) -> None:
        status, _ = check({"1.tsv": "still\twq1.retries\tjobs\tRetry answers.\tdsa0\nmoved\twq0.retries\tjobs\tRetry answers.\tdsa0\n"})
        self.assertEqual(status, 0)

    def test_queues_count_for_each_other_whatever_they_are_called(self) -> None:
        status, _ = check({"1.tsv": "still\tshared.retries\tjobs\tRetry.\tdsa0.swq_arbiter\n"
                                    "moved\twq0.retries\tjobs\tRetry.\tdsa1.swq_arbiter\n"})
        self.assertEqual(status, 0)

    def test_nothing_recorded_is_a_failure(self) -> None:
        status, output = check({})
        self.assertEqual(status, 1)
        self.assertIn("did not run", output)


if __name__ == "__main__":
    unittest.main()
