// What a listing without BPF begins before its verb is loaded: read once, as a whole, and ended without a trace.
import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { loadAddon } from '../../../src/kernel/addon/addon.ts';
import { startEarlyScan } from '../../../src/kernel/proc/early-scan.ts';
import { prepareScan, takeFirstIds, takeFirstWalk, takeTaskScan } from '../../../src/kernel/proc/prepared-scan.ts';
import { readProcTasks } from '../../../src/kernel/proc/proc-tasks.ts';
import type { NamespaceInodes } from '../../../src/model/facts/facts.ts';
import { notAsked } from '../../../src/model/snapshot/known.ts';
import { namespaceLinks } from '../../../src/model/snapshot/namespace-types.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = 'missing' in loadAddon() && 'the addon';

function begin() {
  const scan = startEarlyScan();
  assert.ok(scan);
  return scan;
}

test('An early scan has the links of every process, in the order of the names, and gives each part once.', {
  skip,
}, () => {
  const before = countDescriptors();
  const scan = begin();
  prepareScan(scan);
  assert.equal(takeFirstWalk(), scan.walk);
  assert.equal(takeFirstWalk(), undefined);
  assert.equal(takeFirstIds(), scan.ids);
  const taken = takeTaskScan(true);
  assert.ok(taken);
  assert.equal(takeTaskScan(true), undefined);
  const sets = new Map<NamespaceInodes, readonly number[]>();
  const seen: number[] = [];
  let own: readonly number[] | undefined;
  readProcTasks(
    { names: taken.names, links: namespaceLinks, files: [], maxFileBytes: 1 },
    {
      links(numbers) {
        const set = {} as NamespaceInodes;
        sets.set(set, numbers);
        return set;
      },
      files: () => ({ commandLine: notAsked, cgroup: notAsked }),
      task({ pid, namespaces }, name) {
        assert.equal(String(pid), name);
        seen.push(pid);
        if (pid === process.pid) own = sets.get(namespaces);
      },
      failed: () => {},
    },
    taken.reading,
  );
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
  assert.ok(own);
  for (const link of ['mnt', 'net', 'pid', 'uts'] as const)
    assert.equal(readlinkSync(`/proc/self/ns/${link}`), `${link}:[${own[namespaceLinks.indexOf(link)]}]`);
  assert.equal(countDescriptors(), before);
});

test('An early scan that nobody can use ends, and so does one that is old.', { skip }, () => {
  const before = countDescriptors();
  prepareScan(begin());
  assert.equal(takeTaskScan(false), undefined);
  assert.equal(takeTaskScan(true), undefined);
  prepareScan({ ...begin(), begunAtMs: process.uptime() * 1000 - 60_000 });
  assert.equal(takeTaskScan(true), undefined);
  assert.equal(countDescriptors(), before);
});
