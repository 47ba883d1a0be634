// The values of options by their names, as the table of verbs has their flags.
import type { VerbTable } from './verbs.ts';

type Flags = VerbTable[number]['options'][number]['flags'];

/** "-t, --type TYPE,..." → "type TYPE,..." */
type WithoutDashes<F> = F extends `${string}--${infer Rest}` ? Rest : never;

/** "tree[=KIND]" → "tree" */
type Word<R> = R extends `${infer N} ${string}` ? N : R extends `${infer N}[=${string}` ? N : R;

type CamelCase<W> = W extends `${infer A}-${infer B}` ? `${A}${Capitalize<CamelCase<B>>}` : W;

type Name<R> = CamelCase<Word<R> extends `no-${infer N}` ? N : Word<R>> & string;

type Value<R> = R extends `no-${string}`
  ? boolean
  : R extends `${string}[=${string}`
    ? string | true
    : R extends `${string} ${string}`
      ? string
      : true;

/**
 * By the long name in camelCase: true for one without a value, and of those that begin with `no-` the rest of the name,
 * false where it is given.
 */
export type OptionValues = { readonly [R in WithoutDashes<Flags> as Name<R>]?: Value<R> | undefined };
