-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What modules do beside hooks: jobs by the clock, events, what they know of people from outside, marks.

-- == jobs, events ==

-- == directory, sessions, grades ==

-- == ai, secrets ==

-- What modules ask the AI for, beside conversations and runs: in ai_usage as all else, and here under which module. Written
-- before the question is put, so that it is known also of a call whose host died. Rows stay as those of ai_usage do.
ALTER TYPE request_type ADD VALUE 'module';
ALTER TYPE request_type ADD VALUE 'embedding';
CREATE TABLE ai_module_calls (
  id uuid PRIMARY KEY,  -- of the call, as in ai_usage
  module text NOT NULL CHECK (module <> ''),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ai_module_calls_module_idx ON ai_module_calls (module, created_at);
