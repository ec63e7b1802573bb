# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the data live: a real PostgreSQL named by URLs, or an embedded one supervised by us.

`config` turns the environment into Django's DATABASES; `base` is the Django backend (this
package is the ENGINE); `embedded` supervises the embedded server, whose paths are in `layout`
and whose keeper process is `keeper`; `cloni` makes databases for tests from a template.
"""
