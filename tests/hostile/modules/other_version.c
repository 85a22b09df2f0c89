/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MODULE_VERSION "9.9.9"
#include "continue.c"
