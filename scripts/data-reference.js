// Writes docs/reference/columns.md, the columns of each verb, docs/reference/json.md, the fields of a snapshot and of
// events, and docs/findings/README.md, the rules of the doctor: from the tables of columns and rules, the JSON Schema of a
// snapshot and the declarations of events.
//   npm run build && node scripts/data-reference.js [--check]
// --check says whether the files are current.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kindWords } from '../build/js/src/analysis/listing/named-fields.js';
import { rules } from '../build/js/src/analysis/rules/index.js';
import { verbs } from '../build/js/src/cli/table/verbs.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const note = '<!-- Made by scripts/data-reference.js: not to be edited. -->';

const documents = [
  ['docs/reference/columns.md', await describeColumns()],
  ['docs/reference/json.md', describeJson()],
  ['docs/findings/README.md', describeRules()],
];
for (const [name, text] of documents) {
  const file = join(root, name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${name} is not current: npm run build && node scripts/data-reference.js\n`);
    process.exitCode = 1;
  }
}

async function describeColumns() {
  const parts = [
    '# Columns',
    note,
    '`--columns NAME,...` chooses columns, `+NAME` adds one to the usual ones, `-NAME` leaves one out. `--filter` and `--sort` take the same names, or the headers, in upper or lower case ([filters.md](filters.md)); the names are the keys of a row in `--json`. Names are stable; headers may change. *Type* is that of the values; any value may also be null.',
  ];
  const seen = new Map();
  for (const verb of verbs) {
    const columns = await verb.columns?.();
    if (!columns) continue;
    const before = seen.get(columns);
    if (before) before.push(verb.name);
    else seen.set(columns, [verb.name]);
  }
  for (const [columns, names] of seen) {
    const kinds = columns.some(({ kind }) => kind !== undefined);
    parts.push(
      `## ${names.map((name) => `nscope ${name}`).join(', ')}`,
      formatTable(
        ['name', 'header', ...(kinds ? ['type'] : []), 'meaning'],
        columns.map(({ name, header, kind, meaning }) => [
          `\`${name}\``,
          header ?? '',
          ...(kinds ? [kindWords[kind] ?? ''] : []),
          meaning,
        ]),
      ),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

function describeRules() {
  return `${[
    '# Findings',
    note,
    'What `nscope doctor` looks for. Codes are stable. *Severity* is the gravest that a rule gives: `note` is worth knowing, `warning` is wrong or will be, `error` fails now. *Needs* is what a snapshot must have; where it lacks that, the rule is not decided, and doctor says so. What is found on a healthy host, and why: [false alarms](../false-alarms.md).',
    formatTable(
      ['code', 'severity', 'what is wrong', 'needs'],
      rules.map(({ code, severity, title, needs }) => [
        `[${code}](${code}.md)`,
        severity,
        title,
        needs.map((need) => `\`${need}\``).join(', ') || 'processes and namespaces',
      ]),
    ),
  ].join('\n\n')}\n`;
}

function describeJson() {
  const schema = JSON.parse(readFileSync(join(root, 'dist/snapshot.schema.json'), 'utf8'));
  const parts = [
    '# JSON',
    note,
    'What scripts may rely on. `nscope snapshot` prints one object, a snapshot; its JSON Schema is `nscope/snapshot.schema.json` in the package. `nscope watch --json` prints one event a line. The other verbs print an object with the rows of their [columns](columns.md).',
    '64-bit values are decimal strings, since a number of JSON may lose their last digits. Bytes that are not UTF-8 are written `\\udc80` to `\\udcff` ([PEP 383](https://peps.python.org/pep-0383/)).',
    '## Snapshot',
    '`[]` stands for each element of an array, `KEY` for each key of an object. *or unknown*: the host may have refused the value; then an object stands in its place, `{"unknown": "denied", "errno": "EACCES"}`. `unknown` is `denied`, `gone`, `unsupported` or `not-asked`; `errno` and `detail` are there where something is to say. A field with `?` may be absent.',
  ];
  for (const [name, property] of Object.entries(schema.properties)) {
    const rows = listFields(property, name);
    parts.push(`### ${name}`, formatTable(['field', 'value', 'meaning'], rows));
  }
  parts.push('## Events', ...describeEvents());
  return `${parts.join('\n\n')}\n`;
}

/** The rows of a field and of all below it: path, kind of value, description. */
function listFields(schema, path) {
  const isUnknown = schema.anyOf?.some(isUnknownSchema) ?? false;
  const choices = (schema.anyOf ?? [schema]).filter((choice) => !isUnknownSchema(choice));
  const [only] = choices;
  const body =
    choices.length === 1 && only !== schema ? { ...only, description: schema.description ?? only.description } : schema;
  // Only the last name of a path is marked as one that may be absent.
  const row = [
    `\`${path.replace(/\?(?=[.[])/g, '')}\``,
    nameValue(choices) + (isUnknown ? ', or unknown' : ''),
    body.description ?? '',
  ];
  const objects = choices.filter(({ type }) => type === 'object');
  // A union of objects: what they have in common, then each by the word that tells it from the others.
  if (objects.length > 1) return [row, ...objects.map((one) => listVariant(one, path))];
  const rows = choices.flatMap((choice) => {
    if (choice.type === 'object') return listProperties(choice, path);
    if (choice.type === 'array') return listFields(choice.items, `${path}[]`);
    return [];
  });
  return [row, ...rows];
}

