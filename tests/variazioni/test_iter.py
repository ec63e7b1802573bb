# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request from draft to decision."""

from __future__ import annotations

import pytest

from tests import mondo
from tests.variazioni import mondo as v_mondo

pytestmark = pytest.mark.django_db


def test_from_draft_to_version_two() -> None:
    o = mondo.in_stato("in_corso")
    v = v_mondo.redigi(o)
    assert v_mondo.frasi(v) == ["OE0401, «N. sportelli - aperti», target di 2026-2: da 2 a 5."]
    v = v_mondo.presenta(v)
    assert v.stato == "istruita"
    v_mondo.approva(v)
    assert v_mondo.rileggi(v).stato == "approvata"
