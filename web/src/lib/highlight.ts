// SPDX-License-Identifier: AGPL-3.0-or-later
// Colors for code in answers. Only the languages of a classroom are bundled; others stay plain.
import type { Element, ElementContent, Root, RootContent } from "hast";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import { createLowlight } from "lowlight";

const lowlight = createLowlight({ bash, c, cpp, css, java, javascript, json, python, sql, typescript, xml });

/** A rehype plugin: replaces the text of fenced code by its colored parts. */
export function rehypeCode() {
  return (tree: Root) => tree.children.forEach(visit);
}

function visit(node: RootContent): void {
  if (node.type !== "element") return;
  const language = node.tagName === "code" ? languageOf(node) : null;
  const text = node.children[0];
  if (language && lowlight.registered(language) && text?.type === "text") {
    node.children = lowlight.highlight(language, text.value).children as ElementContent[];
  } else {
    node.children.forEach(visit);
  }
}

function languageOf(code: Element): string | null {
  const names = code.properties["className"];
  const name = Array.isArray(names) ? names.find((each) => String(each).startsWith("language-")) : undefined;
  return name === undefined ? null : String(name).slice("language-".length);
}
