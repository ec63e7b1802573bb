# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts: the scheda as somebody writes it, looked up, checked, and judged before it is stored."""
