@@with sql
-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE notes (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  text text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
@@end
