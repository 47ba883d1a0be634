// The live screen without a terminal: what it shows of a recorded host, and what keys do to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters, styleText } from 'node:util';
import { CreationRates } from '../../../src/analysis/compare/creation-rates.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { firstState, helpLines, type Key, pressKey, type TopState } from '../../../src/cli/screen/top-keys.ts';
import { columnsOf, TopView } from '../../../src/cli/screen/top-view.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { smallest } from '../../../src/render/pages/top-screen.ts';
import { makePalette } from '../../../src/render/words/colours.ts';
import { measureWidth } from '../../../src/render/words/text-width.ts';
import { container, snapshotOf } from '../../container-host.ts';
import { linksOf, processFact } from '../../recorded-facts.ts';

const hostile = 'evil\x1b[2J\x1b]0;title\x07\n漢字\u202e';
const snapshot = snapshotOf([
  processFact(300, [hostile, '-x'], {
    uid: 1000,
    comm: hostile,
    namespaces: linksOf({ net: container.net, uts: 4026532777 }),
  }),
]);

class Terminal {
  readonly rates = new CreationRates();
  state: TopState = firstState;
  size = { columns: 80, rows: 24 };
  #snapshot: Snapshot = snapshot;
  readonly #view = new TopView();

  set(next: Snapshot): void {
    this.#snapshot = next;
  }

  press(...keys: (string | Key)[]): void {
    for (const key of keys) {
      const told = typeof key === 'string' ? { sequence: key } : key;
      const effect = pressKey(this.state, told, { columns: columnsOf(this.state.view).length, page: 10 });
      assert.ok(typeof effect === 'object', String(effect));
      this.state = effect;
      this.draw();
    }
  }

