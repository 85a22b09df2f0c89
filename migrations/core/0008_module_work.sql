-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What modules do beside hooks: jobs by the clock, events, what they know of people from outside, marks.

-- == jobs, events ==

-- == directory, sessions, grades ==

-- == ai, secrets ==
