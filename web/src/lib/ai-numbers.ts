// SPDX-License-Identifier: AGPL-3.0-or-later
// Limits, shares and money as people write them and as the API takes them. Money stays text: no digit is ever rounded.

export type NumberKind = "count" | "money" | "price" | "percent";

const whole = /^\d{1,12}$/;

/** What is wrong with an entry; null when it can be sent. Empty means that there is none. */
export function faultOfNumber(kind: NumberKind, text: string, least = 0): string | null {
  if (text === "") return null;
  if (kind === "count") {
    if (!whole.test(text)) return "Write a whole number, such as 30.";
    return Number(text) < least ? `At least ${least}.` : null;
  }
  if (kind === "percent") {
    if (!/^\d{1,3}(\.\d)?$/.test(text)) return "Write a percentage, such as 80.";
    return Number(text) > 0 && Number(text) <= 100 ? null : "More than 0, and 100 at most.";
  }
  const [digits, decimals] = kind === "money" ? [9, 4] : [4, 8];
  const form = new RegExp(`^\\d{1,${digits}}(\\.\\d{1,${decimals}})?$`);
  if (form.test(text)) return null;
  return kind === "money" ? "Write an amount in US dollars, such as 12.50." : `Write a price in US dollars, such as 0.003, with ${decimals} decimals at most.`;
}

/** As the API takes it; null takes a limit away. */
export function toApi(kind: NumberKind, text: string): number | string | null {
  if (text === "") return null;
  if (kind === "count") return Number(text);
  return kind === "percent" ? trimZeros((Number(text) / 100).toFixed(3)) : text;
}

/** As it stands in a form. */
export function fromApi(kind: NumberKind, value: number | string | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (kind === "percent") return trimZeros((Number(value) * 100).toFixed(1));
  return kind === "count" ? String(value) : trimZeros(String(value));
}

/** "0.50000000" as "0.5", "3.00" as "3". */
function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

/** An amount for readers: "$12.50", "$0.0031". */
export function dollars(amount: string): string {
  const [units = "0", decimals = ""] = trimZeros(amount).split(".");
  const grouped = units.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === "" ? `$${grouped}` : `$${grouped}.${decimals.padEnd(2, "0")}`;
}
