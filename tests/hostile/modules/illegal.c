/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
ACT { __builtin_trap(); }
