/* SPDX-License-Identifier: AGPL-3.0-or-later */
#undef MODULE_NAME
#define MODULE_NAME "somebody-else"
#include "continue.c"
