# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
set -euo pipefail
command_test() { die "not written yet"; }
