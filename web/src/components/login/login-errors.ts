// SPDX-License-Identifier: AGPL-3.0-or-later

const reasons: Record<string, [title: string, text: string]> = {
  provider_refused: ["The login was not finished", "The other page did not let you in, or you went back. Try again, or use another way."],
  provider_unavailable: ["The other page does not answer", "Your school's login page cannot be reached right now. Try again in a moment."],
  account_unknown: ["No account was found", "Your school's login worked, but there is no account here for it. Ask your teacher or administrator."],
  state_mismatch: ["The login took too long", "It was started in another window or too long ago. Please start again here."],
  email_unverified: ["The address is not proven", "Your school's login page has not proven your email address yet. Ask your administrator."],
};

/** What became of a login through a provider, by the code in the address; a code that is unknown still gets a sentence. */
export function loginError(code: string): [title: string, text: string] {
  const known = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  return known ?? ["That login did not work", "Try again, or use another way to log in."];
}
