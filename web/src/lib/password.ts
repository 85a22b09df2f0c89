// SPDX-License-Identifier: AGPL-3.0-or-later
// A hint while somebody types a new password. The server decides: it knows the lists of guessed passwords.

export const leastPassword = 8;

export interface PasswordHint {
  level: 0 | 1 | 2 | 3;
  text: string;
}

export function passwordHint(password: string): PasswordHint {
  const characters = [...password];
  if (characters.length === 0) return { level: 0, text: `At least ${leastPassword} characters. A few words in a row are easy to remember and hard to guess.` };
  if (characters.length < leastPassword) return { level: 0, text: `${leastPassword - characters.length} more characters are needed.` };
  const different = new Set(characters.map((each) => each.toLowerCase())).size;
  if (different < 6 || isRun(characters)) return { level: 1, text: "Easy to guess: too few different characters." };
  if (characters.length < 12) return { level: 2, text: "Fair. Longer is better: add another word." };
  return { level: 3, text: "A good length. Use it nowhere else." };
}

/** "12345678" and "hgfedcba": each character follows on the one before. */
function isRun(characters: string[]): boolean {
  const steps = characters.slice(1).map((each, index) => each.codePointAt(0)! - characters[index]!.codePointAt(0)!);
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}
