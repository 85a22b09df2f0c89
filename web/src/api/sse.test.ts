// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, it } from "vitest";
import { EventParser, type ServerEvent } from "./sse";

function parse(chunks: Uint8Array[]): ServerEvent[] {
  const parser = new EventParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("EventParser", () => {
  const text = ': heartbeat\n\nevent: delta\ndata: {"content":"x² – naïve 🦖"}\n\nevent: done\ndata: {"a":1}\n\n';
  const expected = [
    { event: "delta", data: '{"content":"x² – naïve 🦖"}', id: null },
    { event: "done", data: '{"a":1}', id: null },
  ];

  it("gives the same events wherever a chunk ends, even inside a character", () => {
    const all = bytes(text);
    for (let cut = 0; cut <= all.length; cut += 1) {
      expect(parse([all.slice(0, cut), all.slice(cut)])).toEqual(expected);
    }
  });

  it("reads one byte at a time", () => {
    expect(parse([...bytes(text)].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it("knows all three line endings, also when CR and LF arrive apart", () => {
    const crlf = bytes(text.replaceAll("\n", "\r\n"));
    for (let cut = 0; cut <= crlf.length; cut += 1) {
      expect(parse([crlf.slice(0, cut), crlf.slice(cut)])).toEqual(expected);
    }
    expect(parse([bytes("data: a\r\rdata: b\r\r"), bytes("\n")])).toEqual([
      { event: "message", data: "a", id: null },
      { event: "message", data: "b", id: null },
    ]);
  });

  it("joins data lines, takes only one space off, and forgets the name between events", () => {
    expect(parse([bytes("event: x\ndata:  two\ndata\ndata:end\n\ndata: y\n\n")])).toEqual([
      { event: "x", data: " two\n\nend", id: null },
      { event: "message", data: "y", id: null },
    ]);
  });

  it("gives each event its own place in the stream, and none to one that has none", () => {
    expect(parse([bytes("id: T:1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n")])).toEqual([
      { event: "message", data: "a", id: "T:1" },
      { event: "message", data: "b", id: null },
      { event: "message", data: "c", id: "" },
    ]);
  });

  it("gives no event for comments, for a name alone, or for one that was cut off", () => {
    expect(parse([bytes(": hi\n\nevent: x\n\nid: 4\nretry: 10\n\ndata: half")])).toEqual([]);
  });
});
