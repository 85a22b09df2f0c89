/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looks for a text in every page that it can find around what it knows. The message holds the text with each byte one
 * higher, so that the message is not what is found. Says how often the text stands somewhere. */
#include <linux/futex.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "hostile.h"
enum { PAGE = 4096, REACH = 1 << 15 };
/* A wait that cannot succeed reads one word, or says that it may not be read. */
static int readable(const char* page) {
  static const struct timespec none = {0, 0};
  return syscall(SYS_futex, page, FUTEX_WAIT_PRIVATE, ~*(const unsigned*)"look", &none, NULL, 0) == 0 || errno != EFAULT;
}
static long count_in(const char* page, const char* raised, size_t size) {
  long found = 0;
  const char first = (char)(raised[0] - 1);
  for (const char* at = page; (at = (const char*)memchr(at, first, (size_t)(page + PAGE - at))) != NULL; ++at) {
    if (at + size > page + PAGE) break;
    size_t same = 0;
    while (same < size && (unsigned char)(at[same] + 1) == (unsigned char)raised[same]) ++same;
    found += same == size;
  }
  return found;
}
ACT {
  const rapt_text raised = context_service->text(context, RAPT_FIELD_CURRENT_CONTENT);
  if (raised.size < 8) return RAPT_ERROR;
  const char here = 0;
  char* heap = (char*)malloc(1);
  const uintptr_t anchors[] = {(uintptr_t)&printf, (uintptr_t)&here, (uintptr_t)heap, (uintptr_t)raised.data, (uintptr_t)&act};
  long found = 0, pages = 0;
  uintptr_t seen_low[5], seen_high[5];
  for (int i = 0; i < 5; ++i) {
    const uintptr_t middle = anchors[i] & ~(uintptr_t)(PAGE - 1);
    seen_low[i] = middle - (uintptr_t)REACH * PAGE, seen_high[i] = middle + (uintptr_t)REACH * PAGE;
    for (uintptr_t page = seen_low[i]; page < seen_high[i]; page += PAGE) {
      int again = 0;
      for (int earlier = 0; earlier < i; ++earlier) again |= page >= seen_low[earlier] && page < seen_high[earlier];
      if (again || !readable((const char*)page)) continue;
      ++pages;
      found += count_in((const char*)page, raised.data, raised.size);
    }
  }
  return pages < 100 ? RAPT_ERROR : tell(reply, found);
}
