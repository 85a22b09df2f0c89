// SPDX-License-Identifier: AGPL-3.0-or-later
// The images of the tests: which release each says it is, and how it behaves.
export const repository = 'raptscallions';
export const images = {
  one: { version: '1.0.0', behavior: 'good' },
  two: { version: '1.1.0', behavior: 'good' },
  sick: { version: '1.1.0', behavior: 'sick' }, // its health check says no
  ends: { version: '1.1.0', behavior: 'ends' }, // `rapt serve` ends at once
  later: { version: '1.1.0', behavior: 'later' }, // it is healthy, and ends some seconds later
  unmigrated: { version: '1.1.0', behavior: 'unmigrated' }, // `rapt migrate` fails
  other: { version: '9.9.9', behavior: 'good' }, // not what it is signed as
};
export const words = { sick: 'not ready: no database', ends: 'cannot serve: no such setting', later: 'gave up',
  unmigrated: 'migration 0011 failed: relation exists' };
