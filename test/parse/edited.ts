// Arbitrary input for the properties of parsers: nothing but noise, and true input with a few places changed.
import fc from 'fast-check';

/** Bytes of any value. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 200, size: 'max' });

/** Text of any kind, and such as is made of what the kernel's files are made of. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({
    unit: fc.constantFrom(...'019afx :\t\n,-=[]()/\\"\udcff', '4026531836', 'net', '18446744073709551615'),
    maxLength: 60,
    size: 'max',
  }),
);

/** The text after up to four edits: each takes some characters away and puts others in their place. */
export function editedText(text: string): fc.Arbitrary<string> {
  return fc.array(fc.tuple(fc.nat(text.length), fc.nat(5), anyText), { maxLength: 4 }).map((edits) =>
    edits.reduce((now, [at, removed, added]) => {
      const start = Math.min(at, now.length);
      return now.slice(0, start) + added.slice(0, 8) + now.slice(start + removed);
    }, text),
  );
}

/** The bytes with up to four of them set to another value, and in some cases cut. */
export function editedBytes(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edits = fc.array(fc.tuple(fc.nat(Math.max(bytes.length - 1, 0)), fc.nat(255)), { maxLength: 4 });
  const length = fc.oneof({ weight: 3, arbitrary: fc.constant(bytes.length) }, fc.nat(bytes.length));
  return fc.tuple(edits, length).map(([list, end]) => {
    const changed = Uint8Array.from(bytes);
    for (const [at, value] of list) changed[at] = value;
    return changed.subarray(0, end);
  });
}
