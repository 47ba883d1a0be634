// What is said of a process one of whose threads is in other namespaces, by the verbs that are asked about that process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNamespace } from '../../src/model/snapshot/namespace-types.ts';
import { type BedNamespace, bedNeeds, makeBed } from '../bed/bed.ts';
import { missing } from '../tiers.ts';
import { runNscope } from './run-nscope.ts';

const skip = missing({ ...bedNeeds, root: true });

interface Told {
  readonly pid: number;
  readonly tid: number;
  /** Where the thread alone is, by display form. */
  readonly namespaces: ReadonlySet<string>;
}

async function withThreads(use: (told: Told) => void): Promise<void> {
  const bed = await makeBed(['thread']);
  try {
    const made = bed.namespaces.filter(({ place, auxiliary }) => place === 'thread' && !auxiliary);
    const [first] = made;
    assert.ok(first && made.length >= 5);
    const ofOne = made.filter(({ holder }) => holder.tid === first.holder.tid);
    use({ pid: first.holder.pid ?? 0, tid: first.holder.tid ?? 0, namespaces: new Set(ofOne.map(nameOf)) });
  } finally {
    await bed.release();
  }
}

function nameOf({ type, inode }: BedNamespace): string {
  return formatNamespace(type, inode);
}

test('show, ls and listns of a process tell which of its threads are elsewhere, and where.', { skip }, async () => {
  await withThreads(({ pid, tid, namespaces }) => {
    for (const options of [[], ['--no-bpf']]) {
      const show = runNscope(['show', String(pid), ...options]);
      assert.equal(show.status, 0, show.stderr);
      assert.match(show.stdout, new RegExp(`threads elsewhere +(?:.*\\n)*? +${tid}  `));
      for (const name of namespaces) assert.ok(show.stdout.includes(name), `show: ${name}`);
      const ls = runNscope(['ls', String(pid), '-o', 'type,inode', '--no-header', ...options]);
      const listed = ls.lines.map((line) => line.replace(/^(\w+) +(\d+)$/, '$1:[$2]'));
      for (const name of namespaces) {
        assert.ok(listed.includes(name), `ls: ${name} in ${listed}`);
        assert.match(ls.stderr, new RegExp(`its thread ${tid} .* is in .*${name.replaceAll(/[[\]]/g, '\\$&')}`));
      }
      const json = JSON.parse(runNscope(['show', '--json', String(pid), ...options]).stdout) as {
        processes: { threadsElsewhere: { tid: number; links: { type: 'net'; inode: number }[] }[] }[];
      };
      const told = json.processes[0]?.threadsElsewhere.find((one) => one.tid === tid);
      for (const name of namespaces)
        assert.ok(told?.links.some(({ type, inode }) => formatNamespace(type, inode) === name));
      const listns = JSON.parse(runNscope(['listns', '--json', ...options]).stdout) as {
        threads: { pid: number; tid: number }[];
      };
      assert.ok(listns.threads.some((one) => one.pid === pid && one.tid === tid));
      assert.match(runNscope(['listns', ...options]).stderr, /thread \d+ .* of \d+ is elsewhere than its process/);
    }
  });
});
