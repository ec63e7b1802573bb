# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's plan: a comune that does not exist, with the size and the habits of real ones.

`comune.comune(anno)` is the whole of it: same year, same comune, to the last figure. The words
are in `dati/`, the code only draws from them.
"""
