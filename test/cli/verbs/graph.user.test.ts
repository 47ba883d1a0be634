// nscope graph on this host, as whoever runs it: pictures that other programs read, and what is near a process.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ unprivileged: true, commands: ['python3', 'unshare'] });

interface Drawn {
  readonly boxes: readonly {
    readonly name: string;
    readonly namespaces: readonly { readonly type: string; readonly inode: unknown }[];
    readonly folded: readonly unknown[];
  }[];
  readonly lines: readonly { readonly from: number; readonly to: number }[];
}

test('The namespaces of a sandbox are drawn below its user namespace, in a picture that an XML parser takes.', {
  skip,
}, async () => {
  const held = await hold('unshare', ['-Urn', 'sh', '-c', 'readlink /proc/self/ns/net; exec sleep 60']);
  try {
    const inode = Number(/\d+/.exec(held.line)?.[0]);
    const { status, stdout, stderr } = runNscope(['graph', `net:[${inode}]`, '--json']);
    assert.equal(status, 0, stderr);
    const { boxes, lines } = JSON.parse(stdout) as Drawn;
    const place = boxes.findIndex(({ namespaces }) => namespaces.some((one) => one.inode === inode));
    const [line] = lines.filter(({ to }) => to === place);
    assert.deepEqual(line && boxes[line.from]?.namespaces.map(({ type }) => type), ['user'], stdout);
    for (const view of ['owner', 'parent', 'process', 'workload', 'wiring']) {
      const picture = runNscope(['graph', '--view', view, '--format', 'svg']);
      assert.equal(picture.status, 0, picture.stderr);
      const script = 'import sys, xml.etree.ElementTree as e; print(e.parse(sys.stdin).getroot().tag)';
      const parsed = spawnSync('python3', ['-c', script], { input: picture.stdout, encoding: 'utf8' });
      assert.equal(parsed.stdout, '{http://www.w3.org/2000/svg}svg\n', parsed.stderr);
    }
  } finally {
    await held.end();
  }
});

test('Words that make no sense for a drawing are status 2, and a view without the TARGET says so.', {
  skip,
}, async () => {
  for (const [words, message] of [
    [['--view', 'owne'], /there is no view 'owne'; did you mean owner\?/],
    [['--format', 'png'], /there is no format 'png'; there are: dot, mermaid, svg/],
    [['--hops', '1'], /--hops is for what is near a TARGET, and none is given/],
    [['self', '--hops', '-1'], /--hops takes a number from 1 to 999999, not '-1'/],
    [['--json', '--format', 'svg'], /--json is a format of its own: leave out --format/],
    [['--max-boxes', '0'], /--max-boxes takes a number from 1 to 999999, not '0'/],
    [['--view', 'wiring', '--type', 'net'], /--type makes no sense with --view wiring/],
  ] as const) {
    const { status, stdout, stderr } = runNscope(['graph', ...words]);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, message);
  }
  const held = await hold('unshare', ['-Urn', 'sh', '-c', 'readlink /proc/self/ns/net; exec sleep 60']);
  try {
    const none = runNscope(['graph', held.line.trim(), '--view', 'parent']);
    assert.deepEqual([none.status, none.stdout], [1, '']);
    assert.match(none.stderr, /nothing of net:\[\d+\] is in the view parent/);
  } finally {
    await held.end();
  }
});
