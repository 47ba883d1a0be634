// Random steps: which there are, how often each comes, and what their numbers mean is in moves.c.
import fc from 'fast-check';
import type { Step } from './world.ts';

const number = fc.nat({ max: 255 });

function step(letter: string, flags: fc.Arbitrary<number> = number): fc.Arbitrary<Step> {
  return fc.tuple(fc.constant(letter), number, flags, number);
}

/** New namespaces of some types, seldom of all. */
const someTypes = fc
  .array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 4, size: 'max' })
  .map((bits) => bits.reduce((mask, bit) => mask | (1 << bit), 0));
const types = fc.oneof({ weight: 6, arbitrary: someTypes }, { weight: 1, arbitrary: fc.constant(255) });

const weights: Readonly<Record<string, number>> = {
  f: 4,
  r: 2,
  s: 2,
  n: 1,
  i: 1,
  p: 2,
  d: 1,
  b: 4,
  t: 3,
  c: 2,
  o: 1,
  u: 2,
  h: 2,
  k: 4,
};

const later = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: step('w', types) },
    ...Object.entries(weights).map(([letter, weight]) => ({ weight, arbitrary: step(letter) })),
  ),
  { minLength: 6, maxLength: 45, size: 'max' },
);

/** Several lives: a worker first, then what happens to it, with new ones in between. */
export const steps: fc.Arbitrary<Step[]> = fc.tuple(step('w', types), later).map(([first, rest]) => [first, ...rest]);
