// The smallest parts of the schema, which the snapshot and its conditions have in common.
import Type, { type TSchema } from 'typebox';
import { namespaceTypes } from './namespace-types.ts';

export const strict = { additionalProperties: false };

export const unknown = Type.Object(
  {
    unknown: Type.Union([
      Type.Literal('denied'),
      Type.Literal('gone'),
      Type.Literal('unsupported'),
      Type.Literal('not-asked'),
    ]),
    errno: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
  },
  { ...strict, description: 'Why a value is not known, with the name of the errno where a system call refused.' },
);

export function known<T extends TSchema>(schema: T) {
  return Type.Union([schema, unknown]);
}

/** A 64-bit value: JSON numbers hold 53 bits exactly. */
export const decimal = Type.String({ pattern: '^[0-9]+$', description: 'A 64-bit value in decimal.' });

export const natural = Type.Integer({ minimum: 0 });
export const inode = Type.Integer({ minimum: 1, description: 'Inode number of the namespace in nsfs.' });
export const type = Type.Enum([...namespaceTypes]);
