// SPDX-License-Identifier: AGPL-3.0-or-later
import { memo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeKatex from "rehype-katex";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { rehypeCode } from "@/lib/highlight";
import { prepareMath } from "@/lib/math-text";

const components: Components = {
  // A link from an answer opens beside the conversation and learns nothing about it.
  a: ({ node: _, children, href, ...rest }) =>
    href ? (
      <a {...rest} href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // A picture would be fetched from wherever the answer says, so it is named instead of shown.
  img: ({ alt }) => <em>[Picture{alt ? `: ${alt}` : ""}]</em>,
  // Headings stay below the page's own.
  h1: ({ node: _, ...rest }) => <h3 {...rest} />,
  h2: ({ node: _, ...rest }) => <h3 {...rest} />,
  h3: ({ node: _, ...rest }) => <h4 {...rest} />,
  pre: ({ node: _, ...rest }) => <pre tabIndex={0} {...rest} />,
  table: ({ node: _, ...rest }) => (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table {...rest} />
    </div>
  ),
};

/** Of a module, nothing leads out of this installation: what is written stays, as text. */
const ownLinks: Components = {
  ...components,
  a: ({ children, href }) => (href !== undefined && /^(#|\/(?![/\\]))/.test(href) ? <a href={href}>{children}</a> : <span>{children}</span>),
};

interface MarkdownProps {
  text: string;
  /** "own": links to pages here alone. */
  links?: "any" | "own";
}

/** Markdown with math and code, from an untrusted source: raw HTML is dropped, links are checked by react-markdown. */
export const Markdown = memo(function Markdown({ text, links = "any" }: MarkdownProps) {
  return (
    <div className="prose-answer">
      <ReactMarkdown
        skipHtml
        remarkPlugins={[remarkGfm, remarkMath]}
        rehypePlugins={[
          [rehypeKatex, { strict: "ignore", trust: false, maxExpand: 200, maxSize: 20 }],
          rehypeCode,
        ]}
        components={links === "own" ? ownLinks : components}
      >
        {prepareMath(text)}
      </ReactMarkdown>
    </div>
  );
});
