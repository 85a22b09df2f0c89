// SPDX-License-Identifier: AGPL-3.0-or-later
// Tabs of one browser tell each other that a conversation has moved on. Only its id is told; each tab asks the server.

const name = "rapt:conversations";

export function tellOtherTabs(sessionId: string): void {
  const channel = openChannel();
  channel?.postMessage(sessionId);
  channel?.close();
}

/** Calls back when another tab has moved that conversation on; gives what ends that. */
export function onOtherTab(sessionId: string, listener: () => void): () => void {
  const channel = openChannel();
  if (channel) channel.onmessage = ({ data }) => data === sessionId && listener();
  return () => channel?.close();
}

function openChannel(): BroadcastChannel | null {
  return typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
}
