-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0009, for the migrations that come behind it.

-- trust and installation

-- policies, advisories, updates of modules
