// SPDX-License-Identifier: AGPL-3.0-or-later
// Prints "PASSED FAILED SKIPPED" of a JUnit report, whichever runner wrote it; an unreadable or empty one is 0 0 0.
import { readFileSync } from 'node:fs';

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    console.error(`count-tests: ${error.message}`);
    return '';
  }
}

// What a test printed may hold anything, even something that looks like a report.
const withoutOutput = (xml) =>
  xml
    .replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')
    .replace(/<system-(out|err)\b[^>]*>[\s\S]*?<\/system-\1>/g, '')
    .replace(/<!--[\s\S]*?-->/g, '');

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const [, attributes, body = ''] of withoutOutput(read(process.argv[2])).matchAll(
  /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
)) {
  if (/<(failure|error)\b/.test(body) || /\bstatus="fail"/.test(attributes)) counts.failed += 1;
  else if (/<skipped\b/.test(body) || /\bstatus="(notrun|disabled)"/.test(attributes)) counts.skipped += 1;
  else counts.passed += 1;
}
console.log(`${counts.passed} ${counts.failed} ${counts.skipped}`);
