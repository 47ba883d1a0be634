import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isExiting, isKernelThread, parseStartTime, parseStat } from '../../../src/parse/proc/stat.ts';
import { MalformedError } from '../../../src/parse/text/malformed.ts';
import { encodeText } from '../../../src/parse/text/text.ts';
import { editedBytes } from '../edited.ts';
import { assertMalformed } from '../text/malformed-as.ts';

/** Recorded on Linux 6.18: a shell, kthreadd, and PID 1 of a container with a start time beyond 32 bits. */
const shell =
  '812 (bash) S 807 812 812 34816 1307 4194304 1631 19204 0 12 2 1 31 14 20 0 1 0 60421 7856128 930 18446744073709551615 94283 1 2 0 0 65536 3686404 1266761467 0 0 0 17 1 0 0 0 0 0 9 9 0 1 1 1 1 0\n';
const kthreadd =
  '2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 4 0 0 18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n';

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** The recorded shell under another name. */
function named(name: string | Uint8Array): Uint8Array {
  return Buffer.concat([bytesOf('812 ('), Buffer.from(name as string), bytesOf(shell.slice(shell.indexOf(')')))]);
}

test('The fields of a process come from the places that the man page gives them.', () => {
  assert.deepEqual(parseStat(bytesOf(shell)), {
    pid: 812,
    comm: 'bash',
    state: 'S',
    ppid: 807,
    flags: 4194304,
    threads: 1,
    startTimeTicks: 60421,
  });
});

test('A kernel thread is known by its flag, whatever its name.', () => {
  const stat = parseStat(bytesOf(kthreadd));
  assert.equal(stat.startTimeTicks, 4);
  assert.equal(isKernelThread(stat), true);
  assert.equal(isKernelThread(parseStat(named('[kthreadd]'))), false);
});

test('A zombie is known by its flag.', () => {
  // Recorded on Linux 6.18: flags 4227148 of a child that nobody had waited for.
  const zombie = shell.replace('(bash) S', '(bash) Z').replace(' 4194304 ', ' 4227148 ');
  assert.equal(isExiting(parseStat(bytesOf(zombie))), true);
  assert.equal(isExiting(parseStat(bytesOf(shell))), false);
});

test('A name may hold brackets, spaces, line ends and what looks like the fields behind it.', () => {
  for (const name of ['a) S 1 (b', ')', '(', '))', '', ' ', 'a b', 'a\nb', '\t', ') R 0 0 0', '\u001b]0;x\u0007'])
    assert.deepEqual(parseStat(named(name)), { ...parseStat(bytesOf(shell)), comm: name }, JSON.stringify(name));
});

test('A name in UTF-8 is text; other bytes of it come through as lone surrogates.', () => {
  assert.equal(parseStat(named('grün')).comm, 'grün');
  assert.equal(parseStat(named(Uint8Array.of(0x61, 0xff, 0xc3))).comm, 'a\udcff\udcc3');
});

test('Numbers beyond 32 bits are read whole.', () => {
  const late = shell.replace(' 60421 ', ' 98765432101234 ');
  assert.equal(parseStat(bytesOf(late)).startTimeTicks, 98765432101234);
});

test('What is cut or garbled names the field that cannot be read.', () => {
  const file = '/proc/PID/stat';
  const cases: readonly [string, string][] = [
    ['', 'comm'],
    ['812', 'comm'],
    ['812 (bash', 'comm'],
    ['812 )bash(', 'comm'],
    ['812 (bash)', 'state'],
    ['812 (bash) S', 'ppid'],
    ['812 (bash) S 807 812 812', 'flags'],
    ['812 (bash) S x 812', 'ppid'],
    ['812 (bash) S 8y7 812', 'ppid'],
    [shell.slice(0, shell.indexOf(' 1 0 60421')), 'num_threads'],
    [shell.slice(0, shell.indexOf(' 60421')), 'starttime'],
    [shell.replace('60421', '-60421'), 'starttime'],
    [shell.replace('812 (', '8I2 ('), 'pid'],
  ];
  for (const [text, field] of cases) assertMalformed(() => parseStat(bytesOf(text)), file, 1, field);
});

test('A name of any bytes but NUL comes through whole, and moves no other field.', () => {
  const names = fc.uint8Array({ min: 1, maxLength: 15 });
  fc.assert(
    fc.property(names, (name) => {
      const { comm, ...others } = parseStat(named(name));
      assert.deepEqual(Buffer.from(encodeText(comm)), Buffer.from(name));
      assert.deepEqual({ ...others, comm: 'bash' }, parseStat(bytesOf(shell)));
      assert.equal(parseStartTime(Buffer.from(named(name))), others.startTimeTicks);
    }),
    { numRuns: 500 },
  );
});

test('Whatever is read of changed bytes are numbers as the man page has them.', () => {
  fc.assert(
    fc.property(editedBytes(bytesOf(shell)), (bytes) => {
      try {
        const stat = parseStat(bytes);
        for (const number of [stat.pid, stat.ppid, stat.flags, stat.threads, stat.startTimeTicks])
          assert.ok(Number.isFinite(number) && number >= 0);
      } catch (error) {
        assert.ok(error instanceof MalformedError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
