// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Message } from "@/api/types";

/** Numbers of messages that are not shown because others have taken their place, both ends included. */
export interface Gap {
  from: number;
  to: number;
}

/** What was replaced in front of each message, by its number. Numbers are given without holes, so a hole tells of it. */
export function gapsBefore(messages: Message[]): Map<number, Gap> {
  const gaps = new Map<number, Gap>();
  let before = 0;
  for (const { seq } of messages) {
    if (seq > before + 1) gaps.set(seq, { from: before + 1, to: seq - 1 });
    before = seq;
  }
  return gaps;
}