function listProperties({ properties = {}, required = [], patternProperties, additionalProperties }, path) {
  const fields = Object.entries(properties).map(([name, property]) =>
    listFields(property, `${path}.${name}${required.includes(name) ? '' : '?'}`),
  );
  const [[[, value, meaning] = []] = []] = fields;
  // Many fields that are alike, one for each type or kind, are one row.
  const alike =
    fields.length > 5 &&
    fields.every(([row, ...below]) => below.length === 0 && row[1] === value && row[2] === meaning);
  const keys = Object.keys(properties).map((name) => `\`${name}\``);
  const mark = required.length > 0 ? '' : '?';
  const rows = alike ? [[`\`${path}.KEY${mark}\``, value, `${meaning} KEY: ${keys.join(' ')}.`.trim()]] : fields.flat();
  const others = Object.values(patternProperties ?? {});
  if (typeof additionalProperties === 'object') others.push(additionalProperties);
  return [...rows, ...others.flatMap((other) => listFields(other, `${path}.KEY`))];
}

/** One row for one kind of a union: its word, and the names of its fields. */
function listVariant({ properties, required = [], description = '' }, path) {
  const [[key, first], ...rest] = Object.entries(properties);
  const fields = rest.map(([name, one]) => `\`${name}${required.includes(name) ? '' : '?'}\` ${nameValue([one])}`);
  const named = first.const === undefined ? `\`${path}\`` : `\`${path}\` of ${key} \`${first.const}\``;
  const own = first.const === undefined ? [`\`${key}\` ${nameValue([first])}`] : [];
  return [named, 'object', [...own, ...fields].join('; ') + (description === '' ? '' : `. ${description}`)];
}

function isUnknownSchema({ properties }) {
  return properties?.unknown !== undefined;
}

function nameValue(choices) {
  const names = choices.map((choice) => {
    const inner = choice.anyOf?.filter((one) => !isUnknownSchema(one));
    if (inner) return nameValue(inner) + (inner.length < choice.anyOf.length ? ' or unknown' : '');
    if (choice.const !== undefined) return `\`${choice.const}\``;
    if (choice.enum) return choice.enum.map((word) => `\`${word}\``).join(' ');
    if (choice.type === 'array') return 'array';
    if (choice.pattern === '^[0-9]+$') return 'decimal string';
    return choice.type ?? 'any';
  });
  return [...new Set(names)].join(', ');
}

/** The events by the interfaces of src/model/live/events.ts that make up EventBody. */
function describeEvents() {
  const source = readFileSync(join(root, 'src/model/live/events.ts'), 'utf8');
  const bodies = /^type EventBody =([\s|\w]*);$/m.exec(source)?.[1].match(/\w+/g);
  if (!bodies) throw new Error('src/model/live/events.ts has no EventBody');
  const readInterface = (name) => {
    const found = new RegExp(
      `(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n)?(?:export )?interface ${name}(?: extends \\w+)? \\{\\n([\\s\\S]*?)\\n\\}`,
    ).exec(source);
    if (!found) throw new Error(`src/model/live/events.ts has no interface ${name}`);
    const fields = [...found[2].matchAll(/(?: {2}\/\*\*([\s\S]*?)\*\/\n)? {2}readonly (\w+\??): (.*);/g)];
    return {
      meaning: joinComment(found[1]),
      fields: fields.map(([, doc, name, type]) => [name, type, joinComment(doc)]),
    };
  };
  const formatFields = (fields) => fields.map(([name, type, doc]) => [`\`${name}\``, `\`${type}\``, doc]);
  const rows = bodies.map((name) => {
    const { meaning, fields } = readInterface(name);
    const [[, event], ...others] = fields;
    const told = others.map(([name, type, doc]) => `\`${name}: ${type}\`${doc === '' ? '' : ` (${doc})`}`);
    return [event.replaceAll("'", '`').replaceAll(' | ', ', '), told.join('; '), meaning];
  });
  return [
    'Every event has `seq` and `at`; [events.md](../events.md) says what each one means.',
    formatTable(['event', 'fields', 'meaning'], rows),
    ...['Numbered', 'EventNamespace', 'EventProcess', 'ContentsPlace'].flatMap((name) => [
      `### ${{ Numbered: 'In each event', EventNamespace: 'namespace', EventProcess: 'process', ContentsPlace: 'of' }[name]}`,
      formatTable(['field', 'value', 'meaning'], formatFields(readInterface(name).fields)),
    ]),
  ];
}

function joinComment(text = '') {
  return text.replace(/\s*\n?\s*\*\s+/g, ' ').trim();
}

function formatTable(headers, rows) {
  const escapeCell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(headers), `|${headers.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
