// SPDX-License-Identifier: AGPL-3.0-or-later
import ReactMarkdown, { type Components } from "react-markdown";

// Within a line of text: no paragraphs of its own, and links that do not leave the sentence.
const components: Components = {
  p: ({ children }) => <>{children}</>,
  code: ({ node: _, ...rest }) => <code {...rest} />,
};

/** What the API's description says in CommonMark (OpenAPI 3.1), as part of a line. Raw HTML is dropped. */
export function Described({ text = "" }: { text?: string }) {
  return (
    <ReactMarkdown skipHtml allowedElements={["p", "code", "em", "strong", "a"]} unwrapDisallowed components={components}>
      {text}
    </ReactMarkdown>
  );
}
