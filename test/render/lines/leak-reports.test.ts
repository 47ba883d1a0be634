// Reports of leaks for machines: what processes chose can end no element, no attribute, no line and no command in them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLeft } from '../../../src/analysis/leaks/judge.ts';
import type { Left } from '../../../src/analysis/leaks/left.ts';
import { escapeMessage, escapeProperty, formatAnnotations } from '../../../src/render/lines/github-annotations.ts';
import { escapeXml, formatJunit } from '../../../src/render/lines/junit.ts';
import type { LeakReport } from '../../../src/render/pages/describe-left.ts';
import { formatLeaks, summarizeLeaks } from '../../../src/render/pages/leaks-page.ts';

const begunAt = '2026-01-02T03:04:00.000Z';
const hostile = `50%,a:b\r\n::set-env name=X::y <&"']]>\x1b[31m\ufffe`;

const left: readonly Left[] = [
  {
    ...{ kind: 'process', pid: 812, comm: 'x', command: hostile, uid: 0, whose: 'command', sign: 'descent' },
    making: { whose: 'command', how: 'fork', at: '2026-01-02T03:04:05.500Z', maker: null },
    release: 'kill 812',
  },
  {
    ...{
      kind: 'namespace',
      type: 'net',
      inode: 4026532992,
      id: '5001',
      names: ['blue'],
      whose: 'command',
      sign: 'event',
    },
    making: {
      ...{ whose: 'command', how: 'unshare', at: '2026-01-02T03:04:01.000Z' },
      maker: { pid: 811, comm: 'ip', command: 'ip netns add blue', uid: 0, above: ['sh', 'make'] },
    },
    holders: [{ kind: 'bind-mount', what: 'bind mount', path: '/run/netns/blue', release: 'ip netns del blue' }],
  },
  {
    ...{ kind: 'mount', path: '/mnt', fsType: 'tmpfs', source: 'none', root: '/', whose: 'unknown', sign: 'none' },
    making: null,
  },
];

function reportOf(all: readonly Left[]): LeakReport {
  const verdict = judgeLeft(all, { strict: false, ignore: [] });
  return {
    verdict,
    begunAt,
    seconds: 1.5,
    command: `make "${hostile}"`,
    users: { 0: 'root' },
    remarks: ['a 100% remark'],
  };
}

test('For a person, each leak has its maker, the moment and the command that releases it, and no control character.', () => {
  const lines = formatLeaks(reportOf(left));
  assert.deepEqual(
    lines.filter((line) => /blue/.test(line)),
    [
      'leak: net:[4026532992] blue is still there',
      '  made by    ip netns add blue (process 811 of root, below sh, make)',
      '  held by    bind-mount /run/netns/blue',
      '  release    ip netns del blue',
    ],
  );
  assert.ok(lines.includes('  made       2026-01-02 03:04:01.000 UTC, 1.0 s after the start, by unshare'));
  assert.ok(lines.includes('note: /mnt is still mounted: tmpfs of none'));
  for (const line of lines) assert.doesNotMatch(line, /[\x00-\x1f]/);
  assert.equal(
    summarizeLeaks(reportOf(left).verdict),
    'left behind: 1 process, 1 namespace; made meanwhile by nobody knows whom: 1 mount',
  );
});

test('What several mount namespaces have a copy of holds once, with how often.', () => {
  const copied = left.map((one) =>
    one.kind === 'namespace' ? { ...one, holders: [...one.holders, ...one.holders] } : one,
  );
  const lines = formatLeaks(reportOf(copied));
  assert.deepEqual(
    lines.filter((line) => line.includes('held by')),
    ['  held by    bind-mount /run/netns/blue (2 times)'],
  );
});

test('An annotation is one line, and what a process chose neither ends it nor begins another.', () => {
  const lines = [...formatAnnotations(reportOf(left))];
  assert.equal(lines.length, 4);
  for (const line of lines)
    assert.match(line, /^::(?:error|notice) title=[^:,\r\n%]*(?:%(?:25|0D|0A|3A|2C)[^:,\r\n%]*)*::[^\r\n]*$/);
  assert.match(lines[0] ?? '', /^::error title=process 812 is left behind::process 812 .*50%25,a:b\\r\\n::set-env /);
  assert.match(lines[1] ?? '', /^::error title=net%3A\[4026532992\] is left behind::.*%0Arelease: ip netns del blue$/);
  assert.equal(lines[3], '::notice title=nscope ci::a 100%25 remark');
  assert.equal(escapeMessage('%0A\r\n'), '%250A%0D%0A');
  assert.equal(escapeProperty('a:b,c%'), 'a%3Ab%2Cc%25');
});

test('JUnit has a failed test for each leak, and one that passes where nothing is left.', () => {
  const text = [...formatJunit(reportOf(left))].join('\n');
  assert.match(text, /<testsuite name="nscope ci" tests="2" failures="2" /);
  assert.equal(text.match(/<failure /g)?.length, 2);
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\x00-\x1f\ufffe]/);
  const clean = [...formatJunit(reportOf([]))].join('\n');
  assert.match(clean, /tests="1" failures="0"/);
  assert.match(clean, /<testcase classname="nscope.ci" name="nothing is left behind" time="1.500"\/>/);
  assert.equal(escapeXml(`<&>"'\x00\ufffe`), '&#60;&#38;&#62;&#34;&#39;\\0\\u{fffe}');
});