  /** The lines as they are written. */
  raw(colours = true): string[] {
    const context = { index: new SnapshotIndex(this.#snapshot), rates: this.rates, nowMs: 10_000 };
    const palette = makePalette(
      colours ? (style, text) => styleText(style, text, { validateStream: false }) : undefined,
    );
    const lines = this.#view.draw(this.state, context, { size: this.size, palette, source: 'bpf', time: '12:34:56' });
    this.state = this.#view.settle(this.state);
    return lines;
  }

  draw(): string[] {
    return this.raw().map((line) => stripVTControlCharacters(line));
  }

  /** The line that is shown inverse. */
  chosen(): string {
    return stripVTControlCharacters(this.raw().find((line) => line.includes('\x1b[7m')) ?? '');
  }
}

test('At every size the screen has exactly its lines, none wider than the terminal, and nothing harmful on it.', () => {
  let seen = 0;
  for (const columns of [10, 40, 57, 80, 200])
    for (const rows of [4, 8, 13, 24, 60])
      for (const keys of [[], [{ name: 'return' }], [{ name: 'tab' }, { name: 'return' }], ['?'], ['/', 'evil']]) {
        const terminal = new Terminal();
        terminal.size = { columns, rows };
        terminal.press(...keys);
        const lines = terminal.draw();
        assert.equal(lines.length, rows, `${columns} ${rows}`);
        for (const line of lines) {
          assert.ok(measureWidth(line) <= columns, `${measureWidth(line)} of ${columns}: ${line}`);
          assert.doesNotMatch(line, /[\x00-\x1f\x7f\u202e]/);
          if (line.includes('evil\\e[2J')) seen++;
        }
        const isSmall = columns < smallest.columns || rows < smallest.rows;
        assert.equal(
          lines.some((line) => line.includes('namespaces,')),
          !isSmall,
        );
      }
  assert.ok(seen > 5, 'what a process is called is shown, escaped');
});

test('In 80 columns title, counts, table and keys can be read.', () => {
  const terminal = new Terminal();
  const [title = '', counts = '', header = '', ...lines] = terminal.draw();
  assert.match(title, /^12:34:56 {2}\d+ namespaces, \d+ processes {2}- made\/s, - ended\/s +\S+ by bpf$/);
  assert.match(counts, /^cgroup \d+ {2}ipc \d+ {2}mnt \d+ {2}net 2 {2}pid \d+/);
  assert.match(header, /^TYPE {8}INODE PROCS▼ {2}NEW\/S {2}HELD USER {9}PID WHAT$/);
  assert.ok(
    lines.some((line) => /^net +4026532305 +4 +- +\d+ ada +201 blue {2}\/usr\/sbin\/web --li…$/.test(line)),
    lines.join('\n'),
  );
  assert.match(
    lines.at(-1) ?? '',
    /^q quit {2}\? help {2}\/ filter {2}Enter details {2}s sort {2}Tab workloads {2}t type$/,
  );
});

test('The order is by any column, either way, and the choice stays with its namespace.', () => {
  const terminal = new Terminal();
  const first = () => terminal.draw().slice(3, 6);
  assert.ok(
    first().every((line) => !line.includes('4026532')),
    'the largest first',
  );
  terminal.press('r');
  assert.match(first()[0] ?? '', / 0 /);
  terminal.press('<', 'r');
  const inodes = terminal
    .draw()
    .slice(3, 20)
    .map((line) => Number(line.slice(7, 17)));
  assert.deepEqual(
    inodes.filter(Boolean),
    inodes.filter(Boolean).toSorted((a, b) => b - a),
  );
  terminal.press('j', 'j');
  const before = terminal.chosen().slice(0, 17);
  terminal.press('>', '>', 'r');
  assert.equal(terminal.chosen().slice(0, 17), before);
  terminal.press({ name: 'left' }, { name: 'right' });
  assert.equal(terminal.chosen().slice(0, 17), before);
});

test('One type, lines with a text, and both views are chosen by keys.', () => {
  const terminal = new Terminal();
  terminal.press('t', 't');
  assert.ok(
    terminal
      .draw()
      .slice(3, -1)
      .every((line) => line === '' || line.startsWith('ipc')),
  );
  assert.match(terminal.draw().at(-1) ?? '', /^only ipc {2}Esc clear {2}Enter details {2}q quit {2}\? help/);
  terminal.press('T', 'T', '/', 'W', 'e', 'X', { name: 'backspace' }, 'b');
  assert.match(terminal.draw().at(-1) ?? '', /^filter: Web_/);
  terminal.press({ name: 'return' });
  const found = terminal.draw().slice(3, -1).filter(Boolean);
  assert.ok(found.length >= 3 && found.every((line) => /web|worker/.test(line)), found.join('\n'));
  terminal.press({ name: 'escape' }, { name: 'tab' });
  assert.match(terminal.draw()[2] ?? '', /^WORKLOAD/);
  assert.match(terminal.draw().join('\n'), /nothing to show/);
});

test('Details tell of what is chosen, scroll, and stay when it has ended.', () => {
  const terminal = new Terminal();
  terminal.press('/', 'b', 'l', 'u', 'e', { name: 'return' }, { name: 'return' });
  const page = () => terminal.draw().join('\n');
  assert.match(page(), new RegExp(`^net:\\[${container.net}\\]$`, 'm'));
  assert.match(page(), /isolates/);
  terminal.press(']', ']');
  assert.doesNotMatch(page(), /isolates/);
  assert.match(page(), /processes +201/);
  terminal.press('[', '[');
  const { namespaces, processes, ...rest } = snapshot;
  terminal.set({ ...rest, processes, namespaces: namespaces.filter(({ inode }) => inode !== container.net) });
  assert.match(page(), new RegExp(`net:\\[${container.net}\\] has ended`));
  terminal.press({ name: 'return' });
  assert.doesNotMatch(page(), /has ended/);
});

test('Rates are those of the last five seconds, of each type and of the namespaces that the maker was in.', () => {
  const terminal = new Terminal();
  for (let i = 0; i < 10; i++) terminal.rates.noteCreated('uts', [container.net, 7], 6000 + i * 400);
  for (let i = 0; i < 5; i++) terminal.rates.noteEnded(9000);
  const [title = '', counts = '', , ...lines] = terminal.draw();
  assert.match(title, /2\.0 made\/s, 1\.0 ended\/s/);
  assert.match(counts, /uts \d+ \+2\.0/);
  assert.ok(lines.some((line) => /^net +4026532305 +4 +2\.0 /.test(line)));
  assert.equal(terminal.rates.createdPerSecond(20_000), 0);
});

test('Keys end, suspend, hold still and help, whatever else is pressed.', () => {
  const counts = { columns: 8, page: 10 };
  assert.equal(pressKey(firstState, { sequence: 'q' }, counts), 'quit');
  assert.equal(pressKey({ ...firstState, typed: 'x' }, { name: 'c', ctrl: true }, counts), 'quit');
  assert.equal(pressKey(firstState, { name: 'z', ctrl: true }, counts), 'suspend');
  assert.equal(pressKey(firstState, { name: 'l', ctrl: true }, counts), 'redraw');
  assert.deepEqual(pressKey(firstState, { sequence: ' ' }, counts), { ...firstState, isPaused: true });
  for (const sequence of ['\x1b[99~', '\x00', 'Q', 'ß', '漢'])
    assert.deepEqual(pressKey(firstState, { sequence }, counts), firstState);
  const terminal = new Terminal();
  terminal.press('?');
  assert.match(terminal.draw().join('\n'), /Ctrl-Z +suspend/);
  // Any key, also one that means something elsewhere.
  for (const key of ['x', 'q', '?', ' ', { name: 'escape' }, { name: 'return' }]) {
    terminal.press(key);
    assert.doesNotMatch(terminal.draw().join('\n'), /Ctrl-Z|any key closes/);
    terminal.press('?');
    assert.match(terminal.draw().join('\n'), /Ctrl-Z[\s\S]*any key closes the help$/);
  }
  assert.deepEqual(terminal.state, { ...firstState, isHelping: true });
});

test('s sorts by the next column and S by the one before; Esc goes back a step at a time.', () => {
  const terminal = new Terminal();
  terminal.press('s');
  assert.match(terminal.draw()[2] ?? '', /NEW\/S▼/);
  terminal.press('S', 'S');
  assert.match(terminal.draw()[2] ?? '', /INODE▼/);
  terminal.press('S', 't', '/', 'e', { name: 'return' }, { name: 'return' });
  const back = { name: 'escape' };
  assert.equal(terminal.state.hasDetails, true);
  assert.match(terminal.draw().at(-1) ?? '', /Esc back/);
  terminal.press(back);
  assert.deepEqual([terminal.state.hasDetails, terminal.state.find, terminal.state.type], [false, 'e', 'cgroup']);
  terminal.press(back);
  assert.deepEqual([terminal.state.find, terminal.state.type], ['', 'cgroup']);
  terminal.press(back);
  assert.equal(terminal.state.type, undefined);
  terminal.press(back);
  assert.match(terminal.draw().at(-1) ?? '', /^q quit/);
});

test('On a small terminal the help and the main keys are whole words, and whole.', () => {
  const terminal = new Terminal();
  terminal.size = { columns: 40, rows: 10 };
  assert.equal(terminal.draw().at(-1), 'q quit  ? help  / filter  Enter details');
  assert.match(terminal.draw()[2] ?? '', /^TYPE +INODE PROCS▼ WHAT$/);
  assert.match(terminal.draw().join('\n'), /^cgroup +4026531835 +\d+ \/sbin\/init *$/m);
  terminal.press('?');
  const lines = terminal.draw();
  const help = lines.slice(3, -1).join(' ').replaceAll(/ +/g, ' ');
  for (const word of ['q quit', 'Enter details', 'Esc back', '/ filter', 's sort', 'Ctrl-Z suspend'])
    assert.ok(help.includes(word), `${word}: ${lines.join('\n')}`);
  assert.doesNotMatch(help, /…/);
});

test('The help has room on a terminal of 80 columns and 24 lines.', () => {
  assert.ok(helpLines.length > 5);
  for (const line of helpLines) assert.ok(measureWidth(line) <= 80, line);
  // Two lines of counts and one of headers stand above it, the keys below.
  assert.ok(helpLines.length <= 24 - 4);
});
