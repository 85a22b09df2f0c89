/* SPDX-License-Identifier: Apache-2.0
 *
 * The RaptScallions module ABI, version 1: what every other header builds on.
 *
 * A module is a shared library that exports exactly one symbol, `rapt_module_entry`, and imports none from the host.
 * Everything beyond the entry is found by asking, both ways: the host asks the module for extensions
 * (`rapt.hooks/1`, ...), the module asks the host for services (`rapt.context/1`, `rapt.reply/1`, `rapt.log/1`, ...).
 * NULL means "not here", and either side lives with that. A published struct never changes; a better one gets a new
 * number in its name.
 *
 * Rules that hold for every function of this ABI, unless its comment says otherwise
 *   thread     called on the module's one thread; a module is asked one call at a time
 *   text       UTF-8 without NUL characters, pointer and length, not terminated; {NULL, 0} is "absent", {non-NULL, 0} is "empty"
 *   ownership  whoever allocated a thing frees it; nothing crosses that the other side would have to free. What is given as an
 *              argument is borrowed until the call returns; the receiver copies what it keeps
 *   failure    by return value; no exception, longjmp or signal crosses the boundary. What is called with a pointer of the wrong
 *              kind, or after its lifetime, ends the process at worst: it is the module's own
 *   deadline   every call into the module runs against the time limit of its hook; the host ends a late process. A function
 *              of a service may wait for the host; that time is the module's
 */
#ifndef RAPT_ABI_H
#define RAPT_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The ABI that these headers describe. A host runs a module whose major number equals its own. */
#define RAPT_ABI_MAJOR 1u
/** Grows when something is added; a module built for a smaller minor number runs unchanged. */
#define RAPT_ABI_MINOR 3u

#if defined(_WIN32)
#error "RaptScallions modules run on Linux"
#endif
/** Marks the one symbol that a module exports. */
#define RAPT_EXPORT __attribute__((visibility("default")))

/** Borrowed UTF-8 text. How long it lives, the function that hands it out says. */
typedef struct rapt_text {
  const char* data; /**< NULL when absent */
  size_t size;      /**< bytes, without any terminator */
} rapt_text;

/** What a function of this ABI reports. Zero is success; every failure is negative, and names what went wrong. */
typedef enum rapt_status {
  RAPT_OK = 0,
  RAPT_E_INVALID = -1,     /**< an argument is out of range, not UTF-8 or not JSON where JSON is asked for */
  RAPT_E_TOO_LARGE = -2,   /**< the payload exceeds what one call may carry */
  RAPT_E_NOT_ALLOWED = -3, /**< not permitted at this hook, or the permission was not granted at install */
  RAPT_E_UNAVAILABLE = -4, /**< the host cannot serve this now */
  RAPT_E_FAILED = -5       /**< the module failed; it has said why in its log */
} rapt_status;

typedef struct rapt_host rapt_host;

/** What the host offers. Lives from `init` until `shutdown` has returned. */
struct rapt_host {
  uint32_t struct_size; /**< sizeof as the host knows it */
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved; /**< zero */
  /**
   * Asks for a service by its versioned id, for example "rapt.log/1" (NUL-terminated).
   * state: from `init` until `shutdown` returns. ownership: the host's. lifetime: the struct lives as long as the host does.
   * failure: NULL when the host does not offer it or the module may not have it; the same id has the same answer every time.
   */
  const void* (*get_service)(const rapt_host* host, const char* id);
};

/** The one exported struct: `RAPT_EXPORT extern const rapt_entry rapt_module_entry`. */
typedef struct rapt_entry {
  uint32_t struct_size; /**< sizeof(rapt_entry) */
  uint32_t abi_major;   /**< RAPT_ABI_MAJOR of the headers it was built with */
  uint32_t abi_minor;   /**< RAPT_ABI_MINOR of the headers it was built with */
  uint32_t reserved;    /**< zero */
  const char* name;     /**< as in the manifest, NUL-terminated; a mismatch is refused */
  const char* version;  /**< semantic version as in the manifest, NUL-terminated; a mismatch is refused */
  /**
   * Called once, after the sandbox is in place and before any hook. Files are gone by then: read nothing, open nothing.
   * `*state` may be set to anything; the host hands it back and never looks at it.
   * ownership: `*state` is the module's, to be freed in `shutdown`. lifetime: `host` lives until `shutdown` has returned.
   * deadline: 5 s. failure: anything but RAPT_OK ends the process, and the module is not started; `shutdown` is not called then.
   */
  rapt_status (*init)(const rapt_host* host, void** state);
  /**
   * Called once before an orderly end, when no hook runs. Not called when the process is killed. deadline: 1 s.
   * ownership: frees what `init` has put into `state`. failure: none; a late process is ended, and nothing depends on it.
   */
  void (*shutdown)(void* state);
  /**
   * Hands out an extension of the module by its versioned id (NUL-terminated), for example "rapt.hooks/1".
   * state: after `init` has returned RAPT_OK. ownership: the module's. lifetime: static. deadline: that of `init`, together with
   * it. failure: NULL for "not here".
   */
  const void* (*get_extension)(const char* id);
} rapt_entry;

/** The symbol's name, for loaders and tools. */
#define RAPT_ENTRY_SYMBOL "rapt_module_entry"

#ifdef __cplusplus
}
#endif
#endif
