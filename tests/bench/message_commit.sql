-- SPDX-License-Identifier: AGPL-3.0-or-later
-- For pgbench: what one message's transaction writes at least, and its commit.
INSERT INTO bench_commit (content) VALUES (repeat('x', 800)), (repeat('y', 800));
