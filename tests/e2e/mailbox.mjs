// SPDX-License-Identifier: AGPL-3.0-or-later
// The mails that the system under test has written: without a mail server they are files in its state folder.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './client.mjs';

const folder = join(process.env.RAPT_INSTANCE ?? '../../var', 'server', 'mail');

function parsed(file) {
  const [head, body] = readFileSync(file, 'utf8').split('\r\n\r\n');
  const fields = Object.fromEntries(head.replace(/\r\n /g, '').split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  }));
  return { to: fields.to, subject: fields.subject, text: Buffer.from(body, 'base64').toString() };
}

function mailsTo(address) {
  let files = [];
  try { files = readdirSync(folder); } catch (error) { if (error.code !== 'ENOENT') throw error; }
  return files.map((name) => join(folder, name)).sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
    .map(parsed).filter((mail) => mail.to === address);
}

/** Waits for the `count`th mail to an address; answers it. */
export function mail(address, count = 1) {
  return eventually(`mail ${count} to ${address}`, () => mailsTo(address)[count - 1]);
}

export const mailCount = (address) => mailsTo(address).length;

/** The one-time secret of the link in a mail, which stands in the fragment, where no server's log sees it. */
export function tokenIn(letter) {
  const found = /https?:\/\/\S+#token=([A-Za-z0-9_-]+)/.exec(letter.text);
  if (!found) throw new Error(`no link in: ${letter.text}`);
  return found[1];
}
