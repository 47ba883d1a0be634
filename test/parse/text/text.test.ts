import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeText, parseCmdline, parseLatin1, parseText } from '../../../src/parse/text/text.ts';

test('UTF-8 is text, with its byte order mark and its control characters kept.', () => {
  for (const text of ['', 'sleep 9', 'grün', '名前', '🐧', '\u0000\u001b[31m', '\ufeffx', 'x'.repeat(10_000)])
    assert.equal(parseText(Buffer.from(text)), text);
});

test('Bytes that are no UTF-8 become one lone surrogate each, and the text around them stays.', () => {
  const cases: readonly [number[], string][] = [
    [[0xff], '\udcff'],
    [[0x61, 0x80, 0x62], 'a\udc80b'],
    [[0xc3], '\udcc3'],
    [[0xc3, 0xbc, 0xc3], 'ü\udcc3'],
    [[0xc0, 0x80], '\udcc0\udc80'],
    [[0xed, 0xb2, 0x80], '\udced\udcb2\udc80'],
    [[0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
    [[0xf0, 0x9f, 0x90], '\udcf0\udc9f\udc90'],
    [[0xe2, 0x82, 0x41], '\udce2\udc82A'],
  ];
  for (const [bytes, text] of cases) assert.equal(parseText(Uint8Array.from(bytes)), text);
});

/** Noise, with whole characters of several bytes in it and at its end cut ones. */
const mixedBytes = fc
  .tuple(fc.array(fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.string({ unit: 'binary' }).map(encodeText))), fc.nat(8))
  .map(([parts, cut]) => Buffer.concat([...parts, Buffer.from('ü€🐧').subarray(cut)]));

test('Text from any bytes leads back to the same bytes, also by way of JSON.', () => {
  fc.assert(
    fc.property(mixedBytes, (bytes) => {
      const text = parseText(bytes);
      assert.deepEqual(Buffer.from(encodeText(text)), bytes);
      assert.equal(JSON.parse(JSON.stringify(text)), text);
      assert.equal(parseLatin1(bytes.toString('latin1')), text);
    }),
    { numRuns: 1000 },
  );
});

test('The arguments of a command line hold every byte of it but the ends of words.', () => {
  const words = fc.array(mixedBytes.map((bytes) => bytes.filter((byte) => byte !== 0)));
  fc.assert(
    fc.property(words, fc.boolean(), (list, isCut) => {
      const last = list.at(-1);
      const bytes = Buffer.concat(list.flatMap((word) => [word, Buffer.from([0])]));
      const given = isCut && last && last.length > 0 ? bytes.subarray(0, -1) : bytes;
      const expected = list.length === 1 && last?.length === 0 ? [] : list.map(parseText);
      assert.deepEqual(parseCmdline(given), expected);
    }),
    { numRuns: 1000 },
  );
});

test('Lone surrogates that stand for no byte are encoded as what UTF-8 has for them, and pairs stay characters.', () => {
  const cases: readonly [string, number[]][] = [
    ['\udcff', [0xff]],
    ['a\udc80\udcffb', [0x61, 0x80, 0xff, 0x62]],
    ['🐧\udcc3', [0xf0, 0x9f, 0x90, 0xa7, 0xc3]],
    ['\u{100ff}', [0xf0, 0x90, 0x83, 0xbf]],
    ['\ud800', [0xef, 0xbf, 0xbd]],
    ['', []],
  ];
  for (const [text, bytes] of cases) assert.deepEqual([...encodeText(text)], bytes);
});

test('Long text is decoded whole.', () => {
  const long = Buffer.alloc(100_000, 0x61);
  long[50_000] = 0xff;
  assert.equal(parseText(long), `${'a'.repeat(50_000)}\udcff${'a'.repeat(49_999)}`);
});

test('The arguments of a command line end with NUL; empty ones count.', () => {
  const cases: readonly [string, string[]][] = [
    ['', []],
    ['\0', []],
    ['sleep\u00009\0', ['sleep', '9']],
    ['sleep\u00009', ['sleep', '9']],
    ['sh\0-c\0\0', ['sh', '-c', '']],
    ['\0x\0', ['', 'x']],
    ['nginx: master process\0\0\0', ['nginx: master process', '', '']],
    ['a b\0c\nd\0', ['a b', 'c\nd']],
  ];
  for (const [bytes, words] of cases) assert.deepEqual(parseCmdline(Buffer.from(bytes)), words);
});
