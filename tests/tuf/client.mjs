// SPDX-License-Identifier: AGPL-3.0-or-later
// An independent client (tuf-js), held against what a walk says that it has to find.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BaseFetcher, Updater } from 'tuf-js';

const { DownloadHTTPError } = createRequire(import.meta.url)('tuf-js/dist/error');

export const ADVISORIES = 'registry/advisories.json';

/** tuf-js's own fetcher leaves the body of every 404 unread, and with it the connection open: hundreds of them here. */
class Fetcher extends BaseFetcher {
  async fetch(url) {
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    const body = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new DownloadHTTPError(`${url} was answered with ${response.status}`, response.status);
    return Readable.from([body]);
  }
}

/** A client with a folder of its own, which outlives each of its refreshes as a host's does. */
export class Client {
  constructor(folder, registry, root) {
    this.metadata = join(folder, 'metadata');
    this.targets = join(folder, 'targets');
    mkdirSync(this.metadata, { recursive: true });
    mkdirSync(this.targets);
    copyFileSync(root, join(this.metadata, 'root.json'));
    this.registry = registry;
  }

  async refresh() {
    this.updater = new Updater({
      metadataDir: this.metadata,
      targetDir: this.targets,
      metadataBaseUrl: `${this.registry.url}/metadata/`,
      targetBaseUrl: `${this.registry.url}/targets/`,
      fetcher: new Fetcher(),
    });
    await this.updater.refresh();
  }

  rootVersion() {
    return JSON.parse(readFileSync(join(this.metadata, 'root.json'))).signed.version;
  }

  /** That this target is what it has to be: vouched for with these bytes and words, nobody's, or refused. */
  async check(path, expected) {
    if (expected.standing === 'refused') {
      await assert.rejects(this.updater.getTargetInfo(path), undefined, `${path} is not to be believed`);
      return;
    }
    const found = await this.updater.getTargetInfo(path);
    if (expected.standing === 'gone') {
      assert.equal(found, undefined, `nobody vouches for ${path} any more`);
      return;
    }
    assert.ok(found, `${path} is vouched for`);
    assert.equal(found.hashes.sha256, expected.sha256, path);
    assert.equal(found.length, expected.length, path);
    assert.equal(found.custom.rapt.yanked ?? '', expected.yanked, path);
  }

  /** The advisories, downloaded and verified. */
  async advisories() {
    const found = await this.updater.getTargetInfo(ADVISORIES);
    return JSON.parse(readFileSync(await this.updater.downloadTarget(found))).advisories;
  }
}
