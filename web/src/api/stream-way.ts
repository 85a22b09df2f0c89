// SPDX-License-Identifier: AGPL-3.0-or-later
// What a stream's way through the network does to it: silence, breaks, and waiting for a better moment.
import { ApiError } from "./errors";

/** Longer than three of the server's 15-second heartbeats: a quieter connection is dead. */
const silenceLimitMs = 50_000;
const firstPauseMs = 400;
const longestPauseMs = 15_000;

/** The next bytes; null when the connection has ended, broken, or gone silent. */
export async function readBeforeSilence(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), silenceLimitMs);
  });
  try {
    const chunk = await Promise.race([reader.read().catch(() => null), silence]);
    return chunk === null || chunk.done ? null : chunk.value;
  } finally {
    clearTimeout(timer);
  }
}

/** True when the request may not have reached the server; false for everything that the server has said. */
export function isLost(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === "NETWORK_ERROR";
}

/**
 * Waits longer after each try, and not equally long in every browser: a class whose network comes back shall not knock
 * all at once. Ends early when the browser says that it is online again.
 */
export function backOff(tries: number): Promise<void> {
  const pause = Math.min(firstPauseMs * 2 ** tries, longestPauseMs) * (0.75 + Math.random() / 2);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, pause);
    window.addEventListener("online", end);
  });
}
