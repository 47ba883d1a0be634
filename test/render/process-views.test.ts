// The lines of the process tree, and the columns of ps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleText } from 'node:util';
import { buildProcessTree } from '../../src/analysis/graph/process-tree.ts';
import type { Fact } from '../../src/model/facts/facts.ts';
import { formatCell } from '../../src/render/columns/columns.ts';
import { countTellingDigits, processColumns, shortenLinkColumn } from '../../src/render/columns/process-columns.ts';
import { formatProcessTree } from '../../src/render/lines/process-tree-lines.ts';
import { makePalette } from '../../src/render/words/colours.ts';
import { measureWidth } from '../../src/render/words/text-width.ts';
import { container, indexOf } from '../container-host.ts';
import { deniedLinks, processFact } from '../recorded-facts.ts';

function draw(width: number | undefined, others: readonly Fact[] = [], colours = false): string[] {
  const index = indexOf(others);
  const rows = buildProcessTree(index, { processes: index.snapshot.processes, foldKernelThreads: true });
  const { users } = index.snapshot.host;
  return [
    ...formatProcessTree(rows, {
      width,
      header: true,
      palette: makePalette(colours ? (style, text) => styleText(style, text, { validateStream: false }) : undefined),
      users,
    }),
  ];
}

test('A border stands above the process that crosses it, on the branch that leads there.', () => {
  assert.deepEqual(draw(80), [
    'PID  NSPID  USER  COMMAND',
    '  1         root  /sbin/init',
    '100         ada   └─-bash',
    '                    ╪═ net:[4026532305]',
    '105         ada     ├─{prober}',
    '                    ╪═ mnt:[4026532302] net:[4026532305] pid:[4026532304]',
    '                    │  user:[4026532301] uts:[4026532303]',
    '201      1  ada     ├─/usr/sbin/web --listen 80',
    '202      7  ada     │ └─worker',
    '                    │   ╪═ pid:[4026532400]',
    '203      1  ada     │   └─worker --sandboxed',
    '900         ada     └─nscope',
    '  2         root  [kthreadd] and 2 kernel threads where it is',
    '                  ╪═ mnt:[4026531860]',
    ' 25         root  └─[kdevtmpfs]',
  ]);
});

test('At every width from 60 on no line is wider, and wide terminals have a border on one line.', () => {
  const others = [processFact(950, ['日本語'.repeat(50), '\x1b]0;x\x07'], { ppid: 203, comm: '\x1b' })];
  for (let width = 60; width <= 200; width += 7) {
    const lines = draw(width, others);
    assert.ok(lines.length > 5, `${width}: ${lines.length} lines`);
    for (const line of lines) assert.ok(measureWidth(line) <= width, `${width}: ${line}`);
  }
  assert.equal(draw(200).length, draw(80).length - 1);
  assert.doesNotMatch(draw(undefined, others).join(''), /\p{Cc}/u);
});

test('Namespaces of a border have the colour of their type.', () => {
  const green = '\x1b[32mnet:[4026532305]\x1b[39m';
  assert.ok(draw(80, [], true).some((line) => line.includes(green)));
});

test('A column of namespaces marks the initial one and what is not known, and can be shortened.', () => {
  const index = indexOf([processFact(300, ['x'], { namespaces: deniedLinks })]);
  const net = processColumns.find(({ name }) => name === 'netns') ?? assert.fail();
  const row = (pid: number) => ({ process: index.process(pid) ?? assert.fail(), index });
  assert.equal(net.value(row(201)), container.net);
  assert.equal(formatCell(shortenLinkColumn(net, undefined), row(201)), String(container.net));
  assert.equal(formatCell(shortenLinkColumn(net, 4), row(201)), '2305');
  assert.equal(formatCell(shortenLinkColumn(net, 4), row(100)), '-');
  assert.equal(formatCell(shortenLinkColumn(net, 4), row(300)), '?');
  assert.equal(formatCell(net, row(100)), '4026531833');
});

test('As many digits are shown as tell the namespaces apart.', () => {
  assert.equal(countTellingDigits([]), 3);
  assert.equal(countTellingDigits([4026532305, 4026532306, 4026532305]), 3);
  assert.equal(countTellingDigits([4026532305, 4026531305]), 4);
  assert.equal(countTellingDigits([4026532305, 4126532305]), 9);
});

test('Each column of ps has a name of its own, and the row of a thread names its process as parent.', () => {
  assert.equal(new Set(processColumns.map(({ name }) => name)).size, processColumns.length);
  const index = indexOf();
  const thread = { process: index.process(105) ?? assert.fail(), index };
  const cells = Object.fromEntries(processColumns.map((column) => [column.name, column.value(thread)]));
  assert.equal(cells['pid'], 105);
  assert.equal(cells['ppid'], 100);
  assert.deepEqual(cells['new'], ['net']);
  assert.equal(cells['started'], '2026-01-02T03:00:01.000Z');
});
