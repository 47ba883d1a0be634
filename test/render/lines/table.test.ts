// Tables that fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '../../../src/render/columns/columns.ts';
import { formatTable } from '../../../src/render/lines/table.ts';
import { measureWidth } from '../../../src/render/words/text-width.ts';

interface Row {
  readonly pid: number;
  readonly name: string | null;
  readonly command: string;
}

const columns: readonly Column<Row>[] = [
  { name: 'pid', header: 'PID', meaning: 'a number', kind: 'int', align: 'right', value: ({ pid }) => pid },
  { name: 'name', header: 'NAME', meaning: 'a name', kind: 'any', cut: 'middle', value: ({ name }) => name },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'a command',
    kind: 'string',
    cut: 'end',
    value: ({ command }) => command,
  },
];

const rows: readonly Row[] = [
  { pid: 7, name: null, command: 'sh' },
  { pid: 1234, name: 'abcdefghijklmnopqrstuvwxyz', command: 'one two three four five six' },
];

const print = (options: { width?: number; header?: boolean }, what = rows) => [
  ...formatTable(columns, what, { header: true, ...options }),
];

test('Without a width nothing is cut, and no blank ends a line.', () => {
  assert.deepEqual(print({}), [
    ' PID  NAME                        COMMAND',
    '   7  -                           sh',
    '1234  abcdefghijklmnopqrstuvwxyz  one two three four five six',
  ]);
});

test('Names lose their middle and commands their end, and those that are wide give first.', () => {
  assert.deepEqual(print({ width: 40 }), [
    ' PID  NAME              COMMAND',
    '   7  -                 sh',
    '1234  abcdefgh…tuvwxyz  one two three f…',
  ]);
});

test('At every width from 24 to 80 no line is wider than the terminal.', () => {
  for (let width = 24; width <= 80; width++) {
    const lines = print({ width });
    assert.equal(lines.length, 3);
    for (const line of lines) assert.ok(measureWidth(line) <= width, `${width}: ${line}`);
  }
});

test('Wide characters are counted as the terminal does, and never cut in two.', () => {
  const wide = [{ pid: 1, name: '日本語日本語日本語', command: '🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀' }];
  for (let width = 26; width <= 60; width++) {
    const lines = print({ width }, wide);
    assert.equal(lines.length, 2);
    for (const line of lines) {
      assert.ok(measureWidth(line) <= width, `${width}: ${line}`);
      assert.doesNotMatch(line, /[\ud800-\udbff](?![\udc00-\udfff])/);
    }
  }
});

test('What a process put into a cell is escaped, and the columns stay in line.', () => {
  const evil = [
    { pid: 1, name: '\x1b]0;x\x07', command: 'a\nb' },
    { pid: 2, name: 'plain', command: 'c' },
  ];
  assert.deepEqual(print({ header: false }, evil), ['1  \\e]0;x\\x07  a\\nb', '2  plain       c']);
});

test('A value that is not known is a question mark, a list is its words, truth is yes or no.', () => {
  const cells: readonly Column<null>[] = [
    { name: 'a', header: 'A', meaning: '', kind: 'any', value: () => ({ unknown: 'denied', errno: 'EACCES' }) },
    { name: 'b', header: 'B', meaning: '', kind: 'list', value: () => ['x', 'y'] },
    { name: 'c', header: 'C', meaning: '', kind: 'bool', value: () => true },
  ];
  assert.deepEqual([...formatTable(cells, [null], { header: false })], ['?  x y  yes']);
});

test('Colours are put on finished cells and do not shift what follows.', () => {
  const lines = [
    ...formatTable(columns, rows, { header: false, paint: (text, { name }) => (name === 'pid' ? `<${text}>` : text) }),
  ];
  assert.deepEqual(lines, [
    '   <7>  -                           sh',
    '<1234>  abcdefghijklmnopqrstuvwxyz  one two three four five six',
  ]);
});

test('A column that is to keep some width gives last, and gives all the same where the line would be too long.', () => {
  const [pid, name, command] = columns as [Column<Row>, Column<Row>, Column<Row>];
  const keeping = [pid, { ...name, least: 20 }, command];
  const lines = (width: number) => [...formatTable(keeping, rows, { header: true, width })];
  assert.deepEqual(lines(40), [
    ' PID  NAME                  COMMAND',
    '   7  -                     sh',
    '1234  abcdefghij…rstuvwxyz  one two thr…',
  ]);
  for (let width = 24; width <= 80; width++)
    for (const line of lines(width)) assert.ok(measureWidth(line) <= width, `${width}: ${line}`);
});
