// SPDX-License-Identifier: AGPL-3.0-or-later
// Prints "PASSED FAILED SKIPPED" of a JUnit report, whichever runner wrote it; an unreadable or empty one is 0 0 0.
// The tests that failed follow by their names, each with the last lines of what was said of it.
import { readFileSync } from 'node:fs';

const LINES = 25;
const FAILURES = 20;

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    console.error(`count-tests: ${error.message}`);
    return '';
  }
}

const ENTITIES = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };
const CHARACTERS = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const escaped = (text) => text.replace(/[<>&]/g, (character) => ENTITIES[character]);
const plain = (xml) =>
  xml.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d+)|#x([0-9a-f]+));/gi, (all, name, decimal, hex) => {
    if (name) return CHARACTERS[name.toLowerCase()];
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });

// What a test printed may hold anything, even something that looks like a report.
const withoutComments = (xml) =>
  xml
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, text) => escaped(text))
    .replace(/<!--[\s\S]*?-->/g, '');

const withoutOutput = (body) => body.replace(/<system-(out|err)\b[^>]*>[\s\S]*?<\/system-\1>/g, '');

// What a terminal would act upon is left out: some of it comes from programs under attack.
function said(body) {
  const told = [
    ...body.matchAll(/<(failure|error|system-out|system-err)\b(?:[^>"]|"[^"]*")*?(?<!\/)>([\s\S]*?)<\/\1>/g),
  ];
  const lines = told.flatMap(([, , text]) =>
    plain(text)
      .replace(/\x1b\[[0-9;]*m/g, '')
      .replace(/[^\P{Cc}\n\t]/gu, '')
      .split('\n'),
  );
  return lines.filter((line) => line.trim() !== '').slice(-LINES);
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const [, attributes, body = ''] of withoutComments(read(process.argv[2])).matchAll(
  /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
)) {
  if (/<(failure|error)\b/.test(withoutOutput(body)) || /\bstatus="fail"/.test(attributes)) {
    counts.failed += 1;
    const name = plain(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? 'a test without a name');
    failures.push([`FAILED: ${name}`, ...said(body).map((line) => `  | ${line}`)].join('\n'));
  } else if (/<skipped\b/.test(body) || /\bstatus="(notrun|disabled)"/.test(attributes)) counts.skipped += 1;
  else counts.passed += 1;
}
const untold = failures.splice(FAILURES).length;
if (untold > 0) failures.push(`FAILED: ${untold} more`);
console.log([`${counts.passed} ${counts.failed} ${counts.skipped}`, ...failures].join('\n'));
