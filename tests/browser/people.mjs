// SPDX-License-Identifier: AGPL-3.0-or-later
// People made for one test, the mails they get, and the codes that their phones would show.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { account, base, group, withPage } from "./support.mjs";

const mailFolder = join(dirname(process.env.RUN_JSON), "server", "mail");
const patienceMs = 60_000;

/** Somebody new, in the school, with a password. */
export async function newPerson(name = "Milhouse Van Houten") {
  const email = `person-${randomBytes(6).toString("hex")}@example.org`;
  const password = `walnut ${randomBytes(6).toString("hex")} orbit`;
  let id;
  await withPage(account("system_admin"), async (page) => {
    const answer = await page.request.post(`${base}/api/v1/admin/users`, {
      data: { email, name, password, group_id: group("school"), role: "student", send_invitation: false },
      headers: { Origin: base },
    });
    assert.equal(answer.status(), 201, await answer.text());
    id = (await answer.json()).data.id;
  });
  return { id, email, name, password };
}

/** Waits for the newest mail to that address with such a link, and gives the link. */
export async function mailedLink(email, path) {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const link = mailsTo(email).flatMap((text) => text.match(/https?:\/\/\S+/g) ?? []).find((each) => new URL(each).pathname === path);
    if (link) return `${base}${path}${new URL(link).hash}`;
    await pause(100);
  }
  throw new Error(`no mail to ${email} with a link to ${path} in ${mailFolder}`);
}

/** The texts of the mails to somebody, newest first. */
function mailsTo(email) {
  if (!existsSync(mailFolder)) return [];
  const files = readdirSync(mailFolder).filter((name) => name.endsWith(".eml")).sort().reverse();
  return files.flatMap((name) => {
    const [head, ...body] = readFileSync(join(mailFolder, name), "utf8").split("\r\n\r\n");
    if (!head.toLowerCase().includes(email.toLowerCase())) return [];
    return [Buffer.from(body.join(""), "base64").toString("utf8")];
  });
}

/** The code of RFC 6238 for a secret in base 32, `steps` half minutes from now. */
export function phoneCode(secret, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const at = hash[hash.length - 1] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

function fromBase32(text) {
  const bits = [...text.replace(/[\s=]/g, "")].map((each) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(each).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}
