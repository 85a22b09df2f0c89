/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MODULE_ABI_MAJOR 2u
#include "continue.c"
