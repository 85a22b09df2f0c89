/* SPDX-License-Identifier: Apache-2.0
 *
 * The ABI version as an ELF note, so that tools read it without running a byte of the module: section ".note.rapt",
 * owner "rapt", type 1, description two 32-bit words: major, minor. `RAPT_MODULE` of module.hpp writes it by itself;
 * a module in C puts RAPT_ABI_NOTE at file level once.
 */
#ifndef RAPT_NOTE_H
#define RAPT_NOTE_H

#include <rapt/abi.h>

#define RAPT_NOTE_SECTION ".note.rapt"
#define RAPT_NOTE_OWNER "rapt"
#define RAPT_NOTE_TYPE_ABI 1u

/** Layout of the note as it stands in the file. */
typedef struct rapt_abi_note {
  uint32_t name_size; /**< 5: "rapt" and its NUL */
  uint32_t desc_size; /**< 8 */
  uint32_t type;      /**< RAPT_NOTE_TYPE_ABI */
  char name[8];       /**< padded to a multiple of four */
  uint32_t abi_major;
  uint32_t abi_minor;
} rapt_abi_note;

/* clang-format off */
#define RAPT_ABI_NOTE                                                                                  \
  __attribute__((section(RAPT_NOTE_SECTION), used, aligned(4))) static const rapt_abi_note rapt_note = \
      {5u, 8u, RAPT_NOTE_TYPE_ABI, {'r', 'a', 'p', 't', 0, 0, 0, 0}, RAPT_ABI_MAJOR, RAPT_ABI_MINOR}
/* clang-format on */

#endif
