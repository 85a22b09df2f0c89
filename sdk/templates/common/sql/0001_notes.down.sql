@@with sql
-- SPDX-License-Identifier: Apache-2.0
DROP TABLE notes;
@@end
