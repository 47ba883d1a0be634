// How a record of the addon or of a BPF program lies in memory: the C struct, field by field. Offsets are computed once,
// when the module is loaded; a decoder then looks a field up by its name and reads a word.

type Scalar = 'u32' | 's32' | 'u64' | 's64' | 'char';

/** A type of C, an array of one, or a struct in the struct. */
type Field = Scalar | readonly [type: Scalar, count: number] | Layout;

type Fields = Readonly<Record<string, Field>>;

/** The place of a field of 64 bits. */
export type LongWord = number & { readonly bits?: 64 };
/** The place of a field of 32 bits, of characters or of a struct. */
export type ShortWord = number & { readonly bits?: 32 };

type WordOf<F extends Field> = F extends 'u64' | 's64' | readonly ['u64' | 's64', number] ? LongWord : ShortWord;

export interface Layout<F extends Fields = Fields> {
  /** Where the struct is defined: "struct record of bpf/tasks.bpf.c". */
  readonly source: string;
  readonly fields: F;
  /** What sizeof gives. */
  readonly bytes: number;
  /** The same in words of 32 bits. */
  readonly words: number;
  /** What offsetof gives, in words of 32 bits; of a field of 64 bits that of its low half. */
  readonly word: { readonly [K in keyof F]: WordOf<F[K]> };
}

const scalarBytes: Readonly<Record<Scalar, number>> = { char: 1, u32: 4, s32: 4, u64: 8, s64: 8 };

/**
 * Lays the fields out as a C compiler does: in their order, each aligned to its size. The file that defines the struct
 * asserts the same offsets, FIELD_AT for each field and RECORD_BYTES for the whole; test/parse/records/layout.test.ts
 * holds the two against each other.
 * @param source - "struct NAME of FILE"
 */
export function layOut<const F extends Fields>(source: string, fields: F): Layout<F> {
  const word: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const name in fields) {
    const { size, unit } = measure(fields[name] as Field);
    const at = roundUp(end, unit);
    word[name] = at / 4;
    end = at + size;
    if (unit > alignment) alignment = unit;
  }
  const bytes = roundUp(end, alignment);
  return { source, fields, bytes, words: bytes / 4, word } as Layout<F>;
}

/** @returns in bytes the size, and to what it is aligned */
function measure(field: Field): { readonly size: number; readonly unit: number } {
  if (typeof field === 'string') return { size: scalarBytes[field], unit: scalarBytes[field] };
  if ('source' in field)
    return { size: field.bytes, unit: Math.max(...Object.values(field.fields).map((one) => measure(one).unit)) };
  const [type, count] = field;
  return { size: scalarBytes[type] * count, unit: scalarBytes[type] };
}

function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}
