// SPDX-License-Identifier: AGPL-3.0-or-later
// Unsent text, kept in this tab so that a reload, a lost login or a failed request loses nothing.
// Keyed by user: another user of the same tab never sees it. Logging out by choice forgets all of it.

const prefix = "rapt:draft:";

export function draftKey(userId: string, kind: "chat" | "form", subjectId: string): string {
  return `${prefix}${userId}:${kind}:${subjectId}`;
}

export function readDraft(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return ""; // storage is switched off in this browser
  }
}

export function writeDraft(key: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // Storage is full or switched off: the text stays on the page, which is all that can be had.
  }
}

/** A message that was sent and whose answer is not known to be stored. */
export interface Pending {
  /** Names the turn: sending the message again with it never makes a second one. */
  requestId: string;
  content: string;
  /** The number of the message that it takes the place of. */
  replaces: number | null;
  /** Its words stand in the box again, where they may be changed. */
  givenBack?: boolean;
}

const pendingKey = (draft: string) => `${draft}:sent`;

export function readPending(draft: string): Pending | null {
  try {
    const { requestId, content, replaces, givenBack } = JSON.parse(readDraft(pendingKey(draft))) as Partial<Pending>;
    if (typeof requestId !== "string" || typeof content !== "string") return null;
    return { requestId, content, replaces: typeof replaces === "number" ? replaces : null, givenBack: givenBack === true };
  } catch {
    return null; // nothing was stored, or by another version of these pages
  }
}

export function writePending(draft: string, pending: Pending | null): void {
  writeDraft(pendingKey(draft), pending === null ? "" : JSON.stringify(pending));
}

export function forgetDrafts(): void {
  try {
    const keys = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index));
    for (const key of keys) if (key?.startsWith(prefix)) sessionStorage.removeItem(key);
  } catch {
    // nothing was stored
  }
}
