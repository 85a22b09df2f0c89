// SPDX-License-Identifier: AGPL-3.0-or-later
// Prepares an answer for remark-math: TeX's own delimiters become dollars, and dollars that mean money stay money.

const code = /(```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|(`+)[^`][\s\S]*?\2)/g;
const texDisplay = /\\\[([\s\S]+?)\\\]/g;
const texInline = /\\\(([\s\S]+?)\\\)/g;
const loneDisplay = /^([ \t]*)\$\$([^\n$]+)\$\$[ \t]*$/gm;
const display = /(\$\$[\s\S]*?(?:\$\$|$))/;

/**
 * Rewrites `\(…\)` and `\[…\]` to dollar delimiters, gives display math lines of its own, and escapes lone dollars, as in
 * "it costs $5 or $6". A pair counts as math by Pandoc's rule: no space just inside it, no digit right after it.
 * Code is left as it is.
 */
export function prepareMath(markdown: string): string {
  let result = "";
  let start = 0;
  for (const match of markdown.matchAll(code)) {
    result += outsideCode(markdown.slice(start, match.index)) + match[0];
    start = match.index + match[0].length;
  }
  return result + outsideCode(markdown.slice(start));
}

function outsideCode(text: string): string {
  return text
    .replace(texDisplay, (_, formula: string) => `\n$$\n${formula.trim()}\n$$\n`)
    .replace(texInline, (_, formula: string) => `$${formula.trim()}$`)
    .replace(loneDisplay, (_, indent: string, formula: string) => `${indent}$$\n${indent}${formula.trim()}\n${indent}$$`)
    .split(display)
    .map((part, index) => (index % 2 === 1 ? part : escapeMoney(part)))
    .join("");
}

function escapeMoney(text: string): string {
  let result = "";
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === "\\") {
      result += text.slice(at, at + 2);
      at += 2;
    } else if (char === "$") {
      const end = closingDollar(text, at);
      result += end < 0 ? "\\$" : text.slice(at, end + 1);
      at = end < 0 ? at + 1 : end + 1;
    } else {
      result += char;
      at += 1;
    }
  }
  return result;
}

/** Where the formula that opens at `open` closes, or -1 when it is no formula. A blank line ends the search. */
function closingDollar(text: string, open: number): number {
  if (!/[^\s$]/.test(text.charAt(open + 1))) return -1;
  for (let at = open + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === "\\") at += 1;
    else if (char === "\n" && text.charAt(at + 1) === "\n") return -1;
    else if (char === "$") return /\s/.test(text.charAt(at - 1)) || /\d/.test(text.charAt(at + 1)) ? -1 : at;
  }
  return -1;
}
