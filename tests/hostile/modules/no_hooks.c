/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define NO_HOOKS
#include "continue.c"
