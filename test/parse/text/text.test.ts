import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeText, parseCmdline, parseLatin1, parseText } from '../../../src/parse/text/text.ts';
import { Random } from '../../random.ts';

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

test('Text from any bytes leads back to the same bytes, also by way of JSON.', () => {
  const random = new Random(2);
  for (let i = 0; i < 500; i++) {
    const bytes = Buffer.concat([random.bytes(random.below(20)), Buffer.from('ü€🐧').subarray(random.below(9))]);
    const text = parseText(bytes);
    assert.deepEqual(Buffer.from(encodeText(text)), bytes);
    assert.equal(JSON.parse(JSON.stringify(text)), text);
    assert.equal(parseLatin1(bytes.toString('latin1')), text);
  }
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
