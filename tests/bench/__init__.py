# SPDX-License-Identifier: AGPL-3.0-or-later
"""Speed as ratios: `python -m tests.bench` measures our work beside a reference, interleaved on
one server, and prints every line as JSON and as a table. No figure here ever fails a test."""
