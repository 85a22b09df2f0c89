// SPDX-License-Identifier: AGPL-3.0-or-later
// jemalloc stands in the place of the C library's malloc: a message of a conversation costs a tenth less of the
// processor. It looks here for how it is to work: what is not used any more goes back to the system within a second,
// also where nothing happens.
#include <jemalloc/jemalloc.h>

const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
