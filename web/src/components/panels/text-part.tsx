// SPDX-License-Identifier: AGPL-3.0-or-later
import { Markdown } from "@/components/markdown";

/** A module's Markdown: without HTML and pictures, and with links to pages of this installation alone. */
export function MarkdownPart({ text }: { text: string }) {
  return <Markdown text={text} links="own" />;
}
