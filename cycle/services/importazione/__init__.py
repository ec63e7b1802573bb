# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of an imported plan: `scrittura` the action, the people and the objectives, `schede`
what they hold, `storico` what only a closed year has."""
