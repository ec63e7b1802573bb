# SPDX-License-Identifier: AGPL-3.0-or-later
"""Variazioni: what differs between the scheda in force and the one that is wished, in words; what
the guards read of a request; what approving it writes."""
