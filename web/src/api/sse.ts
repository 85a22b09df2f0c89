// SPDX-License-Identifier: AGPL-3.0-or-later
// Server-sent events read from a fetch body. EventSource cannot POST, hence this parser of the same format.

export interface ServerEvent {
  event: string;
  data: string;
  /** Where in its stream it stands; null when the server gave it no place. */
  id: string | null;
}

/** Turns a stream's bytes into events. Feed chunks in order; borders may fall anywhere, even inside a character. */
export class EventParser {
  readonly #decoder = new TextDecoder("utf-8");
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  /** The events that this chunk completes, in order. */
  push(chunk: Uint8Array): ServerEvent[] {
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    const events: ServerEvent[] = [];
    let start = 0;
    for (;;) {
      const end = text.slice(start).search(/[\r\n]/) + start;
      if (end < start) break;
      // A CR at the very end may be the first half of a CRLF whose LF is in the next chunk.
      if (text[end] === "\r" && end + 1 === text.length) break;
      this.#line(text.slice(start, end), events);
      start = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
    }
    this.#rest = text.slice(start);
    return events;
  }

  #line(line: string, events: ServerEvent[]): void {
    if (line === "") {
      if (this.#data.length > 0) events.push({ event: this.#event || "message", data: this.#data.join("\n"), id: this.#id });
      this.#event = "";
      this.#id = null;
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment, such as the heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }
}
