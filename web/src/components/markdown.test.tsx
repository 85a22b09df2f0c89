// SPDX-License-Identifier: AGPL-3.0-or-later
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Markdown } from "./markdown";

function html(text: string): string {
  return render(<Markdown text={text} />).container.innerHTML;
}

describe("Markdown", () => {
  it("drops raw HTML with its handlers", () => {
    const shown = html("a <script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick=x>b</b>\n\n<iframe src='https://evil.test'></iframe>");
    expect(shown).not.toMatch(/<script|<img|<iframe|<b[ >]|onerror|onclick/);
  });

  it("drops addresses that would run or embed something", () => {
    for (const address of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"]) {
      expect(html(`[link](${address})`)).not.toContain("href=");
    }
  });

  it("opens links elsewhere without telling where they came from", () => {
    render(<Markdown text="[school](https://school.example/)" />);
    const link = screen.getByRole("link", { name: "school" });
    expect(link).toHaveAttribute("rel", expect.stringContaining("noopener"));
    expect(link).toHaveAttribute("rel", expect.stringContaining("noreferrer"));
    expect(link).toHaveAttribute("target", "_blank");
  });

  it("names pictures instead of fetching them", () => {
    const shown = html("![a graph](https://tracker.test/x.png)");
    expect(shown).toContain("Picture: a graph");
    expect(shown).not.toContain("tracker.test");
  });

  it("sets math, and shows broken math as text", () => {
    expect(html("Solve $x^2=4$")).toContain('class="katex"');
    expect(html("$$\n\\frac{1}{2}\n$$")).toContain("katex-display");
    expect(html("$\\frac{1$")).toContain("\\frac{1");
    expect(html("$\\href{javascript:alert(1)}{x}$")).not.toContain("href=");
  });

  it("colors code of the languages it knows", () => {
    expect(html("```python\ndef f(): pass\n```")).toContain("hljs-keyword");
    expect(html("```cobol\nMOVE A TO B\n```")).toContain("MOVE A TO B");
  });
});
