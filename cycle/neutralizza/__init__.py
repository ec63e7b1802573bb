# SPDX-License-Identifier: AGPL-3.0-or-later
"""The neutralizzazione of an objective, or of a part of it (R62): what guards read, what the steps
write."""
