-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE tally (tool text PRIMARY KEY, messages bigint NOT NULL);
