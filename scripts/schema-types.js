// Prints the types of src/model/snapshot/schema.ts without TypeBox, from the JSON Schema that it builds: who installs nscope
// then needs no other package to read its declarations, and the schema's descriptions become their documentation.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { build } from 'esbuild';

/**
 * Runs the compiled schema module.
 * @param {string} file - build/js/src/model/snapshot/schema.js
 * @returns {Promise<{ schema: object, declarations: string }>} the JSON Schema of a snapshot, and schema.d.ts
 * @throws Error where the schema says something that this file cannot print
 */
export async function describeSchema(file) {
  const names = await findNamedTypes(file.replace(/\.js$/, '.d.ts'));
  const module = await runModule(file, names);
  const types = names.map(({ name, constant }) => ({ name, schema: plain(module[constant]) }));
  const known = new Map(types.map(({ name, schema }) => [JSON.stringify(schema), name]));
  known.set(JSON.stringify(plain(module.unknown)), 'Unknown');
  const lines = [
    "import type { Unknown } from './known.js';",
    '/** The JSON Schema of a snapshot, as published in nscope/snapshot.schema.json. */',
  ];
  lines.push('export declare const snapshotSchema: Readonly<Record<string, unknown>>;');
  for (const { name, schema } of types) {
    // The type's own name must not stand for its own body.
    const others = new Map([...known].filter(([, other]) => other !== name));
    lines.push(...comment(schema, ''), `export type ${name} = ${print(schema, others, '')};`);
  }
  return { schema: plain(module.snapshotSchema), declarations: `${lines.join('\n')}\n` };
}

/** The pairs of an exported type and the schema that it comes from, out of the compiled declarations. */
async function findNamedTypes(file) {
  const text = await readFile(file, 'utf8');
  const pairs = [...text.matchAll(/^export type (\w+) = Frozen<Static<typeof (\w+)>>;$/gm)];
  const types = [...text.matchAll(/^export (?:declare )?(?:type|interface|const|function|class) (\w+)/gm)];
  if (pairs.length === 0 || types.length !== pairs.length + 1)
    throw new Error(`${file}: exports something that is neither snapshotSchema nor a type made from a schema`);
  return pairs.map(([, name, constant]) => ({ name, constant }));
}

/** Imports the module with the named constants exported: its own, which it keeps to itself, and those of its parts. */
async function runModule(file, names) {
  const constants = names.map(({ constant }) => constant).filter((constant) => constant !== 'snapshotSchema');
  const text = await readFile(file, 'utf8');
  const isOwn = (constant) => text.includes(`const ${constant} =`);
  const contents = [
    text,
    `export { ${constants.filter(isOwn).join(', ')} };`,
    "export * from './conditions.js';",
    "export * from './mount-schemas.js';",
    "export * from './network-schemas.js';",
    "export { unknown } from './schema-parts.js';",
  ].join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dirname(file) },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'warning',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

function plain(schema) {
  return JSON.parse(JSON.stringify(schema));
}

function comment(schema, indent) {
  return schema.description ? [`${indent}/** ${schema.description.replaceAll('*/', '*\\/')} */`] : [];
}

/** One schema as a type; a schema that has a name is called by it. */
function print(schema, known, indent) {
  const name = known.get(JSON.stringify(schema));
  if (name) return name;
  if (schema.anyOf) return schema.anyOf.map((part) => print(part, known, indent)).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.type === 'array') return `ReadonlyArray<${print(schema.items, known, indent)}>`;
  if (schema.type === 'object') return printObject(schema, known, indent);
  const primitive = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' }[
    schema.type
  ];
  if (!primitive)
    throw new Error(`the schema holds what scripts/schema-types.js cannot print: ${JSON.stringify(schema)}`);
  return primitive;
}

function printObject(schema, known, indent) {
  if (schema.patternProperties) {
    const [values] = Object.values(schema.patternProperties);
    return `{ readonly [key: string]: ${print(values, known, indent)} }`;
  }
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties).flatMap(([key, value]) => [
    ...(known.has(JSON.stringify(value)) ? [] : comment(value, inner)),
    `${inner}readonly ${/^\w+$/.test(key) ? key : JSON.stringify(key)}${schema.required?.includes(key) ? '' : '?'}: ${print(value, known, inner)};`,
  ]);
  return `{\n${lines.join('\n')}\n${indent}}`;
}
